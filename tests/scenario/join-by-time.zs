# SPDX-License-Identifier: GPL-3.0-or-later
# Log lines without a port are joined by address and time; one long after the
# session, or before it, is an orphan.
session from 198.51.100.84 noport helo mail.a.example unknown 6
expect block 198.51.100.84 reason unknown-rcpt
expect joined_port 0
expect orphans 0
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.b.example[198.51.100.85]: 550 5.1.1 <u1@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u1@example.org> proto=ESMTP helo=<x>"
expect orphan 198.51.100.85
session from 198.51.100.85 noport tls name mx.b.example helo mx.b.example
# The log may lag a little behind.
after 5s
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.b.example[198.51.100.85]: 550 5.1.1 <u2@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u2@example.org> proto=ESMTP helo=<x>"
expect no orphan 198.51.100.85
expect fact 198.51.100.85 unknown-rcpt 1
after 20s
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.b.example[198.51.100.85]: 550 5.1.1 <u3@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u3@example.org> proto=ESMTP helo=<x>"
expect orphan 198.51.100.85
expect fact 198.51.100.85 unknown-rcpt 1
