# SPDX-License-Identifier: GPL-3.0-or-later
# One connection in `leak` of a blocked client goes to the front, so that a human
# gets the link in every tier, and every tenth of those to the mail server.  Which
# they are is decided by address and port: a SYN's copies share its fate.
conf leak = 10
session from 198.51.100.5 helo [1.2.3.4] early unknown 5
expect block 198.51.100.5 tier 3 drop
for p in 1001..1400
	syn 198.51.100.5:$p
end
expect syn_drops 395
expect leaks 39
expect rejects 39
expect audits 5
for p in 1001..1400
	syn 198.51.100.5:$p
end
expect leaks 78
expect audits 10
# Without a front nobody could talk to the others: only the sample is let through.
front off
for p in 1001..1400
	syn 198.51.100.5:$p
end
expect leaks 78
expect audits 15
