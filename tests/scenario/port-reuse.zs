# SPDX-License-Identifier: GPL-3.0-or-later
# A client that uses a port again has a new session, whether the old one has
# ended in our sight or not.
open 192.0.2.7:4000 stack win10
server 192.0.2.7:4000 says "220 mx.example.org ESMTP"
client 192.0.2.7:4000 says "EHLO a.example"
client 192.0.2.7:4000 leaves
expect session 192.0.2.7:4000 closed helo a.example
after 1s
open 192.0.2.7:4000 stack linux
expect session 192.0.2.7:4000 open helo "" commands 0
server 192.0.2.7:4000 says "220 mx.example.org ESMTP"
client 192.0.2.7:4000 says "EHLO b.example"
expect session 192.0.2.7:4000 open helo b.example commands 1
expect handshakes 2

# the end of the old one was never seen
after 1s
open 192.0.2.7:4000
expect session 192.0.2.7:4000 open commands 0 not early
expect handshakes 3

# a SYN alone, which anybody can forge, disturbs nothing
server 192.0.2.7:4000 says "220 mx.example.org ESMTP"
client 192.0.2.7:4000 says "EHLO c.example"
syn 192.0.2.7:4000
expect session 192.0.2.7:4000 open helo c.example
expect handshakes 3
