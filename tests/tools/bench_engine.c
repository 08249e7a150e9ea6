/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_engine - an engine that takes the time of what the guard does
 *
 * zt-link: daemon/msg daemon/msgrec fp/addr
 *
 * Started by zfwd with ZFW_ENGINE, in place of zfw-engine, by what
 * ZFW_BENCH_DO says.  It has nothing to restore.
 *
 *	one FIRST COUNT OUT   blocks COUNT clients of blocked.h, from FIRST on,
 *	                      one after the other; writes "us MEDIAN MAX MIN" to
 *	                      OUT: from sending the record until the guard says
 *	                      that the kernel has it
 *	inline                has every queued SYN wait for its verdict, and
 *	                      accepts it: the way there and back, nothing else
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/msg.h"
#include "tests/tools/lib/blocked.h"

#define GUARD_FD 3
#define ONES_MAX 100000
#define PAUSE_US 200 /* between two of them */

struct ones {
	uint32_t first, count, at; /* count 0: nothing to do */
	char out[256];
	double start_us;
	double us[ONES_MAX];
};

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
tell(const struct msg *m, size_t n)
{
	struct pollfd p = { .fd = GUARD_FD, .events = POLLOUT };
	int rc;

	while ((rc = msg_send(GUARD_FD, m, n)) == -EAGAIN)
		(void)poll(&p, 1, 1000);
	if (rc != 0)
		exit(3);
}

static void
tell_op(enum msg_op op, int32_t value)
{
	const struct msg m = { .op = (uint8_t)op, .value = value };

	tell(&m, 1);
}

static void
block_next(struct ones *o)
{
	struct addr a = blocked_addr(4, o->first + o->at);
	struct msg m[2] = { { .op = MSG_BLOCK,
				.tier = 4,
				.score = 981,
				.reasons = { 4, 9 },
				.net = addr_key_net(&a),
				.timeout_s = 3600 },
		{ .op = MSG_SYNC, .seq = o->at } };

	(void)usleep(PAUSE_US);
	o->start_us = now_us();
	tell(m, 2);
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct ones *o)
{
	FILE *f = fopen(o->out, "we");

	qsort(o->us, o->count, sizeof(*o->us), by_value);
	if (f == NULL)
		exit(2);
	fprintf(f, "us %.1f %.1f %.1f\n", o->us[o->count / 2],
	    o->us[o->count - 1], o->us[0]);
	(void)fclose(f);
}

static void
done_one(struct ones *o, const struct msg *m)
{
	if (m->seq != o->at || o->at >= o->count)
		return;
	if (m->value != 0)
		exit(4);
	o->us[o->at++] = now_us() - o->start_us;
	if (o->at == o->count)
		report(o);
	else
		block_next(o);
}

static void
on_packets(const struct msg_in *in)
{
	struct msg out[MSG_MAX];

	for (size_t i = 0; i < in->n; i++)
		out[i] = (struct msg){ .op = MSG_VERDICT,
			.seq = in->m[i].seq,
			.value = 1 };
	tell(out, in->n);
}

/* The guard is up and asks for all: there is nothing. */
static void
on_resync(struct ones *o, uint32_t seq, bool inlined)
{
	const struct msg begin = { .op = MSG_RESTORE_BEGIN, .seq = seq };

	tell_op(MSG_ALLOW_BEGIN, 0);
	tell_op(MSG_ALLOW_END, 0);
	tell(&begin, 1);
	tell_op(MSG_RESTORE_END, 0);
	if (inlined)
		tell_op(MSG_INLINE, 1);
	else if (o->at < o->count)
		block_next(o);
}

int
main(void)
{
	static struct ones o;
	static struct msg_in in;
	const char *what = getenv("ZFW_BENCH_DO");
	struct pollfd p = { .fd = GUARD_FD, .events = POLLIN };
	bool inlined = what != NULL && strcmp(what, "inline") == 0;

	if (!inlined &&
	    (what == NULL ||
		sscanf(what, "one %u %u %255s", &o.first, &o.count, o.out) !=
		    3 ||
		o.count > ONES_MAX))
		return 2;
	tell_op(MSG_HELLO, 0);
	while (poll(&p, 1, -1) != -1) {
		int n = msg_recv(GUARD_FD, &in);

		if (n == 0)
			return 0;
		if (n > 0 && in.m[0].op == MSG_PACKET && inlined)
			on_packets(&in);
		for (int i = 0; i < n; i++)
			if (in.m[i].op == MSG_RESYNC)
				on_resync(&o, in.m[i].seq, inlined);
			else if (in.m[i].op == MSG_DONE)
				done_one(&o, &in.m[i]);
		/* A descriptor stays open: the front lives as long as its. */
	}
	return 1;
}
