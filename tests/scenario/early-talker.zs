# SPDX-License-Identifier: GPL-3.0-or-later
# Who talks before the greeting and has no name is blocked, within that very
# session: two kinds of witness, one from packets and one from the log.
conf certain_probability = 1
session from 198.51.100.7 stack win10 helo mail.wherever.example early unknown 3
expect block 198.51.100.7 tier 1 ttl 10min reason early-talk reason no-rdns without unknown-rcpt
expect blocked 1
# The session is cut; it never gets to a recipient.
expect no fact 198.51.100.7 unknown-rcpt
# One act counts once: the HELO that came too early is no pipelining as well.
expect no fact 198.51.100.7 pipelining
# The next one is not even heard.
after 1min
session from 198.51.100.7 stack win10 helo mail.wherever.example unknown 3
expect syn_drop 198.51.100.7
expect handshakes 1
