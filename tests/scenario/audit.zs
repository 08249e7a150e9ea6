# SPDX-License-Identifier: GPL-3.0-or-later
# Of a few zombies the first session goes on to its end, so that we see whether
# we were right; the block comes then, and a second time nobody is spared.
conf audit = 1000
cut on
open 198.51.100.1 stack win10
client 198.51.100.1 says "EHLO PC-1"
log "postfix/smtpd[611]: connect from unknown[198.51.100.1]"
expect no block 198.51.100.1
expect score 198.51.100.1 above 0.985
server 198.51.100.1 says "220 mx.example.org ESMTP"
server 198.51.100.1 says "250 mx.example.org"
client 198.51.100.1 says "MAIL FROM:<a@b.example>"
server 198.51.100.1 says "250 Ok"
client 198.51.100.1 says "RCPT TO:<trap@example.org>"
server 198.51.100.1 says "554 5.7.1 <trap@example.org>: Recipient address rejected: Access denied"
expect no block 198.51.100.1
expect fact 198.51.100.1 trap
client 198.51.100.1 leaves
expect block 198.51.100.1
unblock 198.51.100.1
after 1min
session from 198.51.100.1 stack win10 helo PC-1 early unknown 3
expect block 198.51.100.1
expect cut 198.51.100.1
# It was cut before a recipient.
expect no fact 198.51.100.1 unknown-rcpt
