# SPDX-License-Identifier: GPL-3.0-or-later
# A message whose content is refused is no wanted mail, though its recipients
# were accepted; a name that is still to be earned begins anew.
for day in 1..3
	session from 198.51.100.27 name mx.mixed.example helo mx.mixed.example accepted 2
	after 2min
	session from 198.51.100.27 name mx.mixed.example helo mx.mixed.example accepted 2 content
	after 1d
end
expect no immune 198.51.100.27
expect no block 198.51.100.27 ever
# A server that is known as good sends some spam as well, and stays known.
for day in 1..3
	session from 198.51.100.28 name mx.large.example helo mx.large.example accepted 2
	after 1d
end
session from 198.51.100.28 name mx.large.example helo mx.large.example accepted 2 content
after 2h
expect immune 198.51.100.28 by good-profile
