# SPDX-License-Identifier: GPL-3.0-or-later
# Two trap hits within a day are enough alone, for a client without a name.
session from 198.51.100.50 helo mail.spam.example trap trap@example.org
expect no block 198.51.100.50
after 6h
session from 198.51.100.50 helo mail.spam.example trap info@trap.example
expect block 198.51.100.50 reason trap
