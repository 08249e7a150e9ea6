# SPDX-License-Identifier: GPL-3.0-or-later
# Stamps of whole seconds name the second that the line was written in, and
# still find their session: by port and without.
at 12s800ms
session from 198.51.100.87 classic noport uncut helo mail.a.example unknown 6
expect block 198.51.100.87 reason unknown-rcpt
at 1min900ms
session from 198.51.100.86 classic uncut helo mail.a.example unknown 6
expect block 198.51.100.86 reason unknown-rcpt
expect orphans 0
