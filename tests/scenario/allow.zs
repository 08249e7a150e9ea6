# SPDX-License-Identifier: GPL-3.0-or-later
# The admin's list wins: whom it names is not blocked, and let go at once.
conf allow = "{\"198.51.100.0/28\"}"
session from 198.51.100.7 stack win10 helo PC-4711 early
expect no block 198.51.100.7 ever
expect immune 198.51.100.7 by allowed
session from 198.51.100.77 stack win10 helo PC-4711 early
expect block 198.51.100.77
allow 198.51.100.64/27
expect unblock 198.51.100.77 why allowed
expect no block 198.51.100.77
after 1min
session from 198.51.100.77 stack win10 helo PC-4711 early
expect no syn_drop 198.51.100.77
expect no block 198.51.100.77
# One allowed address spares the /64 around it.
allow 2001:db8:7::25
session from 2001:db8:7::25 stack win10 helo PC-4711 early unknown 8
session from 2001:db8:7::26 stack win10 helo PC-4711 early unknown 8
expect no block 2001:db8:7::25 ever
block 2001:db8:7::/64 for 1h
expect refused
