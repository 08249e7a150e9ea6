#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From lines of a mail log to the elements of two firewalls.

usage: compare_latency.py LOG SECONDS TABLE OTHER ADDRESS:PORT...

At a random moment of those SECONDS for each client LINES reject lines of it
go to the log in one write; the kernel's notifications tell when sets of the
two tables have its address.  Nobody is waited for in between: what looks for
news only now and then is met at any moment of its round.  Prints "ADDRESS MS
MS" for each client, -1: not within WAIT_S.
"""
import random
import socket
import struct
import sys
import time

LINES = 7  # CrowdSec's postfix-spam overflows at the sixth
WAIT_S = 20
NETLINK_NETFILTER = 12
GROUP = 1 << (7 - 1)  # NFNLGRP_NFTABLES
NEWSETELEM = 10 << 8 | 12
TABLE, ELEMENTS, LIST_ELEM, KEY, VALUE = 1, 3, 1, 1, 1
TYPE = 0x3fff  # of an attribute, without its flags
LINE = ("{stamp} mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from unknown[{ip}]"
        ":{port}: 550 5.1.1 <no{i}@example.com>: Recipient address rejected: "
        "User unknown in local recipient table; from=<a@example.net> "
        "to=<no{i}@example.com> proto=ESMTP helo=<pc>\n")


def attributes(data, at=0):
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            return
        yield kind & TYPE, data[at + 4:at + size]
        at += (size + 3) & ~3


def messages(data, at=0):
    while at + 16 <= len(data):
        size, kind = struct.unpack_from("=IH", data, at)
        if size < 16:
            return
        yield kind, data[at + 20:at + size]
        at += (size + 3) & ~3


def elements(data):
    """(table, first bytes of a key) of new elements."""
    for kind, body in messages(data):
        if kind != NEWSETELEM:
            continue
        attrs = list(attributes(body))
        table = next(v for k, v in attrs if k == TABLE).rstrip(b"\0").decode()
        for k, v in attrs:
            for what, elem in attributes(v) if k == ELEMENTS else ():
                for part, key in attributes(elem):
                    if what == LIST_ELEM and part == KEY:
                        yield table, dict(attributes(key))[VALUE][:4]


def write_lines(log, client):
    ip, port = client.split(":")
    stamp = time.strftime("%b %e %H:%M:%S")
    log.write("".join(LINE.format(stamp=stamp, ip=ip, port=port, i=i)
                      for i in range(LINES)))
    log.flush()
    return socket.inet_aton(ip)


def main():
    log = open(sys.argv[1], "a")
    within_s, tables, clients = float(sys.argv[2]), sys.argv[3:5], sys.argv[5:]
    nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    nl.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    nl.bind((0, GROUP))
    start_s = time.monotonic()
    due = sorted((start_s + random.uniform(0, within_s), c) for c in clients)
    written, seen = {}, {}
    while due or (len(seen) < 2 * len(clients) and
                  time.monotonic() < start_s + within_s + WAIT_S):
        next_s = due[0][0] if due else start_s + within_s + WAIT_S
        nl.settimeout(max(next_s - time.monotonic(), 0.0001))
        try:
            data, now_s = nl.recv(1 << 16), time.monotonic()
            for table, key in elements(data):
                if key in written:
                    seen.setdefault((table, key), now_s)
        except TimeoutError:
            pass
        if due and due[0][0] <= time.monotonic():
            client = due.pop(0)[1]
            written[socket.inet_aton(client.split(":")[0])] = time.monotonic()
            write_lines(log, client)
    for key, at_s in written.items():
        took = (seen.get((t, key)) for t in tables)
        print(socket.inet_ntoa(key), *(
            f"{(s - at_s) * 1000:.2f}" if s else "-1" for s in took))


main()
