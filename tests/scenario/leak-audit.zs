# SPDX-License-Identifier: GPL-3.0-or-later
# The sample of a blocked client's connections that reaches the mail server is how
# a wrong block is noticed: it is neither cut, nor does what it shows lengthen the
# block; wanted mail from there that settles lifts it.
cut on
conf leak = 1
conf tiers = "{\"3d\"}"
session from 198.51.100.5 helo [1.2.3.4] early unknown 5
session from 198.51.100.6 helo [1.2.3.4] early unknown 5
expect block 198.51.100.5
expect block 198.51.100.6
after 1d
# One in ten is such a one.
repeat 30
	session from 198.51.100.5 helo [1.2.3.4] accepted 2 uncut
	session from 198.51.100.6 helo [1.2.3.4] early unknown 5 uncut
end
expect block 198.51.100.5 tier 1 offences 1
after 3h
expect unblock 198.51.100.5 why "wanted mail in a sample"
expect no block 198.51.100.5
expect block 198.51.100.6 tier 1 offences 1
