# SPDX-License-Identifier: GPL-3.0-or-later
# What makes a zombie certain while it is rejected raises its tier: it leaves the
# set of the rejected and is dropped.  That is no unblocking.
open 198.51.100.69:4069 stack winxp
client 198.51.100.69:4069 says "EHLO [1.2.3.4]"
expect block 198.51.100.69 tier 1 reject offences 1
log "postfix/smtpd[611]: connect from unknown[198.51.100.69]:4069"
expect move 198.51.100.69 reject
expect block 198.51.100.69 tier 3 drop offences 1
expect unblocks 0
