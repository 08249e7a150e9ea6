# SPDX-License-Identifier: GPL-3.0-or-later
# The good profile: accepted mail on three days, to two recipients, settled for
# an hour, under a confirmed name.  Nothing bad afterwards takes it.
for day in 1..2
	session from 198.51.100.21 name mx.good.example helo mx.good.example accepted 1
	after 1d
	expect no immune 198.51.100.21
end
session from 198.51.100.21 name mx.good.example helo mx.good.example accepted 1
after 50min
expect no immune 198.51.100.21
after 15min
expect immune 198.51.100.21 by good-profile
# All that a zombie does, from the same address and stack.
session from 198.51.100.21 name mx.good.example helo ylmf-pc early unknown 10 relay 2 listed trap trap@example.org
session from 198.51.100.21 name mx.good.example helo ylmf-pc trap trap@example.org trap trap@example.org
expect score 198.51.100.21 above 0.95
expect no block 198.51.100.21 ever
