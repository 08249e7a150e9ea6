/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_flow - the packets of open sessions: order, counting, reading */
#include "fp/session_impl.h"

#define HOLD_US (SESSION_HOLD_S * INT64_C(1000000))

static void hand_on(struct session_table *t, struct entry *e, enum side side,
    const struct traits *p, int64_t now_us);

static void
add_u16(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
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
	session_tell(t, SESSION_EV_EARLY, e);
}

void
session_begin(struct session_table *t, struct entry *e, int64_t now_us)
{
	struct session *s = &e->s;
	struct tcp *c = e->tcp;
	struct live *l = e->live;
	uint32_t c_next = c->isn_c + 1 + c->syn_data;
	const struct smtp_start smtp = { .c_next = c_next,
		.s_next = c->s_next,
		.syn_data = c->syn_data,
		.greeted = c->greeted,
		.open_us = now_us };
	const struct flowstat_start flow = { .c_next = c_next,
		.s_next = c->s_next,
		.c_scale = c->c_scale,
		.s_scale = c->s_scale,
		.open_us = now_us };

	memset(l->held, 0, sizeof(l->held));
	smtp_init(&l->smtp, &smtp);
	flowstat_begin(&l->flow, &flow);
	s->state = SESSION_OPEN;
	s->one_sided = false;
	s->open_us = s->last_us = now_us;
	s->helo = pool_helo(t, e);
	s->dlg = &l->smtp.dlg;
	s->flow = &l->flow.stat;
	s->ladder_class = (uint8_t)ladder_judge(&s->ladder, true,
	    c->synack_us - c->copy_us);
	t->counts.opened++;
	session_tell(t, SESSION_EV_OPEN, e);
	if (s->greet_us != 0)
		session_tell(t, SESSION_EV_GREETING, e);
	if (c->syn_data == 0)
		return;
	/* Fast open: what the SYN said is gone by now. */
	s->blind = true;
	if (seq_diff(c_next, c->c_next) > 0)
		c->c_next = c_next;
	if (!c->greeted)
		add_early(t, e, c->syn_data, now_us);
}

/* ---- in order ---- */

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
		if (s->helo_n > 0)
			memcpy(pool_helo(t, e), cmd->arg.p, s->helo_n);
	}
	s->null_sender = cmd->null_sender;
	if (cmd->verb == VERB_MAIL || cmd->verb == VERB_RCPT)
		s->arg = cmd->arg;
	session_tell(t, SESSION_EV_COMMAND, e);
	s->arg = STR("");
}

static void
take_reply(struct session_table *t, struct entry *e, const struct smtp_reply *r)
{
	struct session *s = &e->s;
	unsigned class = r->code / 100;

	s->reply_verb = r->verb;
	s->reply_code = r->code;
	s->reply_hash = r->hash;
	s->null_sender = r->null_sender;
	if (r->message && class == 2)
		add_u16(&s->messages);
	if (r->verb == VERB_RCPT && class == 2)
		add_u16(&s->rcpts_ok);
	if (r->verb == VERB_RCPT && class == 4)
		add_u16(&s->rcpts_soft);
	if (r->verb == VERB_RCPT && class == 5)
		add_u16(&s->rcpts_refused);
	s->reply = r->text;
	session_tell(t, SESSION_EV_REPLY, e);
	s->reply = STR("");
}

