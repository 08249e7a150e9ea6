# SPDX-License-Identifier: GPL-3.0-or-later
# When there is no room for one more block, one of the lowest tier that is nearly
# over makes room; never one of a higher tier than the new one, nor one by the
# admin's hand: then the client is spared and counted.
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
expect evicted 6
expect unblocks 0
expect block 198.51.70.1
expect full_spared 0
block 198.51.99.1 for 1h
expect no refused
expect block 198.51.99.1
expect evicted 7
after 11min
expect blocked 1
# All of the admin's: nobody makes room.
for x in 1..63
	block 198.51.$x.2 for 1h
end
open 198.51.200.1 stack win10
client 198.51.200.1 says "EHLO PC-200"
log "postfix/smtpd[1]: connect from unknown[198.51.200.1]"
expect no block 198.51.200.1
block 198.51.201.1 for 1h
expect refused
