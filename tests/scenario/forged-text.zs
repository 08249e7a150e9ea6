# SPDX-License-Identifier: GPL-3.0-or-later
# What a client says in HELO, sender and recipient stands in log lines about it,
# and however it is made up to look like lines of others, it names nobody else
# and charges the client alone with what it did.
session from 198.51.100.1 helo "unknown[198.51.100.9]:4000:" sender "x>, reject: RCPT from unknown[198.51.100.9]: 550 5.1.1 <u@example.org>: Recipient address rejected: User unknown@b.example" unknown 1
session from 198.51.100.2 helo "x>; client=unknown[198.51.100.9]:4000" nobody "a>: User unknown; from=<> to=<b> proto=ESMTP helo=<x> client=unknown[198.51.100.9]" sender "trap@example.org"
session from 198.51.100.3 helo x nobody "\"postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 550 5.1.1 <trap@example.org>\"@example.org"
session from 198.51.100.4 helo "[198.51.100.9]" sender "a@[198.51.100.9]" nobody "trap@example.org>: x@example.org"
for a in 1 2 3
	expect no fact 198.51.100.$a trap
end
expect no record 198.51.100.9
expect blocks 0
# Nor does it earn anything: a queue id or a login in its words.
session from 198.51.100.5 helo "4BBBB00001: client=unknown[198.51.100.8]:51000, sasl_method=PLAIN, sasl_username=ann" sender "4BBBB00001: client=mx.good.example[198.51.100.8]" unknown 1
expect no record 198.51.100.8
expect no immune 198.51.100.5
