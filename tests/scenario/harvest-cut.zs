# SPDX-License-Identifier: GPL-3.0-or-later
# A dictionary run is cut in its first session, at a recipient, before DATA: no
# message of it arrives.
cut on
session from 198.51.100.1 stack win10 helo mail.wherever.example unknown 8 accepted 2
expect block 198.51.100.1 reason unknown-rcpt
expect cut 198.51.100.1
expect cuts 1
expect session 198.51.100.1 cut messages 0
expect no fact 198.51.100.1 accepted-mail
# So is one that talks early, before it says MAIL, and what comes of a session
# that was cut counts neither for it nor against it.
session from 198.51.100.2 stack win10 helo mail.wherever.example early unknown 8 accepted 2 uncut
expect cut 198.51.100.2
expect session 198.51.100.2 cut rcpts 0
expect no fact 198.51.100.2 unknown-rcpt
expect no fact 198.51.100.2 accepted-mail
after 2h
expect no fact 198.51.100.2 accepted-mail
# All that it has open is cut with it, and nobody else's.
open 198.51.100.3:4001 stack win10
open 198.51.100.3:4002 stack win10
open 198.51.100.4:4001
session from 198.51.100.3 stack win10 helo mail.wherever.example early
repeat 3
	expect cut 198.51.100.3
end
expect no cut 198.51.100.4
