# SPDX-License-Identifier: GPL-3.0-or-later
# Who tries one name after the other and has none itself is blocked.
session from 198.51.100.40 stack win10 helo mail.wherever.example unknown 6
expect block 198.51.100.40 reason unknown-rcpt reason no-rdns
