#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A blocked client that tries again and again: does any connection succeed?

usage: knocker.py STOP SERVER SOURCE...
From each SOURCE in turn a new connection to port 25 every few milliseconds,
given up after 200 ms: before its SYN is sent a second time.  When the file
STOP is there `ends TRIED CAME-THROUGH LONGEST-PAUSE-MS`: a pause in which this
program did not run could hide something, so that it is told.
"""
import errno
import os
import socket
import sys
import time

PAUSE_S = 0.004
LIFE_S = 0.2


def main():
    stop, server, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    open_ones, tried, through, longest = [], 0, 0, 0.0
    last = time.monotonic()
    while not os.path.exists(stop):
        time.sleep(PAUSE_S)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        s = socket.socket(family, socket.SOCK_STREAM)
        s.setblocking(False)
        s.bind((sources[tried % len(sources)], 0))
        if s.connect_ex((server, 25)) not in (0, errno.EINPROGRESS):
            s.close()
            continue
        tried += 1
        open_ones.append((now, s))
        while open_ones and now - open_ones[0][0] > LIFE_S:
            old = open_ones.pop(0)[1]
            try:
                old.getpeername()
                through += 1
                print(f"{time.time():.3f} came through", flush=True)
            except OSError:
                pass
            old.close()
    print(f"ends {tried} {through} {longest * 1000:.0f}", flush=True)


main()
