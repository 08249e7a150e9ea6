# SPDX-License-Identifier: GPL-3.0-or-later
# An afternoon of a small gateway without protection, for zfw-replay: a good
# server, an office, a newsletter, zombies of several kinds, and a forger.
# make.sh writes gateway.pcap and gateway.log from it.
conf mode = "\"shadow\""
session from 192.0.2.10 name mx.good.example helo mx.good.example accepted 2
session from 198.51.100.7 stack win10 helo DESKTOP-7 early unknown 2
after 20s
session from 198.51.100.7 stack win10 helo DESKTOP-7 early unknown 1
session from 198.51.100.20 stack win10 helo server unknown 1
session from 198.51.100.40 stack winxp helo mail.wherever.example unknown 5 rst
after 1min
session from 198.51.100.40 stack winxp helo mail.wherever.example unknown 2
session from 192.0.2.30 name out.news.example helo out.news.example unknown 4 trap trap@example.org accepted 1
session from 2001:db8:1:2::7 stack win7 helo [127.0.0.1] early noport
syn 192.0.2.10 stack raw
for x in 1..3
	log "postfix/smtpd[1]: NOQUEUE: reject: RCPT from mx.good.example[192.0.2.11]:4$x: 550 5.1.1 <u$x@example.org>: Recipient address rejected: User unknown in local recipient table; from=<a@b.example> to=<u$x@example.org> proto=ESMTP helo=<x>"
end
after 10min
session from 198.51.100.7 stack win10 helo DESKTOP-7 early
session from 192.0.2.10 name mx.good.example helo mx.good.example accepted 1
