# SPDX-License-Identifier: GPL-3.0-or-later
# Several kinds of machine behind an address from which one spam got through are
# no mail server: that is no immunity.
session from 198.51.100.3 stack linux helo PC-1 accepted 1
after 2h
session from 198.51.100.3 stack win10 helo PC-2 early unknown 4
expect block 198.51.100.3
session from 198.51.100.4 stack linux helo PC-1 accepted 1
after 2h
session from 198.51.100.4 stack win10 helo PC-2 unknown 8 noquit
expect block 198.51.100.4
