/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/session.h"

#include "fp/session_pool.h"
#include "fp/smtp.h"

#define TICK_MAX   1024      /* entries of each list that one tick ends */
#define FIND_MAX   1024      /* sessions of one client that a search reads */
#define HALF_FIND  8         /* half-open entries that a search reads */
#define WINDOW_MAX (1 << 20) /* how far from the expected a RST or FIN counts */

struct session_table *
session_new(const struct session_conf *conf)
{
	struct session_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->conf = *conf;
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

static void
tell(struct session_table *t, enum session_event ev, const struct entry *e)
{
	if (t->conf.cb != NULL)
		t->conf.cb(t->conf.arg, ev, &e->s);
}

static void
add_u16(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
}

/* How far `seq` lies after `ref`; negative when before. */
static int32_t
seq_diff(uint32_t seq, uint32_t ref)
{
	return (int32_t)(seq - ref);
}

static bool
seq_near(uint32_t seq, uint32_t ref)
{
	int32_t d = seq_diff(seq, ref);

	return d < WINDOW_MAX && d > -WINDOW_MAX;
}

/* An open session is over; it lingers for its log lines. */
static void
end_session(struct session_table *t, struct entry *e, enum session_end end,
    int64_t now_us)
{
	if (e->s.state != SESSION_OPEN)
		return;
	e->s.state = SESSION_CLOSED;
	e->s.end = (uint8_t)end;
	e->s.close_us = now_us;
	t->counts.closed++;
	pool_move(t, e, LIST_LINGER);
	tell(t, SESSION_EV_CLOSE, e);
}

static struct entry *
take_half(struct session_table *t)
{
	struct entry *e = pool_oldest(t, LIST_FREE_HALF);

	if (e == NULL) {
		e = pool_oldest(t, LIST_HALF);
		t->counts.half_open_evicted++;
		pool_release(t, e);
	}
	pool_move(t, e, LIST_HALF);
	return e;
}

static struct entry *
take_open(struct session_table *t, int64_t now_us)
{
	struct entry *e = pool_oldest(t, LIST_FREE_OPEN);

	if (e == NULL) {
		e = pool_oldest(t, LIST_LINGER);
		if (e == NULL) {
			e = pool_oldest(t, LIST_OPEN);
			end_session(t, e, SESSION_END_NONE, now_us);
		}
		t->counts.open_evicted++;
		pool_release(t, e);
	}
	pool_move(t, e, LIST_OPEN);
	return e;
}

static void
begin_half(struct entry *e, const struct traits *p, int64_t now_us)
{
	struct session *s = &e->s;

	memset(s, 0, sizeof(*s));
	memset(&e->tcp, 0, sizeof(e->tcp));
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
	sig_make(p, &s->sig);
	e->tcp.isn_c = p->seq;
	e->tcp.c_next = p->seq + 1;
}

static void
on_syn(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, true);
	struct entry *e = pair.half;

	t->counts.syns++;
	if (e != NULL && e->s.state != SESSION_CLOSED &&
	    e->tcp.isn_c == p->seq) {
		add_u16(&e->s.syn_n);
		e->s.last_us = now_us;
		return;
	}
	/* A late copy of the SYN of the session that is open. */
	if (pair.open != NULL && pair.open->s.state == SESSION_OPEN &&
	    pair.open->tcp.isn_c == p->seq)
		return;
	if (e != NULL) {
		pool_move(t, e, LIST_HALF);
		begin_half(e, p, now_us);
	} else {
		e = take_half(t);
		begin_half(e, p, now_us);
		pool_index_all(t, e);
	}
	tell(t, SESSION_EV_SYN, e);
}

static void
add_early(struct session_table *t, struct entry *e, uint32_t n, int64_t now_us)
{
	bool first = e->s.early_us == 0;

	if (n > UINT32_MAX - e->s.early_n)
		n = UINT32_MAX - e->s.early_n;
	e->s.early_n += n;
	if (!first)
		return;
	e->s.early_us = now_us;
	tell(t, SESSION_EV_EARLY, e);
}

