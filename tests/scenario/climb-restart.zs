# SPDX-License-Identifier: GPL-3.0-or-later
# What is blocked as a whole follows from the blocks: it is there again after a
# restart.
for x in 1..4
	session from 2001:db8:55:10$x::9 helo [1.2.3.4] early unknown 5
end
restart
expect restored 4
syn 2001:db8:55:1ff::1
expect syn_drop 2001:db8:55:100:: of 56
