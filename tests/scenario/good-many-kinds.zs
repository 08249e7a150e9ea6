# SPDX-License-Identifier: GPL-3.0-or-later
# Honest senders of many kinds, each with the mistakes of its kind: none is ever
# blocked, however far from the book it is.
for day in 1..4
	# Exchange, by its inner name
	session from 198.51.100.1 stack win10 name mail.firm.example helo EX01.firm.local starttls unknown 2 accepted 1
	session from 198.51.100.2 stack win10 name host-2.firm.example helo EX01 tls unknown 3 accepted 1 late
	# the same without a name
	session from 198.51.100.3 stack win10 helo EX01.firm.local starttls unknown 1 accepted 2 late
	session from 198.51.100.13 stack win10 helo EX01.firm.local tls unknown 2 accepted 3 late
	# IPv6 without a name
	session from 2001:db8:3::1 stack linux helo mail.six.example tls unknown 2 accepted 1
	# at home, on a line
	session from 198.51.100.4 stack linux name 198-51-100-4.dyn.isp.example helo home.example unknown 1 accepted 1
	session from 198.51.100.14 stack linux name 198-51-100-14.dyn.isp.example helo 198-51-100-14.dyn.isp.example tls unknown 1 accepted 1 late
	# impatient, named, stale
	session from 198.51.100.5 stack freebsd name mx.hasty.example helo mx.hasty.example early unknown 2 accepted 5 late
	# a device that only says what it must
	session from 198.51.100.6 stack odd helo printer noquit accepted 1
	# DSN only
	session from 198.51.100.7 name mx.dsn.example helo mx.dsn.example sender "" unknown 5 accepted 1
	# greylisted, and again
	session from 198.51.100.8 stack win10 helo mail.grey.example soft nobody alice@example.org
	after 6min
	session from 198.51.100.8 stack win10 helo mail.grey.example soft nobody alice@example.org
	after 6min
	session from 198.51.100.8 stack win10 helo mail.grey.example accepted 1
	# a forwarder that passes spam on, without a name
	session from 198.51.100.9 helo forward.example tls accepted 1 content
	session from 198.51.100.9 helo forward.example tls accepted 3
	# listed somewhere
	session from 198.51.100.10 stack win10 helo mail.listed.example listed
	# wants to relay by mistake (an old MX entry)
	session from 198.51.100.11 helo mail.moved.example relay 2
	after 1d
end
for a in 1 2 3 13 4 14 5 6 7 8 9 10 11
	expect no block 198.51.100.$a ever
end
expect no block 2001:db8:3::1 ever
