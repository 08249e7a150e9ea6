/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_mail - whole SMTP sessions, with the lines that Postfix logs of them */
#include <stdarg.h>
#include <stdlib.h>

#include "tests/tools/lib/zs.h"

#define SMTPD    "postfix/smtpd[611]: "
#define CLEANUP  "postfix/cleanup[612]: "
#define QMGR     "postfix/qmgr[613]: "
#define DELIVERY "postfix/smtp[614]: "
#define THINK_US 20000 /* the client, before each command */

struct talk {
	struct zs *z;
	struct zs_flow *f;
	struct addr addr;
	const struct stack *stack;
	const char *name; /* confirmed reverse name, "unknown" */
	const char *helo, *sender;
	const char *nobody, *trap; /* recipients that are refused */
	const char *trap_in;       /* one that is taken, and delivered */
	long unknown, relay, accepted;
	uint16_t port;
	bool early, noquit, rst, noport, pipelined, soft, late, uncut, content;
	bool listed, classic;
	char who[160]; /* NAME[ADDRESS]:PORT */
	bool mail_sent;
	unsigned rcpts, rcpts_ok;
};

static void logs(const struct talk *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void
logs(const struct talk *t, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->classic)
		zs_log_classic(t->z, text);
	else
		zs_log(t->z, 0, text);
}

