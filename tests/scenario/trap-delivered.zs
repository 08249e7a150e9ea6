# SPDX-License-Identifier: GPL-3.0-or-later
# A trap may be a mailbox that takes mail.  Each message counts once, however
# often its delivery is tried, and mail of our own users never does.
session from 198.51.100.54 helo a.spam.example accepted 1 into trap@example.org
expect fact 198.51.100.54 trap 1
log "postfix/smtp[614]: $qid: to=<trap@example.org>, relay=inner.example.org[10.0.0.2]:25, delay=9, delays=9/0/0/0, dsn=4.0.0, status=deferred (try again)"
expect fact 198.51.100.54 trap 1
# The same behind TLS, where only the log tells.
session from 198.51.100.53 tls helo a.spam.example accepted 1 into trap@example.org
expect fact 198.51.100.53 trap 1
log "postfix/smtp[614]: $qid: to=<trap@example.org>, relay=inner.example.org[10.0.0.2]:25, delay=9, delays=9/0/0/0, dsn=4.0.0, status=deferred (try again)"
expect fact 198.51.100.53 trap 1
# A message in the clear that was for others cannot have gone to a trap.
session from 198.51.100.52 helo a.good.example accepted 1
log "postfix/smtp[614]: $qid: to=<trap@example.org>, relay=inner.example.org[10.0.0.2]:25, delay=9, delays=9/0/0/0, dsn=2.0.0, status=sent (250 Ok)"
expect no fact 198.51.100.52 trap
# A refused trap in a session whose message has a queue id is one hit, not two.
session from 198.51.100.55 helo b.spam.example late accepted 1 trap trap@example.org
expect fact 198.51.100.55 trap 1
# Somebody forges an acceptance by a submission service, to make us count.
for x in 1..5
	log "postfix/submission/smtpd[9]: 4AAAA0000$x: client=victim.example[198.51.100.56]"
	log "postfix/qmgr[9]: 4AAAA0000$x: from=<u@example.org>, size=9, nrcpt=1 (queue active)"
	log "postfix/smtp[9]: 4AAAA0000$x: to=<trap@example.org>, relay=inner.example.org[10.0.0.2]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 Ok)"
end
expect no fact 198.51.100.56 trap
