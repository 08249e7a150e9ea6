# SPDX-License-Identifier: GPL-3.0-or-later
# Knocks alone make nobody worse, for a server that is blocked by mistake knocks,
# too, and anybody can forge a SYN: not who has a name or wanted mail, not who was
# blocked by hand or for what it is called, not a block that is narrow.
conf certain_probability = 0.9999999
conf jitter = 0
session from 198.51.100.5 name mx.c.example helo mx.example.org early relay 1 unknown 8 trap trap@example.org
session from 198.51.100.6 helo [1.2.3.4] accepted 1
session from 198.51.100.6 helo [1.2.3.4] early unknown 8 relay 1
block 198.51.100.7 for 10min
session from 198.51.100.8 stack linux helo PC-1
session from 198.51.100.8 stack win10 helo PC-2 early unknown 4
for a in 5 6 7 8
	expect block 198.51.100.$a tier 1
end
after 9min
repeat 5
	for a in 5 6 7 8
		syn 198.51.100.$a stack win10
	end
end
after 2min
expect renewed 0
expect blocked 0
