/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardsend.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct entry {
	struct msg m;
	int fd; /* -1: none */
};

struct guardsend {
	int sock;
	size_t max, head, n;
	struct entry v[];
};

struct guardsend *
guardsend_new(int sock, size_t max)
{
	struct guardsend *q = calloc(1, sizeof(*q) + max * sizeof(q->v[0]));

	if (q == NULL)
		return NULL;
	q->sock = sock;
	q->max = max;
	return q;
}

static struct entry *
at(struct guardsend *q, size_t i)
{
	return &q->v[(q->head + i) % q->max];
}

/* Forgets the first `n`, and closes our copy of what they carried. */
static void
drop(struct guardsend *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at(q, i)->fd != -1)
			close(at(q, i)->fd);
	q->head = (q->head + n) % q->max;
	q->n -= n;
}

void
guardsend_free(struct guardsend *q)
{
	if (q == NULL)
		return;
	drop(q, q->n);
	free(q);
}

int
guardsend_put(struct guardsend *q, const struct msg *m, int fd)
{
	if (q->n == q->max) {
		if (fd != -1)
			close(fd);
		return -ENOBUFS;
	}
	*at(q, q->n) = (struct entry){ *m, fd };
	q->n++;
	return 0;
}

/* Sends the first record with its descriptor, or a run without; how many. */
static int
send_some(struct guardsend *q)
{
	struct msg m[MSG_MAX];
	size_t n = 0;
	int rc;

	if (at(q, 0)->fd != -1) {
		rc = msg_send_fd(q->sock, &at(q, 0)->m, at(q, 0)->fd);
		return rc == 0 ? 1 : rc;
	}
	while (n < MSG_MAX && n < q->n && at(q, n)->fd == -1) {
		m[n] = at(q, n)->m;
		n++;
	}
	rc = msg_send(q->sock, m, n);
	return rc == 0 ? (int)n : rc;
}

int
guardsend_flush(struct guardsend *q)
{
	while (q->n > 0) {
		int sent = send_some(q);

		if (sent < 0)
			return sent;
		drop(q, (size_t)sent);
	}
	return 0;
}

bool
guardsend_busy(const struct guardsend *q)
{
	return q->n > q->max / 2;
}
