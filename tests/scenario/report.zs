# SPDX-License-Identifier: GPL-3.0-or-later
# People's word: `report spam` speaks against a client and takes a name that is
# still to be earned; `report ham` lifts its block and teaches.  Neither blocks
# by itself, and both can be taken back by the other.
session from 198.51.100.1 stack win10 helo mail.spam.example accepted 1
report 198.51.100.1 spam
expect no refused
expect fact 198.51.100.1 reported
expect no fact 198.51.100.1 accepted-mail
session from 198.51.100.1 stack win10 helo mail.spam.example unknown 2
expect block 198.51.100.1 reason reported
report 198.51.100.1 ham
expect unblock 198.51.100.1 why "reported as wanted"
expect no fact 198.51.100.1 reported
expect fact 198.51.100.1 reported-ham
session from 198.51.100.1 stack win10 helo mail.spam.example unknown 3
expect no block 198.51.100.1
# One whose name is known is not blocked for a report, and teaches nothing bad.
session from 198.51.100.2 name mx.real.example helo mx.real.example accepted 1
report 198.51.100.2 spam
expect no block 198.51.100.2 ever
expect labels bad 1
# Nobody can report us.
report 10.1.2.3 spam
expect refused
expect no record 10.1.2.3
