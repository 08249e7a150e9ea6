# SPDX-License-Identifier: GPL-3.0-or-later
# The admin's will is done at once, whatever the score; good evidence does not
# undo it, and an unblock is forgotten by nobody.
conf jitter = 0
block 198.51.100.96 for 2h
expect no refused
expect block 198.51.100.96 tier 1 ttl 2h reason admin
log "postfix/submission/smtpd[5]: 4BBBB00001: client=unknown[198.51.100.96]:51000, sasl_method=PLAIN, sasl_username=ann"
expect block 198.51.100.96
unblock 198.51.100.96
expect unblock 198.51.100.96 why admin
expect no block 198.51.100.96
unblock 198.51.100.96
expect refused
block 198.51.100.97 for 1h
block 198.51.100.98 for 1h
block 198.51.101.98 for 1h
unblock 198.51.100.0/24
expect no block 198.51.100.97
expect no block 198.51.100.98
expect block 198.51.101.98
block 198.51.100.0/24 for 1h
expect refused
