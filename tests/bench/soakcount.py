# SPDX-License-Identifier: GPL-3.0-or-later
"""How many elements the sets of `inet zfw` have in the kernel.

nft(8) would take seconds and a gigabyte to list big sets; this asks netlink
for the same dump and only counts.
"""
import socket
import struct

NETLINK_NETFILTER, NFTABLES = 12, 10
GETSETELEM, NEWSETELEM = 13, 12
REQUEST_DUMP = 0x301
NFPROTO_INET = 1
TABLE, SET, ELEMENTS = 1, 2, 3
NLMSG_ERROR, NLMSG_DONE = 2, 3


def attr(kind, text):
    """A string as an attribute of netlink."""
    data = text.encode() + b"\0"
    return struct.pack("HH", 4 + len(data), kind) + data + \
        bytes(-len(data) % 4)


def attrs(data):
    """(kind, begin, end) of each attribute in `data`."""
    at = 0
    while at + 4 <= len(data):
        n, kind = struct.unpack_from("HH", data, at)
        if n < 4:
            return
        yield kind & 0x3fff, at + 4, at + n
        at += n + (-n % 4)


def count_in(message):
    """Elements in one message of the answer."""
    n = 0
    for kind, begin, end in attrs(message):
        if kind == ELEMENTS:
            n += sum(1 for _ in attrs(message[begin:end]))
    return n


def count_set(s, name):
    """None: there is no such set."""
    body = struct.pack("BBH", NFPROTO_INET, 0, 0) + attr(TABLE, "zfw") + \
        attr(SET, name)
    s.send(struct.pack("IHHII", 16 + len(body), NFTABLES << 8 | GETSETELEM,
                       REQUEST_DUMP, 1, 0) + body)
    total = 0
    while True:
        data = s.recv(1 << 18)
        at = 0
        while at + 16 <= len(data):
            n, kind = struct.unpack_from("IH", data, at)
            if kind == NLMSG_DONE:
                return total
            if kind == NLMSG_ERROR:
                return None
            if kind == NFTABLES << 8 | NEWSETELEM:
                total += count_in(data[at + 20:at + n])
            at += n + (-n % 4)


def count(names):
    """Of all these sets; None when not one of them is there."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       NETLINK_NETFILTER) as s:
        s.settimeout(10)
        all_of = [count_set(s, name) for name in names]
    there = [n for n in all_of if n is not None]
    return sum(there) if there else None
