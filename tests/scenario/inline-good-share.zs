# SPDX-License-Identifier: GPL-3.0-or-later
# A stack that mail servers have as well is never dropped, however many zombies
# have it; and one network alone makes no rule, however much it sends.
conf inline_networks = 100
conf block_rate = 10000
for day in 1..3
	for a in 1..5
		session from 2001:db8:80$a::25 stack odd name mail$a.good.example helo mail$a.good.example accepted 1
	end
	after 1d
end
for n in 1..650
	session from 2001:db8:$n::1 stack odd helo pc$n unknown 4
end
for n in 1..100
	session from 2001:db8:700:$n::1 stack raw helo pc$n unknown 4
end
after 2min
expect no inline verdicts
expect inline pass 2001:db8:9000::1 stack odd
expect inline pass 2001:db8:9000::1 stack raw