/* One command and its reply; either may be NULL. */
static void step(struct talk *t, const char *reply, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void
step(struct talk *t, const char *reply, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zs_pass(t->z, THINK_US);
	zs_client_says(t->z, t->f, text);
	if (reply != NULL)
		zs_server_says(t->z, t->f, reply);
}

/* zfwd has cut the session: our side resets it, and the MTA says so. */
static bool
is_cut(struct talk *t)
{
	const struct client *c = zs_blocked(t->z, &t->addr);

	if (t->uncut || c == NULL || c->shadow || !t->f->open)
		return !t->f->open;
	zs_server_ends(t->z, t->f, true);
	logs(t, SMTPD "lost connection after RCPT from %s", t->who);
	logs(t, SMTPD "disconnect from %s ehlo=1 mail=1 commands=2", t->who);
	return true;
}

static void
refuse(struct talk *t, const char *rcpt, const char *code, const char *text)
{
	if (is_cut(t))
		return;
	step(t, t->soft ? "450 4.1.1 no\r\n" : "550 5.1.1 no\r\n",
	    "RCPT TO:<%s>\r\n", rcpt);
	t->rcpts++;
	logs(t,
	    SMTPD "%s: reject: RCPT from %s: %s <%s>: %s; "
		  "from=<%s> to=<%s> proto=ESMTP helo=<%s>",
	    t->rcpts_ok > 0 ? t->z->qid : "NOQUEUE", t->who, code, rcpt, text,
	    t->sender, rcpt, t->helo);
}

static void
refuse_all(struct talk *t)
{
	const char *unknown = t->soft ? "450 4.1.1" : "550 5.1.1";
	const char *who =
	    "Recipient address rejected: User unknown in local recipient table";
	char rcpt[64];

	for (long i = 0; i < t->unknown; i++) {
		snprintf(rcpt, sizeof(rcpt), "user%u@example.org",
		    t->z->next_id++);
		refuse(t, rcpt, unknown, who);
	}
	if (t->nobody != NULL)
		refuse(t, t->nobody, unknown, who);
	if (t->trap != NULL)
		refuse(t, t->trap, unknown, who);
	for (long i = 0; i < t->relay; i++) {
		snprintf(rcpt, sizeof(rcpt), "user%u@elsewhere.example",
		    t->z->next_id++);
		refuse(t, rcpt, "554 5.7.1", "Relay access denied");
	}
}

static void
accept_rcpts(struct talk *t)
{
	for (long i = 0; i < t->accepted && !is_cut(t); i++) {
		t->rcpts++;
		step(t, "250 2.1.5 Ok\r\n", "RCPT TO:<real%ld@example.org>\r\n",
		    i);
		if (t->rcpts_ok++ > 0)
			continue;
		snprintf(t->z->qid, sizeof(t->z->qid), "4Z%08X",
		    ++t->z->next_id);
		logs(t, SMTPD "%s: client=%s", t->z->qid, t->who);
	}
}

static void
delivery(struct talk *t)
{
	const char *qid = t->z->qid;

	logs(t, QMGR "%s: from=<%s>, size=1234, nrcpt=%u (queue active)", qid,
	    t->sender, t->rcpts_ok);
	logs(t,
	    DELIVERY "%s: to=<%s>, relay=inner.example.org[10.0.0.2]:25, "
		     "delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, "
		     "status=sent (250 2.0.0 Ok)",
	    qid, t->trap_in != NULL ? t->trap_in : "real0@example.org");
	logs(t, QMGR "%s: removed", qid);
}

static void
message(struct talk *t)
{
	if (t->rcpts_ok == 0 || is_cut(t))
		return;
	step(t, "354 go\r\n", "DATA\r\n");
	step(t, t->content ? "550 5.7.1 spam\r\n" : "250 2.0.0 Ok: queued\r\n",
	    "Subject: hello\r\nMessage-Id: <%s@%s>\r\n\r\nHello\r\n.\r\n",
	    t->z->qid, t->helo);
	logs(t, CLEANUP "%s: message-id=<%s@%s>", t->z->qid, t->z->qid,
	    t->helo);
	if (t->content)
		logs(t,
		    CLEANUP "%s: milter-reject: END-OF-MESSAGE from %s: "
			    "5.7.1 spam; from=<%s> to=<real0@example.org> "
			    "proto=ESMTP helo=<%s>",
		    t->z->qid, t->who, t->sender, t->helo);
	else
		delivery(t);
}

static void
leave(struct talk *t)
{
	if (is_cut(t))
		return;
	if (t->rst || t->noquit) {
		zs_client_ends(t->z, t->f, t->rst);
		logs(t, SMTPD "lost connection after RCPT from %s", t->who);
	} else {
		step(t, "221 2.0.0 Bye\r\n", "QUIT\r\n");
		zs_client_ends(t->z, t->f, false);
	}
	logs(t,
	    SMTPD "disconnect from %s ehlo=1 mail=%d rcpt=%u/%u data=%d "
		  "quit=%d commands=%u/%u",
	    t->who, t->mail_sent, t->rcpts_ok, t->rcpts, t->rcpts_ok > 0,
	    !t->rst && !t->noquit, 3 + t->rcpts_ok, 3 + t->rcpts);
}

static void
greet(struct talk *t)
{
	char ehlo[256];

	snprintf(ehlo, sizeof(ehlo), "EHLO %s\r\n", t->helo);
	if (t->early)
		zs_client_says(t->z, t->f, ehlo);
	logs(t, SMTPD "connect from %s", t->who);
	zs_pass(t->z, THINK_US);
	zs_server_says(t->z, t->f, "220 mx.example.org ESMTP\r\n");
	if (t->early)
		zs_server_says(t->z, t->f, "250 mx.example.org\r\n");
	else
		step(t, "250 mx.example.org\r\n", "%s", ehlo);
}

static void
listed(struct talk *t)
{
	char b[ADDR_STRLEN];

	step(t, "554 5.7.1 no\r\n", "RCPT TO:<real0@example.org>\r\n");
	logs(t,
	    SMTPD "NOQUEUE: reject: RCPT from %s: 554 5.7.1 Service "
		  "unavailable; Client host [%s] blocked using "
		  "list.example; from=<%s> to=<real0@example.org> "
		  "proto=ESMTP helo=<%s>",
	    t->who, addr_print(&t->addr, b), t->sender, t->helo);
	t->rcpts++;
}

static void
run(struct talk *t)
{
	char b[ADDR_STRLEN];
	size_t n;

	t->f = zs_open(t->z, &t->addr, t->port, t->stack);
	if (t->f->dropped)
		return; /* the client hears nothing, the MTA neither */
	n = (size_t)snprintf(t->who, sizeof(t->who), "%s[%s]", t->name,
	    addr_print(&t->addr, b));
	if (!t->noport)
		snprintf(t->who + n, sizeof(t->who) - n, ":%u", t->f->port);
	greet(t);
	if (!is_cut(t)) {
		step(t, t->pipelined ? NULL : "250 2.1.0 Ok\r\n",
		    "MAIL FROM:<%s>\r\n", t->sender);
		t->mail_sent = true;
	}
	if (t->listed && !is_cut(t))
		listed(t);
	if (t->late)
		accept_rcpts(t);
	refuse_all(t);
	if (!t->late)
		accept_rcpts(t);
	message(t);
	leave(t);
}

static bool
flag(struct zs_words *w, struct talk *t)
{
	const struct {
		const char *word;
		bool *at;
	} flags[] = { { "early", &t->early }, { "noquit", &t->noquit },
		{ "rst", &t->rst }, { "noport", &t->noport },
		{ "pipelined", &t->pipelined }, { "soft", &t->soft },
		{ "late", &t->late }, { "uncut", &t->uncut },
		{ "content", &t->content }, { "listed", &t->listed },
		{ "classic", &t->classic } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (zs_is(w, flags[i].word))
			return *flags[i].at = true;
	return false;
}

static bool
text(struct zs_words *w, struct talk *t)
{
	const struct {
		const char *word;
		const char **at;
	} texts[] = { { "name", &t->name }, { "helo", &t->helo },
		{ "sender", &t->sender }, { "nobody", &t->nobody },
		{ "trap", &t->trap }, { "into", &t->trap_in } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (zs_is(w, texts[i].word)) {
			*texts[i].at = zs_next(t->z, w, texts[i].word);
			return true;
		}
	return false;
}

static bool
count(struct zs_words *w, struct talk *t)
{
	const struct {
		const char *word;
		long *at;
	} counts[] = { { "unknown", &t->unknown }, { "relay", &t->relay },
		{ "accepted", &t->accepted } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (zs_is(w, counts[i].word)) {
			*counts[i].at = zs_number(t->z,
			    zs_next(t->z, w, "a number"));
			return true;
		}
	return false;
}

void
zs_session(struct zs *z, struct zs_words *w)
{
	struct talk t = { .z = z,
		.stack = stack_named("linux"),
		.name = "unknown",
		.helo = "sender.example",
		.sender = "somebody@sender.example" };

	if (!zs_is(w, "from"))
		zs_die(z, "session from ADDRESS ...");
	t.addr = zs_peer(z, zs_next(z, w, "an address"), &t.port);
	while (zs_more(w)) {
		if (zs_is(w, "stack")) {
			const char *name = zs_next(z, w, "a stack");

			t.stack = stack_named(name);
			if (t.stack == NULL)
				zs_die(z, "no stack %s", name);
		} else if (!flag(w, &t) && !text(w, &t) && !count(w, &t)) {
			zs_end(z, w);
		}
	}
	run(&t);
}
