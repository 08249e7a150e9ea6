# SPDX-License-Identifier: GPL-3.0-or-later
# How a client sends its SYN again is known when nobody answers; but a SYN
# proves nothing, so nothing is held against anybody.
syn 192.0.2.7 stack linux
at 1s
syn 192.0.2.7 again
at 3s
syn 192.0.2.7 again
at 7s
syn 192.0.2.7 again
expect session 192.0.2.7 halfopen syns 4
at 2min
expect no session 192.0.2.7
expect no record 192.0.2.7
expect half_open 0

# answered in the end
open 192.0.2.8
expect session 192.0.2.8 open ladder untried syns 1
