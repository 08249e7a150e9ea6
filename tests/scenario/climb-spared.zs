# SPDX-License-Identifier: GPL-3.0-or-later
# A network with somebody good in it, or with an address that is allowed or never
# blocked, is never blocked as a whole; nor does the admin's hand make it climb.
conf never_block = "{\"2001:db8:57:1aa::/64\"}"
session from 2001:db8:55:1aa::9 name mail.good.example helo mail.good.example accepted 2
after 2h
session from 2001:db8:55:1aa::9 name mail.good.example helo mail.good.example accepted 2
allow 2001:db8:56:1aa::/64
for x in 1..6
	for n in 5 6 7
		session from 2001:db8:5$n:10$x::9 helo [1.2.3.4] early unknown 5
		expect block 2001:db8:5$n:10$x::9
	end
	block 2001:db8:58:10$x::9 for 1h
end
expect climbed 0
# Who turns out to be good takes down what stands over it.
for x in 1..4
	session from 2001:db8:59:10$x::9 helo [1.2.3.4] early unknown 5
end
expect climbed 1
allow 2001:db8:59:1bb::/64
expect unblock 2001:db8:59:100:: of 56 why allowed
syn 2001:db8:59:1ff::1
expect no syn_drop 2001:db8:59:100::
