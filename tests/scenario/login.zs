# SPDX-License-Identifier: GPL-3.0-or-later
# A user who logs in from a blocked address opens it at once, for a month.
session from 198.51.100.7 stack win10 helo PC-4711 early
expect block 198.51.100.7
after 1min
log "postfix/submission/smtpd[5]: 4BBBB00001: client=unknown[198.51.100.7]:51000, sasl_method=PLAIN, sasl_username=ann"
expect unblock 198.51.100.7 why login
expect no block 198.51.100.7
expect immune 198.51.100.7 by login
after 5min
session from 198.51.100.7 stack win10 helo PC-4711 early unknown 5
expect no block 198.51.100.7
after 31d
expect no immune 198.51.100.7
session from 198.51.100.7 stack win10 helo PC-4711 early unknown 5
expect block 198.51.100.7
