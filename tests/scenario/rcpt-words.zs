# SPDX-License-Identifier: GPL-3.0-or-later
# What a client writes into a recipient does not change what our refusal of it
# means, on the wire or in the log: not words of another refusal, not its
# length, not capitals.
session from 198.51.100.1 helo a.example nobody "greylist.bob@example.org"
expect fact 198.51.100.1 unknown-rcpt 1
session from 198.51.100.2 helo a.example nobody "\"a> greylisted\"@example.org"
expect fact 198.51.100.2 unknown-rcpt 1
session from 198.51.100.3 helo a.example nobody "\"a> relay denied\"@example.org"
expect fact 198.51.100.3 unknown-rcpt 1
session from 198.51.100.5 tls helo a.example nobody "\"a> greylisted\"@example.org"
expect fact 198.51.100.5 unknown-rcpt 1
session from 198.51.100.6 helo a.example nobody "averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart.averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart.averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart@example.org"
expect fact 198.51.100.6 unknown-rcpt 1
session from 198.51.100.7 tls helo a.example nobody "averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart.averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart.averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylonglocalpart@example.org"
expect fact 198.51.100.7 unknown-rcpt 1
session from 198.51.100.9 helo a.example trap TRAP@EXAMPLE.ORG
expect fact 198.51.100.9 trap 1
