# SPDX-License-Identifier: GPL-3.0-or-later
# Lines of submission services never speak against anybody: only a login counts,
# and it is immunity for 30 days, whatever comes from that address.
for x in 1..20
	log "postfix/submission/smtpd[5]: NOQUEUE: reject: RCPT from unknown[198.51.100.95]:5000: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<x>"
	log "postfix/smtps/smtpd[5]: NOQUEUE: reject: RCPT from unknown[198.51.100.95]:5000: 550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<trap@example.org> proto=ESMTP helo=<x>"
	log "postfix/submission/smtpd[5]: improper command pipelining after EHLO from unknown[198.51.100.95]:5000: x"
end
expect no record 198.51.100.95
expect no block 198.51.100.95 ever
expect orphans 0
log "postfix/submission/smtpd[5]: 4BBBB00002: client=unknown[198.51.100.95]:51000, sasl_method=PLAIN, sasl_username=ann"
expect immune 198.51.100.95 by login
after 29d
session from 198.51.100.95 stack win10 helo PC-4711 early unknown 8
expect immune 198.51.100.95 by login
expect no block 198.51.100.95 ever
after 2d
expect no immune 198.51.100.95
# Mail that a user sends by us, spam or not, is no evidence of his address.
log "postfix/submission/smtpd[5]: 4BBBB00003: client=unknown[198.51.100.96]:51000, sasl_method=PLAIN, sasl_username=bob"
log "postfix/cleanup[5]: 4BBBB00003: milter-reject: END-OF-MESSAGE from unknown[198.51.100.96]:51000: 5.7.1 spam; from=<bob@example.org> to=<x@example.net> proto=ESMTP helo=<pc>"
expect no fact 198.51.100.96 content
