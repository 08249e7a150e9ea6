# SPDX-License-Identifier: GPL-3.0-or-later
# A weak word becomes a sure sign when many who say it write to traps; a single
# good server that says it, too, is not blocked for it.  Clusters outlive a
# restart.
for day in 1..3
	for x in 1..12
		session from 10$day.0.$x.9 stack win10 helo ylmf-pc trap trap@example.org
		session from 10$day.1.$x.9 name mx$x.good.example helo mx$x.good.example accepted 1
		session from 203.1.$x.9 name mx$x.fine.example helo mx$x.fine.example accepted 1
	end
	after 1d
end
session from 198.51.100.9 stack win10 helo ylmf-pc
expect term 198.51.100.9 helo-group above 1
expect botnet helo:ylmf-pc
session from 198.51.100.10 name mx.odd.example helo ylmf-pc accepted 1
expect no block 198.51.100.10
restart
expect botnet helo:ylmf-pc
session from 198.51.102.9 stack win10 helo ylmf-pc
expect term 198.51.102.9 helo-group above 1
