#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of zfw-front that nobody wishes for, and good ones beside them.

usage: frontload.py HOST PORT WHAT N SECONDS
N connections at once, each from an address of its own in 127.0.0.0/8 (or all
from here, over IPv6), for at most so many seconds.  WHAT is what they do:
  idle    say nothing
  slow    one byte every 50 ms, no line end
  line    one line that never ends
  junk    pipelined lines of random bytes
  rcpt    pipelined recipients, and hear nothing
  tls     a TLS ClientHello
  good    a whole dialogue, one after the other; prints how long each took
Prints what became of them: `220 N`, `421 N`, `550 N`, `451 N` (connections
that heard it), `closed N` (by the server), `open N`, `failed N`.
"""
import os
import random
import selectors
import socket
import sys
import time

host, port, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
number, seconds = int(sys.argv[4]), float(sys.argv[5])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
MAIL = b"EHLO mail.example.org\r\nMAIL FROM:<a@example.org>\r\n"
RCPT = b"RCPT TO:<b@example.com>\r\n"
HELLO = bytes.fromhex("160301020001000001fc0303") + os.urandom(500)
random.seed(1)


def dial(i, wait):
    s = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET:
        s.bind((f"127.{1 + (i >> 16)}.{i >> 8 & 255}.{1 + i % 255}", 0))
    s.settimeout(wait)
    s.connect((host, port))
    return s


def junk():
    return b"".join(random.randbytes(random.randint(0, 90)).replace(b"\0", b"")
                    + b"\r\n" for _ in range(200))


# What one of that kind has to say next.
SAYS = {"idle": lambda: b"", "slow": lambda: b"N", "line": lambda: b"x" * 65536,
        "junk": junk, "rcpt": lambda: RCPT * 500, "tls": lambda: HELLO}


class Client:
    def __init__(self, i):
        self.sock = dial(i, 10)
        self.sock.setblocking(False)
        self.heard = self.said = b""
        self.sent, self.closed, self.next = 0, False, 0.0
        if what == "rcpt":
            self.said = MAIL

    def hear(self):
        if what == "rcpt" and self.sent > 100:
            return
        try:
            got = self.sock.recv(65536)
            self.closed = got == b""
            self.heard = (self.heard + got)[:4096]
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def say(self, now):
        if now < self.next:
            return
        self.next = now + 0.05
        self.said = self.said or SAYS[what]()
        try:
            n = self.sock.send(self.said) if self.said else 0
            self.said, self.sent = self.said[n:], self.sent + n
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True


def attack():
    clients, failed, loop = [], 0, selectors.DefaultSelector()
    for i in range(number):
        try:
            clients.append(Client(i))
            loop.register(clients[-1].sock, selectors.EVENT_READ, clients[-1])
        except OSError:
            failed += 1
    end = time.monotonic() + seconds
    alive = set(clients)
    while alive and time.monotonic() < end:
        for key, _ in loop.select(0.05):
            key.data.hear()
        now = time.monotonic()
        for c in list(alive):
            c.say(now)
            if c.closed:
                loop.unregister(c.sock)
                alive.discard(c)
    for code in (b"220", b"421", b"550", b"451"):
        n = sum((b"\r\n" + c.heard).count(b"\r\n" + code) > 0 for c in clients)
        print(code.decode(), n)
    print("closed", len(clients) - len(alive))
    print("open", len(alive))
    print("failed", failed)


def good():
    times = []
    for i in range(number):
        start = time.monotonic()
        s = dial(60000 + i, seconds)
        s.sendall(MAIL + RCPT + b"QUIT\r\n")
        heard = b""
        while got := s.recv(4096):
            heard += got
        s.close()
        times.append((time.monotonic() - start) * 1000)
        if b"\r\n550-5.7.1 " not in heard or not heard.endswith(b"Bye\r\n"):
            print("bad", heard)
            sys.exit(1)
    times.sort()
    print(f"good {number} median_ms {times[number // 2]:.1f} "
          f"max_ms {times[-1]:.1f}")


if what == "good":
    good()
else:
    attack()
