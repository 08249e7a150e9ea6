# SPDX-License-Identifier: GPL-3.0-or-later
# A flood of SYNs cannot push out sessions that are open: their log lines still
# find them.
conf half_open_max = 64
open 198.51.100.35:4000
for x in 1..500
	syn 203.0.113.9 stack raw
end
expect half_open 64
server 198.51.100.35:4000 says "220 mx"
client 198.51.100.35:4000 says "EHLO x"
server 198.51.100.35:4000 says "250 mx"
client 198.51.100.35:4000 says "MAIL FROM:<a@b.example>"
server 198.51.100.35:4000 says "250 Ok"
client 198.51.100.35:4000 says "RCPT TO:<u@example.org>"
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.35]:4000: 550 5.1.1 <u@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u@example.org> proto=ESMTP helo=<x>"
expect joined_port 1
expect orphans 0
