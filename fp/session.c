/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/session.h"

#include <stdlib.h>

#include "fp/session_impl.h"

struct session_table *
session_new(const struct session_conf *conf)
{
	struct session_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->conf = *conf;
	if (t->conf.cut_s == 0)
		t->conf.cut_s = conf->silence_s;
	if (pool_init(t, conf))
		return t;
	session_free(t);
	return NULL;
}

void
session_free(struct session_table *t)
{
	if (t == NULL)
		return;
	pool_fini(t);
	free(t);
}

void
session_tell(struct session_table *t, enum session_event ev,
    const struct entry *e)
{
	if (t->conf.cb != NULL && (!e->s.cut || ev == SESSION_EV_CLOSE))
		t->conf.cb(t->conf.arg, ev, &e->s);
}

static struct entry *
take_half(struct session_table *t)
{
	struct entry *e = pool_take(t, LIST_HALF);

	if (e == NULL) {
		t->counts.half_open_evicted++;
		e = pool_oldest(t, LIST_HALF);
		pool_unindex_all(t, e);
		pool_move(t, e, LIST_HALF);
	}
	e->tcp = &pool_half(t, e)->tcp;
	return e;
}

/* One that nothing needs any more goes first. */
static struct entry *
oldest_of(struct session_table *t, enum pool_list cut, enum pool_list other)
{
	struct entry *e = pool_oldest(t, cut);

	return e != NULL ? e : pool_oldest(t, other);
}

/* The open session that has been silent longest is over; it lingers. */
static void
push_out(struct session_table *t, int64_t now_us)
{
	session_end(t, oldest_of(t, LIST_CUT, LIST_OPEN), SESSION_END_NONE,
	    now_us);
	pool_settle(t);
	t->counts.open_evicted++;
}

static struct entry *
take_open(struct session_table *t, int64_t now_us)
{
	struct entry *e;

	pool_settle(t);
	if (pool_open_is_full(t)) {
		if (oldest_of(t, LIST_STUB, LIST_LINGER) == NULL)
			push_out(t, now_us);
		else
			t->counts.open_evicted++;
		pool_release(t, oldest_of(t, LIST_STUB, LIST_LINGER));
	}
	if (pool_live_is_full(t)) {
		push_out(t, now_us);
		t->counts.live_evicted++;
	}
	e = pool_take(t, LIST_OPEN);
	pool_take_live(t, e);
	return e;
}

/* "NAME FLAVOR" of a label. */
static void
copy_label(const struct sigdb_label *l, char out[SESSION_OS_LEN])
{
	const char *const parts[] = { l->name, " ", l->flavor };
	size_t n = 0, max = l->flavor[0] == '\0' ? 1 : 3;

	for (size_t i = 0; i < max; i++)
		for (const char *p = parts[i];
		     *p != '\0' && n + 1 < SESSION_OS_LEN; p++)
			out[n++] = *p;
	out[n] = '\0';
}

static void
copy_text(char *to, const char *from)
{
	memcpy(to, from, strlen(from) + 1);
}

static void
take_sig(struct session_table *t, struct session *s, struct look *look,
    const struct traits *p)
{
	const struct sigcache_hit *h = NULL;
	const struct sig *sig;
	struct sig made;
	size_t text_n;

	if (t->conf.sigs == NULL) {
		sig_make(p, &made);
		sig = &made;
		text_n = strlen(made.text);
	} else {
		h = sigcache_get(t->conf.sigs, p, false, 0);
		sig = &h->sig;
		text_n = h->text_n;
	}
	memcpy(look->text, sig->text, text_n + 1);
	look->os[0] = '\0';
	s->sig = (struct session_sig){ look->text, sig->key, sig->ittl,
		sig->dist };
	s->os = look->os;
	if (h == NULL)
		return;
	s->cls = h->cls;
	s->os_grade = h->match.grade;
	if (h->match.best == NULL)
		return;
	s->os_family = h->match.best->family;
	copy_label(h->match.best, look->os);
}

static uint8_t
scale_of(const struct traits *p)
{
	return p->has_ws ? p->wscale : FLOWSTAT_NO_SCALE;
}

static void
begin_half(struct session_table *t, struct entry *e, const struct traits *p,
    int64_t now_us)
{
	struct session *s = &e->s;
	struct tcp *c = e->tcp;

	memset(s, 0, sizeof(*s));
	memset(c, 0, sizeof(*c));
	s->helo = "";
	s->arg = s->reply = STR("");
	s->client = p->src;
	s->server = p->dst;
	s->cport = p->sport;
	s->sport = p->dport;
	s->state = SESSION_SYN;
	s->syn_n = 1;
	s->syn_us = s->last_us = now_us;
	s->syn_len = p->ip_totlen;
	s->syn_window = p->window;
	s->syn_mss = p->has_mss ? p->mss : 0;
	s->syn_has_mss = p->has_mss;
	take_sig(t, s, &pool_half(t, e)->look, p);
	c->isn_c = p->seq;
	c->c_next = p->seq + 1;
	c->copy_us = now_us;
	c->c_scale = scale_of(p);
	ladder_begin(&c->first, p);
}

