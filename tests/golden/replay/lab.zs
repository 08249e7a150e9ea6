# SPDX-License-Identifier: GPL-3.0-or-later
# A morning with every kind of thing that zfw-replay counts against a truth:
# zombies that are cut before a message, after one, and kept out; mail that is
# prevented; a server that is hit; and an address that others name.  make.sh
# writes lab.pcap and lab.log from it.
conf mode = "\"shadow\""
session from 192.0.2.10 name mx.good.example helo mx.good.example accepted 2
session from 198.51.100.7 stack win10 helo DESKTOP-7 early accepted 1
session from 198.51.100.40 stack winxp helo mail.wherever.example unknown 5 accepted 1
session from 198.51.100.41 stack linux helo mail.elsewhere.example accepted 1
syn 203.0.113.66 stack raw
after 20s
session from 198.51.100.7 stack win10 helo DESKTOP-7 accepted 1
session from 198.51.100.40 stack winxp helo mail.wherever.example accepted 1
session from 198.51.100.20 stack winxp helo office.lan unknown 5 accepted 1
session from 198.51.100.20 stack winxp helo office.lan accepted 1
after 1min
session from 198.51.100.41 stack linux helo mail.elsewhere.example accepted 1
session from 2001:db8:1:2::7 stack win7 helo [127.0.0.1] early accepted 1
session from 192.0.2.10 name mx.good.example helo mx.good.example accepted 1
