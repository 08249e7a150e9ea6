# SPDX-License-Identifier: GPL-3.0-or-later
# A mail server and a zombie with the same stack behind one address: nothing
# wider than the zombie's session is ended, however often it comes.  The
# server's mail goes on at once, whatever the score of the address is.
cut on
for day in 1..2
	session from 198.51.100.7 name mail.office.example helo mail.office.example accepted 2
	after 1d
end
repeat 4
	session from 198.51.100.7 name mail.office.example helo PC-$i early unknown 8 relay 1 trap trap@example.org
	expect cut 198.51.100.7 stack linux
	expect session 198.51.100.7 cut
	session from 198.51.100.7 name mail.office.example helo mail.office.example accepted 1
	expect session 198.51.100.7 not cut messages 1
	after 3min
end
expect no block 198.51.100.7 ever
expect no syn_drop 198.51.100.7
