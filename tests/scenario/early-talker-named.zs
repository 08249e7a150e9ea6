# SPDX-License-Identifier: GPL-3.0-or-later
# An impatient client with a confirmed name is one kind of witness: mail passes.
repeat 5
	session from 198.51.100.8 name mx.impatient.example helo mx.impatient.example early accepted 1
	after 10min
end
expect no block 198.51.100.8 ever
expect fact 198.51.100.8 early-talk
