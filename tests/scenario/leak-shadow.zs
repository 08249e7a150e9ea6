# SPDX-License-Identifier: GPL-3.0-or-later
# In shadow mode nothing is dropped, so nothing is let through: each SYN is told.
conf mode = "\"shadow\""
conf leak = 2
session from 198.51.100.5 helo [1.2.3.4] early unknown 5
expect block 198.51.100.5 shadow
for p in 1001..1040
	syn 198.51.100.5:$p
end
expect leaks 0
expect audits 0
expect syn_drops 40
