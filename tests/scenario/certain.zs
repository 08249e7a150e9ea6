# SPDX-License-Identifier: GPL-3.0-or-later
# A near-certain zombie that no name vouches for starts at tier 3; a doubtful
# one, or one with a name, at tier 1.
conf certain_probability = 0.99
session from 198.51.100.64 stack linux helo mail.a.example early
expect block 198.51.100.64 tier 1 ttl 10min
session from 198.51.100.65 stack winxp helo [1.2.3.4] early
expect block 198.51.100.65 tier 3 ttl 8h
session from 198.51.100.66 name 198-51-100-66.dyn.isp.example stack winxp helo [1.2.3.4] early
expect block 198.51.100.66 tier 1 ttl 10min
# It is all the same whether the packets or the log come first.
open 198.51.100.67:4067 stack winxp
log "postfix/smtpd[611]: connect from unknown[198.51.100.67]:4067"
client 198.51.100.67:4067 says "EHLO [1.2.3.4]"
expect block 198.51.100.67 tier 3 ttl 8h
# What is certain about it the second time is not told twice.
expect blocks 5
