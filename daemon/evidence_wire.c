/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_wire - what the packets of a session say of a client */
#include <stdarg.h>
#include <stdio.h>

#include "daemon/evidence_impl.h"

#define ONCE_MS 10000 /* packet and log tell of the same thing */

void
evidence_note(struct client *c, enum evidence_kind k, int64_t now_ms,
    const char *fmt, ...)
{
	char text[CLIENT_SAMPLE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	client_sample(c, k, evidence_str(text), now_ms);
}

bool
evidence_first(struct client *c, enum evidence_kind k, const struct session *s,
    int64_t now_ms)
{
	if (s != NULL) {
		if (c->wire_us != s->open_us) {
			c->wire_us = s->open_us;
			c->wire_done = 0;
		}
		if ((c->wire_done & 1ULL << k) != 0)
			return false;
		c->wire_done |= 1ULL << k;
	}
	return c->facts[k].last_ms == 0 ||
	    now_ms - c->facts[k].last_ms >= ONCE_MS;
}

/* ---- the handshake ---- */

/*
 * ver:ittl+dist:olen:mss:window,scale:layout:quirks:pclass without what the
 * way to us changes: the MSS goes, the window is told in whole segments.
 */
static uint64_t
stack_key(struct str text, uint8_t ittl, uint16_t window, unsigned mss)
{
	struct {
		uint64_t text;
		uint16_t segments;
		uint8_t ittl;
	} in = { 0 };
	uint64_t h;

	mss = mss == 0 ? 536 : mss;
	/* What is behind the window, with its comma. */
	while (text.n > 0 && text.p[0] != ',')
		text = str_from(text, 1);
	in.text = hash_stable(text.p, text.n);
	in.segments = (uint16_t)((window + mss / 2) / mss);
	in.ittl = ittl;
	h = hash_stable(&in, sizeof(in));
	return h == 0 ? 1 : h;
}

uint64_t
evidence_stack_key(const struct sig *sig, const struct traits *t)
{
	return stack_key(evidence_str(sig->text), sig->ittl, t->window,
	    t->has_mss ? t->mss : 0);
}

static void
stack_of(struct client *c, const struct session *s, int64_t now_ms)
{
	if (c->sig_key != 0 && c->sig_class != s->cls &&
	    c->sig_class != SIG_UNKNOWN && s->cls != SIG_UNKNOWN &&
	    now_ms - c->facts[EVIDENCE_STACK_CLASS].last_ms < EVIDENCE_DAY_MS)
		client_set(c, EVIDENCE_STACK_MANY, 0, now_ms);
	evidence_copy(c->sig, sizeof(c->sig), evidence_str(s->sig.text));
	c->sig_key = s->sig.key;
	c->stack = s->sig.key == 0 ?
	    0 :
	    stack_key(evidence_str(s->sig.text), s->sig.ittl, s->syn_window,
		s->syn_mss);
	c->sig_class = s->cls;
	c->os_grade = s->os_grade;
	evidence_copy(c->os, sizeof(c->os), evidence_str(s->os));
	client_set(c, EVIDENCE_STACK_CLASS, s->cls, now_ms);
	c->value[MODEL_STACK] = 0;
	if (s->cls != SIG_UNKNOWN)
		evidence_value(c, MODEL_STACK, s->cls);
}

static void
distance_of(struct client *c, const struct session *s, int64_t now_ms)
{
	enum model_rtt r = model_rtt(s->rtt_us);

	if (s->rtt_us == 0)
		return;
	evidence_value(c, MODEL_RTT, r);
	client_set(c, EVIDENCE_RTT, (uint8_t)r, now_ms);
	evidence_note(c, EVIDENCE_RTT, now_ms, "packet: round trip %.0f ms",
	    s->rtt_us / 1000.0);
}

/* A fact that holds or not, and has an entry in a list of networks. */
static void
listed_in(struct client *c, enum evidence_kind k, const struct netlist *list,
    int64_t now_ms)
{
	char text[ADDR_STRLEN];
	struct net which;

	if (!netlist_has(list, &c->key, &which)) {
		client_clear(c, k);
		return;
	}
	client_set(c, k, 0, now_ms);
	evidence_note(c, k, now_ms, "list: %s", net_print(&which, text));
}

static void
session_open(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	c->connects++;
	c->last_ms = now_ms;
	c->dirty = true;
	(void)client_visit_new(c, s->open_us / 1000, s->cport);
	stack_of(c, s, now_ms);
	distance_of(c, s, now_ms);
	listed_in(c, EVIDENCE_END_USER, e->conf.policy->end_user, now_ms);
	listed_in(c, EVIDENCE_POOL, e->conf.policy->pools, now_ms);
	if (sites_bad(e->sites, &c->key, now_ms))
		client_set(c, EVIDENCE_NEIGHBOURS, 0, now_ms);
	else
		client_clear(c, EVIDENCE_NEIGHBOURS);
	/* What it was found to share may have become worse, or better. */
	evidence_grouped(e, c, STR(""), now_ms);
}

/* ---- before and at the greeting ---- */

static void
session_early(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	evidence_value(c, MODEL_GREETING, 1);
	client_clear(c, EVIDENCE_PATIENT);
	if (!evidence_first(c, EVIDENCE_EARLY_TALK, s, now_ms))
		return;
	client_add(c, EVIDENCE_EARLY_TALK, 1, 0, now_ms);
	evidence_note(c, EVIDENCE_EARLY_TALK, now_ms,
	    "packet: %u bytes %.1f ms after the handshake, before our greeting",
	    s->early_n, (double)(s->early_us - s->open_us) / 1000);
	evidence_judge(e, c);
}

static void
session_greeting(struct client *c, const struct session *s, int64_t now_ms)
{
	if (s->early_us != 0 || s->one_sided)
		return;
	evidence_value(c, MODEL_GREETING, 0);
	client_set(c, EVIDENCE_PATIENT, 0, now_ms);
}

/* ---- commands ---- */

static void
wire_fact(struct evidence *e, struct client *c, enum evidence_kind k,
    const struct session *s, const char *what, int64_t now_ms)
{
	if (!evidence_first(c, k, s, now_ms))
		return;
	client_add(c, k, 1, 0, now_ms);
	evidence_note(c, k, now_ms, "packet: %s (command %u)", what,
	    s->commands_n);
	evidence_judge(e, c);
}

/* 0 (nothing seen) is no value. */
static void
category(struct client *c, enum model_feature f, unsigned v)
{
	if (v != 0)
		evidence_value(c, f, v);
}

/* How it speaks, as far as it has spoken. */
static void
dialect_of(struct client *c, const struct session *s, int64_t now_ms)
{
	const struct dialogue *d = s->dlg;
	char text[DIALOGUE_TEXT];

	if (d == NULL)
		return;
	category(c, MODEL_HELLO, d->hello);
	category(c, MODEL_CASE, d->verb_case);
	category(c, MODEL_MAIL_PATH, d->mail_path);
	category(c, MODEL_EOL, d->eol);
	category(c, MODEL_CUT, d->cut);
	evidence_value(c, MODEL_AHEAD,
	    d->flags & DIALOGUE_PIPELINED    ? 2 :
		d->flags & DIALOGUE_MAY_PIPE ? 1 :
					       0);
	/* Asked for, and then nothing can be read: it has it. */
	if ((d->flags & DIALOGUE_STARTTLS) != 0 && s->blind)
		evidence_value(c, MODEL_TLS, 1);
	else if (s->tls_offered && s->verbs & VERB_MAIL && !s->blind)
		evidence_value(c, MODEL_TLS, 0);
	client_set(c, EVIDENCE_DIALECT, 0, now_ms);
	client_sample(c, EVIDENCE_DIALECT, evidence_str(dialogue_text(d, text)),
	    now_ms);
}

/* Once there is a recipient, its way of speaking can be told from others. */
static void
way_of(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	uint64_t way = s->dlg == NULL ? 0 : dialogue_key_rcpt(s->dlg);

	if (way == 0)
		return;
	c->way = way;
	evidence_grouped(e, c, STR(""), now_ms);
	evidence_judge(e, c);
}

static void
mail_command(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	if (s->verb_last == VERB_MAIL) {
		dialect_of(c, s, now_ms);
		if (!s->null_sender && s->arg.n > 0)
			evidence_grouped(e, c, s->arg, now_ms);
		evidence_judge(e, c);
	} else if (s->verb_last == VERB_RCPT) {
		if (s->rcpts_n == 1) {
			dialect_of(c, s, now_ms);
			way_of(e, c, s, now_ms);
		}
		evidence_rcpt_asked(e, c, s, now_ms);
	}
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
	else
		mail_command(e, c, s, now_ms);
}

/* ---- the end ---- */

static void
visit_of(struct client *c, const struct session *s, int64_t now_ms)
{
	struct client_visit *v = client_visit(c, s->open_us / 1000, s->cport);

	if (v == NULL)
		return;
	v->long_ms = (uint32_t)(now_ms - v->open_ms);
	v->rcpts_ok = s->rcpts_ok;
	v->rcpts_soft = s->rcpts_soft;
	v->rcpts_refused = s->rcpts_refused;
	v->commands = s->commands_n;
	v->messages = s->messages > UINT8_MAX ? UINT8_MAX :
						(uint8_t)s->messages;
	v->end = s->end;
	v->dialect = c->dialect;
	v->flags |= (uint8_t)((s->early_us != 0 ? CLIENT_VISIT_EARLY : 0) |
	    (s->verbs & VERB_STARTTLS ? CLIENT_VISIT_TLS : 0) |
	    (s->null_sender ? CLIENT_VISIT_NULL : 0) |
	    (s->state == SESSION_CLOSED ? CLIENT_VISIT_OVER : 0));
	c->dirty = true;
}

/* The pace, and how it took our refusals. */
static void
manners_of(struct client *c, const struct session *s, int64_t now_ms)
{
	const struct dialogue *d = s->dlg;

	if (d->think.n >= 2 && s->rtt_us != 0) {
		enum model_think t = model_think(d->think.min_us, s->rtt_us);

		evidence_value(c, MODEL_THINK, t);
		client_set(c, EVIDENCE_THINK, (uint8_t)t, now_ms);
		evidence_note(c, EVIDENCE_THINK, now_ms,
		    "packet: at least %.0f ms from our reply to its next "
		    "command (deviation %.1f ms)",
		    d->think.min_us / 1000.0, dialogue_deviation_ms(&d->think));
	}
	if (d->on_5xx == 0 || d->replies_5xx == 0)
		return;
	evidence_value(c, MODEL_REACTION, d->on_5xx);
	client_set(c, EVIDENCE_REACTION, d->on_5xx, now_ms);
	evidence_note(c, EVIDENCE_REACTION, now_ms,
	    "packet: after the first of %u refusals: %s", d->replies_5xx,
	    model_value_name(MODEL_REACTION, d->on_5xx));
}

static void
leave_of(struct client *c, const struct session *s, int64_t now_ms)
{
	/* Not seen to the end: whoever lost the rest, it was not the client. */
	if (s->blind || s->commands_n == 0 || s->dlg->leave == 0)
		return;
	evidence_value(c, MODEL_LEAVE, s->dlg->leave);
	client_set(c, EVIDENCE_NO_QUIT, s->dlg->leave, now_ms);
}

static void
session_close(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	if (s->verbs != 0 && (s->verbs & VERB_MAIL) == 0 && !s->blind)
		c->silent++;
	if (s->null_sender && s->rcpts_n == 1 && s->messages == 0 &&
	    (s->verbs & VERB_DATA) == 0)
		c->callouts++;
	if (s->dlg != NULL) {
		uint64_t key = dialogue_key(s->dlg);

		if (key != 0) {
			c->dialect = key;
			dialect_of(c, s, now_ms);
		}
		manners_of(c, s, now_ms);
		leave_of(c, s, now_ms);
	}
	visit_of(c, s, now_ms);
	evidence_judge(e, c);
}

void
evidence_session(struct evidence *e, enum session_event ev,
    const struct session *s, int64_t now_ms)
{
	struct client *c;

	/* A bare SYN proves nothing: it does not even make a record. */
	if (ev == SESSION_EV_SYN || ev == SESSION_EV_UNANSWERED ||
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
	case SESSION_EV_GREETING:
		session_greeting(c, s, now_ms);
		break;
	case SESSION_EV_COMMAND:
		session_command(e, c, s, now_ms);
		break;
	case SESSION_EV_REPLY:
		evidence_rcpt_reply(e, c, s, now_ms);
		break;
	default:
		session_close(e, c, s, now_ms);
		break;
	}
	/* Who is blocked meanwhile never gets to the end of its visit. */
	if (ev == SESSION_EV_COMMAND || ev == SESSION_EV_REPLY)
		visit_of(c, s, now_ms);
}
