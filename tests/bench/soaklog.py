#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What zfwd said during the soak that it should not have said.

usage: soaklog.py ZFWD.ERR
Decisions, traffic and what the steps of the soak bring about are expected;
every other kind of line is printed with its number.  Exit 1 if there is one.
"""
import collections
import re
import sys

DECISIONS = ("block", "rejected", "traffic", "orphan", "unblock", "cut",
             "refused", "cut-refused")
EVENTS = (
    # starts and ends
    "rights", "ready", "loaded", "capture", "stop", "store-new", "log-first",
    "log-resumed", "front-key", "front-up", "front-gone", "front-died",
    "engine-died", "guard-socket",
    # what others did to the table, and `zfwctl off`
    "table", "table-changed", "table-lacks", "elements-changed",
    "elements-flushed", "cut-failed", "not-taken", "times-differ",
    "audit-repaired", "off", "on",
    # reloads, logs, the clock
    "reload", "reloaded", "log-truncated", "log-rotated", "log-fault", "clock",
    # what was too much to be said one by one
    "not-logged",
)
# A busy machine is slow: told, but no fault of zfwd's.
SLOW = ("store-slow", "learned-slow", "guard-slow")


def kind_of(line):
    """The stable name of a message, or the line without its numbers."""
    m = re.match(r"(zfw[a-z-]*): ([a-z0-9-]+)([: ])", line)
    if m:
        return m.group(2)
    return re.sub(r"\d+", "N", line)[:100]


def main():
    """See the head of this file."""
    known = set(DECISIONS) | set(EVENTS)
    odd, first = collections.Counter(), {}
    with open(sys.argv[1], encoding="utf-8", errors="replace") as f:
        for line in f:
            kind = kind_of(line)
            if kind not in known:
                odd[kind] += 1
                first.setdefault(kind, line.strip())
    for kind, n in odd.most_common():
        print(f"{n} x {first[kind]}")
    sys.exit(any(kind not in SLOW for kind in odd))


main()
