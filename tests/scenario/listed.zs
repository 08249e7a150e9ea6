# SPDX-License-Identifier: GPL-3.0-or-later
# Networks of a block_file: their SYNs are dropped, and counted as attempts
# prevented, of their own kind, too.  In shadow mode: listed-shadow.zs.
conf jitter = 0
listed 203.0.113.0/24 2001:db8:1::/48
allow 203.0.113.200
# A SYN that is sent again is the same attempt.
syn 203.0.113.7:1001
syn 203.0.113.7:1001 again
expect syn_drop 203.0.113.7 drop
expect attempts_listed 1
expect attempts_prevented 1
session from 203.0.113.8 early
session from 2001:db8:1:2::3 accepted 1
expect attempts_listed 3
expect attempts_prevented 3
expect connections 0
expect clients_new 0
expect early_talkers 0
expect messages_accepted 0
# It is no block of a client, and nobody is blocked by it.
expect blocks_first 0
expect blocks_admin 0
expect no block 203.0.113.8
# The allow list wins.
session from 203.0.113.200 accepted 1
expect attempts_listed 3
expect connections 1
expect good_connections 1
# What a block stops is not of the list.
block 198.51.100.9 for 1h
syn 198.51.100.9
expect attempts_rejected 1
expect attempts_listed 3
