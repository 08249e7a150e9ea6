# SPDX-License-Identifier: GPL-3.0-or-later
# Zombies next door raise the doubt about a newcomer, but are no witness: our
# own blocks must not convict.  A network is never blocked as a whole.
for x in 1..12
	session from 198.51.100.$x stack win10 helo PC-$x early
	expect block 198.51.100.$x
end
session from 198.51.100.200 stack win10 helo [192.168.1.1]
expect fact 198.51.100.200 neighbours
expect no block 198.51.100.200 ever
