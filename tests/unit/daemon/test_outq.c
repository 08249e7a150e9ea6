/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The queue to the guard: order, bounds, a slow reader, and that an unblock
 * is never lost.
 *
 * zt-link: daemon/outq daemon/msg daemon/msgrec fp/addr
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/evidence_kind.h"
#include "daemon/outq.h"
#include "tests/zt.h"

static struct msg_in in;

static struct msg
make(enum msg_op op, uint32_t i)
{
	struct addr a = addr_v4(0x0b000000U + i);
	struct msg m = { .op = (uint8_t)op, .net = addr_key_net(&a) };

	if (op == MSG_UNBLOCK)
		return m;
	m.tier = 1;
	m.timeout_s = 60;
	return m;
}

static uint32_t
number(const struct msg *m)
{
	return (
	    uint32_t)(m->net.a.b[1] << 16 | m->net.a.b[2] << 8 | m->net.a.b[3]);
}

static void
test_order(void)
{
	int s[2];
	struct outq q;
	uint32_t next = 0;
	bool ok = true;

	(void)socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s);
	ZT_CASE("a queue", outq_init(&q));
	for (uint32_t i = 0; i < 1000; i++) {
		struct msg m = make(MSG_BLOCK, i);

		ok = ok && outq_push(&q, &m);
	}
	ZT_CASE("takes records", ok && q.n == 1000 && !outq_idle(&q));
	ZT_CASE("sends them", outq_flush(&q, s[0]) == 0 && outq_idle(&q));
	while (msg_recv(s[1], &in) > 0)
		for (size_t i = 0; i < in.n; i++)
			ok = ok && number(&in.m[i]) == next++;
	ZT_CASE("in order", ok && next == 1000);
	close(s[1]);
	(void)outq_push(&q, &(struct msg){ .op = MSG_HELLO });
	ZT_CASE("a peer that is gone is an error",
	    outq_flush(&q, s[0]) == -EPIPE);
	close(s[0]);
	outq_fini(&q);
}

static void
test_bounds(void)
{
	enum { MANY = 20000 };
	int s[2];
	struct outq q;
	uint32_t blocks = 0, unblocks = 0, last = 0;
	bool ok = true;
	int rc;

	(void)socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s);
	(void)outq_init(&q);
	for (uint32_t i = 0; i < MANY; i++) {
		struct msg m = make(MSG_BLOCK, i);

		blocks += outq_push(&q, &m);
	}
	ZT_CASE("blocks leave room for others",
	    blocks == OUTQ_MAX - OUTQ_KEEP && q.dropped == MANY - blocks &&
		outq_room(&q) == 0);
	for (uint32_t i = 0; i < MANY; i++) {
		struct msg m = make(MSG_UNBLOCK, i);

		ok = ok && outq_push(&q, &m);
	}
	ZT_CASE("unblocks are never dropped", ok);
	blocks = 0;
	do {
		struct msg m = make(MSG_BLOCK, 7);

		rc = outq_flush(&q, s[0]);
		ok = ok && (rc == 0 || rc == -EAGAIN);
		if (rc == -EAGAIN)
			ok = ok &&
			    (q.late_n == q.late_at || !outq_push(&q, &m));
		while (msg_recv(s[1], &in) > 0)
			for (size_t i = 0; i < in.n; i++) {
				if (in.m[i].op == MSG_BLOCK) {
					blocks++;
					continue;
				}
				ok = ok && number(&in.m[i]) == unblocks++;
				last = number(&in.m[i]);
			}
	} while (rc == -EAGAIN);
	ZT_CASE("a slow reader gets them all, in order",
	    ok && unblocks == MANY && last == MANY - 1);
	ZT_CASE("and no block before them", blocks >= OUTQ_MAX - OUTQ_KEEP);
	ZT_CASE("then blocks are taken again",
	    outq_idle(&q) && outq_room(&q) == OUTQ_MAX - OUTQ_KEEP);
	close(s[0]);
	close(s[1]);
	outq_fini(&q);
}

static const struct zt_test tests[] = {
	{ "order", test_order },
	{ "bounds", test_bounds },
};
ZT_MAIN("daemon/outq", tests)
