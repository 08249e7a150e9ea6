# SPDX-License-Identifier: GPL-3.0-or-later
# A zombie that still knocks when its block ends, and whose own deeds would still
# convict it, is renewed and climbs; a silent one ages out.  Copies of one SYN are
# one knock, and knocks of before the last part of a block say nothing.
conf certain_probability = 0.9999999
conf certain_tier = 3
conf jitter = 0
for a in 5 6 7 8
	session from 198.51.100.$a helo [1.2.3.4] early unknown 5
	expect block 198.51.100.$a tier 1 ttl 10min
end
after 1min
repeat 9
	syn 198.51.100.8
end
after 8min
repeat 3
	syn 198.51.100.5
end
syn 198.51.100.6
repeat 5
	syn 198.51.100.6 again
end
after 1min30s
expect renewed 1
expect block 198.51.100.5 tier 2 ttl 1h offences 1
expect no move 198.51.100.5
expect no expire 198.51.100.5
for a in 6 7 8
	expect expire 198.51.100.$a
	expect no block 198.51.100.$a
end
# It climbs no higher than where a near-certain zombie begins.
after 58min
repeat 3
	syn 198.51.100.5
end
after 3min
expect block 198.51.100.5 tier 3 ttl 8h offences 1
after 7h58min
repeat 3
	syn 198.51.100.5
end
after 5min
expect no block 198.51.100.5
expect renewed 2
