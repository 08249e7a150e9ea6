# SPDX-License-Identifier: GPL-3.0-or-later
# Bounces and callouts (null sender) to addresses that somebody forged are no
# harvesting, and no trap hits either.
repeat 6
	session from 198.51.100.60 sender "" helo mx.bounce.example unknown 3 trap trap@example.org
	after 5min
end
expect no block 198.51.100.60 ever
expect no fact 198.51.100.60 unknown-rcpt
expect no fact 198.51.100.60 trap
