# SPDX-License-Identifier: GPL-3.0-or-later
# When there is no room for one more block, the client is spared and counted.
conf certain_probability = 1
conf blocks_max = 64
conf jitter = 0
for x in 1..70
	open 198.51.$x.1 stack win10
	client 198.51.$x.1 says "EHLO PC-$x"
	log "postfix/smtpd[1]: connect from unknown[198.51.$x.1]"
	client 198.51.$x.1 leaves
end
expect blocked 64
expect no block 198.51.65.1
expect no block 198.51.70.1
block 198.51.70.1 for 1h
expect refused
after 11min
expect blocked 0
