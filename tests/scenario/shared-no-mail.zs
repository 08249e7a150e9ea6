# SPDX-License-Identifier: GPL-3.0-or-later
# Several kinds of machine behind a name from which no mail was ever taken are no
# mail server's neighbours: nobody is spared for a name alone.
session from 198.51.100.1 stack linux name host7.vps.example helo host7.vps.example
repeat 3
	session from 198.51.100.1 stack win10 name host7.vps.example helo mx.example.org early relay 1 unknown 10 trap trap@example.org rst
	after 1h
end
expect block 198.51.100.1
