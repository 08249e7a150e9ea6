# SPDX-License-Identifier: GPL-3.0-or-later
# Accepted bounces are not mail that somebody wanted.
for day in 1..5
	session from 198.51.100.29 sender "" name mx.bounce.example helo mx.bounce.example accepted 2
	after 1d
end
expect no immune 198.51.100.29
