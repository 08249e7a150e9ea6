# SPDX-License-Identifier: GPL-3.0-or-later
# A newsletter with a list that has grown old: one address in five does not
# exist any more, a trap is among them, and it goes on all the same.
session from 198.51.100.4 helo mail.club.example accepted 30
for day in 1..5
	session from 198.51.100.1 name out1.news.example helo out1.news.example unknown 10 accepted 40
	session from 198.51.100.2 name out2.news.example helo out2.news.example unknown 10 trap trap@example.org accepted 40 late
	session from 198.51.100.3 name out3.news.example helo out3.news.example tls unknown 10 accepted 40
	# A small one, from an office without a name.
	session from 198.51.100.4 helo mail.club.example unknown 6 accepted 30 late
	after 1d
end
for a in 1 2 3 4
	expect no block 198.51.100.$a ever
end
expect labels bad 0
