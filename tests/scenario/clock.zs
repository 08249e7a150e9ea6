# SPDX-License-Identifier: GPL-3.0-or-later
# The system's clock is set back, and later on again: nobody is blocked for it,
# no block lasts longer for it, and nothing is told out of order.
conf certain_probability = 1
session from 198.51.100.74 stack win10 helo PC-4711 early
expect block 198.51.100.74 tier 1
clock back 2h
session from 198.51.100.75 name mx.good.example helo mx.good.example accepted 1
expect no block 198.51.100.75
expect block 198.51.100.74
after 2h15min
expect expire 198.51.100.74
expect no block 198.51.100.74
expect orphans 0
# A block from a future that never came is not brought back.
clock 400d
session from 198.51.100.76 stack win10 helo PC-4711 early
expect block 198.51.100.76
clock back 400d
restart
expect restored 0
expect no block 198.51.100.76
