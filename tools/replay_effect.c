/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_effect_impl.h"

#include <stdlib.h>

#define HALF_OPEN_S 75
#define SILENCE_S   600
#define LINGER_S    1
#define SETTLE_MS   2000  /* by then the log has told of a session's end */
#define CONNS_MORE  16384 /* beyond open sessions: dropped and settling */

/* ---- what really happened ---- */

static bool
is_judged(const struct effect *t, size_t truth)
{
	enum truth_kind k = truth_kind_of(t->conf.truth, truth);

	return k == TRUTH_ZOMBIE || k == TRUTH_GOOD;
}

static void
add_score(struct effect *t, struct stat_calib *to, const struct conn *c)
{
	struct score s;

	if (is_judged(t, c->truth) &&
	    engine_client(t->engine, &c->client, t->now_ms, &s) != NULL)
		stat_calib_add(to, s.p,
		    truth_kind_of(t->conf.truth, c->truth) == TRUTH_ZOMBIE);
}

/* The one before is over; a new one of the same client and port. */
static struct conn *
begin_anew(struct effect *t, struct conn *c)
{
	struct addr client = c->client;
	uint16_t port = c->port;

	conns_end(t->conns, c);
	return conns_get(t->conns, &client, port);
}

static bool
first_contact(struct effect *t, size_t truth)
{
	struct effect_client *state = &t->state[truth];

	if (state->flags & EFFECT_SEEN)
		return false;
	state->flags |= EFFECT_SEEN;
	t->sum[t->conf.truth->v[truth].label].clients++;
	return true;
}

static void
on_open(struct effect *t, const struct session *s)
{
	size_t truth = truth_find(t->conf.truth, &s->client);
	int64_t syn_ms = s->syn_us / 1000;
	struct conn *c;

	if (truth == TRUTH_NONE)
		return;
	c = conns_get(t->conns, &s->client, s->cport);
	if (c->syn_ms != 0) /* its port is used again */
		c = begin_anew(t, c);
	c->client = s->client;
	c->truth = (uint32_t)truth;
	c->syn_ms = syn_ms;
	if (c->drop_ms < syn_ms)
		c->drop_ms = 0; /* of an earlier try */
	if (c->cut_ms < syn_ms)
		c->cut_ms = 0;
	c->first = first_contact(t, truth);
	t->state[truth].conn = conns_id(t->conns, c);
	if (c->drop_ms != 0)
		add_score(t, &t->all, c);
}

static void
count_body(struct conn *c, enum session_event ev, const struct session *s)
{
	bool data = ev == SESSION_EV_REPLY && s->reply_verb == VERB_DATA;

	if (data && s->reply_code != 354)
		c->all.sent += c->body;
	if (data)
		c->body = s->reply_code == 354;
	c->all.taken = s->messages;
	if (c->all.sent < c->all.taken) /* in chunks, without a 354 */
		c->all.sent = c->all.taken;
}

static void
on_world(void *arg, enum session_event ev, const struct session *s)
{
	struct effect *t = arg;
	struct conn *c;

	if (ev == SESSION_EV_OPEN) {
		on_open(t, s);
		return;
	}
	if (ev != SESSION_EV_REPLY && ev != SESSION_EV_CLOSE)
		return;
	c = conns_find(t->conns, &s->client, s->cport);
	if (c == NULL || c->syn_ms != s->syn_us / 1000)
		return;
	count_body(c, ev, s);
	c->unread = s->blind || s->one_sided;
	if (ev == SESSION_EV_CLOSE)
		conns_settle(t->conns, c, t->now_ms + SETTLE_MS);
}

/* ---- what the engine did ---- */

static void
note(struct effect *t, const struct effect_note *n)
{
	if (t->notes_n < EFFECT_NOTES_MAX)
		t->notes[t->notes_n++] = *n;
}

void
effect_session(struct effect *t, enum session_event ev, const struct session *s)
{
	struct effect_note n = { .client = s->client, .port = s->cport };

	if (ev == SESSION_EV_OPEN)
		n.stage = EFFECT_HANDSHAKE;
	else if (ev == SESSION_EV_GREETING)
		n.stage = EFFECT_GREETING;
	else if (ev == SESSION_EV_COMMAND &&
	    (s->verb_last & (VERB_HELO | VERB_EHLO)))
		n.stage = EFFECT_HELO;
	else if ((ev == SESSION_EV_COMMAND && s->verb_last == VERB_RCPT) ||
	    (ev == SESSION_EV_REPLY && s->reply_verb == VERB_RCPT))
		n.stage = EFFECT_RCPT;
	else if (ev == SESSION_EV_CLOSE)
		n.stage = EFFECT_CLOSE;
	else
		return;
	note(t, &n);
}

