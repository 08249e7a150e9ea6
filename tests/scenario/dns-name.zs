# SPDX-License-Identifier: GPL-3.0-or-later
# Names that we ask for ourselves, where the log tells none: a confirmed name
# vouches, its lack speaks against the client, and the MTA's word goes first.
capture off
log "postfix/postscreen[1]: PREGREET 14 after 0.1 from [198.51.100.1]:4000: EHLO mail.a.example\\r\\n"
expect no fact 198.51.100.1 no-rdns
expect no block 198.51.100.1
dns 198.51.100.1 nameless
expect fact 198.51.100.1 no-rdns
expect block 198.51.100.1 reason early-talk reason no-rdns
log "postfix/postscreen[1]: PREGREET 14 after 0.1 from [198.51.100.2]:4000: EHLO mail.a.example\\r\\n"
dns 198.51.100.2 name mail.a.example
expect fact 198.51.100.2 named
expect no block 198.51.100.2 ever
log "postfix/postscreen[1]: PREGREET 14 after 0.1 from [198.51.100.3]:4000: EHLO mail.a.example\\r\\n"
dns 198.51.100.3 name 198-51-100-3.dyn.isp.example
expect fact 198.51.100.3 dynamic-rdns
expect block 198.51.100.3
# What the MTA confirmed a moment ago is not taken away by an answer of ours.
log "postfix/smtpd[1]: connect from mx.b.example[198.51.100.4]"
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.b.example[198.51.100.4]: 554 5.7.1 <x@else.example>: Relay access denied; from=<a@b.example> to=<x@else.example> proto=ESMTP helo=<mx.b.example>"
dns 198.51.100.4 nameless
expect fact 198.51.100.4 named
expect no fact 198.51.100.4 no-rdns
# Who is never judged is not looked up into a record either.
dns 10.1.2.3 nameless
expect no record 10.1.2.3
