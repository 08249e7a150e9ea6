# SPDX-License-Identifier: GPL-3.0-or-later
# The zombie comes first, and its whole address is blocked.  When a machine of
# another stack knocks there, only the zombie's stack stays blocked: the server's
# first SYN is lost, its copy a second later passes, and so does all of its mail.
cut on
conf certain_tier = 3
for a in 198.51.100.7 2001:db8:7::1
	session from $a stack win10 name mail.office.example helo PC early unknown 6 relay 1
	expect block $a whole hits linux
	after 1s
	syn $a stack win10
	expect block $a whole
	expect syn_drop $a
	after 1s
	syn $a
	expect syn_drop $a
	expect block $a narrow 1 hits win10 spares linux
	expect block $a drop tier 1 offences 1
	expect move $a
	expect no unblock $a
	after 1s
	for x in 1..3
		session from $a name mail.office.example helo mail.office.example accepted 2
		expect session $a messages 1
		expect no syn_drop $a
	end
	syn $a stack win10
	expect syn_drop $a stack win10 drop
end
expect narrow 2
expect shared_spared 0
# It is remembered.
restart
expect restored 2
expect block 198.51.100.7 narrow 1 hits win10 spares linux
syn 198.51.100.7 stack win10
expect syn_drop 198.51.100.7 stack win10
session from 198.51.100.7 name mail.office.example helo mail.office.example accepted 1
expect session 198.51.100.7 messages 1
expect no syn_drop 198.51.100.7
# A restart between: whose block it is was remembered, too.
session from 198.51.100.8 stack win10 helo PC early unknown 6
expect block 198.51.100.8 whole
restart
syn 198.51.100.8
expect block 198.51.100.8 narrow 1 hits win10 spares linux
# The server is judged by what it does: one wrong recipient is no offence of its
# own, whatever the zombie did.
after 1s
session from 198.51.100.8 helo mail.office.example accepted 1 unknown 1
expect session 198.51.100.8 messages 1
expect block 198.51.100.8 narrow 1 hits win10 spares linux
