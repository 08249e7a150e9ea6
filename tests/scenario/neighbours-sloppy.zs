# SPDX-License-Identifier: GPL-3.0-or-later
# Our own blocks convict nobody: a badly run server among zombies, odd in all
# that it is, and on a DNS list, is not blocked as long as it does nothing.
for x in 1..12
	session from 198.51.100.$x stack win10 helo PC-$x early
end
repeat 5
	session from 198.51.100.206 stack winxp helo server noquit
	session from 198.51.100.207 stack winxp helo [192.168.1.$i] rst
	session from 198.51.100.208 stack raw helo server starttls rst accepted 1
	session from 198.51.100.209 stack winxp helo server starttls noquit listed
	after 1h
end
for a in 206 207 208 209
	expect fact 198.51.100.$a neighbours
	expect no block 198.51.100.$a ever
end
