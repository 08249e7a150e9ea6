/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/play.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/tools/day/talk.h"

static unsigned
draw(struct talk *t, enum feature f)
{
	const struct world *w = t->pc->plan->world;
	double share[VALUES_MAX];
	unsigned n = feature_values(w, f);

	for (unsigned v = 0; v < n; v++)
		share[v] = kind_share(w, t->kind, f, v);
	return dice_pick(t->dice, share, n);
}

static void
show(struct talk *t, enum feature f, unsigned v)
{
	oracle_see(t->pc->oracle, t->c, f, v);
}

static void
stage(struct talk *t, enum oracle_stage st)
{
	float odds = oracle_odds(t->pc->oracle, t->c);

	for (unsigned i = st; i < ORACLE_STAGES; i++)
		t->s->odds[i] = odds;
}

/* ---- from SYN to HELO ---- */

static void
greet(struct talk *t)
{
	struct flow *f = &t->flow;
	int64_t open_us = f->t_us, delay_us;

	/* Now and then our resolver takes long to find a name. */
	delay_us = dice_yes(t->dice, 0.15) ? dice_us(t->dice, 200, 1500) :
					     dice_us(t->dice, 3, 60);
	if (t->s->early) {
		f->t_us += dice_us(t->dice, 0.1, 1.5);
		if (t->errand == E_HTTP)
			talk_http(t, true);
		else
			talk_hello_early(t);
	}
	f->t_us = open_us + delay_us + 2000;
	talk_log(t, "smtpd", "connect from %s", t->who);
	talk_reply(t, "220 mx.example.org ESMTP Postfix\r\n");
	show(t, F_RDNS, t->c->v[F_RDNS]);
	show(t, F_EARLY, t->s->early);
	stage(t, ORACLE_GREET);
}

static void
hello(struct talk *t)
{
	talk_hello(t);
	if (t->c->v[F_TLS] && t->ehlo)
		talk_tls(t);
	show(t, F_HELO, t->c->v[F_HELO]);
	if (t->ehlo)
		show(t, F_TLS, t->s->tls);
	stage(t, ORACLE_HELO);
}

/* ---- mail ---- */

static unsigned
how_many(struct talk *t)
{
	static const unsigned lo[] = { 1, 2, 3, 6, 11, 21 };
	static const unsigned hi[] = { 1, 2, 5, 10, 20, 40 };
	unsigned r = draw(t, F_RCPTS);

	if (t->errand == E_BOUNCE || t->errand == E_CALLOUT || t->s->calm)
		return 1;
	show(t, F_RCPTS, r);
	return lo[r] + dice_below(t->dice, hi[r] - lo[r] + 1);
}

static void
choose_rcpts(struct talk *t)
{
	t->rcpts_n = how_many(t);
	for (unsigned i = 0; i < t->rcpts_n; i++) {
		struct talk_rcpt *r = &t->rcpts[i];
		enum rcpt what = draw(t, F_RCPT);

		if (t->s->calm)
			what = RCPT_KNOWN;
		show(t, F_RCPT, what);
		r->refused = what == RCPT_UNKNOWN;
		if (what == RCPT_KNOWN) {
			play_user(dice_below(t->dice, USERS), r->text);
		} else if (what == RCPT_TRAP) {
			unsigned n = dice_below(t->dice, TRAPS);

			play_trap(n, r->text);
			r->refused = n < TRAPS / 2;
			t->s->traps++;
		} else {
			talk_nobody(t, r->text);
		}
		t->s->unknown += r->refused;
	}
	t->s->rcpts = (uint16_t)t->rcpts_n;
}

static void
mail(struct talk *t)
{
	bool body = t->errand == E_DELIVER || t->errand == E_BOUNCE;

	t->s->null_sender = t->errand == E_BOUNCE || t->errand == E_CALLOUT;
	choose_rcpts(t);
	if (!t->s->tls) {
		show(t, F_DIALECT, t->c->v[F_DIALECT]);
		show(t, F_THINK, t->think);
	}
	oracle_see_errand(t->pc->oracle, t->c, t->errand, false);
	stage(t, ORACLE_RCPT);
	talk_transaction(t, body);
	oracle_see_errand(t->pc->oracle, t->c, t->errand, true);
	if (t->s->messages > 0)
		show(t, F_FILTER, t->s->passed == 0);
}

