# SPDX-License-Identifier: GPL-3.0-or-later
# Log stamps of whole seconds, without year or port: the line of a second is
# applied when that second is over, so the packets come first.
conf mode = "\"shadow\""
at 700ms
session from 198.51.100.7 stack win10 helo DESKTOP-7 classic noport early unknown 2
session from 198.51.100.40 helo mail.wherever.example classic noport unknown 5
after 30s
session from 198.51.100.40 helo mail.wherever.example classic noport unknown 1
