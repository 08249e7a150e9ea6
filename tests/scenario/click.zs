# SPDX-License-Identifier: GPL-3.0-or-later
# One click lets a blocked server out at once.  It is trusted for seven days, for
# 180 once mail of it was wanted; meanwhile only what it does to recipients from
# then on counts against it.  A link works once.
session from 198.51.100.5 helo [1.2.3.4] early unknown 3
expect block 198.51.100.5
expect front 198.51.100.5 blocked link kind talk
expect front 198.51.100.99 not-blocked nolink
after 1min
click 198.51.100.5 issued 30s is lifted
expect unblock 198.51.100.5 why "one click"
expect no block 198.51.100.5
expect clicks 1
click 198.51.100.5 issued 30s is not-blocked
# It is as odd as before, and that says nothing now.
repeat 5
	session from 198.51.100.5 helo [1.2.3.4] early unknown 1 accepted 1
	after 20h
end
expect no block 198.51.100.5
after 150d
session from 198.51.100.5 helo [1.2.3.4] early listed
expect no block 198.51.100.5
# After that it is judged as anybody.
after 40d
session from 198.51.100.5 helo [1.2.3.4] early unknown 4 relay 1
expect block 198.51.100.5
expect front 198.51.100.5 blocked link
expect front 198.51.100.5 used issued 196d
