# SPDX-License-Identifier: GPL-3.0-or-later
# Two traps within a day are enough alone for who has no name, no good history
# and no allow entry, however well it speaks otherwise: behind TLS, over IPv6.
session from 198.51.100.50 helo mail.spam.example tls trap trap@example.org
expect no block 198.51.100.50
after 2h
session from 198.51.100.50 helo mail.spam.example tls trap info@trap.example
expect block 198.51.100.50 reason trap
session from 2001:db8:50::1 helo mail.spam.example tls trap trap@example.org
expect no block 2001:db8:50::1
after 2h
session from 2001:db8:50::1 helo mail.spam.example tls trap info@trap.example
expect block 2001:db8:50::1 reason trap
