# SPDX-License-Identifier: GPL-3.0-or-later
# A near-certain zombie that no name vouches for starts at tier 4 for what it
# did to recipients, and at tier 3 when only the way it speaks convicts it; a
# doubtful one, or one with a name of its own, at tier 1.
conf block_probability = 0.95
conf certain_probability = 0.985
conf certain_tier = 4
session from 198.51.100.64 stack linux helo mail.a.example unknown 8
expect block 198.51.100.64 tier 1 ttl 10min
session from 198.51.100.65 stack winxp helo [1.2.3.4] early
expect block 198.51.100.65 tier 3 ttl 8h
session from 198.51.100.70 stack win10 helo mail.a.example unknown 2 relay 1
expect block 198.51.100.70 tier 4 ttl 3d
# The name of a line is no name.
session from 198.51.100.66 name 198-51-100-66.dyn.isp.example stack winxp helo [1.2.3.4] early
expect block 198.51.100.66 tier 3 ttl 8h
session from 198.51.100.68 name mx.c.example stack winxp helo mx.example.org early relay 1 unknown 8 uncut
expect score 198.51.100.68 above 0.985
expect block 198.51.100.68 tier 1 ttl 10min
# It is all the same whether the packets or the log come first.
open 198.51.100.67:4067 stack winxp
log "postfix/smtpd[611]: connect from unknown[198.51.100.67]:4067"
client 198.51.100.67:4067 says "EHLO [1.2.3.4]"
expect block 198.51.100.67 tier 3 ttl 8h
# What makes it certain while it is blocked prolongs the block: one offence.
open 198.51.100.69:4069 stack winxp
client 198.51.100.69:4069 says "EHLO [1.2.3.4]"
expect block 198.51.100.69 tier 1 ttl 10min offences 1
log "postfix/smtpd[611]: connect from unknown[198.51.100.69]:4069"
expect block 198.51.100.69 tier 3 ttl 8h offences 1
