# SPDX-License-Identifier: GPL-3.0-or-later
# A single kind of witness never blocks, and a stack, which one spoofed packet
# can forge, with nothing else never does.
repeat 30
	session from 198.51.100.31 stack raw name mx.odd.example helo mx.odd.example
	session from 198.51.100.32 stack winxp name mx.old.example helo mx.old.example early pipelined
	session from 198.51.100.33 stack linux helo 198.51.100.33
	session from 198.51.100.34 name mx.a.example helo mx.a.example unknown 3 relay 1
	after 2min
end
for a in 31 33 34
	expect no block 198.51.100.$a ever
end
expect fact 198.51.100.33 helo-literal
# What both can say together is heard.
expect block 198.51.100.32 reason early-talk reason stack
