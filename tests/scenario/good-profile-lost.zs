# SPDX-License-Identifier: GPL-3.0-or-later
# The profile is lost only when the stack and the name both change: an address
# that went to somebody else.  Either alone keeps it.
for a in 22 23 24
	for day in 1..3
		session from 198.51.100.$a name mx$a.good.example helo mx$a.good.example accepted 1
		after 1d
	end
	expect immune 198.51.100.$a by good-profile
end
# Another stack, the old name: an infected PC behind the same address.  The
# server stays immune; only the other stack is blocked.
session from 198.51.100.22 stack winxp name mx22.good.example helo PC early unknown 8
expect immune 198.51.100.22
expect block 198.51.100.22 narrow 1 hits winxp spares linux
session from 198.51.100.22 name mx22.good.example helo mx22.good.example accepted 1
expect no syn_drop 198.51.100.22
# The old stack, no name: their DNS is down.
session from 198.51.100.23 helo PC early unknown 8
expect immune 198.51.100.23
expect no block 198.51.100.23 ever
# Both: somebody else.
session from 198.51.100.24 stack winxp helo PC early unknown 8
expect no immune 198.51.100.24
expect block 198.51.100.24
