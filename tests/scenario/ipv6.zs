# SPDX-License-Identifier: GPL-3.0-or-later
# IPv6 is remembered and blocked by /64: another address of it changes nothing,
# another /64 is another client.
session from 2001:db8:1:2::7 stack win10 helo PC-4711 early unknown 2
session from 2001:db8:1:2::8 stack win10 helo PC-4711 early unknown 2
expect block 2001:db8:1:2::7
expect block 2001:db8:1:2:aaaa::1
expect no block 2001:db8:1:3::1
after 10s
session from 2001:db8:1:2::9 stack linux helo mail.a.example
expect syn_drop 2001:db8:1:2::9
# The lack of a reverse name says less there.
session from 2001:db8:5::7 helo mail.a.example early
expect no block 2001:db8:5::7
session from 198.51.100.5 helo mail.a.example early
expect block 198.51.100.5
