# SPDX-License-Identifier: GPL-3.0-or-later
# `zfwctl off`: who is decided about is not cut, nor counted as cut, until it
# is on again.
conf audit = "0"
cut on
for x in 1..20
	session from 203.0.$x.1 stack win10 helo PC-$x early unknown 3
	expect cut 203.0.$x.1
end
expect cuts 20
cut off
for x in 21..40
	session from 203.0.$x.1 stack win10 helo PC-$x early unknown 3
	expect block 203.0.$x.1
	expect no cut 203.0.$x.1
end
expect cuts 20
cut on
for x in 41..60
	session from 203.0.$x.1 stack win10 helo PC-$x early unknown 3
	expect cut 203.0.$x.1
end
expect cuts 40
