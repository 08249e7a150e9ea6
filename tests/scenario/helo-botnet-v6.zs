# SPDX-License-Identifier: GPL-3.0-or-later
# The same over IPv6, where a network is a /48 and a client a /64, and where
# nobody has a name: it takes a deed besides.
for x in 10..36
	session from 2001:db8:$x::1 stack win10 helo smtp.pills.example
end
expect botnet helo:smtp.pills.example networks 27
expect no block 2001:db8:36::1
session from 2001:db8:36::1 stack win10 helo smtp.pills.example unknown 3
expect block 2001:db8:36::1 reason helo-group
expect block 2001:db8:36::ffff
expect no block 2001:db8:36:1::1
