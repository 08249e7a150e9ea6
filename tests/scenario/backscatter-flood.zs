# SPDX-License-Identifier: GPL-3.0-or-later
# Fifty bounces to nobody within ten minutes from one client are kept away, for
# tier 1 and ten minutes at the most, and without an offence: the same server
# sends wanted mail, too.
conf jitter = 0
# Forty-nine are not a flood ...
repeat 7
	session from 198.51.100.1 sender "" name mx.a.example helo mx.a.example unknown 7
	after 1min
end
expect no block 198.51.100.1 ever
# ... nor are many over hours.
repeat 20
	session from 198.51.100.2 sender "" name mx.b.example helo mx.b.example unknown 8
	after 3min
end
expect no block 198.51.100.2 ever
# These are.
repeat 6
	session from 198.51.100.3 sender "" name mx.c.example helo mx.c.example unknown 9
	after 30s
end
expect block 198.51.100.3 tier 1 ttl 10min offences 0 reason backscatter
expect labels bad 0
after 11min
expect expire 198.51.100.3
expect no block 198.51.100.3
# Wanted mail afterwards is taken as ever, and becomes a good name.
for day in 1..3
	session from 198.51.100.3 name mx.c.example helo mx.c.example accepted 2
	expect no block 198.51.100.3
	after 1d
end
expect immune 198.51.100.3 by good-profile
# The next flood is again one of tier 1: nothing was learned of the first.
repeat 6
	session from 198.51.100.4 sender "" stack win10 helo exchange unknown 9
	after 30s
end
expect block 198.51.100.4 tier 1 ttl 10min offences 0
after 11min
repeat 6
	session from 198.51.100.4 sender "" stack win10 helo exchange unknown 9
	after 30s
end
expect block 198.51.100.4 tier 1 ttl 10min offences 0
