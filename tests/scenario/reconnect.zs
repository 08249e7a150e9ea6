# SPDX-License-Identifier: GPL-3.0-or-later
# After a block has run out the client may come back: it is blocked again for
# what it does, one tier up, not for what it is called, nor for a lost line.
conf certain_probability = 1
session from 198.51.100.72 stack win10 helo PC-4711 early
expect block 198.51.100.72 tier 1
after 12min
session from 198.51.100.72 stack win10 helo PC-4711 noquit
expect no block 198.51.100.72
expect score 198.51.100.72 above 0.95
after 1min
session from 198.51.100.72 stack win10 helo PC-4712
expect no block 198.51.100.72
after 1min
session from 198.51.100.72 stack win10 helo PC-4711 unknown 1
expect block 198.51.100.72 tier 2 ttl 1h
