# SPDX-License-Identifier: GPL-3.0-or-later
# Five clicks a day for one network; none for a block by the admin's hand; and who
# was let out has used up all older links.
for a in 1..7
	session from 198.51.100.$a helo [1.2.3.4] early unknown 8
	expect block 198.51.100.$a
end
block 203.0.113.77 for 1h
expect front 203.0.113.77 blocked nolink kind admin
click 203.0.113.77 issued 0s is no-more
expect block 203.0.113.77
for a in 1..5
	click 198.51.100.$a issued 0s is lifted
end
click 198.51.100.6 issued 0s is limit
expect front 198.51.100.7 limit nolink
expect block 198.51.100.6
after 1d
click 198.51.100.6 issued 0s is not-blocked
session from 198.51.100.6 helo [1.2.3.4] early unknown 8
click 198.51.100.6 issued 1min is lifted
block 198.51.100.6 for 1h
expect front 198.51.100.6 blocked nolink kind admin
