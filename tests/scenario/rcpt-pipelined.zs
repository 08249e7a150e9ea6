# SPDX-License-Identifier: GPL-3.0-or-later
# Recipients that come all at once, with our leave, are counted one by one: each
# trap and each that does not exist once, whatever the order of the replies.
open 198.51.100.10:4000 stack win10
log "postfix/smtpd[611]: connect from unknown[198.51.100.10]:4000"
server 198.51.100.10 says "220 mx.example.org ESMTP"
client 198.51.100.10 says "EHLO a.example"
server 198.51.100.10 sends "250-mx.example.org\r\n250 PIPELINING\r\n"
client 198.51.100.10 sends "MAIL FROM:<a@b.example>\r\nRCPT TO:<u1@example.org>\r\nRCPT TO:<trap@example.org>\r\nRCPT TO:<u2@example.org>\r\nDATA\r\n"
server 198.51.100.10 sends "250 2.1.0 Ok\r\n550 5.1.1 <u1@example.org>: Recipient address rejected: User unknown in local recipient table\r\n550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table\r\n550 5.1.1 <u2@example.org>: Recipient address rejected: User unknown in local recipient table\r\n554 5.5.1 Error: no valid recipients\r\n"
expect fact 198.51.100.10 unknown-rcpt 2
expect fact 198.51.100.10 trap 1
# Two traps before our first word about either.
open 198.51.100.11:4000 stack win10
server 198.51.100.11 says "220 mx.example.org ESMTP"
client 198.51.100.11 says "EHLO a.example"
server 198.51.100.11 sends "250-mx.example.org\r\n250 PIPELINING\r\n"
client 198.51.100.11 sends "MAIL FROM:<a@b.example>\r\nRCPT TO:<trap@example.org>\r\nRCPT TO:<a@trap.example>\r\nDATA\r\n"
server 198.51.100.11 sends "250 2.1.0 Ok\r\n550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table\r\n550 5.1.1 <a@trap.example>: Recipient address rejected: User unknown in local recipient table\r\n554 5.5.1 Error: no valid recipients\r\n"
expect fact 198.51.100.11 trap 2
expect no fact 198.51.100.11 unknown-rcpt
