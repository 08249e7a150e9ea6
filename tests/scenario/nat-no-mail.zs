# SPDX-License-Identifier: GPL-3.0-or-later
# Several machines behind one address, none of which has sent mail that is
# wanted: only those that did something are blocked.  Up to four stacks share one
# block, its tier and its end; a second machine adds its own when it offends.
session from 198.51.100.3 stack linux helo PC-1
session from 198.51.100.3 stack win10 helo PC-2 early unknown 4
expect block 198.51.100.3 narrow 1 hits win10 spares linux
session from 198.51.100.3 stack linux helo PC-1
expect block 198.51.100.3 narrow 1
after 1min
session from 198.51.100.3 stack winxp helo PC-3 early unknown 4
expect block 198.51.100.3 narrow 2 hits win10 offences 1
expect block 198.51.100.3 hits winxp spares linux tier 3
expect blocks 2
unblock 198.51.100.3
expect unblock 198.51.100.3 stack win10
expect unblock 198.51.100.3 stack winxp
expect no unblock 198.51.100.3
# Two days after the other machine was seen, the address is that of one again.
session from 198.51.100.4 stack linux helo PC-1
after 2d1h
session from 198.51.100.4 stack win10 helo PC-2 early unknown 4
expect block 198.51.100.4 whole hits linux
