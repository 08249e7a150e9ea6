# SPDX-License-Identifier: GPL-3.0-or-later
# Tier 1 is rejected by the front, which tells why and offers the link; tier 2 and
# up are dropped.  A rejected SYN is prevented like a dropped one.  What moves from
# one set to the other leaves the first; it is not unblocked.
conf certain_probability = 0.9999999
session from 198.51.100.5 helo [1.2.3.4] early unknown 4
expect block 198.51.100.5 tier 1 reject whole
syn 198.51.100.5
expect syn_drop 198.51.100.5 reject
expect rejects 1
after 11min
expect expire 198.51.100.5
session from 198.51.100.5 helo [1.2.3.4] early unknown 4
expect block 198.51.100.5 tier 2 drop
syn 198.51.100.5
expect syn_drop 198.51.100.5 drop
expect rejects 1
expect no move 198.51.100.5
# The front is gone: what would be rejected is dropped, and so are new ones.
session from 198.51.100.6 helo [1.2.3.4] early unknown 4
expect block 198.51.100.6 tier 1 reject
front off
syn 198.51.100.6
expect syn_drop 198.51.100.6 drop
session from 198.51.100.7 helo [1.2.3.4] early unknown 4
expect block 198.51.100.7 tier 1 drop
front on
syn 198.51.100.6
expect syn_drop 198.51.100.6 reject
