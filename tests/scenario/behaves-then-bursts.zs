# SPDX-License-Identifier: GPL-3.0-or-later
# A bot that behaves for days and then bursts is caught within its first bad
# session: good mail of who has no name of its own buys no immunity.
cut on
for day in 1..6
	session from 198.51.100.1 stack win10 helo mail.cheap.example accepted 1
	session from 198.51.100.2 stack win10 name 198-51-100-2.dyn.isp.example helo mail.cheap.example accepted 1
	after 1d
end
for a in 1 2
	expect no immune 198.51.100.$a
	expect no block 198.51.100.$a
	session from 198.51.100.$a stack win10 helo mail.cheap.example early unknown 20 relay 1 trap trap@example.org accepted 10
	expect block 198.51.100.$a
	expect cut 198.51.100.$a
	expect session 198.51.100.$a cut messages 0
end