/* The same SYN again: it has not heard our answer. */
static void
copy_of_syn(struct entry *e, const struct traits *p, int64_t now_us)
{
	if (e->s.syn_n < UINT16_MAX)
		e->s.syn_n++;
	ladder_step(&e->s.ladder, &e->tcp->first, p, now_us - e->tcp->copy_us);
	e->tcp->copy_us = e->s.last_us = now_us;
}

static void
on_syn(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, true);
	struct entry *e = pair.half;

	t->counts.syns++;
	if (e != NULL && e->s.state != SESSION_CLOSED &&
	    e->tcp->isn_c == p->seq) {
		copy_of_syn(e, p, now_us);
		return;
	}
	/* A late copy of the SYN of the session that is open. */
	if (pair.open != NULL && pair.open->s.state == SESSION_OPEN &&
	    pair.open->tcp->isn_c == p->seq)
		return;
	if (e != NULL) {
		pool_move(t, e, LIST_HALF);
		begin_half(t, e, p, now_us);
	} else {
		e = take_half(t);
		begin_half(t, e, p, now_us);
		pool_index_all(t, e, pair.tuple);
	}
	session_tell(t, SESSION_EV_SYN, e);
}

/* From the half-open entry `h` to the open one `e`. */
static void
move_session(struct session_table *t, struct entry *e, struct entry *h)
{
	const struct look *from = &pool_half(t, h)->look;
	struct look *to = &e->live->look;

	e->s = h->s;
	*e->tcp = *h->tcp;
	copy_text(to->text, from->text);
	copy_text(to->os, from->os);
	e->s.sig.text = to->text;
	e->s.os = to->os;
}

/* The handshake of pair.half is complete: it moves to the open pool. */
static struct entry *
open_session(struct session_table *t, struct pool_pair pair, int64_t now_us)
{
	struct entry *h = pair.half, *e;

	/* Its port is used again: if still open, it ended out of our sight. */
	if (pair.open != NULL) {
		session_end(t, pair.open, SESSION_END_SILENCE, now_us);
		pool_unindex_one(t, pair.open, BY_TUPLE);
	}
	e = take_open(t, now_us);
	move_session(t, e, h);
	pool_release(t, h);
	pool_index_all(t, e, pair.tuple);
	session_begin(t, e, now_us);
	return e;
}

/*
 * Does this acknowledgement prove that the client got our SYN+ACK?  Its
 * number is the proof.  Once we have spoken (our kernel was convinced), one
 * that acknowledges what we said is as good: the first was lost to us.
 */
static bool
proves(struct tcp *c, uint32_t ack)
{
	if (c->synack_n == 0)
		return false;
	if (ack == c->isn_s + 1)
		return true;
	if (c->synack_n > 1 && ack == c->isn_s_old + 1) {
		c->isn_s = c->isn_s_old;
		c->s_next = c->isn_s + 1;
		return true;
	}
	return seq_diff(ack, c->isn_s + 1) > 0 && seq_diff(c->s_next, ack) >= 0;
}

static void
on_synack(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, false);
	struct entry *e = pair.half;
	struct tcp *c;

	if (e == NULL) {
		if (pair.open == NULL)
			t->counts.midstream++;
		return;
	}
	c = e->tcp;
	if (e->s.state == SESSION_CLOSED ||
	    seq_diff(p->ack, c->isn_c + 1) < 0 ||
	    !seq_near(p->ack, c->isn_c + 1))
		return;
	if (c->synack_n < UINT8_MAX)
		c->synack_n++;
	/* SYN cookies: each answer has a number of its own. */
	if (c->synack_n > 1 && p->seq != c->isn_s)
		c->isn_s_old = c->isn_s;
	else if (c->synack_n == 1)
		c->isn_s_old = p->seq;
	if (c->synack_n == 1 || p->seq != c->isn_s)
		c->s_next = p->seq + 1;
	c->isn_s = p->seq;
	c->synack_us = now_us;
	c->s_scale = scale_of(p);
	c->syn_data = p->ack - (c->isn_c + 1);
	e->s.state = SESSION_SYNACK;
	e->s.one_sided = false;
	e->s.last_us = now_us;
	if (c->has_ack && c->ack == c->isn_s + 1)
		open_session(t, pair, now_us);
}

