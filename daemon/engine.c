/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "daemon/engine_impl.h"

#define DEDUP_SLOTS     8192
#define WALK_SLOTS      512
#define HALF_OPEN_S     75
#define SILENCE_S       600
#define LINGER_S        30
#define CUT_S           15    /* what a cut one still has to say is not read */
#define JOIN_BACK_MS    10000 /* a log line may lag behind its session */
#define PORTS_LOGGED_MS 3600000
#define JOIN_AHEAD_MS   1999 /* and its stamp has whole seconds */

bool
engine_port(const struct policy *p, uint16_t port)
{
	for (size_t i = 0; i < p->ports_n; i++)
		if (p->ports[i] == port)
			return true;
	return false;
}

/* The stage that a session has reached with this event. */
static enum client_stage
stage_of(enum session_event ev, const struct session *s)
{
	switch (ev) {
	case SESSION_EV_OPEN:
		return CLIENT_AT_OPEN;
	case SESSION_EV_EARLY:
	case SESSION_EV_GREETING:
		return CLIENT_AT_GREETING;
	case SESSION_EV_COMMAND:
		return s->verb_last == VERB_HELO || s->verb_last == VERB_EHLO ?
		    CLIENT_AT_HELO :
		    CLIENT_STAGES;
	case SESSION_EV_REPLY:
		return s->reply_verb == VERB_RCPT ? CLIENT_AT_RCPT :
						    CLIENT_STAGES;
	case SESSION_EV_CLOSE:
		return CLIENT_AT_CLOSE;
	default:
		return CLIENT_STAGES;
	}
}

/* For `why`: how sure we were when the session had got so far. */
static void
note_stage(struct engine *e, enum session_event ev, const struct session *s)
{
	enum client_stage stage = stage_of(ev, s);
	struct client *c;
	struct client_visit *v;

	if (stage == CLIENT_STAGES)
		return;
	c = client_get(e->clients, &s->client, e->now_ms);
	v = client_visit(c, s->open_us / 1000, s->cport);
	if (v != NULL)
		v->p_permille[stage] = (uint16_t)lround(engine_p(e, c) * 1000);
	if (ev == SESSION_EV_OPEN && e->conf.ask != NULL &&
	    !client_name_known(c))
		e->conf.ask(e->conf.arg, &s->client);
}

static void
judge_session(struct engine *e, enum session_event ev, const struct session *s)
{
	bool blocked;

	if (engine_spared(e, &s->client) || ev == SESSION_EV_SYN ||
	    ev == SESSION_EV_UNANSWERED || s->open_us == 0)
		return;
	blocked = engine_stops(e, s);
	/* How a session ends that we have cut is never evidence. */
	if (s->cut || (ev != SESSION_EV_OPEN && blocked))
		return;
	e->p_of = NULL;
	engine_begin(e, s, ev == SESSION_EV_OPEN);
	evidence_session(e->evidence, ev, s, e->now_ms);
	note_stage(e, ev, s);
	engine_end(e, &s->client);
	/* Its SYN came just before the block. */
	if (blocked && !engine_allowed(e, &s->client, NULL))
		engine_cut_one(e, client_get(e->clients, &s->client, e->now_ms),
		    s);
}

static void
on_session(void *arg, enum session_event ev, const struct session *s)
{
	struct engine *e = arg;

	if (e->conf.session != NULL)
		e->conf.session(e->conf.arg, ev, s);
	engine_tally_early(e, ev, s);
	judge_session(e, ev, s);
	engine_tally_session(e, ev, s);
}

static void
on_evict(void *arg, const struct client *c)
{
	struct engine *e = arg;

	if (e->conf.save != NULL)
		(void)e->conf.save(e->conf.arg, c);
}

static bool
on_load(void *arg, const struct addr *key, struct client *c)
{
	struct engine *e = arg;

	return e->conf.load != NULL && e->conf.load(e->conf.arg, key, c);
}

