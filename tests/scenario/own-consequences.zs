# SPDX-License-Identifier: GPL-3.0-or-later
# What our own block causes is never evidence: the lost connection, the missing
# QUIT, the SYNs sent again, the lines that the MTA still writes.
conf certain_probability = 1
session from 198.51.100.71 stack win10 helo PC-4711 early unknown 4
expect block 198.51.100.71 tier 1
expect no fact 198.51.100.71 no-quit
expect no fact 198.51.100.71 unknown-rcpt
# Nor when the session cannot be cut and goes on for a while.
session from 198.51.100.69 stack win10 helo PC-4711 early unknown 4 uncut noquit
expect block 198.51.100.69 tier 1
expect no fact 198.51.100.69 no-quit
expect no fact 198.51.100.69 unknown-rcpt
repeat 5
	syn 198.51.100.71:4444 stack win10
	after 3s
end
expect syn_drops 5
log "postfix/smtpd[611]: NOQUEUE: reject: RCPT from unknown[198.51.100.71]: 550 5.1.1 <u@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u@example.org> proto=ESMTP helo=<x>"
expect no fact 198.51.100.71 unknown-rcpt
after 15min
expect expire 198.51.100.71
expect no block 198.51.100.71
# The MTA's line about a connection of that time comes late.
log "postfix/smtpd[611]: NOQUEUE: reject: RCPT from unknown[198.51.100.71]:4444: 550 5.1.1 <u@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u@example.org> proto=ESMTP helo=<x>"
expect orphan 198.51.100.71
expect no block 198.51.100.71
expect blocks 2
