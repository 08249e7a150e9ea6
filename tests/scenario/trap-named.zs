# SPDX-License-Identifier: GPL-3.0-or-later
# A newsletter with a confirmed name that hits a trap, even twice, passes: for
# whoever has a name a trap is one term among others.
session from 198.51.100.51 name out.news.example helo out.news.example trap trap@example.org
after 1h
session from 198.51.100.51 name out.news.example helo out.news.example trap trap@example.org
expect no block 198.51.100.51 ever
# So does one without a name, for a single hit ...
session from 198.51.100.52 helo out.else.example trap trap@example.org
expect no block 198.51.100.52 ever
# ... and one that has a name, and retries what was refused for now only.
repeat 8
	session from 198.51.100.53 helo out.else.example soft trap trap@example.org
	after 30min
end
expect no block 198.51.100.53 ever
