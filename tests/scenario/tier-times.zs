# SPDX-License-Identifier: GPL-3.0-or-later
# 10 min, 1 h, 8 h, 3 d, 14 d, 60 d, each within the jitter of ten percent; the
# next offence comes when the block has just run out.
conf certain_probability = 1
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 1 ttl 10min
after 12min
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 2 ttl 1h
after 70min
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 3 ttl 8h
after 9h
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 4 ttl 3d
after 3d9h
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 5 ttl 14d
after 15d12h
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 6 ttl 60d
after 67d
session from 198.51.100.62 stack win10 helo PC-4711 early
expect block 198.51.100.62 tier 6 ttl 60d
