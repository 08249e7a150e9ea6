# SPDX-License-Identifier: GPL-3.0-or-later
# The same flood behind TLS, where only the log tells; a long tier 1 is cut to
# ten minutes, and who is known as good is not kept away.
conf jitter = 0
conf tiers = "{\"1h\", \"8h\"}"
repeat 6
	session from 198.51.100.3 sender "" tls name mx.c.example helo mx.c.example unknown 9
	after 30s
end
expect block 198.51.100.3 tier 1 ttl 10min offences 0 reason backscatter
for day in 1..3
	session from 198.51.100.5 name mx.d.example helo mx.d.example accepted 2
	after 1d
end
repeat 8
	session from 198.51.100.5 sender "" tls name mx.d.example helo mx.d.example unknown 9
	after 30s
end
expect fact 198.51.100.5 backscatter
expect no block 198.51.100.5 ever
