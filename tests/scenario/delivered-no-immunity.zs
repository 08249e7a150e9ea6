# SPDX-License-Identifier: GPL-3.0-or-later
# One delivered spam is no immunity: an accepted message weighs little for a
# client without a name, and nothing makes it known as good.
session from 198.51.100.11 stack win10 helo mail.spam.example accepted 1
after 2h
expect no immune 198.51.100.11
expect fact 198.51.100.11 accepted-mail 1
session from 198.51.100.11 stack win10 helo mail.spam.example early unknown 8
expect block 198.51.100.11
# Nor is one a day, without a name.
for day in 1..5
	session from 198.51.100.12 stack win10 helo mail.spam.example accepted 1
	after 1d
end
expect no immune 198.51.100.12
