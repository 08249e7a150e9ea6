# SPDX-License-Identifier: GPL-3.0-or-later
# Forged SYNs of other stacks can make the block of an address narrow, no more: the
# zombie's own stack is blocked all the while, its time and tier are what they were,
# and no SYN makes anybody worse.
conf certain_tier = 1
conf jitter = 0
session from 198.51.100.7 stack win10 helo [1.2.3.4] early unknown 6
expect block 198.51.100.7 whole tier 1 ttl 10min
after 1min
for s in raw winxp macos freebsd openbsd odd linux
	syn 198.51.100.7 stack $s
end
expect block 198.51.100.7 narrow 1 hits win10 spares linux
expect block 198.51.100.7 tier 1 left 9min offences 1
expect narrow 1
expect blocks 1
expect syn_drop 198.51.100.7
syn 198.51.100.7 stack win10
expect syn_drop 198.51.100.7 stack win10
after 10min
expect expire 198.51.100.7 stack win10
