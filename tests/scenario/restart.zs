# SPDX-License-Identifier: GPL-3.0-or-later
# A restart keeps blocks with their remaining time, tiers, and good names.
conf certain_probability = 1
conf jitter = 0
for day in 1..3
	session from 198.51.100.91 name mx.good.example helo mx.good.example accepted 1
	after 1d
end
session from 198.51.100.92 stack win10 helo PC-4711 early
expect block 198.51.100.92 tier 1
after 11min
session from 198.51.100.92 stack win10 helo PC-4711 early
expect block 198.51.100.92 tier 2
session from 198.51.100.93 stack win10 helo PC-4711 early
after 9min
restart
expect restored 2
expect block 198.51.100.92 tier 2 left 51min reason early-talk enforced
expect block 198.51.100.93 tier 1 left 1min
expect immune 198.51.100.91 by good-profile
session from 198.51.100.92 stack win10 helo PC-4711 early
expect syn_drop 198.51.100.92
after 5min
expect expire 198.51.100.93
restart
expect restored 1
after 1h
session from 198.51.100.92 stack win10 helo PC-4711 early
expect block 198.51.100.92 tier 3
