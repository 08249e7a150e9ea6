# SPDX-License-Identifier: GPL-3.0-or-later
# Blocks that another stack does not make narrow: by hand; of whom no stack is
# known, for there were no packets; of networks as a whole.
block 198.51.100.7 for 1h
syn 198.51.100.7 stack win10
syn 198.51.100.7 stack linux
expect block 198.51.100.7 whole reason admin
# One that was a zombie's before.
session from 198.51.100.8 stack win10 helo PC early unknown 6
expect block 198.51.100.8 whole
block 198.51.100.8 for 1h
syn 198.51.100.8 stack linux
expect block 198.51.100.8 whole reason admin
for x in 0..4
	session from 2001:db8:55:10$x::9 stack win10 helo [1.2.3.4] early unknown 5
end
expect climbed 1
syn 2001:db8:55:100::9 stack linux
expect block 2001:db8:55:100::9 whole
expect syn_drop 2001:db8:55:100::9
expect narrow 0
