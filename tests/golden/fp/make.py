#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes odd.pcap: a little of all that zfw-fp tells.  `make.py >odd.pcap`."""
import socket
import struct
import sys

START = 1741000000
out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))

SYN, ACK, FIN, PSH = 2, 16, 1, 8
WINDOWS = bytes.fromhex("020405b40103030801010402")


def packet(ms, src, dst, sport, dport, flags, seq, ack, opts=b"", data=b"",
           ttl=64, window=64240, ident=1, tos=0):
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack,
                      (20 + len(opts)) // 4 << 4, flags, window, 0, 0)
    tcp += opts + data
    if ":" in src:
        ip = struct.pack(">IHBB", 6 << 28 | tos << 20, len(tcp), 6, ttl)
        ip += socket.inet_pton(socket.AF_INET6, src)
        ip += socket.inet_pton(socket.AF_INET6, dst)
    else:
        ip = struct.pack(">BBHHHBBH", 0x45, tos, 20 + len(tcp), ident, 0x4000,
                         ttl, 6, 0)
        ip += socket.inet_aton(src) + socket.inet_aton(dst)
    us = START * 1000000 + int(ms * 1000)
    out.write(struct.pack("<IIII", us // 1000000, us % 1000000,
                          len(ip + tcp), len(ip + tcp)) + ip + tcp)


def linux(ts):
    return bytes.fromhex("020405b40402080a%08x0000000001030307" % ts)



def talk():
    """A client that is sent no answer at first, and says odd things."""
    c = ("192.0.2.7", "203.0.113.25", 40000, 25)
    s = (c[1], c[0], c[3], c[2])

    def stamp(v):
        return bytes.fromhex("0101080a%08x00000001" % v)

    packet(0, *c, SYN, 100, 0, linux(6000000), ttl=53)
    packet(1000, *c, SYN, 100, 0, linux(6001000), ttl=53)
    packet(1020, *s, SYN | ACK, 900, 101, linux(9000000), ident=0)
    packet(1040, *c, ACK, 101, 901, stamp(6001040))
    packet(1240, *s, ACK | PSH, 901, 101, stamp(9000220), b"220 mx.example\r\n")
    packet(1260, *c, ACK, 101, 917, stamp(6001260))
    helo = b'EHLO "odd\\na|me\xff\xc3\xa9\r\n'
    packet(1300, *c, ACK | PSH, 101, 917, stamp(6001300), helo)
    n = 101 + len(helo)
    packet(1320, *s, ACK | PSH, 917, n, stamp(9000300), b"501 no\r\n")
    packet(1420, *c, ACK | PSH, n, 925, stamp(6001420), b"QUIT\r\n")
    packet(1440, *s, ACK | FIN, 925, n + 6, stamp(9000420))
    packet(1460, *c, ACK | FIN, n + 6, 926, stamp(6001460))


talk()
# Windows over IPv6, of a network that no database has a name for.
packet(2000, "2001:db8::7", "2001:db8::25", 50000, 25, SYN, 7, 0,
       bytes.fromhex("020405a00103030801010402"), ttl=117, window=65280)
# One whose signature has two names, marked for a fast lane.
packet(2100, "192.0.2.8", "203.0.113.25", 9999, 465, SYN, 7, 0,
       WINDOWS, ttl=128, window=8192, tos=0x40)
# A tool, which says nothing by its TTL.
packet(2200, "192.0.2.9", "203.0.113.25", 33333, 25, SYN, 7, 0,
       bytes.fromhex("020405b4"), ttl=44, window=1024, ident=0)
# A SYN+ACK whose SYN we did not see; and a SYN that nobody answers.
packet(2300, "203.0.113.25", "192.0.2.10", 25, 44444, SYN | ACK, 7, 8,
       linux(1), ident=0)
packet(2400, "192.0.2.11", "203.0.113.25", 40001, 25, SYN, 1, 0, linux(5),
       ttl=20)
# Time goes on: what has not ended falls silent.
packet(1000000, "192.0.2.12", "203.0.113.25", 40002, 443, SYN, 1, 0, b"",
       ttl=64, window=512)
