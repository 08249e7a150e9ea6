# SPDX-License-Identifier: GPL-3.0-or-later
# Bare SYNs that name a good server block nobody and make no record, however
# many and whatever stack they pretend.
for x in 1..250
	syn 198.51.100.70 stack raw
	syn 203.0.113.$x:4000 stack winxp
end
expect no record 198.51.100.70
expect clients 0
expect blocks 0
after 10min
expect half_open 0
# The real server is served as ever.
session from 198.51.100.70 name mx.good.example helo mx.good.example accepted 1
expect no block 198.51.100.70 ever
