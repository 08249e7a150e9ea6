/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/msgid.h"

#define WAYS 8

struct entry {
	uint64_t id; /* keyed hash of the Message-ID, 0 = unused */
	int64_t t_ms;
	uint8_t qid_n;
	bool spent; /* judged, or of two messages */
	char qid[MSGID_QID_MAX];
};

struct msgid {
	struct hash_key key;
	size_t sets;
	int64_t odd_ms;    /* no verdict is joined before then */
	int64_t pushed_ms; /* nor before then */
	struct msgid_counts n;
	struct entry v[];
};

struct msgid *
msgid_new(size_t entries, const struct hash_key *key)
{
	size_t sets = entries < WAYS ? 1 : entries / WAYS;
	struct msgid *m = calloc(1, sizeof(*m) + sets * WAYS * sizeof(m->v[0]));

	if (m == NULL)
		return NULL;
	m->key = *key;
	m->sets = sets;
	m->odd_ms = m->pushed_ms = INT64_MIN;
	return m;
}

void
msgid_free(struct msgid *m)
{
	free(m);
}

static bool
is_old(const struct entry *e, int64_t now_ms)
{
	return e->id == 0 || now_ms - e->t_ms >= MSGID_WINDOW_MS;
}

/* NULL: it is not there. */
static struct entry *
find(struct msgid *m, uint64_t id, int64_t now_ms)
{
	struct entry *set = &m->v[id % m->sets * WAYS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].id == id && !is_old(&set[i], now_ms))
			return &set[i];
	return NULL;
}

/* The place of an old one, or of the oldest. */
static struct entry *
place_of(struct msgid *m, uint64_t id, int64_t now_ms)
{
	struct entry *set = &m->v[id % m->sets * WAYS], *e = set;

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].id == 0 || set[i].t_ms < e->t_ms)
			e = &set[i];
	if (!is_old(e, now_ms)) {
		m->n.pushed_out++;
		m->pushed_ms = e->t_ms + MSGID_WINDOW_MS;
	}
	return e;
}

static uint64_t
hash_of(const struct msgid *m, struct str id)
{
	uint64_t h = hash_keyed(&m->key, id.p, id.n);

	return h == 0 ? 1 : h;
}

static void
put(struct msgid *m, struct str id, struct str qid, int64_t now_ms)
{
	uint64_t h = hash_of(m, id);
	struct entry *e = find(m, h, now_ms);

	if (e != NULL) {
		/* The MTA may say the same of the same message twice. */
		if (e->qid_n != qid.n || memcmp(e->qid, qid.p, qid.n) != 0)
			e->spent = true;
		e->t_ms = now_ms;
		return;
	}
	e = place_of(m, h, now_ms);
	*e = (struct entry){ .id = h, .t_ms = now_ms };
	e->qid_n = (uint8_t)qid.n;
	memcpy(e->qid, qid.p, qid.n);
}

static bool
is_plain_byte(char c)
{
	return c > ' ' && c < 0x7f && memchr("()<>,", c, 5) == NULL;
}

/* `<a@b>`: what every program reads in the same way. */
static bool
is_plain(struct str id)
{
	struct str in = { id.p + 1, id.n - 2 };

	return id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>' &&
	    str_span(in, is_plain_byte) == in.n;
}

void
msgid_seen(struct msgid *m, struct str text, struct str qid, int64_t now_ms)
{
	m->n.seen++;
	if (qid.n == 0 || qid.n > MSGID_QID_MAX || !is_plain(text)) {
		m->n.odd++;
		m->odd_ms = now_ms + MSGID_ODD_MS;
		return;
	}
	put(m, text, qid, now_ms);
}

struct str
msgid_judged(struct msgid *m, struct str id, int64_t now_ms)
{
	struct entry *e = is_plain(id) ? find(m, hash_of(m, id), now_ms) : NULL;
	bool ours = e != NULL && !e->spent && now_ms >= m->odd_ms &&
	    now_ms >= m->pushed_ms;

	if (e != NULL)
		e->spent = true;
	if (!ours) {
		m->n.refused++;
		return STR("");
	}
	m->n.joined++;
	return (struct str){ e->qid, e->qid_n };
}

void
msgid_counts(const struct msgid *m, struct msgid_counts *out)
{
	*out = m->n;
}
