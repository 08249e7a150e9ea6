# SPDX-License-Identifier: GPL-3.0-or-later
# One wrong address now and then is anybody's mistake: it convicts no badly run
# server, not even one without a name, with an old stack, that hangs up.
for day in 1..7
	session from 198.51.100.67 stack winxp helo server noquit unknown 1
	session from 198.51.100.68 stack win10 helo office.lan rst soft unknown 1
	session from 198.51.100.69 stack winxp helo [10.0.0.5] noquit unknown 1 accepted 2
	session from 198.51.100.70 stack win7 helo EXCHANGE starttls listed noquit
	after 1d
end
for a in 67 68 69 70
	expect no block 198.51.100.$a ever
end
