# SPDX-License-Identifier: GPL-3.0-or-later
# A current Linux server and a Windows 10 zombie behind one address: both offer
# window 64240 and MSS 1460, and differ in the length of the SYN.  The zombie's
# session is cut and its SYNs are dropped; the server has its sessions beside and
# after it, open ones too.
cut on
for day in 1..2
	session from 198.51.100.7 name mail.office.example helo mail.office.example accepted 2
	after 1d
end
open 198.51.100.7:5000
server 198.51.100.7:5000 says "220 mx.example.org ESMTP"
client 198.51.100.7:5000 says "EHLO mail.office.example"
session from 198.51.100.7 stack win10 name mail.office.example helo PC early unknown 6 relay 1
expect block 198.51.100.7 narrow 1 hits win10 spares linux
expect block 198.51.100.7 drop tier 1
expect cut 198.51.100.7 stack win10
expect no cut 198.51.100.7
expect session 198.51.100.7:5000 open not cut
syn 198.51.100.7 stack win10
expect syn_drop 198.51.100.7 stack win10 drop
syn 198.51.100.7
expect no syn_drop 198.51.100.7
session from 198.51.100.7 name mail.office.example helo mail.office.example accepted 3
expect session 198.51.100.7 messages 1
expect narrow 1
# The same over IPv6, where addresses of one /64 are one client.
for day in 1..2
	session from 2001:db8:7::1 name mail6.office.example helo mail6.office.example accepted 2
	after 1d
end
session from 2001:db8:7::2 stack win10 helo PC early unknown 6 relay 1
expect block 2001:db8:7::1 narrow 1 hits win10 spares linux
session from 2001:db8:7::1 name mail6.office.example helo mail6.office.example accepted 1
expect no syn_drop 2001:db8:7::1
