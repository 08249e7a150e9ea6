#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS list that has everybody on it.

usage: compare_dns.py ADDRESS

Answers every query for an address with 127.0.0.2, all others with nothing.
"""
import socket
import struct
import sys

TYPE_A = 1
HEADER = 12


def question_end(q):
    at = HEADER
    while q[at] != 0:
        at += q[at] + 1
    return at + 5


def answer(q):
    end = question_end(q)
    kind = struct.unpack_from("!H", q, end - 4)[0]
    n = 1 if kind == TYPE_A else 0
    out = q[:2] + struct.pack("!HHHHH", 0x8580, 1, n, 0, 0) + q[HEADER:end]
    if n:
        out += struct.pack("!HHHIH4B", 0xc000 | HEADER, TYPE_A, 1, 300, 4,
                           127, 0, 0, 2)
    return out


def main():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    s.bind((sys.argv[1], 53))
    while True:
        q, who = s.recvfrom(4096)
        if len(q) > HEADER + 4:
            s.sendto(answer(q), who)


main()
