# SPDX-License-Identifier: GPL-3.0-or-later
# A capture that shows one side only proves no handshake: it opens nothing and
# charges nobody.
capture client
open 192.0.2.7
client 192.0.2.7 says "EHLO a.example"
client 192.0.2.7 says "GET / HTTP/1.1"
client 192.0.2.7 leaves
expect session 192.0.2.7 halfopen onesided commands 0
after 2min
expect no session 192.0.2.7

capture server
open 192.0.2.8
server 192.0.2.8 says "220 mx.example.org ESMTP"
client 192.0.2.8 says "EHLO a.example"
server 192.0.2.8 says "250 mx.example.org"
server 192.0.2.8 leaves
expect no session 192.0.2.8
expect handshakes 0
expect no record 192.0.2.7
expect no record 192.0.2.8

# one that loses a side on the way goes blind and no further
capture both
open 192.0.2.9
server 192.0.2.9 says "220 mx.example.org ESMTP"
capture client
client 192.0.2.9 says "EHLO a.example"
server 192.0.2.9 says "250 mx.example.org"
client 192.0.2.9 says "MAIL FROM:<a@a.example>"
client 192.0.2.9 says "RCPT TO:<b@example.org>"
expect session 192.0.2.9 open not pipelined not early
capture both
client 192.0.2.9 leaves
expect session 192.0.2.9 closed
expect no fact 192.0.2.9 pipelining
