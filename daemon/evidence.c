/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence - begin and end, what speaks for a client, its messages */
#include <stdlib.h>

#include "daemon/evidence_impl.h"

struct evidence *
evidence_new(const struct evidence_conf *conf)
{
	struct evidence *e = calloc(1, sizeof(*e));
	struct botnets_conf bc = { conf->key, conf->policy->group_sites };

	if (e == NULL)
		return NULL;
	e->conf = *conf;
	e->self.names = conf->policy->own_names;
	e->sites = sites_new(&conf->key);
	e->mailq = mailq_new(&conf->key, conf->policy->settle_s);
	e->model = model_new(&conf->key);
	e->botnets = botnets_new(&bc);
	e->stacks = stacks_new();
	if (e->sites == NULL || e->mailq == NULL || e->model == NULL ||
	    e->botnets == NULL || e->stacks == NULL) {
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
	sites_free(e->sites);
	mailq_free(e->mailq);
	model_free(e->model);
	botnets_free(e->botnets);
	stacks_free(e->stacks);
	free(e);
}

void
evidence_reload(struct evidence *e)
{
	e->self.names = e->conf.policy->own_names;
	mailq_settle(e->mailq, e->conf.policy->settle_s);
	botnets_group(e->botnets, e->conf.policy->group_sites);
}

struct model *
evidence_model(struct evidence *e)
{
	return e->model;
}

struct botnets *
evidence_botnets(struct evidence *e)
{
	return e->botnets;
}

struct stacks *
evidence_stacks(struct evidence *e)
{
	return e->stacks;
}

/* ---- log lines in favour ---- */

static void
accepted(struct evidence *e, struct client *c, const struct log_event *ev,
    const struct session *s, int64_t now_ms)
{
	struct mail *m;

	/* With a queue id, it is accepted when it is in the queue. */
	if (ev->qid.n == 0) {
		client_add(c, EVIDENCE_ACCEPTED, 1, 0, now_ms);
		return;
	}
	m = mailq_begin(e->mailq, ev->qid, &c->key, now_ms);
	m->sig = s != NULL ? s->sig.key : c->sig_key;
	m->stack = faces_stack(&c->faces);
	m->helo = c->faces.helo;
	m->submission = ev->submission;
	m->untold = !evidence_wire_tells(s);
	m->port = s != NULL ? s->cport : 0;
}

void
evidence_good(struct evidence *e, const struct log_event *ev,
    const struct session *s, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &ev->client, now_ms);

	c->last_ms = now_ms;
	switch (ev->kind) {
	case LOG_AUTH_OK:
		c->login_ms = now_ms;
		client_clear(c, EVIDENCE_AUTH_GUESS); /* it knew it after all */
		client_set(c, EVIDENCE_LOGIN, 0, now_ms);
		evidence_judge(e, c);
		break;
	case LOG_ACCEPT:
		accepted(e, c, ev, s, now_ms);
		break;
	case LOG_SENT:
		c->peer_ms = now_ms;
		client_set(c, EVIDENCE_PEER, 0, now_ms);
		break;
	default:
		break;
	}
}

/* ---- messages ---- */

/*
 * Its content was refused.  That takes a good name which is still to be
 * earned, not one that is: real servers send some spam as well.
 */
static void
spoil(struct evidence *e, struct client *c, struct mail *m, struct str line,
    int64_t now_ms)
{
	bool again = m->spoilt;

	m->spoilt = true;
	if (again || m->submission || evidence_profile(e->conf.policy, c))
		return;
	c->complained = true;
	c->good_days = 0;
	c->good_rcpts = 0;
	client_clear(c, EVIDENCE_ACCEPTED);
	c->dirty = true;
	if (m->null_sender || name_is_own(c->name_class))
		return; /* spam of a real server is not our business */
	client_add(c, EVIDENCE_CONTENT, 1, 0, now_ms);
	client_sample(c, EVIDENCE_CONTENT, line, now_ms);
	evidence_label_bad(e, c, now_ms);
	evidence_judge(e, c);
}

/* As the client wrote it, or where an alias of ours sent it; or empty. */
static struct str
trap_of(const struct evidence *e, const struct log_event *ev)
{
	const struct str names[] = { ev->orig_rcpt, ev->rcpt };

	for (size_t i = 0; i < 2; i++)
		if (names[i].n > 0 &&
		    evidence_is_trap(e->conf.policy, names[i]))
			return names[i];
	return STR("");
}

