# SPDX-License-Identifier: GPL-3.0-or-later
# Private ranges, our own hosts and our own addresses are never blocked, not
# even by the admin's hand.
conf our_hosts = "{\"198.51.100.200\"}"
conf never_block = "{\"198.51.100.208/28\"}"
own 198.51.100.201
for a in 10.1.2.3 192.168.0.9 100.64.3.4 172.16.9.9 198.51.100.200 198.51.100.201 198.51.100.210 fd00::5
	session from $a stack win10 helo PC-4711 early unknown 8
	expect no block $a ever
	expect no record $a
	block $a for 1h
	expect refused
end
expect blocks 0
# An address that becomes ours while it is blocked is let go.
session from 198.51.100.202 stack win10 helo PC-4711 early
expect block 198.51.100.202
own 198.51.100.202
expect unblock 198.51.100.202 why "own address"