static void
other_errand(struct talk *t)
{
	oracle_see_errand(t->pc->oracle, t->c, t->errand, false);
	if (t->errand == E_HTTP) {
		if (!t->s->early)
			talk_http(t, false);
		talk_http_answer(t);
		return;
	}
	if (t->errand == E_CONNECT ||
	    (t->errand == E_MONITOR && dice_yes(t->dice, 0.5)))
		return;
	hello(t);
	if (t->errand == E_MONITOR)
		talk_noop(t);
	else if (t->errand == E_AUTH)
		talk_auth(t);
	else
		talk_relay(t);
}

static void
begin(struct talk *t, const struct play_conf *pc, struct session *s)
{
	struct plan *p = pc->plan;
	const struct world *w = p->world;
	struct client *c = &p->clients[s->client];

	t->pc = pc;
	t->s = s;
	t->c = c;
	t->kind = &w->kinds[c->kind];
	t->dialect = &w->dialects[c->v[F_DIALECT]];
	c->port = (uint16_t)(c->port + 1 + dice_below(t->dice, 40));
	if (c->port < 1024)
		c->port = (uint16_t)(c->port + 1024);
	s->port = c->port;
	oracle_begin(pc->oracle, c);
	s->nth = c->played;
	t->errand = draw(t, F_ERRAND);
	t->think = draw(t, F_THINK);
	t->leave = draw(t, F_LEAVE);
	s->early = !s->calm && draw(t, F_EARLY);
	flow_init(&t->flow, pc->out, c, t->dice);
	t->flow.port = s->port;
	t->flow.t_us = s->t_us;
	talk_begin(t);
}

void
play_session(const struct play_conf *pc, struct session *s, struct dice *dice)
{
	struct talk t = { .dice = dice };

	begin(&t, pc, s);
	show(&t, F_STACK, t.c->v[F_STACK]);
	show(&t, F_PATH, t.c->v[F_PATH]);
	stage(&t, ORACLE_SYN);
	flow_open(&t.flow);
	show(&t, F_RTT, t.c->v[F_RTT]);
	stage(&t, ORACLE_OPEN);
	greet(&t);
	if (t.errand == E_DELIVER || t.errand == E_BOUNCE ||
	    t.errand == E_CALLOUT || t.errand == E_HARVEST) {
		hello(&t);
		mail(&t);
	} else {
		other_errand(&t);
	}
	if (!t.over) {
		show(&t, F_LEAVE, t.leave);
		talk_leave(&t);
	}
	stage(&t, ORACLE_CLOSE);
	s->end_us = t.flow.t_us;
}

/* ---- what is not a session ---- */

void
play_outbound(const struct play_conf *pc, const struct client *c, int64_t t_us,
    struct dice *d)
{
	char b[ADDR_STRLEN], qid[16];
	bool bounced = dice_yes(d, 0.05);
	unsigned pid = 4000 + dice_below(d, 40);

	talk_qid(d, qid);
	out_line(pc->out, t_us,
	    "postfix/smtp[%u]: %s: to=<person%u@%s>, relay=%s[%s]:25, "
	    "delay=1.2, delays=0.1/0/0.4/0.7, dsn=%s, status=%s",
	    pid, qid, dice_below(d, 50), c->domain,
	    c->rdns[0] != '\0' ? c->rdns : c->domain, addr_print(&c->a, b),
	    bounced ? "5.1.1" : "2.0.0",
	    bounced ? "bounced (host said: 550 5.1.1 User unknown (in reply to "
		      "RCPT TO command))" :
		      "sent (250 2.0.0 Ok: queued as 12345)");
}

const char *
play_user(unsigned i, char buf[64])
{
	static const char *const names[] = { "anna", "bert", "carla", "dirk",
		"eva", "frank", "gina", "hans", "inga", "jan" };

	snprintf(buf, 64, "%s.%u@" DOMAIN, names[i % 10], i);
	return buf;
}

const char *
play_trap(unsigned i, char buf[64])
{
	snprintf(buf, 64, "old.box%u@" DOMAIN, i);
	return buf;
}
