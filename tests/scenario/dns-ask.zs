# SPDX-License-Identifier: GPL-3.0-or-later
# The engine asks for a client's name when its handshake is complete and no log
# line has told it; a bare SYN makes us ask nobody.
syn 198.51.100.1
expect no asked 198.51.100.1
open 198.51.100.1
expect asked 198.51.100.1
session from 198.51.100.2 name mx.a.example helo mx.a.example
session from 198.51.100.2 name mx.a.example helo mx.a.example
# DNS lists that we ask ourselves weigh what the admin says, and convict nobody
# alone.
session from 198.51.100.3 name mx.c.example helo mx.c.example
dns 198.51.100.3 listed dnsbl.example 2.0
expect term 198.51.100.3 dns-list above 0.5
expect no block 198.51.100.3
session from 198.51.100.4 stack win10 helo mail.d.example
dns 198.51.100.4 listed dnsbl.example 2.0
session from 198.51.100.4 stack win10 helo mail.d.example unknown 3 noquit
expect block 198.51.100.4 reason dns-list
