# SPDX-License-Identifier: GPL-3.0-or-later
# An infected PC behind the address of a mail server: two kinds of machine and
# wanted mail.  The PC's stack is blocked, all of the server's mail goes on, and
# nothing is learned from an address that is both.
for day in 1..3
	session from 198.51.100.1 name mail.office.example helo mail.office.example accepted 1
	session from 198.51.100.2 helo mail.nameless.example accepted 2
	after 1d
end
session from 198.51.100.1 name mail.office.example helo mail.office.example accepted 1
session from 198.51.100.2 helo mail.nameless.example accepted 2
for x in 1..5
	session from 198.51.100.1 stack winxp name mail.office.example helo PC-$x early relay 1 unknown 10 trap trap@example.org rst
	session from 198.51.100.2 stack winxp helo PC-$x early relay 1 unknown 10 trap trap@example.org rst
	expect block 198.51.100.1 narrow 1 hits winxp spares linux
	expect block 198.51.100.2 narrow 1 hits winxp spares linux
	after 5min
	session from 198.51.100.1 name mail.office.example helo mail.office.example accepted 1
	expect session 198.51.100.1 messages 1
	session from 198.51.100.2 helo mail.nameless.example accepted 1
	expect session 198.51.100.2 messages 1
	after 6min
end
expect labels bad 0