static bool
make_parts(struct engine *e)
{
	const struct policy *p = e->policy;
	struct session_conf sc = {
		.half_open_max = p->half_open_max,
		.open_max = p->sessions_max,
		.half_open_s = HALF_OPEN_S,
		.silence_s = SILENCE_S,
		.linger_s = LINGER_S,
		.cut_s = CUT_S,
		.sigs = e->conf.sigs,
		.key = e->conf.key,
		.cb = on_session,
		.arg = e,
	};
	struct client_table_conf cc = { p->clients_max, e->conf.key, on_load,
		on_evict, e };
	struct evidence_conf ec = { p, e->conf.key, NULL, e, engine_judge,
		&e->tally };

	e->dedup = dedup_new(DEDUP_SLOTS, &e->conf.key);
	e->sessions = session_new(&sc);
	e->clients = client_table_new(&cc);
	ec.clients = e->clients;
	e->evidence = evidence_new(&ec);
	e->blocks = blocks_new(p->blocks_max, &e->conf.key);
	e->climb = climb_new(&e->conf.key);
	e->knocks = knocks_new(&e->conf.key);
	e->join = logjoin_new(LOGJOIN_ENTRIES, &e->conf.key);
	e->msgid = msgid_new(MSGID_ENTRIES, &e->conf.key);
	e->attempts = attempts_new(&e->conf.key);
	e->reader = logline_reader_new(&e->logconf);
	return e->dedup != NULL && e->sessions != NULL && e->clients != NULL &&
	    e->evidence != NULL && e->blocks != NULL && e->climb != NULL &&
	    e->knocks != NULL && e->join != NULL && e->msgid != NULL &&
	    e->reader != NULL && e->attempts != NULL;
}

struct engine *
engine_new(const struct engine_conf *conf)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->conf = *conf;
	e->policy = conf->policy;
	e->front = conf->policy->front;
	e->logconf.time.zone_s = e->policy->log_zone_s;
	e->logconf.time.year = e->policy->log_year;
	e->logconf.submission = e->policy->submission;
	if (!make_parts(e) || engine_allow_set(e, NULL, 0, 0) != 0) {
		engine_free(e);
		return NULL;
	}
	engine_spared_learn(e);
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	dedup_free(e->dedup);
	session_free(e->sessions);
	evidence_free(e->evidence);
	client_table_free(e->clients);
	blocks_free(e->blocks);
	climb_free(e->climb);
	knocks_free(e->knocks);
	logjoin_free(e->join);
	msgid_free(e->msgid);
	attempts_free(e->attempts);
	logline_reader_free(e->reader);
	free(e->allow.v);
	free(e->own.v);
	free(e);
}

/* ---- packets ---- */

void
engine_packet(struct engine *e, const struct packet *p)
{
	struct traits *t = &e->last;
	enum traits_verdict v = traits_parse(p, t);
	bool to_server, from_server;

	e->last_ok = false;
	e->n.packets++;
	e->n.verdicts[v]++;
	if (v != TRAITS_OK)
		return;
	to_server = engine_port(e->policy, t->dport);
	from_server = engine_port(e->policy, t->sport);
	if (!to_server && !from_server)
		return;
	if (to_server && from_server)
		to_server = session_to_server(e->sessions, t);
	e->last_ok = true;
	engine_advance(e, p->t_us / 1000);
	e->cause_ms = p->t_us / 1000;
	if (dedup_seen(e->dedup, t, p->t_us)) {
		e->n.duplicates++;
		return;
	}
	e->stopped = false;
	if (to_server && traits_is_syn(t) && engine_syn_stopped(e, t))
		return;
	session_packet(e->sessions, t, to_server, p->t_us);
}

const struct traits *
engine_last_traits(const struct engine *e)
{
	return e->last_ok ? &e->last : NULL;
}

/* ---- log lines ---- */

