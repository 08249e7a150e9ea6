#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Did anything grow during the soak?

usage: soakjudge.py SOAK.CSV [--table]
After a third of the time, in which the tables fill, each of what must be flat
is taken apart in two halves: the median of the second may be over that of the
first by the share and the amount below.  Processes are ended at random
moments and fill their tables anew, so only those are compared that are one to
four minutes old, with what a process of that age had more or less than one of
two minutes taken off.
Prints what grew; with --table all figures as a Markdown table.  A run of less
than twenty minutes has no such halves: then only the most is held to a limit.
Exit 1 when something grew.
"""
import csv
import statistics
import sys

SHORT_S = 1200  # the store is full after ten minutes
AGE_S = (60, 240)
OF_AGE_S = 120
# column, what to call it, divided by, share and amount it may grow by, the
# most it may be in a short run; does it start anew with the process?
RULES = (
    ("zfwd_anon_kb", "memory of zfwd, MB", 1024, .03, 2, 60, True),
    ("zfw-engine_anon_kb", "memory of zfw-engine, MB", 1024, .03, 2, 200, True),
    ("zfw-front_anon_kb", "memory of zfw-front, MB", 1024, .03, 1, 60, True),
    ("zfwd_files", "descriptors of zfwd", 1, 0, 1, 40, True),
    ("zfw-engine_files", "descriptors of zfw-engine", 1, 0, 1, 40, True),
    ("zfw-front_files", "descriptors of zfw-front", 1, 0, 8, 100, True),
    ("blocks", "blocks", 1, .10, 100, 1e9, False),
    ("elements", "elements in the kernel", 1, .10, 100, 1e9, False),
    ("slab_kb", "unreclaimable kernel memory of the machine, MB", 1024,
     .20, 40, 1e9, False),
    ("records", "records of the store", 1, .10, 100, 1e9, False),
    ("store_bytes", "the store, MB", 1 << 20, .10, 2, 1e9, False),
    ("log_behind", "log not yet read, KB", 1024, .10, 500, 1e9, False),
)


def read(path):
    """Rows with numbers where there are some."""
    rows = []
    with open(path, encoding="ascii", newline="") as f:
        for row in csv.DictReader(f):
            rows.append({k: number(v) for k, v in row.items()})
    return rows


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return text or None


def of_age(row):
    return isinstance(row["uptime_s"], float) and \
        AGE_S[0] <= row["uptime_s"] <= AGE_S[1]


def each_second(rows, rule):
    """What a process has more for each second that it is older."""
    points = [(r["uptime_s"], r[rule[0]] / rule[2]) for r in rows
              if of_age(r) and isinstance(r[rule[0]], float)]
    if len({x for x, _ in points}) < 2:
        return 0
    return statistics.linear_regression(*zip(*points)).slope


def values(rows, rule, begin, end):
    """Of one column, in a span of time."""
    slope = each_second(rows, rule) if rule[6] else 0
    return [r[rule[0]] / rule[2] - (slope * (r["uptime_s"] - OF_AGE_S)
                                    if slope else 0)
            for r in rows
            if begin <= r["t_s"] <= end and isinstance(r[rule[0]], float) and
            (not rule[6] or of_age(r))]


def judge(rows):
    """(name, medians of both halves, most, may be, grew?) of each rule."""
    end = rows[-1]["t_s"]
    short = end < SHORT_S
    out = []
    for rule in RULES:
        whole = [r[rule[0]] / rule[2] for r in rows
                 if isinstance(r[rule[0]], float)]
        if not whole:
            continue
        most = max(whole)
        if short:
            out.append((rule[1], None, None, most, rule[5], most > rule[5]))
            continue
        first = values(rows, rule, end / 3, end * 2 / 3)
        second = values(rows, rule, end * 2 / 3, end)
        if not first or not second:  # nobody was ended: as they are
            rule = rule[:6] + (False,)
            first = values(rows, rule, end / 3, end * 2 / 3)
            second = values(rows, rule, end * 2 / 3, end)
        if not first or not second:
            out.append((rule[1], None, None, most, 0, True))
            continue
        a, b = statistics.median(first), statistics.median(second)
        bound = a * (1 + rule[3]) + rule[4]
        out.append((rule[1], a, b, most, bound, b > bound))
    return out


def text(x):
    return "" if x is None else f"{x:,.0f}" if x >= 100 else f"{x:.1f}"


def main():
    """See the head of this file."""
    judged = judge(read(sys.argv[1]))
    if "--table" in sys.argv:
        print("| | second third | last third | may be | most |")
        print("|---|---|---|---|---|")
        for name, a, b, most, bound, _ in judged:
            print(f"| {name} | {text(a)} | {text(b)} | {text(bound)} | "
                  f"{text(most)} |")
    for name, a, b, most, bound, grew in judged:
        if grew:
            print(f"{name}: {text(a)}, then {text(b)}, at most {text(most)}; "
                  f"may be {text(bound)}")
    sys.exit(any(j[5] for j in judged))


if __name__ == "__main__":
    main()
