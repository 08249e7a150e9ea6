/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fprun.h"

#include "fp/tsclock.h"

#include <stdlib.h>

/* Fixed sizes: what is beyond them is forgotten, oldest first. */
#define FLOWS     (1 << 16)
#define CLOCKS    (1 << 16)
#define CACHED    (1 << 15)
#define HOSTS     (1 << 16)
#define HALF_OPEN (1 << 13)
#define OPEN      (1 << 13)

#define HALF_OPEN_S 90
#define SILENCE_S   600
#define LINGER_S    1
#define TICK_US     1000000

/*
 * SYNs wait for one another, so many at most: the memory that one needs comes
 * while others are worked on.
 */
#define BATCH 16

struct waiting {
	struct traits t; /* its slices are not valid any more */
	int64_t t_us;
	uint64_t clock;
	struct flows_place flow;
	struct sigcache_ask ask;
};

struct fprun {
	const struct sigdb *db;
	struct sigcache *cache;
	struct flows *flows;
	struct tsclock *clocks;
	struct fpform *form;
	struct fprun_counts counts;
	struct session_table *sessions; /* NULL: not wanted */
	int64_t now_us, tick_us;
	bool at_end;
	struct hosts *hosts; /* NULL: nobody asks */
	size_t waiting_n;
	struct waiting waiting[BATCH];
	uint8_t ports[65536 / 8];
};

static bool
is_port(const struct fprun *r, uint16_t port)
{
	return r->ports[port / 8] >> (port % 8) & 1;
}

static void
on_session(void *arg, enum session_event ev, const struct session *s)
{
	struct fprun *r = arg;
	struct fpform_talk talk = {
		.s = s,
		.unanswered = ev == SESSION_EV_UNANSWERED,
		.at_end = r->at_end,
	};

	if (ev != SESSION_EV_CLOSE && ev != SESSION_EV_UNANSWERED)
		return;
	r->counts.sessions++;
	fpform_session(r->form, &talk);
}

static bool
make_sessions(struct fprun *r, const struct fprun_conf *conf)
{
	const struct session_conf sc = {
		.half_open_max = HALF_OPEN,
		.open_max = OPEN,
		.half_open_s = HALF_OPEN_S,
		.silence_s = SILENCE_S,
		.linger_s = LINGER_S,
		.sigs = r->cache,
		.key = conf->key,
		.cb = on_session,
		.arg = r,
	};

	for (size_t i = 0; i < conf->ports_n; i++) {
		uint16_t port = conf->ports[i];

		r->ports[port / 8] |= (uint8_t)(1U << (port % 8));
	}
	r->sessions = session_new(&sc);
	return r->sessions != NULL;
}

struct fprun *
fprun_new(const struct fprun_conf *conf)
{
	struct fprun *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->db = conf->db;
	r->cache = sigcache_new(conf->db, CACHED, &conf->key);
	r->flows = flows_new(FLOWS, &conf->key);
	r->clocks = tsclock_new(CLOCKS, &conf->key);
	r->form = fpform_new(conf->kind, conf->fd, conf->prompt);
	if (conf->hosts)
		r->hosts = hosts_new(HOSTS, &conf->key);
	if (r->cache == NULL || r->flows == NULL || r->clocks == NULL ||
	    r->form == NULL || (conf->hosts && r->hosts == NULL) ||
	    (conf->sessions && !make_sessions(r, conf))) {
		fprun_free(r);
		return NULL;
	}
	fpform_set(r->form, conf->db);
	return r;
}

void
fprun_free(struct fprun *r)
{
	if (r == NULL)
		return;
	sigcache_free(r->cache);
	flows_free(r->flows);
	tsclock_free(r->clocks);
	fpform_free(r->form);
	if (r->sessions != NULL)
		session_free(r->sessions);
	hosts_free(r->hosts);
	free(r);
}

void
fprun_set(struct fprun *r, const struct sigdb *db)
{
	r->db = db;
	sigcache_set(r->cache, db);
	fpform_set(r->form, db);
}

static void
tell_clock(struct fprun *r, const struct fpform_syn *s,
    enum uptime_answer answer, const struct uptime_told *up)
{
	bool syn = s->seen->what == FLOWS_SYN;

	if (answer == UPTIME_TOLD)
		fpform_uptime(r->form, s, up);
	/* A SYN that does not fit may be of another host behind one address. */
	if (answer == UPTIME_TOLD || (answer == UPTIME_BAD && !syn))
		flows_clock_done(s->seen->flow, s->seen->to_server);
}

static void
tell_opening(struct fprun *r, const struct fpform_syn *s, uint64_t host)
{
	enum flows_what what = s->seen->what;
	const struct sigdb_label *label = s->hit->match.best;
	struct uptime_told up;

	r->counts.seen[what]++;
	if (what == FLOWS_NOTHING)
		return;
	r->counts.labelled += label != NULL;
	fpform_syn(r->form, s);
	if (what != FLOWS_SYN && what != FLOWS_REPLY)
		return;
	if (label != NULL && label->userland) {
		flows_drop(s->seen->flow);
		return;
	}
	tell_clock(r, s, tsclock_begin(r->clocks, host, s->t, s->t_us, &up),
	    &up);
}

static void
remember_host(struct fprun *r, const struct fpform_syn *s)
{
	struct hosts_look look = { .hit = s->hit };
	uint16_t mtu;

	if (r->db != NULL)
		look.link = sigdb_link(r->db, s->t, &mtu);
	hosts_syn(r->hosts, s->t, &look, s->t_us);
}

static void
tick_sessions(struct fprun *r, int64_t now_us)
{
	if (now_us < r->tick_us)
		return;
	r->tick_us = now_us + TICK_US;
	session_tick(r->sessions, now_us);
}

