/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/logmix.h"

#include <stdbool.h>
#include <stdio.h>

#define TLS \
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) " \
	"key-exchange X25519 server-signature RSA-PSS (2048 bits) " \
	"server-digest SHA256"

/* One session at Postfix. */
struct gate {
	struct logmix *m;
	struct logmix_client c;
	bool ports, long_ids;
	unsigned pid;
	char from[160]; /* name[address]:port, as smtpd has it */
	char qid[24];
};

#define SAY(g, service, off, form, ...) \
	logmix_say((g)->m, "postfix/" service "[%u]: " form "\n", \
	    (g)->pid + (off), __VA_ARGS__)
#define SMTPD(g, form, ...) SAY(g, "smtpd", 0, form, __VA_ARGS__)
/* These run all day: one process. */
#define SCREEN(g, form, ...) \
	logmix_say((g)->m, "postfix/postscreen[1207]: " form "\n", __VA_ARGS__)
#define QMGR(g, form, ...) \
	logmix_say((g)->m, "postfix/qmgr[1203]: " form "\n", __VA_ARGS__)
#define RND(g, n) logmix_rnd((g)->m, (n))

static void
set_from(struct gate *g)
{
	int n = snprintf(g->from, sizeof(g->from), "%s[%s]", g->c.name,
	    g->c.addr);

	if (g->ports)
		snprintf(g->from + n, sizeof(g->from) - (size_t)n, ":%u",
		    g->c.port);
}

static void
set_qid(struct gate *g)
{
	static const char digits[] =
	    "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

	if (!g->long_ids) {
		snprintf(g->qid, sizeof(g->qid), "%X%06X",
		    0x1000 + RND(g, 0xf000), RND(g, 0x1000000));
		return;
	}
	snprintf(g->qid, sizeof(g->qid), "4d");
	for (size_t i = 2; i < 15; i++)
		g->qid[i] = digits[RND(g, sizeof(digits) - 1)];
	g->qid[10] = 'z';
	g->qid[15] = '\0';
}

static void
screen_connect(struct gate *g)
{
	SCREEN(g, "CONNECT from [%s]:%u to [192.0.2.25]:25", g->c.addr,
	    g->c.port);
}

/* It is known already: a good server, or a bot that got through. */
static void
screen_pass(struct gate *g)
{
	screen_connect(g);
	SCREEN(g, "PASS OLD [%s]:%u", g->c.addr, g->c.port);
}

static void
smtpd_connect(struct gate *g)
{
	screen_pass(g);
	if (g->c.name[0] != 'u' && RND(g, 12) == 0)
		SMTPD(g,
		    "warning: hostname %s does not resolve to address %s: "
		    "Name or service not known",
		    g->c.name, g->c.addr);
	SMTPD(g, "connect from %s", g->from);
}

static void
tls_from(struct gate *g)
{
	SMTPD(g, "Anonymous TLS connection established from %s: " TLS, g->from);
}

/* One delivery of a message, by whatever does it here. */
static void
deliver(struct gate *g)
{
	unsigned to = RND(g, 5000), ms = RND(g, 900) + 100;

	switch (RND(g, 8)) {
	case 0:
		SAY(g, "local", 6,
		    "%s: to=<user%u@mx.example.org>, orig_to=<user%u@"
		    "example.org>, relay=local, delay=0.%u, delays=0.%u/0.01/"
		    "0/0.02, dsn=2.0.0, status=sent (delivered to maildir)",
		    g->qid, to, to, ms, ms);
		return;
	case 1:
		SAY(g, "virtual", 6,
		    "%s: to=<user%u@example.org>, relay=virtual, delay=0.%u, "
		    "delays=0.%u/0/0/0.03, dsn=2.0.0, status=sent (delivered "
		    "to maildir)",
		    g->qid, to, ms, ms);
		return;
	case 2:
	case 3:
		SAY(g, "smtp", 6,
		    "%s: to=<user%u@example.org>, relay=store%u.example.org"
		    "[192.0.2.%u]:25, delay=0.%u, delays=0.%u/0/0.01/0.06, "
		    "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %X)",
		    g->qid, to, to % 4, 40 + to % 4, ms, ms, RND(g, 0x1000000));
		return;
	default:
		SAY(g, "lmtp", 6,
		    "%s: to=<user%u@example.org>, relay=mx.example.org"
		    "[private/dovecot-lmtp], delay=0.%u, delays=0.%u/0/0.01/"
		    "0.08, dsn=2.0.0, status=sent (250 2.0.0 <user%u@"
		    "example.org> qYyyBMsl9FRu%u Saved)",
		    g->qid, to, ms, ms, to, RND(g, 100000));
	}
}

