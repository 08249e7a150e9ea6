# SPDX-License-Identifier: GPL-3.0-or-later
# A botnet of hundreds of networks that writes to traps with the manners of a
# mail server moves no ratio by more than half a nat a day, nor ever by more
# than the fence of 1.5; what is marked hard never becomes better.
conf block_rate = 1000000
for day in 1..6
	for x in 1..120
		session from 203.$day.$x.1 stack linux helo mail$x.bad$day.example tls trap trap@example.org
		session from 20$day.1.$x.1 stack win10 name mx$x.good$day.example helo mx$x.good$day.example accepted 1
		session from 203.10.$x.1 stack win10 name mx$x.good.example helo mx$x.good.example early accepted 1
	end
	expect ratio stack linux within 1.5
	expect ratio tls used within 1.5
	expect ratio greeting early within 1.5
	after 1d
end
expect no ratio stack linux within 0.1
expect ratio stack linux within 1.5
expect ratio tls used within 1.5
expect ratio round-trip below-80ms within 1.5
expect alarm
# An honest server among them lives.
session from 198.51.100.1 stack linux name mx.honest.example helo mx.honest.example tls unknown 1 accepted 1
expect no block 198.51.100.1 ever
expect score 198.51.100.1 below 0.5
