# SPDX-License-Identifier: GPL-3.0-or-later
# The same HELO from 20 unrelated networks is a botnet.
for x in 1..19
	session from 203.0.$x.9 stack win10 helo ylmf-pc
	expect no block 203.0.$x.9
end
for x in 20..26
	session from 203.0.$x.9 stack win10 helo ylmf-pc
end
expect block 203.0.24.9 reason helo-group reason no-rdns
expect block 203.0.26.9 reason helo-group
# Twenty machines of one network are one office with one image.
for x in 1..30
	session from 198.51.100.$x stack win10 helo PC-IMAGE
end
expect no block 198.51.100.30 ever
