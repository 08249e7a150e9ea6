# SPDX-License-Identifier: GPL-3.0-or-later
# Two traps convict alone only a client with no good history, no confirmed name
# and no allow entry; for everybody else a trap is one term among others.
conf allow = "{\"198.51.100.84\"}"
# A name; good history; mail accepted now; an allow entry.
session from 198.51.100.82 helo mail.office.example accepted 1
session from 198.51.100.83 helo mail.old.example accepted 1
after 1d
session from 198.51.100.83 helo mail.old.example accepted 1
after 1d
for trap in trap@example.org a@trap.example
	session from 198.51.100.81 name out.news.example helo out.news.example trap $trap
	session from 198.51.100.82 helo mail.office.example trap $trap
	session from 198.51.100.83 helo mail.old.example trap $trap
	session from 198.51.100.84 helo mail.allowed.example trap $trap
	after 1h
end
for a in 81 82 83 84
	expect no block 198.51.100.$a ever
end
# Nothing of that: the second one convicts.
session from 198.51.100.80 stack win10 helo mail.spam.example trap trap@example.org
expect no block 198.51.100.80
session from 198.51.100.80 stack win10 helo mail.spam.example trap a@trap.example
expect block 198.51.100.80 reason trap
# More than a day later the first is nearly forgotten.
session from 198.51.100.85 helo mail.spam.example trap trap@example.org
after 30h
session from 198.51.100.85 helo mail.spam.example trap a@trap.example
expect no block 198.51.100.85
