# SPDX-License-Identifier: GPL-3.0-or-later
# Who is let out and harvests recipients again is blocked at the first such
# offence, a tier higher, and gets no other link for 90 days.
session from 198.51.100.5 helo [1.2.3.4] early unknown 8
expect block 198.51.100.5
click 198.51.100.5 issued 0s is lifted
expect no block 198.51.100.5
after 1h
session from 198.51.100.5 helo [1.2.3.4] early
expect no block 198.51.100.5
session from 198.51.100.5 helo [1.2.3.4] unknown 12
expect block 198.51.100.5 reason unknown-rcpt offences 2
expect front 198.51.100.5 no-more nolink
click 198.51.100.5 issued 0s is no-more
expect block 198.51.100.5
