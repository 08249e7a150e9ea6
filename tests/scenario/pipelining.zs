# SPDX-License-Identifier: GPL-3.0-or-later
# Commands ahead of our replies are a charge without our leave only, and leave
# is what we have answered to EHLO.
open 192.0.2.7
server 192.0.2.7 says "220 mx.example.org ESMTP"
client 192.0.2.7 says "EHLO a.example"
server 192.0.2.7 sends "250-mx.example.org\r\n250 PIPELINING\r\n"
client 192.0.2.7 sends "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
expect session 192.0.2.7 commands 4 not pipelined
expect no fact 192.0.2.7 pipelining

open 192.0.2.8
server 192.0.2.8 says "220 mx.example.org ESMTP"
client 192.0.2.8 says "EHLO a.example"
server 192.0.2.8 sends "250-mx.example.org\r\n250 SIZE\r\n"
client 192.0.2.8 sends "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@example.org>\r\n"
expect session 192.0.2.8 commands 3 pipelined
expect fact 192.0.2.8 pipelining 1

# before the leave is given there is none
open 192.0.2.9
server 192.0.2.9 says "220 mx.example.org ESMTP"
client 192.0.2.9 sends "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\n"
expect session 192.0.2.9 commands 2 pipelined
expect fact 192.0.2.9 pipelining 1
