# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing is cut in shadow mode, nor of who is not blocked.
cut on
conf mode = "\"shadow\""
session from 198.51.100.1 stack win10 helo mail.wherever.example early unknown 8 accepted 1
expect block 198.51.100.1 shadow
expect no cut 198.51.100.1
expect fact 198.51.100.1 accepted-mail
session from 198.51.100.2 name mx.good.example helo mx.good.example unknown 1 accepted 1
expect no cut 198.51.100.2
expect cuts 0
