# SPDX-License-Identifier: GPL-3.0-or-later
# A TCP stack that many networks have shown, and that has sent nothing but spam
# here, gets its SYNs dropped before a connection is made: of strangers, not of
# clients that anything speaks for.  No record of anybody is made for it.
conf inline_networks = 100
conf block_rate = 10000
session from 2001:db8:9001::25 stack odd name mail.good.example helo mail.good.example accepted 1
for n in 1..250
	session from 2001:db8:$n::1 stack odd helo pc$n unknown 4
end
after 2min
expect no inline verdicts
expect inline pass 2001:db8:9000::1 stack odd
for n in 251..700
	session from 2001:db8:$n::1 stack odd helo pc$n unknown 4
end
after 2min
expect inline verdicts
expect inline drop 2001:db8:9000::1 stack odd
expect inline drop 203.0.113.9 stack odd
expect inline_drops 2
expect no record 2001:db8:9000::1
expect inline pass 2001:db8:9000::1 stack linux
expect inline pass 2001:db8:9000::1 stack win10
expect inline pass 2001:db8:9001::25 stack odd
allow 2001:db8:9000::/48
expect inline pass 2001:db8:9000::1 stack odd