/*
 * Where the log names client ports, a line without one is not from there:
 * whoever forges it does not know which session to name.
 */
static bool
port_missing(const struct engine *e)
{
	return e->port_seen_ms != 0 &&
	    e->now_ms - e->port_seen_ms < PORTS_LOGGED_MS;
}

/*
 * Did the packets show this client's session at the time of the line?  *s is
 * the session, NULL when none is needed.
 */
static bool
witnessed(struct engine *e, const struct log_event *ev,
    const struct session **s)
{
	int64_t t_us = ev->t_ms * 1000;

	*s = NULL;
	if (!e->conf.witness)
		return true;
	if (ev->port != 0) {
		*s = session_find(e->sessions, &ev->client, ev->port);
		if (*s == NULL || (*s)->open_us == 0 ||
		    (*s)->open_us > t_us + JOIN_AHEAD_MS * 1000)
			return false;
		e->port_seen_ms = e->now_ms;
		e->n.joined_port++;
		return true;
	}
	if (port_missing(e))
		return false;
	*s = session_find_at(e->sessions, &ev->client,
	    t_us - JOIN_BACK_MS * 1000, t_us + JOIN_AHEAD_MS * 1000);
	if (*s == NULL)
		return false;
	e->n.joined_time++;
	return true;
}

static bool
is_good(enum log_kind k)
{
	return k == LOG_ACCEPT || k == LOG_AUTH_OK || k == LOG_SENT;
}

/* Lines that say nothing for or against anybody. */
static bool
is_neutral(enum log_kind k)
{
	return k == LOG_BOUNCED || k == LOG_OWN_BOUNCE || k == LOG_INFO;
}

static void
orphan(struct engine *e, const struct log_event *ev)
{
	e->n.orphans++;
	engine_emit(e, ENGINE_ORPHAN, NULL,
	    &(struct engine_out){ .net = addr_key_net(&ev->client),
		.port = ev->port,
		.why = log_kind_name[ev->kind] });
}

/* Where messages have no id, one is accepted when its line says so. */
static void
speaks_for(struct engine *e, const struct log_event *ev,
    const struct session *s)
{
	struct addr key = addr_key(&ev->client);

	evidence_good(e->evidence, ev, s, e->now_ms);
	if (ev->kind == LOG_ACCEPT && ev->qid.n == 0 && !ev->submission)
		engine_tally_mail(e, &key, s == NULL ? 0 : s->cport);
}

static void
about_session(struct engine *e, const struct log_event *ev,
    const struct session *s, struct str line, bool blocked)
{
	evidence_name_of(e->evidence, ev, s, line, e->now_ms);
	if (s != NULL && s->cut) {
		e->n.unjoined_blocked++; /* what came of it, did not */
		return;
	}
	if (is_good(ev->kind))
		speaks_for(e, ev, s);
	else if (blocked) /* what our own block causes is never evidence */
		e->n.unjoined_blocked++;
	else if (!evidence_bad(e->evidence, ev, s, line, e->now_ms))
		orphan(e, ev);
	else if (ev->kind == LOG_EARLY_TALK && (s == NULL || s->early_us == 0))
		tally_add(&e->tally, TALLY_EARLY);
}

static void
about_client(struct engine *e, const struct log_event *ev, struct str line,
    int64_t now_ms)
{
	bool blocked = engine_hits(e, &ev->client, NULL);
	const struct session *s;

	if (engine_spared(e, &ev->client) || is_neutral(ev->kind))
		return;
	if (ev->submission || ev->kind == LOG_SENT) {
		if (is_good(ev->kind))
			evidence_good(e->evidence, ev, NULL, e->now_ms);
		return;
	}
	if (!witnessed(e, ev, &s)) {
		/* From before the capture: believed only in favour. */
		if (now_ms < e->conf.witness_from_ms && is_good(ev->kind))
			speaks_for(e, ev, NULL);
		else if (blocked)
			e->n.unjoined_blocked++;
		else
			orphan(e, ev);
		return;
	}
	evidence_later(e->evidence);
	if (s != NULL) {
		blocked = engine_stops(e, s);
		engine_begin(e, s, false);
	}
	about_session(e, ev, s, line, blocked);
	evidence_now(e->evidence);
	engine_end(e, &ev->client);
}

