# SPDX-License-Identifier: GPL-3.0-or-later
# What a TCP stack is worth here is learned: from who writes to traps or to
# nobody, and from who sends wanted mail on several days; never from our own
# blocks.  What was learned outlives a restart.
for day in 1..4
	for x in 1..12
		session from 10$day.0.$x.1 stack winxp helo mail$x.a.example trap trap@example.org
		session from 203.1.$x.2 stack linux name mx$x.b.example helo mx$x.b.example accepted 1
		session from 203.2.$x.3 stack freebsd helo mail$x.c.example early
	end
	expect block 203.2.1.3
	after 1d
end
session from 198.51.100.1 stack winxp helo a.d.example
session from 198.51.100.2 stack linux helo b.d.example
session from 198.51.100.3 stack freebsd helo c.d.example
expect term 198.51.100.1 stack-record above 0.15
expect term 198.51.100.2 stack-record below -0.15
expect term 198.51.100.3 stack-record below 0.05
expect term 198.51.100.3 stack-record above -0.05
restart
expect term 198.51.100.1 stack-record above 0.15
expect term 198.51.100.2 stack-record below -0.15
# A stack alone convicts nobody, however bad its record.
expect no block 198.51.100.1 ever
