/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/cross.h"
#include "daemon/evidence_impl.h"

#define ONCE_MS       10000 /* packet and log tell of the same thing */
#define UNKNOWN_LABEL 3.0

struct evidence *
evidence_new(const struct evidence_conf *conf)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->conf = *conf;
	e->self.names = conf->policy->own_names;
	e->groups = groups_new(&conf->key);
	e->mailq = mailq_new(&conf->key, conf->policy->settle_s);
	if (e->groups == NULL || e->mailq == NULL) {
		evidence_free(e);
		return NULL;
	}
	return e;
}

void
evidence_free(struct evidence *e)
{
	if (e == NULL)
		return;
	groups_free(e->groups);
	mailq_free(e->mailq);
	free(e);
}

/* ---- packets ---- */

static void __attribute__((format(printf, 4, 5)))
packet_sample(struct client *c, enum evidence_kind k, int64_t now_ms,
    const char *fmt, ...)
{
	char text[CLIENT_SAMPLE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	client_sample(c, k, evidence_str(text), now_ms);
}

static void
session_open(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	double llr;

	c->connects++;
	c->last_ms = now_ms;
	c->dirty = true;
	if (c->sig_key != 0 && c->sig_class != s->cls &&
	    c->sig_class != SIG_UNKNOWN && s->cls != SIG_UNKNOWN &&
	    now_ms - c->facts[EVIDENCE_STACK_CLASS].last_ms < EVIDENCE_DAY_MS)
		client_set(c, EVIDENCE_STACK_MANY, 0, now_ms);
	evidence_copy(c->sig, sizeof(c->sig), evidence_str(s->sig.text));
	c->sig_key = s->sig.key;
	c->sig_class = s->cls;
	c->os_grade = s->os_grade;
	evidence_copy(c->os, sizeof(c->os), evidence_str(s->os));
	client_set(c, EVIDENCE_STACK_CLASS, s->cls, now_ms);
	llr = groups_sig_llr(e->groups, s->sig.key, now_ms);
	client_set(c, EVIDENCE_STACK_RECORD, 0, now_ms);
	c->facts[EVIDENCE_STACK_RECORD].count = (float)llr;
	if (groups_site_bad(e->groups, &c->key, now_ms))
		client_set(c, EVIDENCE_NEIGHBOURS, 0, now_ms);
	else
		client_clear(c, EVIDENCE_NEIGHBOURS);
}

/* Counted once a session, and not again when the log tells of it too. */
static bool
first_time(struct client *c, enum evidence_kind k, const struct session *s,
    int64_t now_ms)
{
	if (s != NULL) {
		if (c->wire_us != s->open_us) {
			c->wire_us = s->open_us;
			c->wire_done = 0;
		}
		if ((c->wire_done & 1U << k) != 0)
			return false;
		c->wire_done |= 1U << k;
	}
	return c->facts[k].last_ms == 0 ||
	    now_ms - c->facts[k].last_ms >= ONCE_MS;
}

static void
session_early(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	if (!first_time(c, EVIDENCE_EARLY_TALK, s, now_ms))
		return;
	client_add(c, EVIDENCE_EARLY_TALK, 1, 0, now_ms);
	packet_sample(c, EVIDENCE_EARLY_TALK, now_ms,
	    "packet: %u bytes %.1f ms after the handshake, before our greeting",
	    s->early_n, (double)(s->early_us - s->open_us) / 1000);
	evidence_judge(e, c);
}

static void
wire_fact(struct evidence *e, struct client *c, enum evidence_kind k,
    const struct session *s, const char *what, int64_t now_ms)
{
	if (!first_time(c, k, s, now_ms))
		return;
	client_add(c, k, 1, 0, now_ms);
	packet_sample(c, k, now_ms, "packet: %s (command %u)", what,
	    s->commands_n);
	evidence_judge(e, c);
}

static void
session_command(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	/* Who has not waited for the greeting was told of already. */
	if (s->pipelined && s->early_us == 0)
		wire_fact(e, c, EVIDENCE_PIPELINING, s,
		    "a command before the reply, without leave", now_ms);
	if (s->bare_lf)
		wire_fact(e, c, EVIDENCE_BARE_LF, s,
		    "a line that ends in a bare line feed", now_ms);
	if (s->verb_last == VERB_HTTP)
		wire_fact(e, c, EVIDENCE_NON_SMTP, s, "an HTTP request",
		    now_ms);
	if (s->verb_last == VERB_HELO || s->verb_last == VERB_EHLO)
		evidence_helo(e, c, (struct str){ s->helo, s->helo_n }, now_ms);
}

static void
session_close(struct client *c, const struct session *s, int64_t now_ms)
{
	/* Weak, and never a reason to judge: people lose connections. */
	if (!s->blind && s->commands_n > 0 && (s->verbs & VERB_QUIT) == 0 &&
	    (s->end == SESSION_END_CLIENT_FIN ||
		s->end == SESSION_END_CLIENT_RST))
		client_add(c, EVIDENCE_NO_QUIT, 1, s->end, now_ms);
}

void
evidence_session(struct evidence *e, enum session_event ev,
    const struct session *s, int64_t now_ms)
{
	struct client *c;

	/* A bare SYN proves nothing: it does not even make a record. */
	if (ev == SESSION_EV_SYN || ev == SESSION_EV_GREETING ||
	    s->open_us == 0)
		return;
	c = client_get(e->conf.clients, &s->client, now_ms);
	switch (ev) {
	case SESSION_EV_OPEN:
		session_open(e, c, s, now_ms);
		break;
	case SESSION_EV_EARLY:
		session_early(e, c, s, now_ms);
		break;
	case SESSION_EV_COMMAND:
		session_command(e, c, s, now_ms);
		break;
	default:
		session_close(c, s, now_ms);
		break;
	}
}

/* ---- the log: against ---- */

static bool
is_trap(const struct policy *p, struct str rcpt)
{
	for (size_t i = 0; p->traps != NULL && p->traps[i] != NULL; i++) {
		struct str t = evidence_str(p->traps[i]);

		if (t.n == 0 || rcpt.n < t.n)
			continue;
		if (t.p[0] == '@' ?
			strncasecmp(rcpt.p + rcpt.n - t.n, t.p, t.n) == 0 :
			rcpt.n == t.n && strncasecmp(rcpt.p, t.p, t.n) == 0)
			return true;
	}
	return false;
}

/* Who writes to nobody teaches what its stack is worth, once a day. */
static void
label_bad(struct evidence *e, struct client *c, int64_t now_ms)
{
	uint32_t day = (uint32_t)(now_ms / EVIDENCE_DAY_MS);

	if (c->sig_key == 0 || c->label_day == day || c->rdns[0] != '\0' ||
	    c->good_mails > 0 || c->facts[EVIDENCE_ACCEPTED].last_ms != 0)
		return;
	c->label_day = day;
	groups_sig_label(e->groups, c->sig_key, true, now_ms);
}

static void
trapped(struct evidence *e, struct client *c, struct str line, int64_t now_ms)
{
	client_add(c, EVIDENCE_TRAP_RCPT, 1, 0, now_ms);
	client_sample(c, EVIDENCE_TRAP_RCPT, line, now_ms);
	label_bad(e, c, now_ms);
	evidence_judge(e, c);
}

static void
unknown_rcpt(struct evidence *e, struct client *c, struct str line,
    int64_t now_ms)
{
	client_add(c, EVIDENCE_UNKNOWN_RCPT, 1, 0, now_ms);
	client_sample(c, EVIDENCE_UNKNOWN_RCPT, line, now_ms);
	if (client_count(c, EVIDENCE_UNKNOWN_RCPT, now_ms) >=
	    UNKNOWN_LABEL - 0.1)
		label_bad(e, c, now_ms);
	evidence_judge(e, c);
}

/* Of a recipient: did the client write to it today already? */
static bool
seen_today(struct client *c, struct str rcpt, int64_t now_ms)
{
	uint32_t day = (uint32_t)(now_ms / EVIDENCE_DAY_MS);
	uint64_t bit = 1ULL << (hash_stable(rcpt.p, rcpt.n) & 63);
	bool seen = c->rcpt_day == day && (c->rcpt_seen & bit) != 0;

	if (c->rcpt_day != day)
		c->rcpt_seen = 0;
	c->rcpt_day = day;
	c->rcpt_seen |= bit;
	return seen;
}

/* True: the line was about a recipient, and is dealt with. */
static bool
bad_rcpt(struct evidence *e, struct client *c, const struct log_event *ev,
    struct str line, int64_t now_ms)
{
	bool trap = ev->rcpt.n > 0 && is_trap(e->conf.policy, ev->rcpt);
	bool again;

	if (!trap && ev->kind != LOG_UNKNOWN_RCPT)
		return false;
	again = ev->rcpt.n > 0 && seen_today(c, ev->rcpt, now_ms);
	/*
	 * Bounces and callouts go to forged senders: no harvesting.  And a
	 * mail server must try again what was refused for now only.
	 */
	if (ev->null_sender || (ev->soft && again))
		return true;
	if (trap)
		trapped(e, c, line, now_ms);
	else
		unknown_rcpt(e, c, line, now_ms);
	return true;
}

static enum evidence_kind
kind_of(enum log_kind k)
{
	switch (k) {
	case LOG_RELAY_DENIED:
		return EVIDENCE_RELAY_PROBE;
	case LOG_LIST_REJECT:
		return EVIDENCE_LISTED;
	case LOG_EARLY_TALK:
		return EVIDENCE_EARLY_TALK;
	case LOG_PIPELINING:
		return EVIDENCE_PIPELINING;
	case LOG_NON_SMTP:
		return EVIDENCE_NON_SMTP;
	case LOG_RATE_LIMIT:
		return EVIDENCE_RATE;
	default:
		return EVIDENCE_NONE;
	}
}

bool
evidence_bad(struct evidence *e, const struct log_event *ev,
    const struct session *s, struct str line, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &ev->client, now_ms);
	enum evidence_kind k;

	if (!cross_agrees(c, s, ev))
		return false;
	c->last_ms = now_ms;
	if (bad_rcpt(e, c, ev, line, now_ms))
		return true;
	k = kind_of(ev->kind);
	if (k == EVIDENCE_NONE || !first_time(c, k, NULL, now_ms))
		return true;
	client_add(c, k, 1, 0, now_ms);
	client_sample(c, k, line, now_ms);
	evidence_judge(e, c);
	return true;
}

