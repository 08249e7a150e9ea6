# SPDX-License-Identifier: GPL-3.0-or-later
# Guessing passwords is a trouble of its own: a user's mistakes are forgiven, a
# login wipes them out, and a run of guesses speaks against the client.
session from 198.51.100.1 helo pc.example guess 3 noquit
expect fact 198.51.100.1 auth-guessing 3
expect term 198.51.100.1 auth-guessing below 0.1
expect no block 198.51.100.1 ever
log "postfix/submission/smtpd[5]: 4BBBB00001: client=unknown[198.51.100.1]:51000, sasl_method=PLAIN, sasl_username=ann"
expect no fact 198.51.100.1 auth-guessing
# Many at submission services: our users' clients with an old password.
for x in 1..30
	log "postfix/submission/smtpd[5]: warning: unknown[198.51.100.3]: SASL PLAIN authentication failed: authentication failure"
end
expect no record 198.51.100.3
session from 198.51.100.2 stack win10 helo [127.0.0.1] guess 12 noquit
expect term 198.51.100.2 auth-guessing above 1
expect labels bad 0
