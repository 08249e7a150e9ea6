# SPDX-License-Identifier: GPL-3.0-or-later
# Monitors and scanners that connect and leave, with or without a word, are left
# alone, day and night.
for hour in 1..48
	# nothing at all
	open 198.51.100.1
	client 198.51.100.1 leaves
	# waits for the greeting, and goes
	open 198.51.100.2 stack freebsd
	server 198.51.100.2 says "220 mx.example.org ESMTP"
	client 198.51.100.2 resets
	# says hello and goodbye
	open 198.51.100.3
	log "postfix/smtpd[611]: connect from unknown[198.51.100.3]"
	server 198.51.100.3 says "220 mx.example.org ESMTP"
	client 198.51.100.3 says "EHLO monitor"
	server 198.51.100.3 says "250 mx.example.org"
	client 198.51.100.3 says "QUIT"
	server 198.51.100.3 says "221 Bye"
	client 198.51.100.3 leaves
	log "postfix/smtpd[611]: disconnect from unknown[198.51.100.3] ehlo=1 quit=1 commands=2"
	# a scanner of TLS
	session from 198.51.100.4 stack odd tls helo scanner.example noquit
	# the log, too: lost connection
	open 198.51.100.5 stack winxp
	log "postfix/smtpd[611]: connect from unknown[198.51.100.5]"
	server 198.51.100.5 says "220 mx.example.org ESMTP"
	client 198.51.100.5 says "EHLO probe"
	server 198.51.100.5 says "250 mx.example.org"
	client 198.51.100.5 resets
	log "postfix/smtpd[611]: lost connection after EHLO from unknown[198.51.100.5]"
	after 1h
end
expect blocks 0
expect labels bad 0