static uint16_t
refusals_of(const struct dialogue *d)
{
	unsigned n = (unsigned)d->replies_4xx + (unsigned)d->replies_5xx;

	return n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

/* What the reader has found out besides commands. */
static void
take_flags(struct session *s, const struct smtp *m)
{
	s->pipelined = m->pipelined;
	s->bare_lf = m->bare_lf;
	s->blind = smtp_blind(m);
	s->deaf = m->deaf || m->unsure;
	s->refusals = refusals_of(&m->dlg);
	s->owes = m->owed > 0;
	s->tls_offered = m->tls_offered;
}

static void
client_payload(struct session_table *t, struct entry *e, const struct traits *p,
    int64_t now_us)
{
	struct tcp *c = e->tcp;
	struct live *l = e->live;
	struct smtp *m = &l->smtp;
	struct smtp_command cmd;
	struct smtp_in in;
	int32_t fresh = seq_diff(p->seq + p->payload_len, c->c_next);
	bool body = smtp_in_body(m);

	if (fresh > 0)
		c->c_next = p->seq + p->payload_len;
	if (e->s.cut)
		return;
	if (smtp_client(m, p, now_us, &in)) {
		while (!e->s.cut && smtp_next(m, &in, &cmd)) {
			take_flags(&e->s, m);
			take_command(t, e, &cmd);
		}
	}
	take_flags(&e->s, m);
	if (fresh > 0 && body)
		flowstat_data(&l->flow,
		    (uint32_t)fresh < p->payload_len ? (uint32_t)fresh :
						       p->payload_len);
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

/* What we say; the greeting is told before the replies behind it. */
static void
read_server(struct session_table *t, struct entry *e, const struct traits *p,
    bool greets, int64_t now_us)
{
	struct smtp *m = &e->live->smtp;
	struct smtp_reply reply;
	struct smtp_out out;
	bool more = smtp_server(m, p, now_us, &out) &&
	    smtp_reply(m, &out, &reply);

	take_flags(&e->s, m);
	if (greets)
		session_tell(t, SESSION_EV_GREETING, e);
	while (more && !e->s.cut) {
		take_reply(t, e, &reply);
		more = smtp_reply(m, &out, &reply);
		take_flags(&e->s, m);
	}
}

void
session_server_payload(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us)
{
	struct tcp *c = e->tcp;
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
	if (!e->s.cut)
		read_server(t, e, p, first, now_us);
}

/* ---- out of order ---- */

static uint32_t
owner_of(const struct session_table *t, const struct entry *e, enum side side)
{
	return pool_id(t, e) * SIDES + (uint32_t)side;
}

/*
 * Hands on what is held of one side: up to the byte before `next`, and what
 * follows on from there without a gap.
 */
static void
drain(struct session_table *t, struct entry *e, enum side side, uint32_t next)
{
	struct live *l = e->live;
	struct reorder_stream *held = &l->held[side];
	const uint32_t *now_next = side == SIDE_CLIENT ? &l->tcp.c_next :
							 &l->tcp.s_next;
	struct traits p;

	while (reorder_take(t->reorder, held, next, false, &p) ||
	    reorder_take(t->reorder, held, *now_next, false, &p)) {
		if (seq_diff(p.seq, *now_next) > 0)
			t->counts.gaps++;
		if (side == SIDE_CLIENT)
			smtp_late(&l->smtp);
		hand_on(t, e, side, &p, e->s.last_us);
	}
}

/* All of it, with whatever is missing. */
static void
give_up(struct session_table *t, struct entry *e, enum side side)
{
	struct reorder_stream *held = &e->live->held[side];
	uint32_t at;

	while (reorder_first(t->reorder, held, &at))
		drain(t, e, side, at);
}

/* True: the segment is held, and will come back in its turn. */
static bool
hold(struct session_table *t, struct entry *e, enum side side,
    const struct traits *p, int64_t now_us)
{
	struct reorder_stream *held = &e->live->held[side];
	uint32_t owner = owner_of(t, e, side), oldest;
	enum reorder_verdict v;
	int64_t since_us;

	while (e->s.state == SESSION_OPEN) {
		v = reorder_hold(t->reorder, held, owner, p, now_us);
		if (v == REORDER_HELD)
			t->counts.held++;
		if (v != REORDER_POOL_FULL)
			return v == REORDER_HELD;
		/* Who has waited longest makes room. */
		if (!reorder_oldest(t->reorder, &oldest, &since_us) ||
		    oldest == owner)
			return false;
		give_up(t, &t->entries[oldest / SIDES],
		    (enum side)(oldest % SIDES));
	}
	return false;
}

void
session_hold_tick(struct session_table *t, int64_t now_us)
{
	uint32_t oldest;
	int64_t since_us;

	/* Far ahead: the clock was set back meanwhile. */
	while (reorder_oldest(t->reorder, &oldest, &since_us) &&
	    (now_us - since_us >= HOLD_US || since_us - now_us >= HOLD_US))
		give_up(t, &t->entries[oldest / SIDES],
		    (enum side)(oldest % SIDES));
}

void
session_end(struct session_table *t, struct entry *e, enum session_end end,
    int64_t now_us)
{
	if (e->s.state != SESSION_OPEN)
		return;
	give_up(t, e, SIDE_SERVER);
	give_up(t, e, SIDE_CLIENT);
	if (e->s.state != SESSION_OPEN)
		return; /* a FIN was held */
	e->s.state = SESSION_CLOSED;
	e->s.end = (uint8_t)end;
	e->s.close_us = now_us;
	if (!e->s.cut)
		smtp_close(&e->live->smtp, end);
	t->counts.closed++;
	pool_move(t, e, LIST_OVER);
	session_tell(t, SESSION_EV_CLOSE, e);
}

/* A segment whose turn it is. */
static void
hand_on(struct session_table *t, struct entry *e, enum side side,
    const struct traits *p, int64_t now_us)
{
	if (e->s.state != SESSION_OPEN)
		return; /* what was held has ended it */
	if (side == SIDE_SERVER && p->payload_len > 0)
		session_server_payload(t, e, p, now_us);
	if (side == SIDE_CLIENT && (p->flags & TCPF_ACK))
		client_payload(t, e, p, now_us);
	if ((p->flags & (TCPF_FIN | TCPF_RST)) == TCPF_FIN)
		session_end(t, e,
		    side == SIDE_CLIENT ? SESSION_END_CLIENT_FIN :
					  SESSION_END_SERVER_FIN,
		    now_us);
}

/*
 * One of the two streams.  What the other side has acknowledged is not waited
 * for: it was there, and the capture has lost it.
 */
static void
in_order(struct session_table *t, struct entry *e, enum side side,
    const struct traits *p, int64_t now_us)
{
	struct live *l = e->live;
	struct reorder_stream *held = &l->held[side];
	uint32_t next = side == SIDE_CLIENT ? l->tcp.c_next : l->tcp.s_next;
	uint32_t heard = side == SIDE_CLIENT ? l->flow.server.ack :
					       l->flow.client.ack;
	bool matters = p->payload_len > 0 || (p->flags & TCPF_FIN);

	if (matters && !e->s.blind && !e->s.cut && seq_diff(p->seq, next) > 0 &&
	    seq_diff(p->seq, heard) > 0) {
		if (hold(t, e, side, p, now_us))
			return;
		give_up(t, e, side);
		t->counts.gaps++;
	}
	if (side == SIDE_CLIENT && matters && held->n > 0)
		smtp_late(&l->smtp);
	hand_on(t, e, side, p, now_us);
	if (held->n > 0)
		drain(t, e, side,
		    side == SIDE_CLIENT ? l->tcp.c_next : l->tcp.s_next);
}

void
session_from_client(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us)
{
	struct tcp *c = e->tcp;
	struct live *l = e->live;
	uint32_t fresh;

	e->s.last_us = now_us;
	pool_move(t, e, e->s.cut ? LIST_CUT : LIST_OPEN);
	if (!seq_near(p->seq, c->c_next))
		return;
	fresh = flowstat_packet(&l->flow, p, true, now_us);
	if ((p->flags & TCPF_ACK) && l->held[SIDE_SERVER].n > 0)
		drain(t, e, SIDE_SERVER, p->ack - 1);
	if (e->s.state != SESSION_OPEN)
		return;
	if (fresh > 0 && (p->flags & TCPF_ACK)) {
		/* It has heard more of us than we have. */
		if (seq_diff(p->ack, c->s_next) > 0)
			c->greeted = true;
		if (!c->greeted && !e->s.cut)
			add_early(t, e, fresh, now_us);
	}
	if (p->flags & TCPF_RST) {
		give_up(t, e, SIDE_CLIENT);
		hand_on(t, e, SIDE_CLIENT, p, now_us);
		session_end(t, e, SESSION_END_CLIENT_RST, now_us);
	} else {
		in_order(t, e, SIDE_CLIENT, p, now_us);
	}
}

void
session_from_server(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us)
{
	struct tcp *c = e->tcp;
	struct live *l = e->live;

	e->s.last_us = now_us;
	pool_move(t, e, e->s.cut ? LIST_CUT : LIST_OPEN);
	if (!seq_near(p->seq, c->s_next))
		return;
	(void)flowstat_packet(&l->flow, p, false, now_us);
	if ((p->flags & TCPF_ACK) && l->held[SIDE_CLIENT].n > 0)
		drain(t, e, SIDE_CLIENT, p->ack - 1);
	if (e->s.state == SESSION_OPEN && !(p->flags & TCPF_RST))
		in_order(t, e, SIDE_SERVER, p, now_us);
	/* We have heard the client further than the capture has. */
	if ((p->flags & TCPF_ACK) && seq_diff(p->ack, c->c_next) > 0)
		c->c_next = p->ack;
	if (p->flags & TCPF_RST)
		session_end(t, e, SESSION_END_SERVER_RST, now_us);
}
