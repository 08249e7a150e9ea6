# SPDX-License-Identifier: GPL-3.0-or-later
# A dictionary run that spreads over connections is one all the same ...
repeat 6
	session from 198.51.100.41 stack win10 helo mail.wherever.example unknown 1 noquit
	after 20min
end
expect block 198.51.100.41 reason unknown-rcpt
# ... and one wrong address a day is none.
repeat 10
	session from 198.51.100.42 stack win10 helo mail.elsewhere.example unknown 1
	after 1d
end
expect no block 198.51.100.42 ever
