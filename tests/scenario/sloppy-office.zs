# SPDX-License-Identifier: GPL-3.0-or-later
# The sloppy office server: no reverse name, an odd HELO, Windows, and its
# mail is wanted all the same.  One wrong address does not make it a zombie.
for helo in server [192.168.1.10] 10.0.0.3 office.local localhost
	session from 198.51.100.30 stack win10 helo $helo unknown 1
	expect no block 198.51.100.30
	after 3d
end
# An old one, with a stack of its time, in another world of habits.
session from 198.51.101.30 stack win7 helo EXCHANGE accepted 1 unknown 1
expect no block 198.51.101.30
expect no block 198.51.100.30 ever
