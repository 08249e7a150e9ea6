# SPDX-License-Identifier: GPL-3.0-or-later
# What the capture loses is lost for the reader only: it stops reading, counts
# the loss, and charges the client with nothing that it has not seen.
open 192.0.2.7
server 192.0.2.7 says "220 mx.example.org ESMTP"
client 192.0.2.7 says "EHLO a.example"
server 192.0.2.7 says "250 mx.example.org"
client 192.0.2.7 says "MAIL FROM:<a@a.example>" lost
server 192.0.2.7 says "250 ok"
expect session 192.0.2.7 commands 1 lost 1
client 192.0.2.7 says "GET / HTTP/1.1"
expect session 192.0.2.7 open blind commands 1
client 192.0.2.7 leaves
expect session 192.0.2.7 closed
expect no fact 192.0.2.7 non-smtp
expect no fact 192.0.2.7 no-quit

# a client whose segment is lost on the way sends it again; nothing is missed
open 192.0.2.8
server 192.0.2.8 says "220 mx.example.org ESMTP"
client 192.0.2.8 says "EHLO b.example" lost
after 300ms
client 192.0.2.8 says "EHLO b.example" again
after 300ms
client 192.0.2.8 says "EHLO b.example" again
expect session 192.0.2.8 helo b.example commands 1 retransmitted 1 lost 0 not blind

# a gap that nobody fills is waited for, but not for ever
open 192.0.2.9
server 192.0.2.9 says "220 mx.example.org ESMTP"
client 192.0.2.9 says "EHLO c.example" lost
client 192.0.2.9 says "NOOP"
expect session 192.0.2.9 commands 0 not blind
after 5s
expect session 192.0.2.9 open blind commands 0

# a greeting that the capture has lost makes nobody an early talker
open 192.0.2.10
server 192.0.2.10 says "220 mx.example.org ESMTP" lost
client 192.0.2.10 says "EHLO d.example"
expect session 192.0.2.10 helo d.example not early
expect no fact 192.0.2.10 early-talk
