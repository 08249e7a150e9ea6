# SPDX-License-Identifier: GPL-3.0-or-later
# The badly run server is never convicted by what it is: no reverse name, an
# odd HELO that changes, an old Windows, a slow line, no TLS, no QUIT.
for helo in server [192.168.1.10] 10.0.0.3 office.local localhost WIN-SRV
	for a in 1 2 3
		session from 198.51.100.1 stack winxp helo $helo starttls noquit accepted 1
		session from 198.51.100.2 stack win10 helo $helo starttls rst
		session from 198.51.100.3 stack odd helo $helo starttls noquit
		session from 2001:db8:77::3 stack winxp helo $helo starttls noquit
		after 8h
	end
end
for a in 198.51.100.1 198.51.100.2 198.51.100.3 2001:db8:77::3
	expect no block $a ever
end
# With a name that its provider made, the same.
for x in 1..10
	session from 198.51.100.14 name 14.100.51.198.dyn.isp.example stack winxp helo 198-51-100-14.dyn.isp.example starttls noquit
	after 3h
end
expect no block 198.51.100.14 ever
