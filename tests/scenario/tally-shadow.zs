# SPDX-License-Identifier: GPL-3.0-or-later
# In shadow mode the same is counted as if it had been done: as tally.zs, but for
# the mode.
conf mode = "\"shadow\""
conf certain_probability = 0.9999999
conf jitter = 0
cut on
# A good one with a message, and one that only the log tells of (TLS).
session from 192.0.2.77 name mail.example.net helo mail.example.net accepted 1
session from 192.0.2.77 name mail.example.net helo mail.example.net accepted 1 tls
expect connections 2
expect good_connections 2
expect messages_accepted 2
expect clients_new 1
# Early talk convicts and cuts: a connection, a zombie's, and its cut.
session from 198.51.100.5 helo [1.2.3.4] early unknown 5
expect block 198.51.100.5
expect connections 3
expect early_talkers 1
expect sessions_cut 1
expect zombie_connections 1
expect blocks_first 1
expect good_connections 2
# A SYN that is sent again is the same attempt; another port is another.
after 1min
syn 198.51.100.5:1001
syn 198.51.100.5:1001 again
syn 198.51.100.5:1001 again
syn 198.51.100.5:1002
expect attempts_rejected 2
# A whole session of a blocked client is an attempt and no connection.
session from 198.51.100.5 helo [1.2.3.4] early
expect attempts_rejected 3
expect connections 3
expect early_talkers 1
expect clients_new 2
# Back after five minutes of its block.
after 5min
syn 198.51.100.5
expect attempts_rejected 4
after 5min
expect blocks_ended 1
expect blocks_came_back 1
expect blocks_first 1
session from 198.51.100.5 helo [1.2.3.4] early unknown 5
expect blocks_again 1
expect blocks_first 1
expect possible_mistakes 0
unblock 198.51.100.5
expect blocks_pardoned 1
expect blocks_ended 1
expect blocks_lifted 0
