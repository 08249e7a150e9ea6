# SPDX-License-Identifier: GPL-3.0-or-later
# Backscatter: a real server that bounces spam to forged senders of ours.  It is
# no zombie, nothing is learned from it, and its own mail is fine; day after
# day, with a name and without, behind TLS and in the clear.
for day in 1..3
	repeat 8
		session from 198.51.100.1 sender "" name mx.victim.example helo mx.victim.example unknown 3
		session from 198.51.100.2 sender "" stack win10 helo exchange unknown 4 noquit
		session from 198.51.100.3 sender "" tls helo mail.other.example unknown 4
		after 15min
	end
	after 22h
end
for a in 1 2 3
	expect no fact 198.51.100.$a unknown-rcpt
	expect no fact 198.51.100.$a backscatter
	expect no block 198.51.100.$a ever
end
expect labels bad 0
session from 198.51.100.1 name mx.victim.example helo mx.victim.example accepted 1
session from 198.51.100.2 stack win10 helo exchange accepted 1
after 2h
expect fact 198.51.100.1 accepted-mail
expect score 198.51.100.1 below 0.1
expect no block 198.51.100.2 ever