/* Once a message, however often its delivery is tried. */
static void
delivered_to_trap(struct evidence *e, struct client *c, struct mail *m,
    struct str trap, struct str line, int64_t now_ms)
{
	bool again = m->spoilt;

	/* The packets have shown all its recipients: this was none of them. */
	if (!m->untold)
		return;
	m->spoilt = true;
	if (!again && !m->submission && !m->null_sender)
		evidence_rcpt_delivered(e, c, trap, line, now_ms);
}

static void
queued(struct evidence *e, struct client *c, struct mail *m,
    const struct log_event *ev, struct str line, int64_t now_ms)
{
	if (!m->queued && !m->submission) {
		client_add(c, EVIDENCE_ACCEPTED, 1, 0, now_ms);
		client_sample(c, EVIDENCE_ACCEPTED, line, now_ms);
	}
	/* Recipients that exist: the packets could not show them. */
	if (m->untold && !m->queued && !ev->null_sender && !m->submission)
		client_add(c, EVIDENCE_RCPT_OK, ev->nrcpt, 0, now_ms);
	mailq_queued(e->mailq, m, ev->nrcpt, ev->null_sender, now_ms);
}

struct addr
evidence_message_client(struct evidence *e, struct str qid, struct stack *stack,
    uint16_t *port)
{
	const struct mail *m = mailq_find(e->mailq, qid);

	*stack = m == NULL ? (struct stack){ 0 } : m->stack;
	*port = m == NULL ? 0 : m->port;
	return m == NULL ? (struct addr){ 0 } : m->client;
}

bool
evidence_message(struct evidence *e, const struct log_event *ev,
    int64_t blocked_ms, struct str line, int64_t now_ms)
{
	struct mail *m = mailq_find(e->mailq, ev->qid);
	/* A refused recipient was told by evidence_bad() already. */
	bool delivery = ev->kind == LOG_SENT || ev->kind == LOG_BOUNCED ||
	    ev->kind == LOG_INFO || ev->kind == LOG_ACCEPT;
	struct client *c;
	bool before;

	if (m == NULL)
		return false;
	if (blocked_ms != 0 && !m->queued && m->t_ms <= blocked_ms)
		return false; /* that session was cut: this never happened */
	before = m->queued;
	c = client_get(e->conf.clients, &m->client, now_ms);
	faces_at(&c->faces, &m->stack, m->helo);
	m->null_sender |= ev->null_sender;
	if (ev->kind == LOG_CONTENT_REJECT)
		spoil(e, c, m, line, now_ms);
	else if (delivery && trap_of(e, ev).n > 0)
		delivered_to_trap(e, c, m, trap_of(e, ev), line, now_ms);
	else if (ev->queued)
		queued(e, c, m, ev, line, now_ms);
	faces_leave(&c->faces);
	return m->queued && !before && !m->submission;
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
	sites_mark(e->sites, &c->key, false, now_ms);
	evidence_label_good(e, c, now_ms);
}

/* From another machine than those that offended? */
static bool
from_another(const struct client *c, const struct mail *m)
{
	return c->narrow_n > 0 && !stack_none(&m->stack) &&
	    !client_narrow_hits(c, &m->stack);
}

static void
settled(struct evidence *e, const struct mail *m, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &m->client, now_ms);
	uint32_t day = (uint32_t)(m->t_ms / EVIDENCE_DAY_MS);

	if (m->null_sender)
		return; /* a bounce is not mail that somebody wanted */
	if (c->offence_ms >= m->t_ms && !from_another(c, m))
		return; /* what it did next says what its mail was */
	c->good_mails++;
	c->good_rcpts += m->nrcpt;
	c->good_ms = now_ms;
	c->dirty = true;
	faces_settled(&c->faces, &m->stack, now_ms);
	client_kept_word(c, m->t_ms, now_ms);
	if (day != c->good_day_last) {
		c->good_day_last = day;
		good_day(e, c, m, now_ms);
	}
	if (evidence_profile(e->conf.policy, c) || client_blocked(c, now_ms))
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
		sites_mark(e->sites, &c->key, true, now_ms);
}

void
evidence_later(struct evidence *e)
{
	e->later = true;
	e->due = NULL;
}

void
evidence_now(struct evidence *e)
{
	e->later = false;
	if (e->due != NULL)
		e->conf.judge(e->conf.arg, e->due);
}