static void
about_message(struct engine *e, const struct log_event *ev, struct str line)
{
	struct stack stack;
	uint16_t port;
	struct addr key = evidence_message_client(e->evidence, ev->qid, &stack,
	    &port);

	if (key.family != 0 &&
	    evidence_message(e->evidence, ev, engine_ended_ms(e, &key, &stack),
		line, e->now_ms))
		engine_tally_mail(e, &key, port);
}

/* A filter that knows a message by its Message-ID only. */
static void
name_message(struct engine *e, struct log_event *ev)
{
	if (ev->msgid.n == 0)
		return;
	if (ev->qid.n > 0)
		msgid_seen(e->msgid, ev->msgid, ev->qid, e->now_ms);
	else
		ev->qid = msgid_judged(e->msgid, ev->msgid, e->now_ms);
}

static void
line_event(struct engine *e, struct log_event *ev, struct str line,
    int64_t now_ms)
{
	e->n.events++;
	e->n.kinds[ev->kind]++;
	name_message(e, ev);
	engine_tally_line(e, ev);
	if (ev->client.family != 0)
		about_client(e, ev, line, now_ms);
	if (ev->qid.n > 0)
		about_message(e, ev, line);
}

enum log_kind
engine_line(struct engine *e, struct str line, int64_t now_ms)
{
	struct log_event *ev = &e->event;
	enum log_kind kind;

	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	e->n.lines++;
	if (logline_read(e->reader, line, now_ms, ev) == LOG_NONE &&
	    (e->conf.patterns == NULL ||
		patterns_match(e->conf.patterns, &e->logconf, line, now_ms,
		    ev) == LOG_NONE))
		return LOG_NONE;
	kind = ev->kind;
	if (logjoin_see(e->join, ev, e->now_ms) != LOG_NONE)
		line_event(e, ev, line, now_ms);
	while (logjoin_next(e->join, ev))
		line_event(e, ev, line, now_ms);
	return kind;
}

/* ---- time ---- */

static void
write_back(void *arg, struct client *c)
{
	if (c->dirty)
		engine_save(arg, c);
}

void
engine_tick(struct engine *e, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = e->now_ms;
	session_tick(e->sessions, e->now_ms * 1000);
	evidence_tick(e->evidence, e->now_ms);
	engine_inline_tick(e);
	engine_climb_tick(e);
	if (!e->conf.save_late)
		e->walk = engine_flush_some(e, e->walk, WALK_SLOTS);
}

size_t
engine_flush_some(struct engine *e, size_t cursor, size_t slots)
{
	if (e->conf.save == NULL)
		return 0;
	return client_walk(e->clients, cursor, slots, write_back, e);
}

void
engine_flush(struct engine *e)
{
	size_t at = 0;

	do
		at = engine_flush_some(e, at, WALK_SLOTS);
	while (at != 0);
}

int64_t
engine_now_ms(const struct engine *e)
{
	return e->now_ms;
}

void
engine_counts(const struct engine *e, struct engine_counts *out)
{
	*out = e->n;
	out->blocks_now = blocks_n(e->blocks);
	out->tiers_now[0] = out->blocks_now;
	for (unsigned t = 1; t <= POLICY_TIERS_MAX; t++) {
		out->tiers_now[t] = blocks_of_tier(e->blocks, t);
		out->tiers_now[0] -= out->tiers_now[t];
	}
	client_table_counts(e->clients, &out->clients_now,
	    &out->clients_evicted);
	session_counts(e->sessions, &out->sessions);
}
