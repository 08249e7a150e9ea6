# SPDX-License-Identifier: GPL-3.0-or-later
# A packet that the capture shows twice counts once.
packets twice
session from 198.51.100.78 name mx.good.example helo mx.good.example accepted 1
expect handshakes 1
expect fact 198.51.100.78 accepted-mail 1
session from 198.51.100.79 name mx.a.example helo mx.a.example early
expect fact 198.51.100.79 early-talk 1
block 198.51.100.80 for 1h
syn 198.51.100.80
expect syn_drops 1
# So does what packet and log both tell, and a session told only by the log.
packets once
open 198.51.100.89:4000
client 198.51.100.89 says "EHLO mail.a.example"
log "postfix/postscreen[1]: PREGREET 14 after 0.1 from [198.51.100.89]:4000: EHLO mail.a.example\\r\\n"
expect fact 198.51.100.89 early-talk 1
open 198.51.100.90:4000
log "postfix/postscreen[1]: PREGREET 14 after 0.1 from [198.51.100.90]:4000: EHLO mail.a.example\\r\\n"
client 198.51.100.90 says "EHLO mail.a.example"
expect fact 198.51.100.90 early-talk 1
