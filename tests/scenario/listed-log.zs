# SPDX-License-Identifier: GPL-3.0-or-later
# Networks of a block_file without a capture: what the log tells of them would
# have been prevented.
conf mode = "\"shadow\""
capture off
listed 203.0.113.0/24
log "postfix/smtpd[1]: connect from unknown[203.0.113.7]:1025"
expect attempts_listed 1
expect attempts_prevented 1
expect connections 0
log "postfix/smtpd[1]: connect from unknown[192.0.2.7]:1025"
expect attempts_listed 1
expect connections 1