static void
queued(struct gate *g, const char *sender, unsigned rcpts)
{
	SAY(g, "cleanup", 2, "%s: message-id=<%u.%u@mail.example.net>", g->qid,
	    RND(g, 1 << 30), RND(g, 1 << 20));
	QMGR(g, "%s: from=<%s>, size=%u, nrcpt=%u (queue active)", g->qid,
	    sender, 1000 + RND(g, 90000), rcpts);
}

static void
good_mail(struct gate *g)
{
	unsigned rcpts = RND(g, 5) == 0 ? 2 : 1, tls = RND(g, 5) > 0;
	char sender[64];

	logmix_good(g->m, &g->c);
	set_from(g);
	snprintf(sender, sizeof(sender), "person%u@list%u.example.net",
	    RND(g, 900), g->c.id);
	smtpd_connect(g);
	if (tls)
		tls_from(g);
	set_qid(g);
	SMTPD(g, "%s: client=%s", g->qid, g->from);
	queued(g, RND(g, 12) == 0 ? "" : sender, rcpts);
	if (tls)
		SMTPD(g,
		    "disconnect from %s ehlo=2 starttls=1 mail=1 rcpt=%u "
		    "data=1 quit=1 commands=%u",
		    g->from, rcpts, rcpts + 6);
	else
		SMTPD(g,
		    "disconnect from %s ehlo=1 mail=1 rcpt=%u data=1 quit=1 "
		    "commands=%u",
		    g->from, rcpts, rcpts + 4);
	for (unsigned i = 0; i < rcpts; i++)
		deliver(g);
	QMGR(g, "%s: removed", g->qid);
}

/* postscreen sends most of the rubbish away by itself. */
static void
screened(struct gate *g)
{
	unsigned lists = RND(g, 4), early = RND(g, 4) == 0;

	logmix_bad(g->m, &g->c);
	screen_connect(g);
	for (unsigned i = 0; i < lists; i++)
		SAY(g, "dnsblog", i,
		    "addr %s listed by domain list%u.example.org as "
		    "127.0.0.%u",
		    g->c.addr, i, 2 + RND(g, 9));
	if (early)
		SCREEN(g, "PREGREET %u after 0.0%u from [%s]:%u: EHLO %s\\r\\n",
		    14 + RND(g, 9), RND(g, 9) + 1, g->c.addr, g->c.port,
		    "User");
	if (lists > 0)
		SCREEN(g, "DNSBL rank %u for [%s]:%u", lists + 1, g->c.addr,
		    g->c.port);
	if (RND(g, 6) == 0) {
		SAY(g, "tlsproxy", 3, "CONNECT from [%s]:%u", g->c.addr,
		    g->c.port);
		SAY(g, "tlsproxy", 3, "DISCONNECT [%s]:%u", g->c.addr,
		    g->c.port);
	}
	if (RND(g, 2) == 0)
		SCREEN(g,
		    "NOQUEUE: reject: RCPT from [%s]:%u: 550 5.7.1 Service "
		    "unavailable; client [%s] blocked using list0.example.org; "
		    "from=<x%u@example.com>, to=<user%u@example.org>, "
		    "proto=ESMTP, helo=<User>",
		    g->c.addr, g->c.port, g->c.addr, RND(g, 900), RND(g, 5000));
	else
		SCREEN(g,
		    "HANGUP after 0.%u from [%s]:%u in tests %s SMTP "
		    "handshake",
		    10 + RND(g, 80), g->c.addr, g->c.port,
		    early ? "after" : "before");
	SCREEN(g, "DISCONNECT [%s]:%u", g->c.addr, g->c.port);
}

