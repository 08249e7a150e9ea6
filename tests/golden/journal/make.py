#!/usr/bin/env python3
# Writes mail.export, entries in the journal's export format, from the table
# below.  systemd-journal-remote makes a journal file of it; what zfw-journal
# prints of that is mail.log.
import os
import struct

T = 1767323045123456
BOOT = "f0f0f0f0a1b2c3d4e5f60718293a4b5c"
POSTFIX = dict(_TRANSPORT="syslog", _UID="105", _COMM="smtpd", _PID="77",
               _HOSTNAME="mx", _SYSTEMD_UNIT="postfix@-.service",
               SYSLOG_IDENTIFIER="postfix/smtpd", SYSLOG_PID="77")
EXIM = dict(POSTFIX, _UID="106", _COMM="exim4", _PID="88",
            _SYSTEMD_UNIT="exim4.service", SYSLOG_IDENTIFIER="exim",
            SYSLOG_PID=None)
PERSON = dict(_UID="1000", _COMM="logger", _SYSTEMD_UNIT="session-3.scope")
FORGED = "connect from unknown[192.0.2.66]"

ENTRIES = [
    (POSTFIX, {}, "connect from unknown[203.0.113.5]"),
    (POSTFIX, {}, "NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 5.1.1"
     " <a@example.com>: Recipient address rejected: User unknown in local"
     " recipient table; from=<b@example.net> to=<a@example.com> proto=ESMTP"
     " helo=<x>"),
    # What an ordinary user may do: each of these is to be passed over.
    (POSTFIX, PERSON, FORGED),
    (POSTFIX, dict(PERSON, _COMM="smtpd"), FORGED),
    (POSTFIX, dict(PERSON, _SYSTEMD_UNIT="user@1000.service",
                   _SYSTEMD_USER_UNIT="postfix@-.service"), FORGED),
    (POSTFIX, dict(PERSON, _TRANSPORT="stdout"), FORGED),
    (POSTFIX, dict(PERSON, _TRANSPORT="journal", SYSTEMD_UNIT="x",
                   UNIT="postfix@-.service", OBJECT_UID="0",
                   OBJECT_SYSTEMD_UNIT="postfix@-.service"), FORGED),
    (POSTFIX, dict(_UID="1000", _COMM="logger"), FORGED),  # his .forward
    (POSTFIX, dict(_UID="65534", _COMM="procmail"), FORGED),
    (POSTFIX, dict(_UID="33", _COMM="smtpd"), FORGED),
    (POSTFIX, dict(_UID=None), FORGED),
    (POSTFIX, dict(_UID="0", _COMM="logger", _SYSTEMD_UNIT="cron.service"),
     FORGED),
    # What a client may have had logged.
    (POSTFIX, {}, "lost connection after EHLO from unknown[203.0.113.5]\n"
     "2026-01-02T03:04:05.123456+00:00 mx postfix/smtpd[77]: " + FORGED),
    (POSTFIX, {}, b"\x00\x1b[2J\xff\x80 binary\r\n"),
    (POSTFIX, {}, "warning: " + "x" * 9000),
    (POSTFIX, {"SYSLOG_IDENTIFIER": "postfix/smtpd[1]: connect"}, "a tag"),
    # Other mail servers, and other ways.
    (EXIM, {}, "no host name found for IP address 203.0.113.6"),
    (EXIM, dict(_SYSTEMD_UNIT=None), "H=[203.0.113.6] F=<a@example.net>"
     " rejected RCPT <b@example.com>: Unrouteable address"),
    (EXIM, dict(_SYSTEMD_UNIT="haraka.service", _TRANSPORT="stdout",
                _COMM="node", SYSLOG_IDENTIFIER="haraka"),
     "[NOTICE] [9AD0DDF8-FDE2-4433-BA80-1B3CB2425666] [core] connect ip=203.0.113.7 port=4711 local_ip=198.51.100.1 local_port=25"),
    (EXIM, dict(_SYSTEMD_UNIT="mta.service", _UID="990", _COMM="mta",
                SYSLOG_IDENTIFIER="mta"), "only when it is named"),
    (EXIM, dict(_SYSTEMD_UNIT="init.scope", _UID="0", _COMM="systemd",
                SYSLOG_IDENTIFIER="systemd"), "Started Exim."),
    (EXIM, {}, "the last one"),
]


def field(name, value):
    value = value if isinstance(value, bytes) else value.encode()
    if all(32 <= c < 127 for c in value):
        return name.encode() + b"=" + value + b"\n"
    return (name.encode() + b"\n" + struct.pack("<Q", len(value)) + value
            + b"\n")


with open(os.path.join(os.path.dirname(__file__), "mail.export"), "wb") as f:
    for i, (base, change, message) in enumerate(ENTRIES):
        f.write(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n"
                % (T + i, 1000000 + i))
        f.write(field("_BOOT_ID", BOOT))
        for name, value in dict(base, **change, MESSAGE=message).items():
            if value is not None:
                f.write(field(name, value))
        f.write(b"\n")
