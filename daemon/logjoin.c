/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logjoin.h"

#include <stdlib.h>

#define WAYS 4 /* an id may stand in any of so many places */

struct held {
	enum log_kind kind;
	bool soft;
	uint16_t code;
	uint8_t rcpt_n;
	char rcpt[LOGJOIN_RCPT_MAX];
};

struct entry {
	int64_t t_ms; /* when last seen; with key_n 0: free */
	struct addr client;
	uint16_t port;
	bool submission;
	bool rdns_none, rdns_unconfirmed, name_claimed;
	uint8_t key_n, name_n, held_n;
	char key[LOGJOIN_ID_MAX]; /* MTA, a blank, id */
	char name[LOGJOIN_NAME_MAX];
	struct held held[LOGJOIN_HELD_MAX];
};

struct logjoin {
	struct hash_key key;
	size_t sets; /* power of two */
	uint64_t dropped;
	struct log_event line; /* the event that gives out; texts borrowed */
	struct held out[LOGJOIN_HELD_MAX];
	size_t out_n, out_at;
	struct entry entries[];
};

struct logjoin *
logjoin_new(size_t entries, const struct hash_key *key)
{
	struct logjoin *j;
	size_t sets = hash_buckets((entries + WAYS - 1) / WAYS);

	if (sets > (SIZE_MAX - sizeof(*j)) / sizeof(j->entries[0]) / WAYS)
		return NULL;
	j = calloc(1, sizeof(*j) + sets * WAYS * sizeof(j->entries[0]));
	if (j == NULL)
		return NULL;
	j->key = *key;
	j->sets = sets;
	return j;
}

void
logjoin_free(struct logjoin *j)
{
	free(j);
}

uint64_t
logjoin_dropped(const struct logjoin *j)
{
	return j->dropped;
}

/* What entries are found by; 0 = too long. */
static size_t
key_of(const struct log_event *ev, char key[LOGJOIN_ID_MAX])
{
	size_t n = ev->mta.n + 1 + ev->session.n;

	if (ev->mta.n == 0 || n > LOGJOIN_ID_MAX)
		return 0;
	memcpy(key, ev->mta.p, ev->mta.n);
	key[ev->mta.n] = ' ';
	memcpy(key + ev->mta.n + 1, ev->session.p, ev->session.n);
	return n;
}

static void
forget(struct logjoin *j, struct entry *e)
{
	j->dropped += e->held_n;
	e->key_n = e->held_n = 0;
}

/* The entry of that key, made where `make`; NULL when there is none. */
static struct entry *
find(struct logjoin *j, struct str key, bool make, int64_t now_ms)
{
	uint64_t h = hash_keyed(&j->key, key.p, key.n);
	struct entry *set = &j->entries[(h & (j->sets - 1)) * WAYS];
	struct entry *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		struct entry *e = &set[i];

		if (e->key_n > 0 && now_ms - e->t_ms > LOGJOIN_AGE_MS)
			forget(j, e);
		if (str_eq(key, (struct str){ e->key, e->key_n }))
			return e;
		if (oldest->key_n > 0 &&
		    (e->key_n == 0 || e->t_ms < oldest->t_ms))
			oldest = e;
	}
	if (!make)
		return NULL;
	forget(j, oldest);
	*oldest = (struct entry){ .key_n = (uint8_t)key.n };
	memcpy(oldest->key, key.p, key.n);
	return oldest;
}

static void
hold(struct logjoin *j, struct entry *e, const struct log_event *ev)
{
	struct held *h;

	if (e->held_n == LOGJOIN_HELD_MAX) {
		j->dropped++;
		return;
	}
	h = &e->held[e->held_n++];
	*h = (struct held){ .kind = ev->kind,
		.soft = ev->soft,
		.code = ev->code };
	h->rcpt_n = (uint8_t)(ev->rcpt.n < LOGJOIN_RCPT_MAX ? ev->rcpt.n :
							      LOGJOIN_RCPT_MAX);
	if (h->rcpt_n > 0)
		memcpy(h->rcpt, ev->rcpt.p, h->rcpt_n);
}

/* Remembers who it is, and has what was held for it given out. */
static void
learn(struct logjoin *j, struct entry *e, const struct log_event *ev)
{
	e->client = ev->client;
	if (ev->port != 0)
		e->port = ev->port;
	e->submission |= ev->submission;
	if (ev->name.n > 0 || ev->rdns_none || ev->rdns_unconfirmed) {
		e->rdns_none = ev->rdns_none;
		e->rdns_unconfirmed = ev->rdns_unconfirmed;
		e->name_claimed = ev->name_claimed;
		e->name_n = 0;
	}
	if (ev->name.n > 0 && ev->name.n <= LOGJOIN_NAME_MAX) {
		e->name_n = (uint8_t)ev->name.n;
		memcpy(e->name, ev->name.p, ev->name.n);
	}
	j->line = *ev;
	j->out_n = e->held_n;
	memcpy(j->out, e->held, e->held_n * sizeof(e->held[0]));
	e->held_n = 0;
}

static void
fill(const struct entry *e, struct log_event *ev)
{
	ev->client = e->client;
	if (ev->port == 0)
		ev->port = e->port;
	ev->submission |= e->submission;
	if (ev->name.n > 0)
		return;
	ev->name = (struct str){ e->name, e->name_n };
	ev->rdns_none |= e->rdns_none;
	ev->rdns_unconfirmed |= e->rdns_unconfirmed;
	ev->name_claimed = e->name_claimed && e->name_n > 0;
}

enum log_kind
logjoin_see(struct logjoin *j, struct log_event *ev, int64_t now_ms)
{
	char text[LOGJOIN_ID_MAX];
	struct str key = { text, 0 };
	struct entry *e;

	j->out_n = j->out_at = 0;
	if (ev->session.n == 0 || (key.n = key_of(ev, text)) == 0)
		return ev->kind;
	e = find(j, key, ev->client.family != 0 || ev->client_later, now_ms);
	if (e == NULL)
		return ev->kind;
	e->t_ms = now_ms;
	/* Who logs in is a user of ours: only good evidence from there on. */
	e->submission |= ev->kind == LOG_AUTH_OK;
	if (ev->client.family != 0) {
		learn(j, e, ev);
	} else if (e->client.family != 0) {
		fill(e, ev);
	} else if (ev->client_later) {
		hold(j, e, ev);
		ev->kind = LOG_NONE;
	}
	/* The copy of the name stays until the place is used again. */
	if (ev->kind == LOG_DISCONNECT)
		forget(j, e);
	return ev->kind;
}

bool
logjoin_next(struct logjoin *j, struct log_event *ev)
{
	const struct held *h;

	if (j->out_at == j->out_n)
		return false;
	h = &j->out[j->out_at++];
	*ev = (struct log_event){
		.kind = h->kind,
		.t_ms = j->line.t_ms,
		.whole_second = j->line.whole_second,
		.submission = j->line.submission,
		.null_sender = j->line.null_sender,
		.soft = h->soft,
		.client = j->line.client,
		.port = j->line.port,
		.code = h->code,
		.mta = j->line.mta,
		.service = j->line.service,
		.qid = j->line.qid,
		.session = j->line.session,
		.sender = j->line.sender,
		.rcpt = { h->rcpt, h->rcpt_n },
	};
	memset(&ev->n, 0xff, sizeof(ev->n));
	return true;
}