static void
refuse(struct gate *g, const char *code, const char *why, const char *to)
{
	SMTPD(g,
	    "NOQUEUE: reject: RCPT from %s: %s <%s>: %s; from=<x%u@"
	    "example.com> to=<%s> proto=ESMTP helo=<pc-%u>",
	    g->from, code, to, why, RND(g, 1000), to, RND(g, 500));
}

static void
dictionary(struct gate *g)
{
	unsigned n = 1 + RND(g, 6);

	logmix_bad(g->m, &g->c);
	set_from(g);
	smtpd_connect(g);
	for (unsigned i = 0; i < n; i++) {
		char to[64];

		snprintf(to, sizeof(to), "nobody%u@example.org", RND(g, 50000));
		refuse(g, "550 5.1.1",
		    "Recipient address rejected: User unknown in virtual "
		    "mailbox table",
		    to);
	}
	if (RND(g, 2) == 0)
		SMTPD(g, "lost connection after RCPT from %s", g->from);
	SMTPD(g, "disconnect from %s ehlo=1 mail=1 rcpt=0/%u commands=2/%u",
	    g->from, n, n + 2);
}

static void
one_reject(struct gate *g)
{
	static const char *const why[][2] = {
		{ "554 5.7.1", "Relay access denied" },
		{ "501 5.5.2", "Helo command rejected: Invalid name" },
		{ "450 4.7.1", "Helo command rejected: Host not found" },
		{ "450 4.1.8", "Sender address rejected: Domain not found" },
		{ "450 4.2.0", "Recipient address rejected: Greylisted" },
		{ "554 5.7.1",
		    "Service unavailable; Client host [203.0.113.78] blocked "
		    "using list0.example.org; Listed, see "
		    "https://list0.example.org/query" },
	};
	unsigned i = RND(g, sizeof(why) / sizeof(why[0]));
	char to[64];

	logmix_bad(g->m, &g->c);
	set_from(g);
	smtpd_connect(g);
	snprintf(to, sizeof(to), "user%u@example.org", RND(g, 5000));
	refuse(g, why[i][0], why[i][1], to);
	SMTPD(g,
	    "disconnect from %s ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4",
	    g->from);
}

static void
guessing(struct gate *g)
{
	logmix_bad(g->m, &g->c);
	set_from(g);
	SAY(g, "submission/smtpd", 0, "connect from %s", g->from);
	SAY(g, "submission/smtpd", 0,
	    "warning: %s: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
	    g->from);
	if (RND(g, 2) == 0)
		SAY(g, "submission/smtpd", 0,
		    "lost connection after AUTH from %s", g->from);
	SAY(g, "submission/smtpd", 0,
	    "disconnect from %s ehlo=1 auth=0/1 commands=1/2", g->from);
}

static void
hang_up(struct gate *g)
{
	static const char *const stage[] = { "CONNECT", "EHLO", "STARTTLS",
		"AUTH", "UNKNOWN" };

	logmix_bad(g->m, &g->c);
	set_from(g);
	smtpd_connect(g);
	SMTPD(g, "lost connection after %s from %s", stage[RND(g, 5)], g->from);
	SMTPD(g, "disconnect from %s ehlo=1 commands=1", g->from);
}

static void
filtered(struct gate *g)
{
	logmix_bad(g->m, &g->c);
	set_from(g);
	smtpd_connect(g);
	set_qid(g);
	SMTPD(g, "%s: client=%s", g->qid, g->from);
	SAY(g, "cleanup", 2, "%s: message-id=<%u@example.com>", g->qid,
	    RND(g, 1 << 30));
	SAY(g, "cleanup", 2,
	    "%s: milter-reject: END-OF-MESSAGE from %s: 5.7.1 Spam message "
	    "rejected; from=<x%u@example.com> to=<user%u@example.org> "
	    "proto=ESMTP helo=<pc-%u>",
	    g->qid, g->from, RND(g, 900), RND(g, 5000), RND(g, 500));
	SMTPD(g,
	    "disconnect from %s ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 "
	    "commands=4/5",
	    g->from);
}