/*
 * A packet of the client for a half-open entry; returns the open session
 * that it becomes, or NULL.
 */
static struct entry *
try_open(struct session_table *t, struct pool_pair pair, const struct traits *p,
    int64_t now_us)
{
	struct entry *e = pair.half;
	struct tcp *c = e->tcp;

	if (e->s.state == SESSION_CLOSED)
		return NULL;
	if (p->flags & TCPF_RST) {
		if (seq_diff(p->seq, c->isn_c) < 0 ||
		    !seq_near(p->seq, c->isn_c))
			return NULL;
		e->s.state = SESSION_CLOSED;
		e->s.end = SESSION_END_CLIENT_RST;
		e->s.close_us = now_us;
		return NULL;
	}
	if (!(p->flags & TCPF_ACK) || !seq_near(p->seq, c->isn_c))
		return NULL;
	if (proves(c, p->ack)) {
		/* Karn's rule: only what was sent once can be timed. */
		if (c->synack_n == 1 && p->payload_len == 0 &&
		    p->ack == c->isn_s + 1 && now_us >= c->synack_us) {
			int64_t d = now_us - c->synack_us;

			e->s.rtt_us = d < 1 ? 1 :
			    d > UINT32_MAX  ? UINT32_MAX :
					      (uint32_t)d;
		}
		return open_session(t, pair, now_us);
	}
	if (c->synack_n == 0) {
		e->s.one_sided = true;
		e->s.last_us = now_us;
		c->has_ack = true;
		c->ack = p->ack;
	}
	return NULL;
}

static void
on_client(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, true);
	struct entry *e = pair.open;

	if (pair.half != NULL) {
		struct entry *opened = try_open(t, pair, p, now_us);

		if (opened != NULL)
			e = opened;
	} else if (e == NULL) {
		t->counts.midstream++;
	}
	if (e == NULL || e->s.state != SESSION_OPEN)
		return;
	session_from_client(t, e, p, now_us);
}

/* Which of the two does our packet belong to? */
static struct entry *
server_side(struct pool_pair pair, const struct traits *p)
{
	struct entry *h = pair.half;

	if (pair.open != NULL && pair.open->s.state != SESSION_OPEN)
		pair.open = NULL;
	if (h != NULL && h->s.state != SESSION_SYNACK)
		h = NULL;
	if (h == NULL || pair.open == NULL)
		return h == NULL ? pair.open : h;
	return seq_near(p->seq, pair.open->tcp->s_next) ? pair.open : h;
}

/* Ours, before the handshake is complete. */
static void
server_early(struct session_table *t, struct entry *e, const struct traits *p,
    int64_t now_us)
{
	e->s.last_us = now_us;
	if (p->payload_len > 0)
		session_server_payload(t, e, p, now_us);
	if ((p->flags & TCPF_ACK) && seq_diff(p->ack, e->tcp->c_next) > 0)
		e->tcp->c_next = p->ack;
}

static void
on_server(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, false);
	struct entry *e = server_side(pair, p);

	if (e != NULL && e->s.state == SESSION_OPEN)
		session_from_server(t, e, p, now_us);
	else if (e != NULL)
		server_early(t, e, p, now_us);
	else if (pair.half == NULL && pair.open == NULL)
		t->counts.midstream++;
	else if (pair.half != NULL && (p->flags & TCPF_RST) &&
	    p->ack == pair.half->tcp->isn_c + 1)
		pair.half->s.ladder.reset = true;
}

bool
session_to_server(struct session_table *t, const struct traits *p)
{
	struct pool_pair pair;

	if (p->flags & TCPF_SYN)
		return (p->flags & TCPF_ACK) == 0;
	pair = pool_find_pair(t, p, true);
	if (pair.half != NULL || pair.open != NULL)
		return true;
	pair = pool_find_pair(t, p, false);
	return pair.half == NULL && pair.open == NULL;
}

void
session_packet(struct session_table *t, const struct traits *p, bool to_server,
    int64_t t_us)
{
	const unsigned handshake = TCPF_SYN | TCPF_ACK | TCPF_RST | TCPF_FIN;
	unsigned flags = p->flags & handshake;

	if (to_server && flags == TCPF_SYN)
		on_syn(t, p, t_us);
	else if (!to_server && flags == (TCPF_SYN | TCPF_ACK))
		on_synack(t, p, t_us);
	else if (flags & TCPF_SYN)
		return; /* no packet of a TCP that works */
	else if (to_server)
		on_client(t, p, t_us);
	else
		on_server(t, p, t_us);
	pool_settle(t);
}
