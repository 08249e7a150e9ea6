#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one long message from each address, all at the same time.

usage: slowmail.py SECONDS SUBJECT RCPT SERVER4 SERVER6 ADDRESS...

Each session takes about SECONDS, nearly all of it within DATA.  Prints
`ADDRESS sent` or `ADDRESS failed: why`; exit 0 when all were sent.  The subject
gets the address behind it.
"""
import smtplib
import sys
import threading
import time

LINES = 50


def send(source, seconds, subject, rcpt, server):
    """One session; returns what went wrong, or None."""
    try:
        with smtplib.SMTP(server, 25, "mail.example.org", timeout=60,
                          source_address=(source, 0)) as s:
            s.ehlo()
            s.mail("news@example.org")
            s.rcpt(rcpt)
            code, text = s.docmd("DATA")
            if code != 354:
                return f"DATA: {code} {text}"
            s.send(f"Subject: {subject} {source}\r\n\r\n")
            for i in range(LINES):
                time.sleep(seconds / LINES)
                s.send(f"line {i} of a long message\r\n")
            code, text = s.docmd(".")
            return None if code == 250 else f"the message: {code} {text}"
    except (OSError, smtplib.SMTPException) as e:
        return str(e) or type(e).__name__


def main():
    """See the head of this file."""
    seconds, subject, rcpt, server4, server6 = sys.argv[1:6]
    went = {}

    def one(source):
        server = server6 if ":" in source else server4
        went[source] = send(source, float(seconds), subject, rcpt, server)

    threads = [threading.Thread(target=one, args=(a,)) for a in sys.argv[6:]]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for source, why in went.items():
        print(source, f"failed: {why}" if why else "sent")
    return any(went.values())


if __name__ == "__main__":
    sys.exit(main())
