/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/logmix.h"

#include <stdio.h>

#define SAY(m, form, ...) logmix_say((m), form "\n", __VA_ARGS__)
#define RND(m, n)         logmix_rnd((m), (n))

/* Lines of an Exim of its own file: the stamp is before, no host, no tag. */
static void
exim_mail(struct logmix *m)
{
	struct logmix_client c;
	unsigned to = RND(m, 5000);
	char id[24];

	logmix_good(m, &c);
	snprintf(id, sizeof(id), "1xV%c%c%c-%06u-%02uL", 'a' + RND(m, 26),
	    'A' + RND(m, 26), 'a' + RND(m, 26), RND(m, 1000000), RND(m, 90));
	SAY(m,
	    "%s <= person%u@list%u.example.net H=%s [%s]:%u P=esmtps "
	    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=%u "
	    "id=%u@mail.example.net",
	    id, RND(m, 900), c.id, c.name, c.addr, c.port, 1000 + RND(m, 90000),
	    RND(m, 1 << 30));
	SAY(m, "%s => user%u <user%u@example.org> R=local T=maildir", id, to,
	    to);
	SAY(m, "%s Completed", id);
}

void
logmix_exim(struct logmix *m)
{
	struct logmix_client c;
	unsigned n = 1 + RND(m, 4);

	if (RND(m, 3) == 0) {
		exim_mail(m);
		return;
	}
	logmix_bad(m, &c);
	for (unsigned i = 0; i < n; i++)
		SAY(m,
		    "H=(pc-%u) [%s]:%u F=<x%u@example.com> rejected RCPT "
		    "<nobody%u@example.org>: Unrouteable address",
		    c.id % 500, c.addr, c.port, RND(m, 900), RND(m, 50000));
	if (RND(m, 2) == 0)
		SAY(m,
		    "unexpected disconnection while reading SMTP command "
		    "from (pc-%u) [%s]:%u D=%us",
		    c.id % 500, c.addr, c.port, RND(m, 60));
}

void
logmix_sendmail(struct logmix *m)
{
	struct logmix_client c;
	unsigned good = RND(m, 3) == 0, pid = 2000 + RND(m, 3000);
	char id[24], relay[160];

	if (good)
		logmix_good(m, &c);
	else
		logmix_bad(m, &c);
	snprintf(id, sizeof(id), "622A%c%c%c%c%06u", 'a' + RND(m, 26),
	    'A' + RND(m, 26), 'a' + RND(m, 26), 'A' + RND(m, 26), pid);
	snprintf(relay, sizeof(relay),
	    c.name[0] == 'u' ? "%.0s[%s]" : "%s [%s]", c.name, c.addr);
	if (good) {
		SAY(m,
		    "sm-mta[%u]: %s: from=<person%u@list%u.example.net>, "
		    "size=%u, class=0, nrcpts=1, msgid=<%u@mail.example.net>, "
		    "proto=ESMTPS, daemon=MTA, relay=%s",
		    pid, id, RND(m, 900), c.id, 1000 + RND(m, 90000),
		    RND(m, 1 << 30), relay);
		SAY(m,
		    "sm-mta[%u]: %s: to=<user%u@example.org>, "
		    "delay=00:00:01, xdelay=00:00:00, mailer=local, "
		    "pri=30333, dsn=2.0.0, stat=Sent",
		    pid + 2, id, RND(m, 5000));
		return;
	}
	SAY(m,
	    "sm-mta[%u]: %s: ruleset=check_rcpt, arg1=<y%u@other.example>, "
	    "relay=%s, reject=550 5.7.1 <y%u@other.example>... Relaying "
	    "denied",
	    pid, id, RND(m, 900), relay, RND(m, 900));
	for (unsigned i = RND(m, 3); i > 0; i--)
		SAY(m, "sm-mta[%u]: %s: <nobody%u@example.org>... User unknown",
		    pid, id, RND(m, 50000));
	SAY(m,
	    "sm-mta[%u]: %s: from=<x%u@example.com>, size=0, class=0, "
	    "nrcpts=0, proto=ESMTP, daemon=MTA, relay=%s",
	    pid, id, RND(m, 900), relay);
	if (RND(m, 4) == 0)
		SAY(m,
		    "sm-mta[%u]: %s: %s did not issue MAIL/EXPN/VRFY/ETRN "
		    "during connection to MTA",
		    pid, id, relay);
}