static void
on_session_packet(struct fprun *r, const struct traits *t, int64_t t_us)
{
	bool to_server = is_port(r, t->dport);
	bool from_server = is_port(r, t->sport);

	if (!to_server && !from_server)
		return;
	if (t_us > r->now_us)
		r->now_us = t_us;
	tick_sessions(r, r->now_us);
	if (to_server && from_server)
		to_server = session_to_server(r->sessions, t);
	session_packet(r->sessions, t, to_server, t_us);
}

/* Asks the memory for all that a SYN needs. */
static void
ask_for(struct fprun *r, struct waiting *w, int64_t t_us)
{
	w->t_us = t_us;
	w->ask.reply = false;
	w->ask.peer_mss = 0;
	sigcache_ask(r->cache, &w->t, &w->ask);
	w->flow = flows_place(r->flows, &w->t);
	w->clock = tsclock_place(r->clocks, &w->t);
}

static void
on_syn(struct fprun *r, const struct waiting *w)
{
	struct flows_seen seen;
	struct fpform_syn s = { w->t_us, &w->t, &seen, NULL };

	flows_tick(r->flows, w->t_us);
	s.hit = sigcache_take(r->cache, &w->ask, &w->t);
	flows_packet(r->flows, w->flow, &w->t, w->t_us, &seen);
	tell_opening(r, &s, w->clock);
	if (r->hosts != NULL)
		remember_host(r, &s);
	if (r->sessions != NULL)
		on_session_packet(r, &w->t, w->t_us);
}

void
fprun_settle(struct fprun *r)
{
	size_t n = r->waiting_n;

	r->waiting_n = 0;
	for (size_t i = 0; i < n; i++)
		sigcache_look(r->cache, &r->waiting[i].ask);
	for (size_t i = 0; i < n; i++)
		on_syn(r, &r->waiting[i]);
}

static void
on_reply(struct fprun *r, const struct traits *t, int64_t t_us)
{
	uint64_t clock = tsclock_place(r->clocks, t);
	struct flows_seen seen;
	struct fpform_syn s = { t_us, t, &seen, NULL };

	flows_packet(r->flows, flows_place(r->flows, t), t, t_us, &seen);
	s.hit = sigcache_get(r->cache, t, true, seen.peer_mss);
	tell_opening(r, &s, clock);
	if (r->hosts != NULL)
		remember_host(r, &s);
}

static void
on_later(struct fprun *r, const struct traits *t, int64_t t_us)
{
	struct flows_place at = flows_place(r->flows, t);
	struct flows_seen seen;
	struct fpform_syn s = { t_us, t, &seen, NULL };
	struct uptime_told up;

	flows_packet(r->flows, at, t, t_us, &seen);
	if (seen.what == FLOWS_MORE && seen.clock_due && t->ts_val != 0)
		tell_clock(r, &s,
		    tsclock_more(r->clocks, !seen.to_server, t, t_us, &up),
		    &up);
	if (r->hosts == NULL)
		return;
	hosts_packet(r->hosts, t, t_us);
	if (seen.opened)
		hosts_open(r->hosts, &t->src, t->sport, t_us);
}

static void
on_tcp(struct fprun *r, struct waiting *w, int64_t t_us)
{
	const unsigned mask = TCPF_SYN | TCPF_ACK | TCPF_FIN | TCPF_RST;

	if (traits_is_syn(&w->t)) {
		ask_for(r, w, t_us);
		r->waiting_n++;
		/* Its payload is lent for this call only. */
		if (r->waiting_n == BATCH || w->t.payload_cap > 0)
			fprun_settle(r);
		return;
	}
	fprun_settle(r);
	flows_tick(r->flows, t_us);
	if ((w->t.flags & mask) == (TCPF_SYN | TCPF_ACK))
		on_reply(r, &w->t, t_us);
	else
		on_later(r, &w->t, t_us);
	if (r->sessions != NULL)
		on_session_packet(r, &w->t, t_us);
}

void
fprun_packet(void *arg, const struct packet *p)
{
	struct fprun *r = arg;
	struct waiting *w = &r->waiting[r->waiting_n];
	enum traits_verdict v = traits_parse(p, &w->t);

	r->counts.packets++;
	r->counts.verdicts[v]++;
	switch (v) {
	case TRAITS_OK:
		on_tcp(r, w, p->t_us);
		break;
	case TRAITS_FRAGMENT:
	case TRAITS_TRUNCATED:
	case TRAITS_MALFORMED:
		/* p0f counts these as well before it looks for old age. */
		fprun_settle(r);
		flows_tick(r->flows, p->t_us);
		break;
	default:
		break;
	}
}

void
fprun_tick(struct fprun *r, int64_t now_us)
{
	if (r->sessions != NULL)
		tick_sessions(r, now_us);
}

void
fprun_end(struct fprun *r)
{
	int64_t end_us = r->now_us + SILENCE_S * 1000000LL;
	struct session_counts c;
	size_t before;

	fprun_settle(r);
	if (r->sessions == NULL)
		return;
	r->at_end = true;
	session_counts(r->sessions, &c);
	do { /* a tick ends a bounded number of them */
		before = c.open_now;
		end_us += 10 * TICK_US;
		session_tick(r->sessions, end_us);
		session_counts(r->sessions, &c);
	} while (c.open_now > 0 && c.open_now < before);
	r->at_end = false;
}

struct fpout *
fprun_out(struct fprun *r)
{
	return &r->form->out;
}

const struct hosts *
fprun_hosts(const struct fprun *r)
{
	return r->hosts;
}

void
fprun_counts(const struct fprun *r, struct fprun_counts *out)
{
	struct flows_counts fc;

	flows_counts(r->flows, &fc);
	*out = r->counts;
	out->evicted = fc.evicted;
}
