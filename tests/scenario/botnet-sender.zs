# SPDX-License-Identifier: GPL-3.0-or-later
# One sender from many networks that have no names is a botnet's campaign; from
# many servers with names it is a newsletter, or a list that is forwarded.
for x in 1..30
	session from 203.0.$x.9 stack win10 helo mail$x.pills$x.example sender offer@pills.example
	session from 203.1.$x.9 name mx$x.forward$x.example helo mx$x.forward$x.example sender news@paper.example accepted 1
end
expect botnet from:offer@pills.example networks 30
expect fact 203.0.30.9 botnet
expect no botnet from:news@paper.example
expect no fact 203.1.30.9 botnet
# A nameless forwarder of that newsletter is no member of a botnet either.
session from 198.51.100.9 helo mail.club.example sender news@paper.example accepted 1
expect no fact 198.51.100.9 botnet
# That they share it convicts none of them alone.
expect no block 203.0.30.9 ever
# Bounces share the null sender, and are no campaign.
for x in 1..30
	session from 203.2.$x.9 helo mail$x.bounce$x.example sender "" accepted 1
end
expect no fact 203.2.30.9 botnet
