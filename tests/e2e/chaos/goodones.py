#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good clients that connect all the time, one after the other.

usage: goodones.py SERVER4 SERVER6 PAUSE ADDRESS...
From each address in turn: connect, wait for the mail server's own greeting,
QUIT, PAUSE seconds.  A SYN that had to be sent twice was dropped once: that
counts as bad, however soon the second came through.  Prints a line for all
that goes wrong, with the time; at the end of its input `ends GOOD BAD`.
"""
import select
import socket
import struct
import sys
import time

RETRANS_AT = 100  # tcpi_total_retrans in struct tcp_info
SLOW_S = 15


def visit(source, server):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(SLOW_S)
        s.bind((source, 0))
        s.connect((server, 25))
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        if struct.unpack_from("I", info, RETRANS_AT)[0] > 0:
            return "its first SYN was dropped"
        said = s.recv(512)
        if b"Postfix" not in said:
            return f"greeted by {said!r}"
        s.sendall(b"QUIT\r\n")
        if b"221" not in s.recv(512):
            return "no answer to QUIT"
    return None


def main():
    server4, server6, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
    good = bad = turn = 0
    sources = sys.argv[4:]
    while not select.select([sys.stdin], [], [], pause)[0]:
        source = sources[turn % len(sources)]
        turn += 1
        try:
            wrong = visit(source, server6 if ":" in source else server4)
        except OSError as e:
            wrong = str(e)
        if wrong is None:
            good += 1
            continue
        bad += 1
        print(f"{time.time():.3f} {source}: {wrong}", flush=True)
    print(f"ends {good} {bad}", flush=True)


main()