/* ---- the log: in favour ---- */

static void
accepted(struct evidence *e, struct client *c, const struct log_event *ev,
    int64_t now_ms)
{
	struct mail *m;

	client_add(c, EVIDENCE_ACCEPTED, 1, 0, now_ms);
	if (ev->qid.n == 0)
		return;
	m = mailq_begin(e->mailq, ev->qid, &c->key, now_ms);
	m->sig = c->sig_key;
	m->submission = ev->submission;
}

void
evidence_good(struct evidence *e, const struct log_event *ev, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &ev->client, now_ms);

	c->last_ms = now_ms;
	switch (ev->kind) {
	case LOG_AUTH_OK:
		c->login_ms = now_ms;
		client_set(c, EVIDENCE_LOGIN, 0, now_ms);
		evidence_judge(e, c);
		break;
	case LOG_ACCEPT:
		accepted(e, c, ev, now_ms);
		break;
	case LOG_SENT:
		c->peer_ms = now_ms;
		client_set(c, EVIDENCE_PEER, 0, now_ms);
		break;
	default:
		break;
	}
}

/*
 * Its content was refused.  That takes a good name which is still to be
 * earned, not one that is: real servers send some spam as well.
 */
static void
spoil(struct evidence *e, struct client *c, struct mail *m)
{
	m->spoilt = true;
	if (evidence_profile(e->conf.policy, c))
		return;
	c->complained = true;
	c->good_days = 0;
	c->good_rcpts = 0;
	client_clear(c, EVIDENCE_ACCEPTED);
	c->dirty = true;
}

