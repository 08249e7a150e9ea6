# SPDX-License-Identifier: GPL-3.0-or-later
# OpenSMTPD names the client in one line and an id in all: the others count
# for that client, and of an id that nobody has named for no one.
capture off
log "smtpd[1]: d1fc13e574ef953f smtp connected address=198.51.100.70 host=<unknown>"
for x in 1..6
	log "smtpd[1]: d1fc13e574ef953f smtp failed-command command=\"RCPT TO:<u$x@example.org>\" result=\"550 Invalid recipient: <u$x@example.org>\""
end
log "smtpd[1]: d1fc13e574ef9540 smtp failed-command command=\"RCPT TO:<u9@example.org>\" result=\"550 Invalid recipient: <u9@example.org>\""
expect block 198.51.100.70 reason unknown-rcpt
# Sendmail names it after the rejects: they wait for that line.
for x in 1..3
	log "sm-mta[1]: 6AM8ieBm000083: <u$x@example.org>... User unknown"
end
expect no fact 198.51.100.71 unknown-rcpt
log "sm-mta[1]: 6AM8ieBm000083: from=<a@example.com>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[198.51.100.71]"
expect fact 198.51.100.71 unknown-rcpt 3
# What a client puts into its words is nobody's address.
log "sm-mta[1]: 6AM8ieBm000084: ruleset=check_rcpt, arg1=<\"a, relay=x [198.51.100.72]\"@example.org>, relay=[198.51.100.71], reject=550 5.1.1 no"
expect no record 198.51.100.72
