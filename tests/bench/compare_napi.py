#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a kernel thread receive what comes in on a veth interface.

usage: compare_napi.py INTERFACE, at both ends, in their namespaces

Without GRO a veth has no NAPI, and packets of a sender that offers TSO go
past it: both are set.  The thread's run time is then what receiving costs,
whoever sent.
"""
import fcntl
import array
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
ETHTOOL_STSO = 0x1f
ETHTOOL_SGRO = 0x2c


def ethtool(sock, name, command, value):
    data = array.array("B", struct.pack("II", command, value))
    fcntl.ioctl(sock, SIOCETHTOOL,
                struct.pack("16sP8x", name.encode(), data.buffer_info()[0]))


def main():
    name = sys.argv[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        ethtool(s, name, ETHTOOL_STSO, 0)
        ethtool(s, name, ETHTOOL_SGRO, 1)
    with open(f"/sys/class/net/{name}/threaded", "w") as f:
        f.write("1")


main()
