# SPDX-License-Identifier: GPL-3.0-or-later
# A greeting of several lines with a pause in it: who speaks before its last
# line has not waited for it; who waits is fine.
open 198.51.100.111:4111 stack winxp
log "postfix/postscreen[9]: CONNECT from [198.51.100.111]:4111 to [203.0.113.25]:25"
server 198.51.100.111:4111 says "220-mx.example.org ESMTP"
after 1s
client 198.51.100.111:4111 says "EHLO pc"
expect fact 198.51.100.111 early-talk 1
open 198.51.100.112:4112 stack winxp
server 198.51.100.112:4112 says "220-mx.example.org ESMTP"
after 1s
server 198.51.100.112:4112 says "220 mx.example.org ready"
client 198.51.100.112:4112 says "EHLO pc"
expect no fact 198.51.100.112 early-talk
# All in one packet is an ordinary greeting.
open 198.51.100.113:4113
server 198.51.100.113:4113 sends "220-mx.example.org\r\n220 ready\r\n"
client 198.51.100.113:4113 says "EHLO mail.b.example"
expect no fact 198.51.100.113 early-talk