/* `sent` for ten of twelve. */
static const struct fate {
	const char *dsn, *status, *answer;
} fates[] = {
	{ "5.1.1", "bounced",
	    "host mail.example.net[198.51.100.1] said: 550 5.1.1 no such user "
	    "(in reply to RCPT TO command)" },
	{ "4.2.0", "deferred",
	    "host mail.example.net[198.51.100.1] said: 450 4.2.0 Greylisted "
	    "(in reply to RCPT TO command)" },
	{ "2.0.0", "sent", "250 2.0.0 Ok: queued as 4dH7Rq3kWbz9pXn" },
};

/* A message of our own users goes out, and what becomes of it. */
static void
go_out(struct gate *g)
{
	unsigned to = RND(g, 800), k = RND(g, 12);
	const struct fate *f = &fates[k < 2 ? k : 2];
	char relay[96], addr[40];

	logmix_good_v4(to, addr, sizeof(addr));
	snprintf(relay, sizeof(relay), "mail-out%u.example.net[%s]:25", to,
	    addr);
	SAY(g, "smtp", 8, "Trusted TLS connection established to %s: " TLS,
	    relay);
	SAY(g, "smtp", 8,
	    "%s: to=<friend%u@list%u.example.net>, relay=%s, delay=1.9, "
	    "delays=0.05/0/1.1/0.71, dsn=%s, status=%s (%s)",
	    g->qid, to, to, relay, f->dsn, f->status, f->answer);
	if (k == 0)
		SAY(g, "bounce", 9,
		    "%s: sender non-delivery notification: %X%06X", g->qid,
		    0x1000 + RND(g, 0xf000), RND(g, 0x1000000));
	if (k != 1)
		QMGR(g, "%s: removed", g->qid);
}

static void
outbound(struct gate *g)
{
	logmix_bad(g->m, &g->c);
	set_from(g);
	SAY(g, "submission/smtpd", 0, "connect from %s", g->from);
	set_qid(g);
	SAY(g, "submission/smtpd", 0,
	    "%s: client=%s, sasl_method=PLAIN, sasl_username=user%u", g->qid,
	    g->from, g->c.id % 5000);
	queued(g, "user@example.org", 1);
	SAY(g, "submission/smtpd", 0,
	    "disconnect from %s ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 "
	    "data=1 quit=1 commands=8",
	    g->from);
	go_out(g);
}

/* Lines of no event. */
static void
chores(struct gate *g)
{
	logmix_bad(g->m, &g->c);
	SAY(g, "anvil", 0,
	    "statistics: max connection rate %u/60s for (smtp:%s) at Mar  2 "
	    "10:00:00",
	    1 + RND(g, 9), g->c.addr);
	SAY(g, "anvil", 0,
	    "statistics: max connection count 1 for (smtp:%s) at Mar  2 "
	    "10:00:00",
	    g->c.addr);
	SAY(g, "anvil", 0, "statistics: max cache size %u at Mar  2 10:00:00",
	    RND(g, 99));
	logmix_say(g->m,
	    "dovecot: imap-login: Login: user=<user%u>, method=PLAIN, rip=%s, "
	    "lip=192.0.2.25, mpid=%u, TLS, session=<q%u>\n",
	    RND(g, 5000), g->c.addr, g->pid, RND(g, 1 << 30));
}

void
logmix_postfix(struct logmix *m, bool ports, bool long_ids)
{
	static const struct {
		unsigned upto; /* of 100 */
		void (*say)(struct gate *g);
	} mix[] = {
		{ 33, screened },
		{ 58, good_mail },
		{ 69, dictionary },
		{ 77, one_reject },
		{ 84, guessing },
		{ 90, hang_up },
		{ 92, filtered },
		{ 96, outbound },
		{ 100, chores },
	};
	struct gate g = { .m = m, .ports = ports, .long_ids = long_ids };
	unsigned k = logmix_rnd(m, 100), i = 0;

	g.pid = 2000 + logmix_rnd(m, 200) * 16;
	while (k >= mix[i].upto)
		i++;
	mix[i].say(&g);
}
