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
	const struct os_stack *stack;
	const char *name; /* confirmed reverse name, "unknown" */
	const char *helo, *sender;
	const char *nobody, *trap; /* recipients that are refused */
	const char *trap_in;       /* one that is taken, and delivered */
	long unknown, relay, accepted, guess;
	uint16_t port;
	bool early, noquit, rst, noport, pipelined, soft, late, uncut, content;
	bool listed, classic, nodata, starttls, tls;
	char who[160];    /* NAME[ADDRESS]:PORT */
	char from[80];    /* a sender of its own */
	const char *owed; /* a reply that goes out with the next one, or NULL */
	bool hidden;      /* behind TLS */
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

/* Behind TLS nobody can read it: bytes of the same number, none of ASCII. */
static void
says(struct talk *t, bool client, const char *text)
{
	char bytes[1024];
	size_t n = strlen(text);

	if (n >= sizeof(bytes))
		n = sizeof(bytes) - 1;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(t->hidden ? text[i] | 0x80 : text[i]);
	bytes[n] = '\0';
	zs_says(t->z, t->f, client, ZS_SEEN, bytes);
}

/* Our answer, and one that is still owed before it. */
static void
answer(struct talk *t, const char *reply)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", t->owed != NULL ? t->owed : "",
	    reply);
	t->owed = NULL;
	says(t, false, text);
}

/* One command and its reply; NULL: that comes by answer(). */
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
	says(t, true, text);
	if (reply != NULL)
		answer(t, reply);
}

/* zfwd has cut the session: our side resets it, and the MTA says so. */
static bool
is_cut(struct talk *t)
{
	const struct client *c = zs_blocked(t->z, &t->addr);
	bool hit = c != NULL && !c->shadow &&
	    zs_narrow_hits(t->z, c, t->f->stack->name);

	if (t->uncut || !t->f->open || (!hit && !zs_was_cut(t->z, t->f)))
		return !t->f->open;
	zs_server_ends(t->z, t->f, true);
	logs(t, SMTPD "lost connection after RCPT from %s", t->who);
	logs(t, SMTPD "disconnect from %s ehlo=1 mail=1 commands=2", t->who);
	return true;
}

static void
refuse(struct talk *t, const char *rcpt, const char *code, const char *text)
{
	char reply[512];

	if (is_cut(t))
		return;
	snprintf(reply, sizeof(reply), "%s <%s>: %s\r\n", code, rcpt, text);
	step(t, reply, "RCPT TO:<%s>\r\n", rcpt);
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
	char rcpt[64];

	for (long i = 0; i < t->accepted && !is_cut(t); i++) {
		t->rcpts++;
		snprintf(rcpt, sizeof(rcpt), "real%ld@example.org", i);
		step(t, "250 2.1.5 Ok\r\n", "RCPT TO:<%s>\r\n",
		    i == 0 && t->trap_in != NULL ? t->trap_in : rcpt);
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
	if (t->rcpts_ok == 0 || t->nodata || is_cut(t))
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
start_tls(struct talk *t)
{
	step(t, "220 2.0.0 Ready to start TLS\r\n", "STARTTLS\r\n");
	t->hidden = true;
	step(t, "\x16\x03\x03 server hello", "\x16\x03\x01 client hello");
	step(t, "250 mx.example.org\r\n", "EHLO %s\r\n", t->helo);
}

static void
greet(struct talk *t)
{
	const char *ours = t->starttls || t->tls ?
	    "250-mx.example.org\r\n250-STARTTLS\r\n250 8BITMIME\r\n" :
	    "250-mx.example.org\r\n250 8BITMIME\r\n";
	char ehlo[256];

	snprintf(ehlo, sizeof(ehlo), "EHLO %s\r\n", t->helo);
	if (t->early)
		says(t, true, ehlo);
	logs(t, SMTPD "connect from %s", t->who);
	zs_pass(t->z, THINK_US);
	says(t, false, "220 mx.example.org ESMTP\r\n");
	if (t->early)
		says(t, false, ours);
	else
		step(t, ours, "%s", ehlo);
	if (t->tls && !is_cut(t))
		start_tls(t);
}

/* Passwords that are wrong, one after the other. */
static void
guess(struct talk *t)
{
	for (long i = 0; i < t->guess && !is_cut(t); i++) {
		step(t, "535 5.7.8 Error: authentication failed\r\n",
		    "AUTH PLAIN AGFubgA%04ld\r\n", i);
		logs(t,
		    SMTPD "warning: %s: SASL PLAIN authentication failed: "
			  "authentication failure",
		    t->who);
	}
}

static void
listed(struct talk *t)
{
	char b[ADDR_STRLEN], why[200], reply[216];

	snprintf(why, sizeof(why),
	    "554 5.7.1 Service unavailable; Client host [%s] blocked using "
	    "list.example",
	    addr_print(&t->addr, b));
	snprintf(reply, sizeof(reply), "%s\r\n", why);
	step(t, reply, "RCPT TO:<real0@example.org>\r\n");
	logs(t,
	    SMTPD "NOQUEUE: reject: RCPT from %s: %s; from=<%s> "
		  "to=<real0@example.org> proto=ESMTP helo=<%s>",
	    t->who, why, t->sender, t->helo);
	t->rcpts++;
}

static void
mail(struct talk *t)
{
	const char *ok = "250 2.1.0 Ok\r\n";

	if (is_cut(t))
		return;
	step(t, t->pipelined ? NULL : ok, "MAIL FROM:<%s>\r\n", t->sender);
	if (t->pipelined)
		t->owed = ok;
	t->mail_sent = true;
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
	guess(t);
	mail(t);
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
		{ "classic", &t->classic }, { "nodata", &t->nodata },
		{ "starttls", &t->starttls }, { "tls", &t->tls } };

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
		{ "accepted", &t->accepted }, { "guess", &t->guess } };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (zs_is(w, counts[i].word)) {
			*counts[i].at = zs_number(t->z,
			    zs_next(t->z, w, "a number"));
			return true;
		}
	return false;
}

/* One sender from many networks would be a botnet's. */
static const char *
own_sender(struct talk *t)
{
	char b[ADDR_STRLEN];

	snprintf(t->from, sizeof(t->from), "%s@sender.example",
	    addr_print(&t->addr, b));
	for (char *p = t->from; *p != '@'; p++)
		if (*p == '.' || *p == ':')
			*p = '-';
	return t->from;
}

void
zs_session(struct zs *z, struct zs_words *w)
{
	struct talk t = { .z = z,
		.stack = stack_named("linux"),
		.name = "unknown",
		.helo = "sender.example",
		.sender = NULL };

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
	if (t.sender == NULL)
		t.sender = own_sender(&t);
	run(&t);
}
