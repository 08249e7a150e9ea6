# SPDX-License-Identifier: GPL-3.0-or-later
# The memory of clients is bounded: who falls out of it is stored, and comes
# back with tier and evidence.
conf certain_probability = 1
conf clients_max = 64
session from 198.51.100.94 stack win10 helo PC-4711 early
expect block 198.51.100.94 tier 1
for x in 1..200
	session from 203.0.$x.1 name mx$x.a.example helo mx$x.a.example
end
expect clients 64
expect block 198.51.100.94 tier 1 reason early-talk
after 15min
session from 198.51.100.94 stack win10 helo PC-4711 early
expect block 198.51.100.94 tier 2
