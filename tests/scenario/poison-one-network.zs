# SPDX-License-Identifier: GPL-3.0-or-later
# One network that feeds lies without end teaches one label of each kind a day,
# as one that sends a single lie: what is common hardly moves in days, and no
# ratio ever leaves its fence of 1.5.
for day in 1..3
	for x in 1..80
		session from 198.51.100.$x stack linux helo mail$x.liar.example tls trap trap@example.org
		session from 198.51.101.$x stack winxp name mx$x.liar.example helo mx$x.liar.example accepted 1
	end
	after 1d
end
expect labels bad 3
expect no alarm
expect ratio stack linux within 0.05
expect ratio tls used within 0.05
expect ratio name named/match within 0.05
expect ratio name none/fqdn within 0.05
for day in 4..40
	for x in 1..5
		session from 198.51.100.$x stack linux helo mail$x.liar.example tls trap trap@example.org
		session from 198.51.101.$x stack winxp name mx$x.liar.example helo mx$x.liar.example accepted 1
	end
	after 1d
end
expect ratio stack linux within 1.5
expect ratio stack old-windows within 1.5
expect ratio tls used within 1.5
expect ratio name named/match within 1.5
expect ratio name none/fqdn within 1.5
# A good server is judged as ever, and so is a zombie.
session from 203.0.5.1 name mx.good.example helo mx.good.example accepted 1
expect score 203.0.5.1 below 0.2
session from 203.0.6.1 stack winxp helo PC-1 early
expect block 203.0.6.1
