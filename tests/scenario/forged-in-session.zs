# SPDX-License-Identifier: GPL-3.0-or-later
# Lines that somebody forges about a good server's session, port and all,
# must agree with its packets: no more rejects than recipients, no early talk
# that was none, no other HELO, no name taken away that was confirmed today.
open 198.51.100.110:4110
log "postfix/smtpd[9]: connect from mail.b.example[198.51.100.110]:4110"
server 198.51.100.110:4110 says "220 mx"
client 198.51.100.110:4110 says "HELO mail.b.example"
server 198.51.100.110:4110 says "250 mx"
client 198.51.100.110:4110 says "MAIL FROM:<a@b.example>"
server 198.51.100.110:4110 says "250 Ok"
client 198.51.100.110:4110 says "RCPT TO:<alice@example.org>"
server 198.51.100.110:4110 says "250 Ok"
# from here on lies
log "postfix/smtpd[9]: connect from unknown[198.51.100.110]:4110"
expect no fact 198.51.100.110 no-rdns
log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.110]:4110: 550 5.1.1 <u1@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u1@example.org> proto=ESMTP helo=<[10.1.2.3]>"
log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.110]:4110: 550 5.1.1 <u2@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u2@example.org> proto=ESMTP helo=<[10.1.2.3]>"
log "postfix/postscreen[9]: PREGREET 11 after 0.1 from [198.51.100.110]:4110: EHLO x\r\n"
log "postfix/smtpd[9]: improper command pipelining after EHLO from unknown[198.51.100.110]:4110: x"
expect no fact 198.51.100.110 helo-literal
expect no fact 198.51.100.110 early-talk
expect no fact 198.51.100.110 pipelining
expect no fact 198.51.100.110 unknown-rcpt
expect no block 198.51.100.110
