# SPDX-License-Identifier: GPL-3.0-or-later
# A message that a content filter refuses counts once against a client without
# a name, however many lines tell of it; of a real server, and of a bounce, it
# does not count at all.
session from 198.51.100.1 helo mail.spam.example accepted 1 content
expect fact 198.51.100.1 content 1
session from 198.51.100.2 tls helo mail.spam.example accepted 1 content
expect fact 198.51.100.2 content 1
session from 198.51.100.3 sender "" helo mail.bounce.example accepted 1 content
expect no fact 198.51.100.3 content
session from 198.51.100.4 name mx.freemail.example helo mx.freemail.example accepted 1 content
expect no fact 198.51.100.4 content
