# SPDX-License-Identifier: GPL-3.0-or-later
# The verdict of a content filter that looks at the message after it was taken
# finds its client by the queue id: that mail is not wanted mail.
for day in 1..3
	session from 198.51.100.1 helo mail.spam.example accepted 1
	log "rspamd[123]: <44330b>; task; rspamd_task_write_log: id: <x@y>, qid: <$qid>, ip: 198.51.100.1, from: <a@example.com>, (default: S (reject): [97.10/15.00] [A(1.00){b;}]), len: 1"
	session from 198.51.100.2 name mx.fine.example helo mx.fine.example accepted 1
	log "rspamd[123]: <44330c>; task; rspamd_task_write_log: id: <x@z>, qid: <$qid>, ip: 198.51.100.2, from: <a@example.com>, (default: F (no action): [0.10/15.00] [A(1.00){b;}]), len: 1"
	session from 198.51.100.2 name mx.fine.example helo mx.fine.example accepted 1
	after 1d
end
expect fact 198.51.100.1 content
expect no fact 198.51.100.1 accepted-mail
expect no immune 198.51.100.1
expect immune 198.51.100.2 by good-profile
expect no fact 198.51.100.2 content
# A verdict about an id that nobody has begun is about nobody.
log "rspamd[123]: <44330b>; task; rspamd_task_write_log: id: <x@q>, qid: <4YYYYYYYYY>, ip: 198.51.100.9, from: <a@example.com>, (default: S (reject): [97.10/15.00] [A(1.00){b;}]), len: 1"
expect no record 198.51.100.9