/* The handshake of `h` is complete: it moves to the open pool. */
static struct entry *
open_session(struct session_table *t, struct pool_pair pair, int64_t now_us)
{
	struct entry *h = pair.half, *e;

	/* Its port is used again: if still open, it ended out of our sight. */
	if (pair.open != NULL) {
		end_session(t, pair.open, SESSION_END_SILENCE, now_us);
		pool_unindex_one(t, pair.open, BY_TUPLE);
	}
	e = take_open(t, now_us);
	e->s = h->s;
	e->tcp = h->tcp;
	pool_release(t, h);
	pool_index_all(t, e);
	e->s.state = SESSION_OPEN;
	e->s.one_sided = false;
	e->s.open_us = e->s.last_us = now_us;
	smtp_init(pool_smtp(t, e), e->tcp.isn_c + 1 + e->tcp.syn_data,
	    e->tcp.s_next, e->tcp.greeted);
	t->counts.opened++;
	tell(t, SESSION_EV_OPEN, e);
	if (e->s.greet_us != 0)
		tell(t, SESSION_EV_GREETING, e);
	if (e->tcp.syn_data == 0)
		return e;
	/* Fast open: what the SYN said is gone by now. */
	smtp_end(pool_smtp(t, e));
	e->s.blind = true;
	e->tcp.c_next += e->tcp.syn_data;
	if (!e->tcp.greeted)
		add_early(t, e, e->tcp.syn_data, now_us);
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
	c = &e->tcp;
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
	struct tcp *c = &e->tcp;

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
take_command(struct session_table *t, struct entry *e,
    const struct smtp_command *cmd)
{
	struct session *s = &e->s;

	s->verbs |= cmd->verb;
	s->verb_last = cmd->verb;
	add_u16(&s->commands_n);
	if (cmd->verb == VERB_RCPT)
		add_u16(&s->rcpts_n);
	if (cmd->verb == VERB_HELO || cmd->verb == VERB_EHLO) {
		s->helo_n = (uint8_t)(cmd->arg.n < SESSION_HELO_MAX ?
			cmd->arg.n :
			SESSION_HELO_MAX);
		memset(s->helo, 0, sizeof(s->helo));
		if (s->helo_n > 0)
			memcpy(s->helo, cmd->arg.p, s->helo_n);
	}
	tell(t, SESSION_EV_COMMAND, e);
}

/* What the reader has found out besides commands. */
static void
take_flags(struct session *s, const struct smtp *m)
{
	s->pipelined = m->pipelined;
	s->bare_lf = m->bare_lf;
	s->blind = smtp_blind(m);
}

static void
client_payload(struct session_table *t, struct entry *e, const struct traits *p,
    int64_t now_us)
{
	struct tcp *c = &e->tcp;
	struct smtp *m = pool_smtp(t, e);
	struct smtp_command cmd;
	struct smtp_in in;
	int32_t fresh = seq_diff(p->seq + p->payload_len, c->c_next);

	if (!seq_near(p->seq, c->c_next) || fresh <= 0)
		return;
	/* It has heard more of us than we have. */
	if (seq_diff(p->ack, c->s_next) > 0)
		c->greeted = true;
	if (!c->greeted) {
		uint32_t n = (uint32_t)fresh;

		add_early(t, e, n < p->payload_len ? n : p->payload_len,
		    now_us);
	}
	c->c_next = p->seq + p->payload_len;
	if (smtp_client(m, p, &in)) {
		while (smtp_next(m, &in, &cmd)) {
			take_flags(&e->s, m);
			take_command(t, e, &cmd);
		}
	}
	take_flags(&e->s, m);
}

/*
 * A greeting that goes on: every line of it has the dash after the code.
 * Who speaks before its last line has not waited for it.
 */
static bool
is_teaser(const struct traits *p)
{
	struct str line = { (const char *)p->payload, p->payload_cap };
	const char *end;

	while (line.n >= 4 && line.p[3] == '-') {
		end = memchr(line.p, '\n', line.n);
		if (end == NULL)
			return true;
		line.n -= (size_t)(end + 1 - line.p);
		line.p = end + 1;
		if (line.n == 0)
			return true;
	}
	return false;
}

static void
server_payload(struct session_table *t, struct entry *e, const struct traits *p,
    int64_t now_us)
{
	struct tcp *c = &e->tcp;
	bool first = !c->greeted && p->seq == c->s_next && !is_teaser(p);

	if (!seq_near(p->seq, c->s_next))
		return;
	c->greeted = c->greeted || first || p->seq != c->s_next;
	if (seq_diff(p->seq + p->payload_len, c->s_next) > 0)
		c->s_next = p->seq + p->payload_len;
	if (first)
		e->s.greet_us = now_us;
	if (e->s.state != SESSION_OPEN)
		return; /* told when it opens */
	smtp_server(pool_smtp(t, e), p);
	take_flags(&e->s, pool_smtp(t, e));
	if (first)
		tell(t, SESSION_EV_GREETING, e);
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
	e->s.last_us = now_us;
	pool_move(t, e, LIST_OPEN);
	if (p->payload_len > 0 && (p->flags & TCPF_ACK))
		client_payload(t, e, p, now_us);
	if (!seq_near(p->seq, e->tcp.c_next))
		return;
	if (p->flags & TCPF_RST)
		end_session(t, e, SESSION_END_CLIENT_RST, now_us);
	else if (p->flags & TCPF_FIN)
		end_session(t, e, SESSION_END_CLIENT_FIN, now_us);
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
	return seq_near(p->seq, pair.open->tcp.s_next) ? pair.open : h;
}

static void
on_server(struct session_table *t, const struct traits *p, int64_t now_us)
{
	struct pool_pair pair = pool_find_pair(t, p, false);
	struct entry *e = server_side(pair, p);

	if (e == NULL) {
		if (pair.half == NULL && pair.open == NULL)
			t->counts.midstream++;
		return;
	}
	e->s.last_us = now_us;
	if (e->s.state == SESSION_OPEN)
		pool_move(t, e, LIST_OPEN);
	if (p->payload_len > 0)
		server_payload(t, e, p, now_us);
	/* We have heard the client further than the capture has. */
	if ((p->flags & TCPF_ACK) && seq_diff(p->ack, e->tcp.c_next) > 0)
		e->tcp.c_next = p->ack;
	if (!seq_near(p->seq, e->tcp.s_next))
		return;
	if (p->flags & TCPF_RST)
		end_session(t, e, SESSION_END_SERVER_RST, now_us);
	else if (p->flags & TCPF_FIN)
		end_session(t, e, SESSION_END_SERVER_FIN, now_us);
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
}

static bool
is_over(int64_t since_us, uint32_t limit_s, int64_t now_us)
{
	return now_us - since_us >= (int64_t)limit_s * 1000000;
}

void
session_tick(struct session_table *t, int64_t now_us)
{
	struct entry *e;

	for (int i = 0; i < TICK_MAX; i++) {
		e = pool_oldest(t, LIST_HALF);
		if (e == NULL ||
		    !is_over(e->s.syn_us, t->conf.half_open_s, now_us))
			break;
		pool_release(t, e);
	}
	for (int i = 0; i < TICK_MAX; i++) {
		e = pool_oldest(t, LIST_OPEN);
		if (e == NULL ||
		    !is_over(e->s.last_us, t->conf.silence_s, now_us))
			break;
		end_session(t, e, SESSION_END_SILENCE, now_us);
	}
	for (int i = 0; i < TICK_MAX; i++) {
		e = pool_oldest(t, LIST_LINGER);
		if (e == NULL ||
		    !is_over(e->s.close_us, t->conf.linger_s, now_us))
			break;
		pool_release(t, e);
	}
}

const struct session *
session_find(struct session_table *t, const struct addr *client, uint16_t cport)
{
	const struct pool_key key = { .client = *client, .cport = cport };
	struct entry *e = pool_find_port(t, &key, false, FIND_MAX);

	if (e == NULL)
		e = pool_find_port(t, &key, true, HALF_FIND);
	return e == NULL ? NULL : &e->s;
}

const struct session *
session_find_at(struct session_table *t, const struct addr *client,
    int64_t from_us, int64_t to_us)
{
	const struct pool_key key = { .client = *client };
	struct entry *e = pool_first(t, BY_CLIENT,
	    pool_hash(t, BY_CLIENT, false, &key));

	for (int i = 0; e != NULL && i < FIND_MAX; i++) {
		const struct session *s = &e->s;

		if (addr_eq(&s->client, client) && s->open_us <= to_us &&
		    (s->state == SESSION_OPEN || s->close_us >= from_us))
			return s;
		e = pool_next(t, BY_CLIENT, e);
	}
	return NULL;
}

void
session_counts(const struct session_table *t, struct session_counts *out)
{
	*out = t->counts;
	out->half_open_now = t->lists[LIST_HALF].n;
	out->open_now = t->lists[LIST_OPEN].n;
}
