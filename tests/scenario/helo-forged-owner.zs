# SPDX-License-Identifier: GPL-3.0-or-later
# An attacker says the HELO of somebody whose name resolves forward to him:
# nobody can make a botnet out of it, neither before the owner comes nor after.
for x in 1..40
	session from 203.0.$x.9 stack win10 helo mail.outlook.example
end
expect botnet helo:mail.outlook.example
# The owner's first session, bad days and all.
session from 198.51.100.25 name mail.outlook.example helo mail.outlook.example accepted 1
expect no block 198.51.100.25
expect no fact 198.51.100.25 helo-group
expect no botnet helo:mail.outlook.example
for x in 1..40
	session from 203.1.$x.9 stack win10 helo mail.outlook.example
	session from 203.2.$x.9 stack win10 helo smtp.outlook.example
end
expect no botnet helo:mail.outlook.example
expect no fact 203.1.40.9 helo-group
expect no block 203.1.40.9 ever
# Other servers of his, of the same template, in other networks.
for x in 1..30
	session from 192.0.$x.25 stack win10 name out-$x.mail.outlook.example helo out-$x.mail.outlook.example accepted 1 unknown 1
	expect no fact 192.0.$x.25 helo-group
	expect no fact 192.0.$x.25 botnet
	expect no block 192.0.$x.25 ever
end
session from 198.51.100.25 name mail.outlook.example helo mail.outlook.example accepted 1
expect score 198.51.100.25 below 0.1
