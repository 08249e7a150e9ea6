# SPDX-License-Identifier: GPL-3.0-or-later
# Words that everybody says are no group.
for x in 1..40
	session from 203.0.$x.13 helo localhost
	session from 203.0.$x.14 helo [203.0.$x.14]
end
expect no fact 203.0.40.13 helo-group
expect no fact 203.0.40.14 helo-group
expect blocks 0
