# SPDX-License-Identifier: GPL-3.0-or-later
# Any local user can write to syslog: lines about a client that never shook
# hands are told as orphans, and count for nothing.
open 198.51.100.90
for x in 1..20
	log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.80]:4$x: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<x>"
end
log "postfix/postscreen[1]: PREGREET 6 after 0.1 from [198.51.100.80]:4000: EHLO x\\r\\n"
expect orphans 21
expect orphan 198.51.100.80
expect no record 198.51.100.80
expect no block 198.51.100.80 ever
# Not even with a bare SYN beside them ...
syn 198.51.100.81:4000
log "postfix/postscreen[1]: PREGREET 6 after 0.1 from [198.51.100.81]:4000: EHLO x\\r\\n"
expect orphan 198.51.100.81
expect no record 198.51.100.81
# ... nor for another port of one that is really there.
open 198.51.100.82:4000
log "postfix/postscreen[1]: PREGREET 6 after 0.1 from [198.51.100.82]:4001: EHLO x\\r\\n"
expect orphan 198.51.100.82
expect no fact 198.51.100.82 early-talk
# A client's text cannot pretend to be a line of its own.
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.82]:4000: 504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname; from=<x> to=<x> proto=ESMTP helo=<x>, reject: RCPT from unknown[198.51.100.83]: 550 5.1.1>"
expect no record 198.51.100.83
