# SPDX-License-Identifier: GPL-3.0-or-later
# Segments that overtake one another on the way are put in order before they
# are read.  Neither blindness nor a false charge comes of it.
open 192.0.2.7
server 192.0.2.7 says "220 mx.example.org ESMTP"
client 192.0.2.7 sends "EHLO a.exa" late
client 192.0.2.7 sends "mple\r\n"
expect session 192.0.2.7 open helo a.example commands 1 reordered 1 not blind

# our own words, too
server 192.0.2.7 says "250-mx.example.org" late
server 192.0.2.7 says "250 PIPELINING"
client 192.0.2.7 says "MAIL FROM:<a@a.example>" late
client 192.0.2.7 sends "RCPT TO:<b@example.org>\r\nDATA\r\n"
expect session 192.0.2.7 commands 4 rcpts 1 reordered 3 not pipelined not blind
server 192.0.2.7 sends "250 ok\r\n250 ok\r\n354 go\r\n"
client 192.0.2.7 sends "Subject: x\r\n\r\nhello\r\n" late
client 192.0.2.7 sends ".\r\n"
server 192.0.2.7 says "250 queued"

# the goodbye, and the FIN before it
client 192.0.2.7 says "QUIT" late
client 192.0.2.7 leaves
expect session 192.0.2.7 closed commands 5 not blind retransmitted 0 lost 0
expect term 192.0.2.7 no-quit below 0
expect no fact 192.0.2.7 pipelining
expect no fact 192.0.2.7 early-talk
