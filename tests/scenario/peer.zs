# SPDX-License-Identifier: GPL-3.0-or-later
# Whom we deliver mail to, and who answers, has something to say in its favour:
# for weeks, not for hours.
for a in 36 37
	session from 198.51.100.$a stack win10 helo mail.peer.example
end
log "postfix/smtp[614]: 4CCCC00001: to=<x@peer.example>, relay=mx.peer.example[198.51.100.36]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 Ok)"
expect fact 198.51.100.36 outbound-peer 1
after 10d
for a in 36 37
	session from 198.51.100.$a stack win10 helo mail.peer.example early
end
expect no block 198.51.100.36 ever
expect block 198.51.100.37
