# SPDX-License-Identifier: GPL-3.0-or-later
# Without a name, or with one that its provider made from the address, accepted
# mail makes no profile, however long.
for day in 1..6
	session from 198.51.100.25 helo mail.bare.example accepted 2
	session from 198.51.100.26 name 198-51-100-26.dyn.isp.example helo mail.home.example accepted 2
	after 1d
end
expect no immune 198.51.100.25
expect no immune 198.51.100.26
expect no block 198.51.100.25 ever
expect no block 198.51.100.26 ever
