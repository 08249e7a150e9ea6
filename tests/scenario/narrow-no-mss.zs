# SPDX-License-Identifier: GPL-3.0-or-later
# A stack that sends no MSS option is a stack of its own: a block of one is not
# a block of the other, though all else is equal.
for day in 1..2
	session from 198.51.100.8 name mail.office.example helo mail.office.example accepted 2
	after 1d
end
session from 198.51.100.8 stack raw name mail.office.example helo PC early unknown 6 relay 1
expect block 198.51.100.8 narrow 1 hits raw spares linux
syn 198.51.100.8 stack raw
expect syn_drop 198.51.100.8 stack raw
syn 198.51.100.8 stack win10
expect no syn_drop 198.51.100.8
