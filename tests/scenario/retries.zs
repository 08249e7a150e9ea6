# SPDX-License-Identifier: GPL-3.0-or-later
# What is refused for now only is tried again: that is what a mail server must
# do, and no dictionary run.
repeat 12
	session from 198.51.100.45 stack win10 helo server soft nobody gone@example.org
	after 10min
end
expect no block 198.51.100.45 ever
expect fact 198.51.100.45 unknown-rcpt
# But new names each time are one, soft or not.
session from 198.51.100.46 stack win10 helo server soft unknown 8
expect block 198.51.100.46 reason unknown-rcpt
