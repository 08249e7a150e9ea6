# SPDX-License-Identifier: GPL-3.0-or-later
# A block of a whole address stays one when who knocks there cannot be told from
# the machine that offended: the same stack, or a copy of its SYN that lacks
# options, as some systems send after a while.
conf certain_tier = 1
session from 198.51.100.7 stack linux helo PC early unknown 6
expect block 198.51.100.7 whole
repeat 5
	syn 198.51.100.7
	after 1s
end
syn 198.51.100.7:4000
syn 198.51.100.7:4000 stack win10
expect block 198.51.100.7 whole
expect narrow 0
syn 198.51.100.7:4001 stack win10
expect block 198.51.100.7 narrow 1 hits linux spares win10
