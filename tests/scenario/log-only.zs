# SPDX-License-Identifier: GPL-3.0-or-later
# Without a capture the log alone is believed.
capture off
for x in 1..6
	log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.88]: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<mail.a.example>"
end
expect block 198.51.100.88 reason unknown-rcpt
expect orphans 0
