# SPDX-License-Identifier: GPL-3.0-or-later
# Shadow mode decides and records and lets everything pass.
conf certain_probability = 1
conf mode = "\"shadow\""
session from 198.51.100.73 stack win10 helo PC-4711 early
expect block 198.51.100.73 tier 1 shadow
expect shadow_blocks 1
after 1min
session from 198.51.100.73 stack win10 helo PC-4711
expect syn_drop 198.51.100.73
expect handshakes 2
# What was only decided becomes real with a change of mode.
conf mode = "\"enforce\""
restart
expect restored 1
session from 198.51.100.73 stack win10 helo PC-4711
expect syn_drop 198.51.100.73
expect handshakes 0
