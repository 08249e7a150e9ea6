# SPDX-License-Identifier: GPL-3.0-or-later
# A good server with clean mail is never blocked and becomes known as good.
for day in 1..10
	repeat 4
		session from 198.51.100.20 name mx.good.example helo mx.good.example accepted 2
		after 2h
	end
	after 16h
end
expect no block 198.51.100.20 ever
expect immune 198.51.100.20 by good-profile
expect score 198.51.100.20 below 0.1
expect orphans 0
