# SPDX-License-Identifier: GPL-3.0-or-later
# What a TCP stack is worth here is learned: from who writes to nobody, and from
# who sends wanted mail; never from our own blocks.
for x in 1..15
	session from 203.0.$x.1 stack winxp helo mail$x.a.example trap trap@example.org
	session from 203.0.$x.2 stack linux name mx$x.b.example helo mx$x.b.example accepted 1
	session from 203.0.$x.3 stack freebsd helo mail$x.c.example early
	expect block 203.0.$x.3
end
after 2h
session from 198.51.100.1 stack winxp name a.d.example helo a.d.example
session from 198.51.100.2 stack linux name b.d.example helo b.d.example
session from 198.51.100.3 stack freebsd name c.d.example helo c.d.example
expect fact 198.51.100.1 stack-record
expect no fact 198.51.100.3 stack-record
expect score 198.51.100.1 above 0.5
expect score 198.51.100.2 below 0.1
# A stack alone convicts nobody, however bad its record.
expect no block 198.51.100.1 ever