/* Once a message, however often its delivery is tried. */
static void
delivered_to_trap(struct evidence *e, struct client *c, struct mail *m,
    struct str line, int64_t now_ms)
{
	bool again = m->spoilt;

	m->spoilt = true;
	if (!again && !m->submission && !m->null_sender)
		trapped(e, c, line, now_ms);
}

struct addr
evidence_message(struct evidence *e, const struct log_event *ev,
    struct str line, int64_t now_ms)
{
	struct mail *m = ev->qid.n > 0 ? mailq_find(e->mailq, ev->qid) : NULL;
	/* A refused recipient was told by evidence_bad() already. */
	bool delivery = ev->kind == LOG_SENT || ev->kind == LOG_BOUNCED ||
	    ev->kind == LOG_INFO || ev->kind == LOG_ACCEPT;
	struct client *c;

	if (m == NULL)
		return (struct addr){ 0 };
	c = client_get(e->conf.clients, &m->client, now_ms);
	if (ev->kind == LOG_CONTENT_REJECT)
		spoil(e, c, m);
	else if (delivery && ev->rcpt.n > 0 &&
	    is_trap(e->conf.policy, ev->rcpt))
		delivered_to_trap(e, c, m, line, now_ms);
	else if (ev->queued)
		mailq_queued(e->mailq, m, ev->nrcpt, ev->null_sender, now_ms);
	return m->client;
}

/* A day with wanted mail; `m` is of that day. */
static void
good_day(struct evidence *e, struct client *c, const struct mail *m,
    int64_t now_ms)
{
	uint32_t name = evidence_good_name(c);

	c->good_days++;
	c->complained = false;
	if (m->sig != 0)
		c->good_sig = m->sig;
	if (name != 0)
		c->good_name = name;
	groups_site_mark(e->groups, &c->key, false, now_ms);
	if (m->sig != 0)
		groups_sig_label(e->groups, m->sig, false, now_ms);
}

static void
settled(struct evidence *e, const struct mail *m, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &m->client, now_ms);
	uint32_t day = (uint32_t)(m->t_ms / EVIDENCE_DAY_MS);

	if (m->null_sender)
		return; /* a bounce is not mail that somebody wanted */
	c->good_mails++;
	c->good_rcpts += m->nrcpt;
	c->good_ms = now_ms;
	c->dirty = true;
	if (day != c->good_day_last) {
		c->good_day_last = day;
		good_day(e, c, m, now_ms);
	}
	if (evidence_profile(e->conf.policy, c))
		evidence_judge(e, c);
}

void
evidence_tick(struct evidence *e, int64_t now_ms)
{
	struct mail m;

	while (mailq_settled(e->mailq, now_ms, &m))
		settled(e, &m, now_ms);
}

void
evidence_caught(struct evidence *e, const struct client *c, int64_t now_ms)
{
	if (c->offences == 1)
		groups_site_mark(e->groups, &c->key, true, now_ms);
}
