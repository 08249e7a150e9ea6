/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/mailq.h"

#define WAYS     4
#define LAST_MAX 32

struct mailq {
	struct hash_key key;
	int64_t settle_ms;
	struct mail ids[MAILQ_IDS];
	struct mail pending[MAILQ_PENDING]; /* a ring in order of time */
	size_t first, n;
	uint64_t dropped;
	uint64_t last_id; /* a line asks more than once for the same: */
	size_t last_n;
	char last[LAST_MAX];
};

struct mailq *
mailq_new(const struct hash_key *key, uint32_t settle_s)
{
	struct mailq *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->key = *key;
	mailq_settle(q, settle_s);
	return q;
}

void
mailq_settle(struct mailq *q, uint32_t settle_s)
{
	q->settle_ms = (int64_t)settle_s * 1000;
}

void
mailq_free(struct mailq *q)
{
	free(q);
}

static uint64_t
id_of(struct mailq *q, struct str qid)
{
	uint64_t h;

	if (qid.n > 0 && str_eq(qid, (struct str){ q->last, q->last_n }))
		return q->last_id;
	h = hash_keyed(&q->key, qid.p, qid.n);
	if (h == 0)
		h = 1;
	q->last_n = qid.n <= LAST_MAX ? qid.n : 0;
	if (q->last_n > 0)
		memcpy(q->last, qid.p, q->last_n);
	q->last_id = h;
	return h;
}

static struct mail *
set_of(struct mailq *q, uint64_t id)
{
	return &q->ids[id % (MAILQ_IDS / WAYS) * WAYS];
}

struct mail *
mailq_find(struct mailq *q, struct str qid)
{
	uint64_t id = id_of(q, qid);
	struct mail *set = set_of(q, id);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].id == id)
			return &set[i];
	return NULL;
}

struct mail *
mailq_begin(struct mailq *q, struct str qid, const struct addr *client,
    int64_t t_ms)
{
	uint64_t id = id_of(q, qid);
	struct mail *set = set_of(q, id), *m = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id) {
			m = &set[i];
			break;
		}
		if (set[i].t_ms < m->t_ms)
			m = &set[i];
	}
	/* A short queue id is used again after its message is gone. */
	*m = (struct mail){ .id = id, .client = *client, .t_ms = t_ms };
	return m;
}

void
mailq_queued(struct mailq *q, struct mail *m, uint32_t nrcpt, bool null_sender,
    int64_t t_ms)
{
	if (m->queued)
		return; /* the queue manager logs it at each retry */
	m->queued = true;
	m->nrcpt = nrcpt;
	m->null_sender = null_sender;
	if (q->n == MAILQ_PENDING) {
		q->first = (q->first + 1) % MAILQ_PENDING;
		q->n--;
		q->dropped++;
	}
	q->pending[(q->first + q->n++) % MAILQ_PENDING] = *m;
	q->pending[(q->first + q->n - 1) % MAILQ_PENDING].t_ms = t_ms;
}

bool
mailq_settled(struct mailq *q, int64_t now_ms, struct mail *out)
{
	while (q->n > 0) {
		const struct mail *p = &q->pending[q->first];
		const struct mail *set = set_of(q, p->id);
		bool spoilt = false;

		if (now_ms - p->t_ms < q->settle_ms)
			return false;
		for (size_t i = 0; i < WAYS; i++)
			if (set[i].id == p->id &&
			    addr_eq(&set[i].client, &p->client))
				spoilt = set[i].spoilt;
		*out = *p;
		q->first = (q->first + 1) % MAILQ_PENDING;
		q->n--;
		if (!spoilt)
			return true;
	}
	return false;
}
