/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loggen - a Postfix log of any length for the benches
 *
 * `loggen LINES > LOG`: the sessions of a gateway, in the shapes of
 * tests/golden/log (made by a real Postfix) and in a mixture as on a gateway
 * that gets more rubbish than mail: good servers that deliver, dictionary
 * runs, list and HELO rejects, relay attempts, password guessing, hang-ups.
 * Addresses and names are of the documentation ranges.  Always the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define START_S 36000 /* of 2 March */
#define PER_S   200   /* lines a second of log time */

struct gen {
	uint64_t seed;
	unsigned long n, max; /* lines */
	unsigned pid, port;
	char who[128]; /* name[address]:port of the session */
	char qid[16];
};

static unsigned
rnd(struct gen *g, unsigned n)
{
	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 7;
	g->seed ^= g->seed << 17;
	return (unsigned)(g->seed >> 33) % n;
}

/* The head of the next line; its time goes on by itself. */
static void
head(struct gen *g, const char *service, unsigned pid)
{
	unsigned long s = START_S + g->n / PER_S;

	printf("Mar %2lu %02lu:%02lu:%02lu mx postfix/%s[%u]: ", 2 + s / 86400,
	    s / 3600 % 24, s / 60 % 60, s % 60, service, pid);
	g->n++;
}

#define SMTPD(g, ...) \
	do { \
		head(g, "smtpd", (g)->pid); \
		printf(__VA_ARGS__); \
	} while (0)

static void
good_client(struct gen *g)
{
	unsigned a = rnd(g, 200);

	if (rnd(g, 8) == 0)
		snprintf(g->who, sizeof(g->who),
		    "six%u.example.net[2001:db8:%x::25]:%u", a, a, g->port);
	else
		snprintf(g->who, sizeof(g->who),
		    "mail%u.example.net[198.51.100.%u]:%u", a, a, g->port);
}

static void
bad_client(struct gen *g)
{
	unsigned a = rnd(g, 256), b = rnd(g, 2) == 0 ? 113 : 2;
	const char *net = b == 113 ? "203.0.113" : "192.0.2";

	if (rnd(g, 2) == 0)
		snprintf(g->who, sizeof(g->who), "unknown[%s.%u]:%u", net, a,
		    g->port);
	else
		snprintf(g->who, sizeof(g->who),
		    "host-%u-%u.dyn.example.org[%s.%u]:%u", b, a, net, a,
		    g->port);
}

static void
queued(struct gen *g, const char *from, unsigned n)
{
	snprintf(g->qid, sizeof(g->qid), "%X%05X", 0x4000 + rnd(g, 0x8000),
	    rnd(g, 0x100000));
	SMTPD(g, "%s: client=%s\n", g->qid, g->who);
	head(g, "cleanup", g->pid + 2);
	printf("%s: message-id=<%u.%u@example.net>\n", g->qid, rnd(g, 1 << 30),
	    n);
	head(g, "qmgr", 1203);
	printf("%s: from=<%s>, size=%u, nrcpt=%u (queue active)\n", g->qid,
	    from, 1000 + rnd(g, 90000), n);
}

static void
good_mail(struct gen *g)
{
	unsigned n = 1 + rnd(g, 3);

	good_client(g);
	SMTPD(g, "connect from %s\n", g->who);
	queued(g, rnd(g, 10) == 0 ? "" : "alice@example.net", n);
	SMTPD(g,
	    "disconnect from %s ehlo=2 starttls=1 mail=1 rcpt=%u data=1 "
	    "quit=1 commands=%u\n",
	    g->who, n, n + 6);
	for (unsigned i = 0; i < n; i++) {
		head(g, "lmtp", g->pid + 4);
		printf("%s: to=<user%u@example.org>, relay=mx.example.org"
		       "[private/lmtp], delay=0.%02u, delays=0.1/0/0/0.1, "
		       "dsn=2.0.0, status=sent (250 2.0.0 Saved)\n",
		    g->qid, rnd(g, 5000), rnd(g, 100));
	}
	head(g, "qmgr", 1203);
	printf("%s: removed\n", g->qid);
}

static void
reject(struct gen *g, const char *code, const char *why, const char *to)
{
	SMTPD(g,
	    "NOQUEUE: reject: RCPT from %s: %s <%s>: %s; "
	    "from=<x%u@example.com> to=<%s> proto=ESMTP helo=<pc-%u>\n",
	    g->who, code, to, why, rnd(g, 1000), to, rnd(g, 500));
}

static void
dictionary(struct gen *g)
{
	unsigned n = 1 + rnd(g, 6);

	bad_client(g);
	SMTPD(g, "connect from %s\n", g->who);
	for (unsigned i = 0; i < n; i++) {
		char to[64];

		snprintf(to, sizeof(to), "nobody%u@example.org", rnd(g, 50000));
		reject(g, "550 5.1.1",
		    "Recipient address rejected: User unknown in virtual "
		    "mailbox table",
		    to);
	}
	if (rnd(g, 2) == 0)
		SMTPD(g, "lost connection after RCPT from %s\n", g->who);
	SMTPD(g, "disconnect from %s ehlo=1 mail=1 rcpt=0/%u commands=2/%u\n",
	    g->who, n, n + 2);
}

static void
one_reject(struct gen *g)
{
	static const char *const why[][2] = {
		{ "554 5.7.1", "Relay access denied" },
		{ "501 5.5.2", "Helo command rejected: Invalid name" },
		{ "450 4.7.1", "Helo command rejected: Host not found" },
		{ "450 4.1.8", "Sender address rejected: Domain not found" },
		{ "554 5.7.1",
		    "Service unavailable; Client host [203.0.113.78] blocked "
		    "using list.example.org; Listed" },
	};
	unsigned i = rnd(g, 5);

	bad_client(g);
	SMTPD(g, "connect from %s\n", g->who);
	reject(g, why[i][0], why[i][1], "bob@example.org");
	SMTPD(g,
	    "disconnect from %s ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4\n",
	    g->who);
}

static void
other(struct gen *g)
{
	bad_client(g);
	if (rnd(g, 4) == 0)
		SMTPD(g,
		    "warning: hostname liar%u.example.net does not resolve to "
		    "address 203.0.113.%u\n",
		    rnd(g, 99), rnd(g, 256));
	SMTPD(g, "connect from %s\n", g->who);
	if (rnd(g, 2) == 0)
		SMTPD(g,
		    "warning: %s: SASL LOGIN authentication failed: "
		    "UGFzc3dvcmQ6\n",
		    g->who);
	else
		SMTPD(g, "lost connection after %s from %s\n",
		    rnd(g, 2) == 0 ? "CONNECT" : "EHLO", g->who);
	SMTPD(g, "disconnect from %s ehlo=1 auth=0/1 commands=1/2\n", g->who);
}

int
main(int argc, char **argv)
{
	struct gen g = { .seed = 0x9e3779b97f4a7c15 };

	g.max = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (g.max == 0) {
		fputs("usage: loggen LINES\n", stderr);
		return 2;
	}
	while (g.n < g.max) { /* the last session is whole */
		unsigned k = rnd(&g, 100);

		g.pid = 2000 + rnd(&g, 200) * 8;
		g.port = 1024 + rnd(&g, 64000);
		if (k < 30)
			good_mail(&g);
		else if (k < 60)
			dictionary(&g);
		else if (k < 80)
			one_reject(&g);
		else
			other(&g);
	}
	return 0;
}
