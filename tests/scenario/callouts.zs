# SPDX-License-Identifier: GPL-3.0-or-later
# Callouts, which ask whether a sender exists (null sender, one recipient, no
# message), are no harvesting, however many do not exist and whoever asks.
for hour in 1..12
	repeat 3
		session from 198.51.100.1 sender "" nodata name mx.asker.example helo mx.asker.example accepted 1
		session from 198.51.100.1 sender "" nodata name mx.asker.example helo mx.asker.example unknown 1
		session from 198.51.100.2 sender "" nodata stack win10 helo server unknown 1 noquit
	end
	after 1h
end
for a in 1 2
	expect no fact 198.51.100.$a unknown-rcpt
	expect no block 198.51.100.$a ever
end
expect score 198.51.100.1 below 0.1
expect labels bad 0
