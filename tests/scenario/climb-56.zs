# SPDX-License-Identifier: GPL-3.0-or-later
# Whoever has a /56 has 256 networks to come from: when four of them are blocked
# the /56 is blocked as one, and when four such are, the /48.  It ends when fewer
# than four are left, and nobody new needs to offend for that.
for x in 1..3
	session from 2001:db8:55:10$x::9 helo [1.2.3.4] early unknown 5
	expect block 2001:db8:55:10$x::9
end
expect climbed 0
syn 2001:db8:55:1ff::1
expect no syn_drop 2001:db8:55:100::
session from 2001:db8:55:104::9 helo [1.2.3.4] early unknown 5
expect climbed 1
syn 2001:db8:55:1ff::1
expect syn_drop 2001:db8:55:100:: of 56 drop
expect no record 2001:db8:55:1ff::1
# Another /56 of the same /48 is not concerned.
session from 2001:db8:55:201::9 helo mail.good.example name mail.good.example accepted 1
expect session 2001:db8:55:201::9 messages 1
# It ends with the fourth of them.
after 5d
syn 2001:db8:55:1fe::1
expect no syn_drop 2001:db8:55:100::