static void
on_block(struct effect *t, const struct net *net)
{
	const struct truth *truth = t->conf.truth;
	size_t i = truth_find_net(truth, net);

	for (; i < truth->n && net_has(net, &truth->v[i].addr); i++) {
		if (t->state[i].flags & EFFECT_BLOCKED)
			continue;
		t->state[i].flags |= EFFECT_BLOCKED;
		t->sum[truth->v[i].label].blocked++;
	}
}

void
effect_out(struct effect *t, const struct engine_out *o)
{
	switch (o->kind) {
	case ENGINE_BLOCK:
		on_block(t, &o->net);
		return;
	case ENGINE_SYN_DROP:
	case ENGINE_CUT:
		break;
	default:
		return;
	}
	note(t,
	    &(struct effect_note){ o->net.a, o->port, o->kind == ENGINE_CUT,
		EFFECT_STAGES });
}

static void
on_drop(struct effect *t, const struct effect_note *n)
{
	struct conn *c = conns_get(t->conns, &n->client, n->port);

	/* Its own SYN was not dropped, so this is another's. */
	if (c->syn_ms != 0 && c->drop_ms == 0)
		c = begin_anew(t, c);
	c->drop_ms = t->now_ms;
}

static void
on_cut(struct effect *t, struct conn *c)
{
	c->cut_ms = t->now_ms;
	c->cut = c->all;
	if (c->syn_ms != 0)
		add_score(t, &t->all, c);
}

static void
on_stage(struct effect *t, struct conn *c, enum effect_stage stage)
{
	const struct client *client;
	struct score s;

	if (c->syn_ms == 0 || c->cut_ms != 0)
		return;
	if (stage == EFFECT_HANDSHAKE)
		c->drop_ms = 0; /* a copy of the SYN came through after all */
	if (stage == EFFECT_CLOSE)
		add_score(t, &t->all, c);
	if (!c->first)
		return;
	client = engine_client(t->engine, &c->client, t->now_ms, &s);
	c->told |= (uint8_t)(1U << stage);
	c->over &= (uint8_t) ~(1U << stage);
	if (client != NULL &&
	    (client_blocked(client, t->now_ms) ||
		(s.p >= t->conf.policy->block_p && s.families_agree &&
		    !s.immune)))
		c->over |= (uint8_t)(1U << stage);
}

/* Drops go before what the packet itself tells of the world. */
static void
look_at_drops(struct effect *t)
{
	for (size_t i = 0; i < t->notes_n; i++)
		if (t->notes[i].stage == EFFECT_STAGES && !t->notes[i].cut)
			on_drop(t, &t->notes[i]);
}

static void
end_settled(struct effect *t, int64_t due_ms)
{
	struct conn *c;

	while ((c = conns_due(t->conns, due_ms)) != NULL) {
		if (c->first)
			add_score(t, &t->firsts, c);
		conns_end(t->conns, c);
	}
}

static void
look_at_notes(struct effect *t)
{
	for (size_t i = 0; i < t->notes_n; i++) {
		const struct effect_note *n = &t->notes[i];
		struct conn *c = conns_find(t->conns, &n->client, n->port);

		if (c == NULL)
			continue;
		if (n->cut)
			on_cut(t, c);
		else if (n->stage < EFFECT_STAGES)
			on_stage(t, c, (enum effect_stage)n->stage);
	}
	t->notes_n = 0;
}

/* ---- packets ---- */

static bool
port_is_ours(const struct policy *p, uint16_t port)
{
	for (size_t i = 0; i < p->ports_n; i++)
		if (p->ports[i] == port)
			return true;
	return false;
}

static void
begin(struct effect *t, struct engine *e)
{
	t->engine = e;
	t->now_ms = engine_now_ms(e);
}

void
effect_packet(struct effect *t, struct engine *e, const struct packet *p)
{
	const struct traits *last = engine_last_traits(e);
	bool to_server;

	if (last == NULL)
		return;
	begin(t, e);
	look_at_drops(t);
	to_server = port_is_ours(t->conf.policy, last->dport);
	if (to_server && port_is_ours(t->conf.policy, last->sport))
		to_server = session_to_server(t->sessions, last);
	session_packet(t->sessions, last, to_server, p->t_us);
	look_at_notes(t);
}

void
effect_tick(struct effect *t, struct engine *e, int64_t now_ms)
{
	begin(t, e);
	if (t->conf.wire)
		session_tick(t->sessions, now_ms * 1000);
	look_at_notes(t);
	end_settled(t, t->now_ms);
}

void
effect_end(struct effect *t, struct engine *e)
{
	begin(t, e);
	look_at_notes(t);
	end_settled(t, INT64_MAX);
	conns_end_all(t->conns);
}

