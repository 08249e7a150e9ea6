# SPDX-License-Identifier: GPL-3.0-or-later
# A HELO that is the client's own confirmed name never makes a group, nor does
# one under its domain, nor one that such a client shares with nameless ones.
for x in 1..40
	session from 203.0.$x.10 name out$x.big.example helo out.big.example
end
for x in 1..40
	session from 203.0.$x.11 name mail.fleet.example helo mail.fleet.example
end
for x in 1..40
	session from 203.0.$x.12 helo out.big.example
end
for a in 10 11 12
	expect no block 203.0.40.$a ever
	expect no fact 203.0.40.$a helo-group
end
