# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts clients again, from lines of JSON, and compares with zfw-stats.

usage: statscount.py LINES STATS.json TOP GEO|-
LINES are those of statstore; STATS.json is `zfw-stats --format json` of that
store with --top TOP; GEO is a list of `NETWORK COUNTRY AS`, as mmdb.py takes
it.  Nothing of zfw is used: domains, patterns of names and networks are made
here anew.  Exit 1 and what differs, at most ten of it.
"""
import collections
import ipaddress
import json
import re
import sys

REASONS = {18: "unknown-rcpt", 9: "no-rdns", 11: "dynamic-rdns"}
DYNAMIC = (3, 4)  # enum name_class
wrong = []


def check(what, want, got):
    if want != got:
        wrong.append(f"{what}: counted {want!r}, zfw-stats has {got!r}")


def network(client):
    a = ipaddress.ip_address(client)
    return str(ipaddress.ip_network((a, 24 if a.version == 4 else 48), strict=False))


def domain(name):
    labels = name.lower().rstrip(".").split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else None


def pattern(c):
    if c["class"] not in DYNAMIC or not c["rdns"]:
        return None
    own = domain(c["rdns"])
    before = c["rdns"].lower()[: -len(own)]
    return re.sub(r"[0-9]+", "#", before) + own if re.search("[0-9]", before) else None


def places(path):
    if path == "-":
        return []
    rows = [line.split() for line in open(path, encoding="utf-8")]
    return [(ipaddress.ip_network(r[0]), r[1], "AS" + r[2]) for r in rows]


def names(c, geo):
    """Kind -> names of the groups that the client is in."""
    a = ipaddress.ip_address(c["client"])
    where = [g for g in geo if a.version == g[0].version and a in g[0]]
    return {
        "network": [network(c["client"])],
        "domain": [domain(c["rdns"])] if c["rdns"] else [],
        "template": [pattern(c)],
        "helo": [c["helo"].lower()],
        "signature": [c["sig"]],
        "system": [c["os"]],
        "evidence": [REASONS[r] for r in c["reasons"] if r] if c["tier"] else [],
        "country": [g[1] for g in where],
        "as": [g[2] for g in where],
        "botnet": ["%08x" % c["botnet"]] if c["botnet"] else [],
    }


def summed(members, now_ms):
    return {
        "machines": len(members),
        "networks": len({network(c["client"]) for c in members}),
        "zombies": sum(c["tier"] > 0 for c in members),
        "blocked_now": sum(c["until"] > now_ms for c in members),
        "good": sum(c["good"] > 0 for c in members),
        "connections": sum(c["connections"] for c in members),
        "knocks": sum(c["knocks"] for c in members),
        "offences": sum(c["offences"] for c in members),
        "first": min(c["first"] for c in members) // 1000,
        "last": max(c["last"] for c in members) // 1000,
    }


def compare_kind(kind, groups, got, top, now_ms):
    check(f"{kind}, how many", len(groups), got["all"])
    sizes = sorted(
        ((sum(c["tier"] > 0 for c in m), len(m)) for m in groups.values()), reverse=True
    )
    check(
        f"{kind}, the biggest",
        sizes[:top],
        [(g["zombies"], g["machines"]) for g in got["groups"]],
    )
    for g in got["groups"]:
        if g["name"] not in groups:
            wrong.append(f"{kind}: no client is of {g['name']!r}")
            continue
        for key, n in summed(groups[g["name"]], now_ms).items():
            check(f"{kind} {g['name']}, {key}", n, g[key])
        who = {c["client"] for c in groups[g["name"]]}
        for m in g["machine"]:
            if m["client"].split("/")[0] not in who:
                wrong.append(f"{kind} {g['name']}: {m['client']} is not of it")


def main():
    lines, stats_path, top, geo_path = sys.argv[1:]
    with open(stats_path, encoding="ascii") as f:
        got = json.load(f)
    with open(lines, encoding="utf-8") as f:
        last = {c["client"]: c for c in map(json.loads, f)}
    # zfw-stats has until = the asked second, and keeps whole seconds of groups
    since_ms, until_ms = got["since"] * 1000, got["until"] * 1000
    seen = [c for c in last.values() if c["last"] >= since_ms and c["first"] < until_ms]
    geo = places(geo_path)
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for c in seen:
        for kind, some in names(c, geo).items():
            for name in filter(None, some):
                groups[kind][name].append(c)
    check("clients", len(seen), got["clients"]["seen"])
    for key, n in summed(seen, until_ms).items():
        if key in got["clients"]:
            check(f"clients, {key}", n, got["clients"][key])
    for kind, list_ in got["lists"].items():
        compare_kind(kind, groups[kind], list_, int(top), until_ms)
    print("\n".join(wrong[:10]) or f"{len(seen)} clients, nothing differs")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
