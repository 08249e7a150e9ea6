# SPDX-License-Identifier: GPL-3.0-or-later
# A zombie that changes its stack gains one session with each, for each is blocked
# as soon as it offends; with the fifth the whole address is blocked, and it is not
# made narrow again, nor at its next offence.
cut on
conf certain_tier = 1
conf jitter = 0
conf tiers = "{\"1h\", \"8h\"}"
session from 198.51.100.7 stack linux helo PC early unknown 6
expect block 198.51.100.7 whole
for s in win10 winxp macos
	syn 198.51.100.7 stack $s
	session from 198.51.100.7 stack $s helo PC early unknown 6
	expect block 198.51.100.7 hits $s hits linux spares freebsd
	expect cut 198.51.100.7
end
expect block 198.51.100.7 narrow 4
expect move 198.51.100.7
session from 198.51.100.7 stack freebsd helo PC early unknown 6
expect block 198.51.100.7 whole offences 1 left 1h
for s in linux win10 winxp macos
	expect move 198.51.100.7 stack $s
end
syn 198.51.100.7 stack openbsd
expect syn_drop 198.51.100.7
expect block 198.51.100.7 whole
after 1h1min
session from 198.51.100.7 stack openbsd helo PC early unknown 6
expect block 198.51.100.7 whole tier 2 offences 2
after 1min
syn 198.51.100.7 stack raw
expect block 198.51.100.7 whole
