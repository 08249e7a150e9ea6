# SPDX-License-Identifier: GPL-3.0-or-later
# Four /56s that are blocked as one make a /48 that is; letting anybody out of it
# opens all that is over it, for good.
for n in 1..4
	for x in 1..4
		session from 2001:db8:55:${n}0$x::9 helo [1.2.3.4] early unknown 5
	end
end
expect climbed 5
syn 2001:db8:55:900::1
expect syn_drop 2001:db8:55:: of 48
unblock 2001:db8:55:101::9
expect unblock 2001:db8:55:101::9
expect unblock 2001:db8:55:100:: of 56
expect unblock 2001:db8:55:: of 48
syn 2001:db8:55:1ff::1
expect no syn_drop 2001:db8:55:100::
syn 2001:db8:55:2ff::1
expect syn_drop 2001:db8:55:200:: of 56
session from 2001:db8:55:105::9 helo [1.2.3.4] early unknown 5
expect climbed 5
