#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good servers that send mail all the time, over the kernel's TCP.

usage: soakmail.py SERVER4 SERVER6 RATE ADDRESS... (until the end of its input)
RATE mails a second, from each address in turn, as real servers send: greeting,
EHLO, MAIL, RCPT, DATA, QUIT.  Prints `sent TIME ID ADDRESS` for each that the
server took, `again TIME ADDRESS` when its first SYN was not answered, and
`failed TIME ID ADDRESS WHY`; nothing is tried twice.  The subject is the ID.
"""
import queue
import select
import smtplib
import socket
import struct
import sys
import threading
import time

RETRANS_AT = 100  # tcpi_total_retrans in struct tcp_info
SLOW_S = 25
WORKERS = 6
RCPTS = ("alice", "bob", "carol")


def send(ident, source, server):
    """One mail; was the first SYN lost?"""
    with smtplib.SMTP(timeout=SLOW_S, local_hostname="mail.example.org",
                      source_address=(source, 0)) as s:
        code, text = s.connect(server, 25)
        if code != 220 or b"Postfix" not in text:
            raise OSError(f"greeted by {code} {text!r}")
        info = s.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        rcpt = RCPTS[hash(ident) % len(RCPTS)]
        refused = s.sendmail("news@example.org", [f"{rcpt}@example.com"],
                             f"Subject: {ident}\r\n\r\nGood news.\r\n")
        if refused:
            raise OSError(str(refused))
        return struct.unpack_from("I", info, RETRANS_AT)[0] > 0


def work(jobs, server4, server6):
    """Sends what is in the queue until there is None."""
    while (job := jobs.get()) is not None:
        ident, source = job
        begun = time.time()
        try:
            again = send(ident, source, server6 if ":" in source else server4)
            text = f"sent {begun:.3f} {ident} {source}"
            if again:
                text += f"\nagain {begun:.3f} {source}"
        except (OSError, smtplib.SMTPException) as e:
            text = f"failed {begun:.3f} {ident} {source} {type(e).__name__}: {e}"
        sys.stdout.write(text.replace("\r", " ") + "\n")


def main():
    """See the head of this file."""
    server4, server6, rate = sys.argv[1], sys.argv[2], float(sys.argv[3])
    sources = sys.argv[4:]
    jobs = queue.Queue()
    threads = [threading.Thread(target=work, args=(jobs, server4, server6))
               for _ in range(WORKERS)]
    for t in threads:
        t.start()
    begun, n = time.monotonic(), 0
    while True:
        wait = begun + n / rate - time.monotonic()
        if select.select([sys.stdin], [], [], max(0, wait))[0]:
            break
        jobs.put((f"good-{n:06d}", sources[n % len(sources)]))
        n += 1
    for _ in threads:
        jobs.put(None)
    for t in threads:
        t.join()


main()
