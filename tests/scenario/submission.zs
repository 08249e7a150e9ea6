# SPDX-License-Identifier: GPL-3.0-or-later
# Lines of submission services never speak against anybody.
for x in 1..20
	log "postfix/submission/smtpd[5]: NOQUEUE: reject: RCPT from unknown[198.51.100.95]:5000: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<x>"
	log "postfix/smtps/smtpd[5]: NOQUEUE: reject: RCPT from unknown[198.51.100.95]:5000: 550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<trap@example.org> proto=ESMTP helo=<x>"
end
expect no record 198.51.100.95
expect no block 198.51.100.95 ever
expect orphans 0
