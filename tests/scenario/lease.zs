# SPDX-License-Identifier: GPL-3.0-or-later
# No timeout in the kernel is longer than a day: the living daemon renews a
# long block, and a dead one lets it run out.
conf tiers = "{\"3d\"}"
conf jitter = 0
session from 198.51.100.68 stack win10 helo PC-4711 early
expect block 198.51.100.68 ttl 3d
after 11h59min
expect no renew 198.51.100.68
after 2min
expect renew 198.51.100.68 timeout 1d
after 2d11h
repeat 3
	expect renew 198.51.100.68 timeout 1d
end
expect no expire 198.51.100.68
after 1h
expect expire 198.51.100.68
expect no renew 198.51.100.68
expect no block 198.51.100.68
