# SPDX-License-Identifier: GPL-3.0-or-later
# A block of whom only the log told is of no stack that anybody knows: it stays
# whole, whoever knocks.
capture off
for x in 1..6
	log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.88]: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<mail.a.example>"
end
expect block 198.51.100.88 whole
syn 198.51.100.88 stack win10
syn 198.51.100.88 stack linux
expect block 198.51.100.88 whole
expect syn_drop 198.51.100.88
expect narrow 0
