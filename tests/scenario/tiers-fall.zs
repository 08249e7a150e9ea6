# SPDX-License-Identifier: GPL-3.0-or-later
# One tier is forgiven for each clean period of 14 days after a block.
conf certain_probability = 1
for x in 1..3
	session from 198.51.100.63 stack win10 helo PC-4711 early
	expect block 198.51.100.63 tier $x
	after 9h
end
after 29d
session from 198.51.100.63 stack win10 helo PC-4711 early
expect block 198.51.100.63 tier 2
after 70d
session from 198.51.100.63 stack win10 helo PC-4711 early
expect block 198.51.100.63 tier 1
