# SPDX-License-Identifier: GPL-3.0-or-later
# The same host name as HELO from 20 unrelated networks is a botnet, known at
# the first contact with its next member, before any recipient.
for x in 1..19
	session from 203.0.$x.9 stack win10 helo smtp.pills.example
	expect no block 203.0.$x.9
end
for x in 20..26
	session from 203.0.$x.9 stack win10 helo smtp.pills.example unknown 2
end
expect block 203.0.24.9 reason helo-group reason no-rdns without unknown-rcpt
expect block 203.0.26.9 reason helo-group
expect botnet helo:smtp.pills.example networks 26
# A single word says less by its number alone ...
for x in 1..26
	session from 203.1.$x.9 stack win10 helo ylmf-pc
end
expect no block 203.1.26.9 ever
expect botnet helo:ylmf-pc networks 26
expect term 203.1.26.9 helo-group above 0.5
# Twenty machines of one network are one office with one image.
for x in 1..30
	session from 198.51.100.$x stack win10 helo PC-IMAGE
	session from 198.51.101.$x stack win10 helo mail.image.example
end
expect no block 198.51.100.30 ever
expect no block 198.51.101.30 ever
expect no botnet helo:PC-IMAGE
expect no botnet helo:mail.image.example
