# SPDX-License-Identifier: GPL-3.0-or-later
# An ordinary user with `logger` moves nothing: no line without a session, with
# a port that is not there, or about a session in the clear whose packets show
# otherwise, is counted, nor learned from.
open 198.51.100.1:4000
log "postfix/smtpd[9]: connect from mx.good.example[198.51.100.1]:4000"
server 198.51.100.1:4000 says "220 mx"
client 198.51.100.1:4000 says "EHLO mx.good.example"
server 198.51.100.1:4000 says "250 mx"
client 198.51.100.1:4000 says "MAIL FROM:<a@good.example>"
server 198.51.100.1:4000 says "250 Ok"
client 198.51.100.1:4000 says "RCPT TO:<alice@example.org>"
server 198.51.100.1:4000 says "250 Ok"
client 198.51.100.1:4000 says "RCPT TO:<bob@example.org>"
server 198.51.100.1:4000 says "250 Ok"
# Lies about that very session, port and all.
for x in 1..30
	log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.good.example[198.51.100.1]:4000: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@good.example> to=<u$x@example.org> proto=ESMTP helo=<x>"
	log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.good.example[198.51.100.1]:4000: 550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@good.example> to=<trap@example.org> proto=ESMTP helo=<x>"
end
log "postfix/postscreen[9]: PREGREET 11 after 0.1 from [198.51.100.1]:4000: EHLO x\\r\\n"
log "postfix/postscreen[9]: BARE NEWLINE from [198.51.100.1]:4000 after EHLO"
log "postfix/smtpd[9]: improper command pipelining after EHLO from mx.good.example[198.51.100.1]:4000: x"
log "postfix/smtpd[9]: warning: non-SMTP command from mx.good.example[198.51.100.1]:4000: GET / HTTP/1.1"
log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.good.example[198.51.100.1]:4000: 554 5.7.1 Service unavailable; Client host [198.51.100.1] blocked using zen.example; from=<a@good.example> to=<alice@example.org> proto=ESMTP helo=<x>"
log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from mx.good.example[198.51.100.1]:4000: 554 5.7.1 <x@else.example>: Relay access denied; from=<a@good.example> to=<x@else.example> proto=ESMTP helo=<x>"
log "postfix/smtpd[9]: warning: mx.good.example[198.51.100.1]:4000: SASL PLAIN authentication failed: x"
log "postfix/anvil[9]: statistics: max connection rate 900/60s for (smtp:198.51.100.1) at Mar  3 08:00:00"
log "postfix/smtpd[9]: warning: Connection rate limit exceeded: 900 from mx.good.example[198.51.100.1]:4000 for service smtp"
log "postfix/cleanup[9]: 4ZZZZZZZZZ: milter-reject: END-OF-MESSAGE from mx.good.example[198.51.100.1]:4000: 5.7.1 spam; from=<a@good.example> to=<alice@example.org> proto=ESMTP helo=<x>"
for e in unknown-rcpt trap early-talk pipelining non-smtp listed relay-probe auth-guessing rate content
	expect no fact 198.51.100.1 $e
end
# About nobody's sessions, and other ports of real ones.
for x in 1..30
	log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[203.0.$x.1]:4000: 550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<trap@example.org> proto=ESMTP helo=<x>"
	log "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.1]:5$x: 550 5.1.1 <trap@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<trap@example.org> proto=ESMTP helo=<x>"
	expect no record 203.0.$x.1
end
expect no fact 198.51.100.1 trap
expect labels bad 0
expect blocks 0
expect no fact 198.51.100.1 no-rdns
