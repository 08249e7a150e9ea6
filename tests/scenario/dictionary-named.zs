# SPDX-License-Identifier: GPL-3.0-or-later
# Many unknown recipients are a single kind of witness: a newsletter with old
# addresses and a confirmed name is not blocked for them alone.
session from 198.51.100.43 name out1.news.example helo out1.news.example unknown 15 accepted 1
expect no block 198.51.100.43 ever
session from 198.51.100.44 name out2.news.example helo out2.news.example unknown 15
expect no block 198.51.100.44 ever
expect fact 198.51.100.44 unknown-rcpt 15