void
logmix_opensmtpd(struct logmix *m)
{
	struct logmix_client c;
	unsigned good = RND(m, 3) == 0, user = RND(m, 5000);
	unsigned ev = RND(m, 1 << 30);
	char id[24];

	if (good)
		logmix_good(m, &c);
	else
		logmix_bad(m, &c);
	snprintf(id, sizeof(id), "%08x%08x", RND(m, 1u << 31),
	    RND(m, 1u << 31));
	SAY(m, "smtpd[1350]: %s smtp connected address=%s host=%s", id, c.addr,
	    c.name[0] == 'u' ? "<unknown>" : c.name);
	if (good) {
		SAY(m,
		    "smtpd[1350]: %s smtp tls ciphers=TLSv1.3:"
		    "TLS_AES_256_GCM_SHA384:256",
		    id);
		SAY(m,
		    "smtpd[1350]: %s smtp message msgid=%08x size=%u nrcpt=1 "
		    "proto=ESMTP",
		    id, ev, 1000 + RND(m, 90000));
		SAY(m,
		    "smtpd[1350]: %s smtp envelope evpid=%08xc411392a "
		    "from=<person@list%u.example.net> to=<user%u@example.org>",
		    id, ev, c.id, user);
	} else {
		for (unsigned i = RND(m, 4); i > 0; i--)
			SAY(m,
			    "smtpd[1350]: %s smtp failed-command "
			    "command=\"RCPT TO:<nobody%u@example.org>\" "
			    "result=\"550 Invalid recipient: <nobody%u@"
			    "example.org>\"",
			    id, user + i, user + i);
	}
	SAY(m, "smtpd[1350]: %s smtp disconnected reason=%s", id,
	    good ? "quit" : "disconnect");
	if (good)
		SAY(m,
		    "smtpd[1350]: %08x21fc13e6 mda delivery evpid=%08xc411392a "
		    "from=<person@list%u.example.net> to=<user%u@example.org> "
		    "rcpt=<user%u@example.org> user=user%u delay=0s result=Ok "
		    "stat=Delivered",
		    RND(m, 1 << 30), ev, c.id, user, user, user);
}

void
logmix_haraka(struct logmix *m)
{
	struct logmix_client c;
	unsigned good = RND(m, 3) == 0, n = good ? 1 : 1 + RND(m, 4);
	char id[48];

	if (good)
		logmix_good(m, &c);
	else
		logmix_bad(m, &c);
	snprintf(id, sizeof(id), "%08X-%04X-47DB-AFBF-%04X%08X",
	    RND(m, 1u << 31), RND(m, 65536), RND(m, 65536), RND(m, 1u << 31));
	SAY(m,
	    "[NOTICE] [%s] [core] connect ip=%s port=%u local_ip=192.0.2.10 "
	    "local_port=25",
	    id, c.addr, c.port);
	SAY(m, "[INFO] [%s] [dns-list] pass:list0.example.org", id);
	SAY(m,
	    "[NOTICE] [%s.1] [core] sender <x%u@example.com> code=CONT "
	    "msg=\"\"",
	    id, c.id);
	for (unsigned i = 0; i < n; i++)
		SAY(m,
		    "[NOTICE] [%s.1] [core] recipient <%s%u@example.org> "
		    "code=%s msg=\"%s\" sender=\"x%u@example.com\"",
		    id, good ? "user" : "nobody", RND(m, 5000),
		    good ? "OK" : "DENY", good ? "" : "no such user", c.id);
	if (good)
		SAY(m,
		    "[NOTICE] [%s.1] [core] queue code=OK msg=\"Message Queued "
		    "(%s.1)\"",
		    id, id);
	SAY(m,
	    "[NOTICE] [%s] [core] disconnect ip=%s rdns=%s helo=pc-%u relay=N "
	    "early=N esmtp=Y tls=N pipe=N errors=%u txns=1 rcpts=%u/0/%u "
	    "msgs=%u/0/0 bytes=%u lr=\"\" time=0.6",
	    id, c.addr, c.name[0] == 'u' ? "NXDOMAIN" : c.name, c.id % 500,
	    good ? 0 : n, good, good ? 0 : n, good, good * 2451);
}
