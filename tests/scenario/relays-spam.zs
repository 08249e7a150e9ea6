# SPDX-License-Identifier: GPL-3.0-or-later
# A real server that relays spam is not our business: it has a name, and among
# its mail is spam that filters refuse.  It is never blocked for that.
for day in 1..4
	repeat 10
		session from 198.51.100.1 name mx.freemail.example helo mx.freemail.example accepted 1 content
		session from 198.51.100.1 name mx.freemail.example helo mx.freemail.example accepted 1 unknown 1
		after 5min
	end
	session from 198.51.100.1 name mx.freemail.example helo mx.freemail.example listed
	session from 198.51.100.1 name mx.freemail.example helo mx.freemail.example accepted 1 into trap@example.org
	after 20h
end
expect no block 198.51.100.1 ever
expect term 198.51.100.1 content below 0.1
expect labels bad 0
