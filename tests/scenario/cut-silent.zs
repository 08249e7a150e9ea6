# SPDX-License-Identifier: GPL-3.0-or-later
# A session that was cut and is silent ends soon; late log lines find it for
# some minutes more, and still say nothing against its client.
conf jitter = 0
cut on
open 198.51.100.5:1001
server 198.51.100.5:1001 says "220 mx.example.org ESMTP"
client 198.51.100.5:1001 says "EHLO pc"
block 198.51.100.5 for 1min
expect cut 198.51.100.5
expect zombie_connections 0
after 10s
expect connections 1
# Its block is over by then.
after 5min
expect no block 198.51.100.5
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.5]:1001: 550 5.1.1 <u1@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u1@example.org> proto=ESMTP helo=<pc>"
expect orphans 0
expect unjoined_blocked 1
after 10min
log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.5]:1001: 550 5.1.1 <u2@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u2@example.org> proto=ESMTP helo=<pc>"
expect orphans 1
