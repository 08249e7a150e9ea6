# SPDX-License-Identifier: GPL-3.0-or-later
# A doubtful client at tier 1 pushes out nobody who is blocked for longer.
conf certain_probability = 0.985
conf blocks_max = 64
for x in 1..64
	session from 198.51.$x.1 stack winxp helo [1.2.3.4] early unknown 4
	expect block 198.51.$x.1 tier 3
end
session from 198.51.200.1 name mx.c.example stack winxp helo mx.example.org early relay 1 unknown 8
expect no block 198.51.200.1
expect evicted 0
session from 198.51.201.1 stack winxp helo [1.2.3.4] early unknown 4
