#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says when lines came into a log and when sockets of port 25 ended.

usage: stamp.py LOG

Runs in the mail server's namespace until it is killed.  Looks every 2 ms and
prints, with the time in milliseconds since 1970:

    MS log LINE
    MS open ADDRESS PORT       of the client
    MS gone ADDRESS PORT

Postfix's log has whole seconds only; `ss` would be too slow to ask so often,
so this reads what ss reads without netlink: /proc/net/tcp and tcp6.
"""
import ipaddress
import sys
import time

OVER = {"06", "07", "0A"}  # TIME_WAIT, CLOSE, LISTEN: no session any more


def sockets():
    """The clients of port 25, as (address, port)."""
    found = set()
    for name in "tcp", "tcp6":
        with open("/proc/net/" + name, encoding="ascii") as f:
            next(f)
            for line in f:
                _, local, remote, state = line.split()[:4]
                if state not in OVER and local.endswith(":0019"):
                    found.add(remote)
    return found


def readable(remote):
    """What the kernel prints as words of the host's byte order."""
    text, port = remote.split(":")
    words = [bytes.fromhex(text[i:i + 8]) for i in range(0, len(text), 8)]
    raw = b"".join(w[::-1] if sys.byteorder == "little" else w for w in words)
    address = ipaddress.ip_address(raw)
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return f"{address} {int(port, 16)}"


def main():
    """See the head of this file."""
    before = set()
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        log.seek(0, 2)
        print("ready", flush=True)
        while True:
            ms = time.time_ns() // 1000000
            for line in log.readlines():
                print(ms, "log", line.rstrip("\n"), flush=True)
            now = sockets()
            for s in now - before:
                print(ms, "open", readable(s), flush=True)
            for s in before - now:
                print(ms, "gone", readable(s), flush=True)
            before = now
            time.sleep(0.002)


if __name__ == "__main__":
    main()
