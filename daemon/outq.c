/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/outq.h"

bool
outq_init(struct outq *q)
{
	*q = (struct outq){ .ring = calloc(OUTQ_MAX, sizeof(*q->ring)) };
	return q->ring != NULL;
}

void
outq_fini(struct outq *q)
{
	free(q->ring);
	free(q->late);
	*q = (struct outq){ 0 };
}

size_t
outq_room(const struct outq *q)
{
	size_t max = OUTQ_MAX - OUTQ_KEEP;

	return q->n >= max || q->late_n > q->late_at ? 0 : max - q->n;
}

static bool
push_late(struct outq *q, const struct msg *m)
{
	if (q->late_n == q->late_max) {
		size_t max = q->late_max == 0 ? 1024 : 2 * q->late_max;
		struct msg *v = reallocarray(q->late, max, sizeof(*v));

		if (v == NULL) {
			q->dropped++;
			return false;
		}
		q->late = v;
		q->late_max = max;
	}
	q->late[q->late_n++] = *m;
	return true;
}

static void
push_ring(struct outq *q, const struct msg *m)
{
	q->ring[(q->head + q->n) % OUTQ_MAX] = *m;
	q->n++;
}

bool
outq_push(struct outq *q, const struct msg *m)
{
	bool blocks = m->op == MSG_BLOCK || m->op == MSG_RENEW;
	bool late = q->late_n > q->late_at;

	if (m->op == MSG_UNBLOCK && (late || q->n == OUTQ_MAX))
		return push_late(q, m);
	if (q->n == OUTQ_MAX || (blocks && outq_room(q) == 0)) {
		q->dropped++;
		return false;
	}
	push_ring(q, m);
	return true;
}

static void
refill(struct outq *q)
{
	while (q->n < OUTQ_MAX && q->late_at < q->late_n)
		push_ring(q, &q->late[q->late_at++]);
	if (q->late_at == q->late_n)
		q->late_at = q->late_n = 0;
}

int
outq_flush(struct outq *q, int sock)
{
	for (refill(q); q->n > 0; refill(q)) {
		size_t n = OUTQ_MAX - q->head; /* up to the ring's end */
		int rc;

		n = n < q->n ? n : q->n;
		n = n < MSG_MAX ? n : MSG_MAX;
		rc = msg_send(sock, q->ring + q->head, n);
		if (rc != 0)
			return rc;
		q->head = (q->head + n) % OUTQ_MAX;
		q->n -= n;
		q->sent += n;
	}
	return 0;
}
