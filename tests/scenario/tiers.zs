# SPDX-License-Identifier: GPL-3.0-or-later
# Each new offence climbs one tier, to the top and not further.
conf certain_probability = 1
conf tiers = "{\"10min\", \"20min\", \"30min\", \"40min\"}"
for tier in 1 2 3 4 4 4
	session from 198.51.100.61 stack win10 helo PC-4711 early
	expect block 198.51.100.61 tier $tier
	after 45min
	expect expire 198.51.100.61
	expect no block 198.51.100.61
end