/* ---- log lines ---- */

/* The connection that the line is about; NULL. */
static struct conn *
conn_of(struct effect *t, const struct log_event *ev, size_t truth)
{
	struct conn *c;

	if (ev->port != 0)
		return conns_find(t->conns, &ev->client, ev->port);
	c = conns_at(t->conns, t->state[truth].conn);
	return c != NULL && c->truth == truth && c->syn_ms != 0 ? c : NULL;
}

/* Without captures a line of the log is all there is of a connection. */
static void
connect_line(struct effect *t, const struct log_event *ev, size_t truth)
{
	struct conn *c = conn_of(t, ev, truth);
	const struct client *client;

	if (c != NULL)
		conns_end(t->conns, c);
	c = conns_get(t->conns, &ev->client, ev->port);
	c->truth = (uint32_t)truth;
	c->syn_ms = t->now_ms;
	c->unread = true;
	c->first = first_contact(t, truth);
	t->state[truth].conn = conns_id(t->conns, c);
	client = engine_client(t->engine, &ev->client, t->now_ms, NULL);
	if (client != NULL && client_blocked(client, t->now_ms))
		c->drop_ms = t->now_ms;
	if (c->drop_ms != 0)
		add_score(t, &t->all, c);
}

static void
disconnect_line(struct effect *t, struct conn *c)
{
	if (c == NULL || c->settling)
		return;
	if (c->drop_ms == 0)
		add_score(t, &t->all, c);
	conns_settle(t->conns, c, t->now_ms + SETTLE_MS);
}

static void
on_event(struct effect *t, const struct log_event *ev)
{
	size_t truth = ev->client.family == 0 || ev->submission ?
	    TRUTH_NONE :
	    truth_find(t->conf.truth, &ev->client);
	uint32_t qid = (uint32_t)hash_stable(ev->qid.p, ev->qid.n) | 1;
	struct conn *c;

	if (truth == TRUTH_NONE)
		return;
	if (ev->kind == LOG_CONNECT && !t->conf.wire)
		connect_line(t, ev, truth);
	if (ev->kind == LOG_DISCONNECT && !t->conf.wire)
		disconnect_line(t, conn_of(t, ev, truth));
	if (ev->qid.n == 0 || (c = conn_of(t, ev, truth)) == NULL)
		return;
	if (ev->kind == LOG_ACCEPT && c->qid != qid) {
		c->qid = qid;
		c->all.queued++;
		c->all.logged++;
	} else if (ev->kind == LOG_CONTENT_REJECT && c->qid == qid &&
	    c->all.logged > 0) {
		c->qid = 0;
		c->all.logged--;
	}
}

void
effect_line(struct effect *t, struct engine *e, struct str line, int64_t now_ms)
{
	struct log_event ev;

	begin(t, e);
	if (logline_parse(&t->logconf, line, now_ms, &ev) != LOG_NONE) {
		if (logjoin_see(t->join, &ev, t->now_ms) != LOG_NONE)
			on_event(t, &ev);
		while (logjoin_next(t->join, &ev))
			on_event(t, &ev);
	}
	look_at_notes(t);
}

/* ---- */

static bool
make_parts(struct effect *t)
{
	const struct policy *p = t->conf.policy;
	struct session_conf sc = { .half_open_max = p->half_open_max,
		.open_max = p->sessions_max,
		.half_open_s = HALF_OPEN_S,
		.silence_s = SILENCE_S,
		.linger_s = LINGER_S,
		.cb = on_world,
		.arg = t };
	const struct truth *truth = t->conf.truth;

	t->sessions = session_new(&sc);
	t->conns = conns_new(p->sessions_max + CONNS_MORE, effect_count, t);
	t->state = calloc(truth->n + 1, sizeof(*t->state));
	t->sum = calloc(truth->labels_n + 1, sizeof(*t->sum));
	t->join = logjoin_new(LOGJOIN_ENTRIES, &(struct hash_key){ 0 });
	t->logconf = (struct logline_conf){ { p->log_zone_s, p->log_year },
		p->submission };
	return t->sessions != NULL && t->conns != NULL && t->state != NULL &&
	    t->sum != NULL && t->join != NULL;
}

struct effect *
effect_new(const struct effect_conf *conf)
{
	struct effect *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->conf = *conf;
	if (make_parts(t))
		return t;
	effect_free(t);
	return NULL;
}

void
effect_free(struct effect *t)
{
	if (t == NULL)
		return;
	session_free(t->sessions);
	conns_free(t->conns);
	free(t->state);
	free(t->sum);
	logjoin_free(t->join);
	free(t);
}
