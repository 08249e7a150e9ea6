# SPDX-License-Identifier: GPL-3.0-or-later
# While a whole address is rejected, the first connection of a server behind it
# gets to the front.  That one is put off, and its mail comes with the next; the
# zombie is told why as ever, where a leak lets it be.
conf certain_tier = 1
front on
session from 198.51.100.7 stack win10 helo PC early unknown 6
expect block 198.51.100.7 whole reject
expect front 198.51.100.7 blocked link
syn 198.51.100.7
expect syn_drop 198.51.100.7 reject
expect block 198.51.100.7 narrow 1 drop hits win10 spares linux
expect move 198.51.100.7 reject
expect front 198.51.100.7 not-blocked nolink
after 11s
expect front 198.51.100.7 blocked link
session from 198.51.100.7 helo mail.office.example accepted 1
expect session 198.51.100.7 messages 1
