/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_mark - blocked clients that speak for themselves
 *
 * A zombie has no business with our users: whoever was blocked and has
 * accepted mail, a login, mail of ours to it, a human that let it out, or a
 * confirmed name of its own may have been blocked by mistake.  What weighs
 * most comes first; where only one stack behind the address is blocked, it is
 * hardly one, and comes last.  The block has to lie in the time that is shown.
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/names.h"
#include "db/record.h"
#include "tools/stats_impl.h"
#include "tools/stats_top.h"

#define DAYS_MAX  10 /* more days of accepted mail add nothing */
#define WHY_MAX   200
#define PERMILLES 1000

/* What each thing adds. */
enum {
	IS_PEER = 12,
	IS_CLICK = 10,
	IS_LOGIN = 8,
	IS_WANTED = 8, /* people reported wanted mail */
	IS_MAIL = 3,   /* and a day of it: 1 */
	IS_SERVER = 3,
	IS_NAMED = 2,
	IS_HELO = 1, /* said the name that it has */
	/*
	 * From then on it is told: one accepted message, or a name, is what
	 * many zombies have (828 of 848 in a made month).
	 */
	IS_TOLD = 5,
};

struct mark {
	unsigned weight;
	unsigned good_days;
	bool mail, peer, click, login, wanted, named, server;
	bool narrow; /* what speaks for it is not what is blocked */
};

struct stats_marks {
	struct top top;
	uint64_t all;
};

bool
stats_marks_new(struct stats_in *in)
{
	struct stats_marks *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return false;
	m->top.max = in->o->top;
	m->top.v = calloc(m->top.max + 1, sizeof(*m->top.v));
	in->marks = m;
	return m->top.v != NULL;
}

void
stats_marks_free(struct stats_in *in)
{
	if (in->marks != NULL)
		free(in->marks->top.v);
	free(in->marks);
	in->marks = NULL;
}

/* But for the click, which the caller knows. */
static struct mark
judge(const struct record_brief *b, bool click)
{
	bool named = b->rdns.n > 0 && name_is_own(b->name_class);
	struct mark m = { .good_days = b->good_days,
		.mail = b->good_mails > 0,
		.peer = b->peer,
		.click = click,
		.login = b->login_ms != 0,
		.wanted = b->wanted,
		.named = named,
		.server = named && b->name_class == NAME_SERVER };

	m.weight = (m.peer ? IS_PEER : 0U) + (m.click ? IS_CLICK : 0U) +
	    (m.login ? IS_LOGIN : 0U) + (m.wanted ? IS_WANTED : 0U);
	if (m.mail)
		m.weight += (unsigned)IS_MAIL +
		    (m.good_days < DAYS_MAX ? m.good_days : DAYS_MAX);
	if (named)
		m.weight += (m.server ? (unsigned)IS_SERVER : IS_NAMED) +
		    (b->helo_class == HELO_RDNS ? (unsigned)IS_HELO : 0);
	return m;
}

/* A block of one stack spares whoever else is behind the address. */
static struct mark
judge_whole(const struct record_brief *b, const struct client *c)
{
	struct mark m = judge(b, c->click_ms != 0);

	m.narrow = c->narrow_n > 0;
	if (m.narrow && m.weight > IS_TOLD)
		m.weight = IS_TOLD;
	return m;
}

/* Was its block within the time? */
static bool
in_time(const struct stats_opts *o, const struct record_brief *b)
{
	return b->tier > 0 && !b->by_admin && b->block_from_ms < o->until_ms &&
	    b->block_until_ms >= o->since_ms;
}

static bool
decode(const void *key, size_t key_n, struct str value, struct client *c)
{
	struct record_key k = { .n = key_n };

	if (key_n > sizeof(k.b))
		return false;
	memcpy(k.b, key, key_n);
	return record_client_decode(&k, value.p, value.n, c);
}

void
stats_marks_add(struct stats_in *in, const struct record_brief *b,
    const void *key, size_t key_n, struct str value, uint64_t where)
{
	struct client c STATS_UNSET;
	struct top_entry most;
	struct mark m;

	if (b->tier == 0 || !in_time(in->o, b))
		return;
	m = judge(b, b->clicked);
	if (m.weight < IS_TOLD)
		return;
	/* All of the record can only make it weigh less, and says by a click. */
	most = (struct top_entry){ m.weight, PERMILLES - b->score_permille,
		where };
	if (!b->clicked && !top_takes(&in->marks->top, &most)) {
		in->marks->all++;
		return;
	}
	if (!decode(key, key_n, value, &c))
		return;
	m = judge_whole(b, &c);
	if (m.weight < IS_TOLD)
		return;
	in->marks->all++;
	most.a = m.weight;
	top_add(&in->marks->top, most);
}

/* ---- in words ---- */

static void
add(char why[WHY_MAX], const char *words)
{
	size_t n = strlen(why);

	(void)snprintf(why + n, WHY_MAX - n, "%s%s", n == 0 ? "" : ", ", words);
}

static const char *
words(struct stats_mem *mem, const struct mark *m)
{
	char why[WHY_MAX] = "", text[64];

	if (m->peer)
		add(why, "we send mail to it");
	if (m->click)
		add(why, "somebody let it out by a click");
	if (m->login)
		add(why, "a user logged in from there");
	if (m->wanted)
		add(why, "people want its mail");
	if (m->mail) {
		(void)snprintf(text, sizeof(text), "had accepted mail on %u %s",
		    m->good_days, m->good_days == 1 ? "day" : "days");
		add(why, m->good_days == 0 ? "had accepted mail" : text);
	}
	if (m->named)
		add(why,
		    m->server ? "has the name of a mail server" :
				"has a confirmed name of its own");
	if (m->narrow)
		add(why, "but only one machine behind it is blocked");
	return stats_copy(mem, (struct str){ why, strlen(why) });
}

struct reading {
	struct stats_in *in;
	struct stats_mistake *to;
	bool done;
};

static bool
read_one(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct reading *r = arg;
	struct record_brief b;
	struct client c;
	struct mark m;

	if (!decode(key, key_n, (struct str){ value, n }, &c) ||
	    !record_brief(key, key_n, value, n, &b))
		return true;
	r->done = true;
	m = judge_whole(&b, &c);
	stats_machine(r->in, &b, &r->to->who);
	r->to->why = words(r->in->mem, &m);
	r->to->good_mails = c.good_mails;
	r->to->click_ms = c.click_ms;
	return true;
}

void
stats_marks_end(struct stats_in *in)
{
	struct stats *s = in->out;
	struct top *t = &in->marks->top;

	top_sort(t);
	s->mistake_all = in->marks->all;
	s->mistake = stats_alloc(in->mem, t->n + 1, sizeof(*s->mistake));
	for (size_t i = 0; s->mistake != NULL && i < t->n; i++) {
		struct reading r = { .in = in,
			.to = &s->mistake[s->mistake_n] };

		if (scan_read(in->scan, t->v[i].id, read_one, &r) == 0 &&
		    r.done)
			s->mistake_n++;
	}
}
