# SPDX-License-Identifier: GPL-3.0-or-later
# Who wants us to relay is a spammer's scout, and beside a name that is none
# that convicts; a server with a name that errs once does not.
repeat 3
	session from 198.51.100.1 stack win10 helo mail.scout.example relay 1 noquit
	after 2min
end
expect block 198.51.100.1 reason relay-probe
session from 198.51.100.2 name mx.moved.example helo mx.moved.example relay 2 accepted 1
expect fact 198.51.100.2 relay-probe 1
expect no block 198.51.100.2 ever
# Not an unknown recipient besides.
expect no fact 198.51.100.1 unknown-rcpt
expect labels bad 0
