# SPDX-License-Identifier: GPL-3.0-or-later
# Mail from shortly before an offence does not settle as wanted: what the
# client did next says what its mail was.  A zombie cannot buy a good name with
# a message or two before it begins.
conf tiers = "{\"8h\"}"
for day in 1..2
	session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
	after 1d
end
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example accepted 2
after 50min
session from 198.51.100.99 name mx.hasty.example helo mx.hasty.example early listed relay 1 unknown 8
expect block 198.51.100.99
after 2h
expect no immune 198.51.100.99
expect block 198.51.100.99
