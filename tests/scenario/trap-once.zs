# SPDX-License-Identifier: GPL-3.0-or-later
# A trap that is refused as an unknown recipient is one hit of a trap, and no
# unknown recipient besides; packets and log tell of the same one.
session from 198.51.100.57 helo out.else.example trap trap@example.org
expect fact 198.51.100.57 trap 1
expect no fact 198.51.100.57 unknown-rcpt
session from 198.51.100.58 helo out.else.example tls trap trap@example.org
expect fact 198.51.100.58 trap 1
expect no fact 198.51.100.58 unknown-rcpt
# Recipients that do not exist are counted once, too.
session from 198.51.100.59 name mx.a.example helo mx.a.example unknown 3
expect fact 198.51.100.59 unknown-rcpt 3
session from 198.51.100.56 name mx.a.example helo mx.a.example tls unknown 3
expect fact 198.51.100.56 unknown-rcpt 3
