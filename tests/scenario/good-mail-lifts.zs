# SPDX-License-Identifier: GPL-3.0-or-later
# In shadow mode a server that we misjudge goes on to send; when its mail has
# settled as wanted, the block is taken back at once.
conf mode = "\"shadow\""
conf tiers = "{\"8h\"}"
for day in 1..2
	session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
	after 1d
end
# Now it errs, in several ways at once.
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example early listed relay 1 unknown 8
expect block 198.51.100.99 shadow
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
after 50min
expect block 198.51.100.99
after 11min
expect unblock 198.51.100.99 why good-profile
expect no block 198.51.100.99
