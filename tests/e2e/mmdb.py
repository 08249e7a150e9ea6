# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a small MaxMind database for the tests of statistics.

usage: mmdb.py country|asn OUT < LIST
LIST has lines `NETWORK COUNTRY AS`; each network is of documentation or test
addresses.  The tree has 24-bit records and is of IPv6, with IPv4 in ::/96.
"""
import ipaddress
import struct
import sys

COUNTRIES = {"AA": "Alphaland", "BB": "B\u00e9taland <b>", "CC": "Gamma\u202eland"}
MARK = b"\xab\xcd\xefMaxMind.com"


def control(kind, size):
    assert size < 29
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])


def field(value):
    if isinstance(value, str):
        raw = value.encode()
        if len(raw) >= 29:
            return bytes([2 << 5 | 29, len(raw) - 29]) + raw
        return control(2, len(raw)) + raw
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(
            field(k) + field(v) for k, v in value.items()
        )
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(field, value))
    kind, n = value  # an unsigned number: 5 of 16, 6 of 32, 9 of 64 bits
    raw = n.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(raw)) + raw


def entry(what, country, number):
    if what == "country":
        return {"country": {"iso_code": country, "names": {"en": COUNTRIES[country]}}}
    return {
        "autonomous_system_number": (6, int(number)),
        "autonomous_system_organization": f"Org {number} =1+1",
    }


def bits(net):
    n = int(net.network_address)
    if net.version == 4:
        return [n >> (127 - i) & 1 for i in range(96 + net.prefixlen)]
    return [n >> (127 - i) & 1 for i in range(net.prefixlen)]


def main():
    what, out = sys.argv[1:]
    nodes = [[None, None]]
    data, offsets = b"", {}
    for line in sys.stdin:
        net, country, number = line.split()
        raw = field(entry(what, country, number))
        if raw not in offsets:
            offsets[raw] = len(data)
            data += raw
        at, path = 0, bits(ipaddress.ip_network(net))
        for b in path[:-1]:
            if nodes[at][b] is None:
                nodes.append([None, None])
                nodes[at][b] = len(nodes) - 1
            at = nodes[at][b]
        nodes[at][path[-1]] = ("data", offsets[raw])
    tree = b""
    for pair in nodes:
        for r in pair:
            if r is None:
                r = len(nodes)
            elif isinstance(r, tuple):
                r = len(nodes) + 16 + r[1]
            tree += struct.pack(">I", r)[1:]
    meta = {
        "node_count": (6, len(nodes)),
        "record_size": (5, 24),
        "ip_version": (5, 6),
        "database_type": "Test-" + what,
        "languages": ["en"],
        "binary_format_major_version": (5, 2),
        "binary_format_minor_version": (5, 0),
        "build_epoch": (9, 1772445600),
        "description": {"en": "made by a test"},
    }
    with open(out, "wb") as f:
        f.write(tree + bytes(16) + data + MARK + field(meta))


if __name__ == "__main__":
    main()
