# SPDX-License-Identifier: GPL-3.0-or-later
# The same when those who forge the name write to traps: what they do is held
# against them, not against the owner of the name.
for x in 1..30
	session from 203.0.$x.9 stack win10 helo mail.outlook.example trap trap@example.org
end
session from 198.51.100.25 stack win10 name mail.outlook.example helo mail.outlook.example accepted 1
expect no fact 198.51.100.25 helo-group
expect no botnet helo:mail.outlook.example
for x in 1..30
	session from 203.1.$x.9 stack win10 helo mail.outlook.example trap trap@example.org
end
session from 198.51.101.25 stack win10 name mail2.outlook.example helo mail2.outlook.example accepted 1 unknown 1
session from 198.51.100.25 stack win10 name mail.outlook.example helo mail.outlook.example accepted 1 unknown 1
for a in 198.51.100.25 198.51.101.25
	expect no block $a ever
	expect score $a below 0.5
end
