# SPDX-License-Identifier: GPL-3.0-or-later
# One trap hit by a newsletter, a forwarder or a server of free mail users is
# not a death sentence: its other mail goes on.
for day in 1..2
	session from 198.51.100.1 name out.news.example helo out.news.example unknown 2 trap trap@example.org accepted 30
	session from 198.51.100.2 name mx.forward.example helo mx.forward.example tls trap trap@example.org accepted 1
	session from 198.51.100.3 name mout7.freemail.example helo mout7.freemail.example tls trap trap@example.org
	after 1d
end
session from 198.51.100.4 stack win10 helo server trap trap@example.org
for a in 1 2 3 4
	expect no block 198.51.100.$a ever
end
# Delivered to a mailbox that is a trap, as well.
session from 198.51.100.5 name mout8.freemail.example helo mout8.freemail.example accepted 1 into trap@example.org
session from 198.51.100.6 helo mail.forward.example accepted 1 into trap@example.org
expect no block 198.51.100.5 ever
expect no block 198.51.100.6 ever
