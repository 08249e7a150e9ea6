# SPDX-License-Identifier: GPL-3.0-or-later
# Behind STARTTLS nothing is read, whatever the bytes look like; what was in
# the clear stays known, and the traffic is counted.
open 192.0.2.7
server 192.0.2.7 says "220 mx.example.org ESMTP"
client 192.0.2.7 says "EHLO a.example"
server 192.0.2.7 sends "250-mx.example.org\r\n250 STARTTLS\r\n"
client 192.0.2.7 says "STARTTLS"
expect session 192.0.2.7 commands 2 not blind
server 192.0.2.7 says "220 go ahead"
client 192.0.2.7 says "GET / HTTP/1.1"
client 192.0.2.7 says "EHLO somebody.else"
expect session 192.0.2.7 open blind commands 2 helo a.example
after 300ms
client 192.0.2.7 says "EHLO somebody.else" again
client 192.0.2.7 leaves
expect session 192.0.2.7 closed retransmitted 1
expect no fact 192.0.2.7 non-smtp
expect no fact 192.0.2.7 pipelining
expect no fact 192.0.2.7 no-quit

# refused, the dialogue goes on in the clear
open 192.0.2.8
server 192.0.2.8 says "220 mx.example.org ESMTP"
client 192.0.2.8 says "EHLO a.example"
server 192.0.2.8 says "250 mx.example.org"
client 192.0.2.8 says "STARTTLS"
server 192.0.2.8 says "502 no"
client 192.0.2.8 says "QUIT"
expect session 192.0.2.8 not blind commands 3
