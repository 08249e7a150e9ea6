# SPDX-License-Identifier: GPL-3.0-or-later
# Wanted mail that has settled lifts the block of a server that we misjudged.
conf tiers = "{\"8h\"}"
for day in 1..2
	session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
	after 1d
end
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
after 50min
# Now it errs, in two ways at once.
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example early listed unknown 8
expect block 198.51.100.99
after 11min
expect unblock 198.51.100.99 why good-profile
expect no block 198.51.100.99
