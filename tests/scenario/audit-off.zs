# SPDX-License-Identifier: GPL-3.0-or-later
# With `audit = 0` the first session of every zombie is cut short.
cut on
for x in 1..60
	session from 203.0.$x.1 stack win10 helo PC-$x early unknown 3
	expect cut 203.0.$x.1
end
expect audited 0
expect cuts 60
