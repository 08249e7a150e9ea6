# SPDX-License-Identifier: GPL-3.0-or-later
# New blocks a minute are capped: a flood of whatever kind cannot fill the sets.
# The engine keeps a tenth below what the guard allows.
conf block_rate = 10
for x in 1..15
	open 198.51.$x.1 stack win10
	client 198.51.$x.1 says "EHLO PC-$x"
	log "postfix/smtpd[1]: connect from unknown[198.51.$x.1]"
end
expect blocked 9
expect no block 198.51.11.1
# The bucket fills all the time, not at the minute.
after 7s
open 198.51.99.1 stack win10
client 198.51.99.1 says "EHLO PC"
log "postfix/smtpd[1]: connect from unknown[198.51.99.1]"
expect block 198.51.99.1
