/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of msg: what each op carries, in bytes and within which limits. */
#include "daemon/msg.h"

#include <errno.h>

#include "daemon/evidence_kind.h"
#include "fp/le.h"

/* What a record of that op carries; all else in it must be zero. */
enum {
	HAS_NET = 1 << 0,
	HAS_BLOCK = 1 << 1, /* tier, score, reasons, timeout_s */
	HAS_SEQ = 1 << 2,
	HAS_VALUE = 1 << 3,
	HAS_LOG = 1 << 4, /* source, dev, ino */
	HAS_TIME = 1 << 5,
	HAS_STACK = 1 << 6, /* stack, action */
	HAS_CUT = 1 << 7,   /* server, port, sport */
	HAS_COUNT = 1 << 8,
	/* These share the last 16 bytes. */
	HAS_TAIL = HAS_LOG | HAS_TIME | HAS_STACK | HAS_CUT | HAS_COUNT,
};

static const struct {
	unsigned has;
	int32_t min, max; /* of value */
} ops[MSG_OPS] = {
	[MSG_HELLO] = { HAS_VALUE, 0, 1 },
	[MSG_BLOCK] = { HAS_NET | HAS_BLOCK | HAS_STACK, 0, 0 },
	[MSG_UNBLOCK] = { HAS_NET | HAS_STACK, 0, 0 },
	[MSG_RENEW] = { HAS_NET | HAS_BLOCK | HAS_STACK, 0, 0 },
	[MSG_ALLOW_NET] = { HAS_NET, 0, 0 },
	[MSG_RESTORE_BEGIN] = { HAS_SEQ, 0, 0 },
	[MSG_SYNC] = { HAS_SEQ, 0, 0 },
	[MSG_LOG_FIND] = { HAS_LOG, 0, 0 },
	[MSG_CUT] = { HAS_NET | HAS_CUT, 0, 0 },
	[MSG_VERDICT] = { HAS_SEQ | HAS_VALUE, 0, 1 },
	[MSG_INLINE] = { HAS_VALUE, 0, 1 },
	[MSG_CHECK] = { HAS_SEQ | HAS_NET | HAS_STACK, 0, 0 },
	[MSG_DONE] = { HAS_SEQ | HAS_VALUE, -4095, 0 },
	[MSG_RESYNC] = { HAS_SEQ, 0, 0 },
	[MSG_TABLE] = { HAS_VALUE, MSG_TABLE_ON, MSG_TABLE_FAILED },
	[MSG_OWN_ADD] = { HAS_NET, 0, 0 },
	[MSG_OWN_DEL] = { HAS_NET, 0, 0 },
	[MSG_REFUSED] = { HAS_NET | HAS_STACK | HAS_VALUE, MSG_REFUSED_NEVER,
	    MSG_REFUSED_CUT },
	[MSG_LOG_FD] = { HAS_LOG | HAS_VALUE, MSG_LOG_CURRENT, MSG_LOG_DENIED },
	[MSG_PACKET] = { HAS_SEQ | HAS_TIME | HAS_VALUE, 1,
	    (MSG_MAX - 1) * MSG_BYTES },
	[MSG_CHECKED] = { HAS_SEQ | HAS_VALUE, -4095, INT32_MAX },
	[MSG_FRONT_GONE] = { HAS_VALUE, 0, 1 },
	[MSG_QUEUE] = { HAS_VALUE | HAS_COUNT, MSG_QUEUE_PACKETS,
	    MSG_QUEUES - 1 },
	[MSG_CONFIG] = { HAS_COUNT, 0, 0 },
	[MSG_LIST_NET] = { HAS_NET, 0, 0 },
	[MSG_CONFIGURED] = { HAS_SEQ | HAS_VALUE, -4095, 1 },
};

/* In the one form that an address has: a v4-mapped one is another. */
static bool
addr_ok(const struct addr *a)
{
	struct addr same;

	if (a->family != 4 && a->family != 6)
		return false;
	same = a->family == 4 ? addr_v4_bytes(a->b) : addr_v6_bytes(a->b);
	return addr_eq(&same, a);
}

static bool
net_ok(const struct net *n)
{
	struct addr a;

	if (!addr_ok(&n->a) || n->bits > (n->a.family == 4 ? 32 : 128))
		return false;
	a = addr_mask(&n->a, n->bits);
	return addr_eq(&a, &n->a);
}

static bool
addr_none(const struct addr *a)
{
	static const struct addr none;

	return addr_eq(a, &none);
}

static bool
net_none(const struct net *n)
{
	return n->bits == 0 && addr_none(&n->a);
}

static bool
block_ok(const struct msg *m)
{
	for (size_t i = 0; i < sizeof(m->reasons); i++)
		if (m->reasons[i] >= EVIDENCE_KINDS)
			return false;
	/* For the kernel a timeout of 0 would mean for ever. */
	return m->tier >= 1 && m->tier <= 8 && m->score <= 1000 &&
	    m->timeout_s > 0;
}

static bool
block_none(const struct msg *m)
{
	static const uint8_t none[sizeof(m->reasons)];

	return m->tier == 0 && m->score == 0 && m->timeout_s == 0 &&
	    memcmp(m->reasons, none, sizeof(none)) == 0;
}

/* A stack in the one form that it has, and a known action. */
static bool
stack_ok(const struct msg *m)
{
	const struct stack *s = &m->stack;

	if (m->action > MSG_REJECT || (!s->has_mss && s->mss != 0))
		return false;
	return s->len != 0 || (s->window == 0 && !s->has_mss);
}

static bool
no_stack(const struct msg *m)
{
	return m->action == 0 && stack_ok(m) && stack_none(&m->stack);
}

/* One client address, and the other end of its session if that is known. */
static bool
cut_ok(const struct msg *m)
{
	if (m->net.bits != (m->net.a.family == 4 ? 32 : 128) || m->port == 0 ||
	    m->sport == 0)
		return false;
	return addr_none(&m->server) ||
	    (addr_ok(&m->server) && m->server.family == m->net.a.family);
}

static bool
no_cut(const struct msg *m)
{
	return m->port == 0 && m->sport == 0 && addr_none(&m->server);
}

bool
msg_ok(const struct msg *m)
{
	unsigned has;

	if (m->op < MSG_HELLO || m->op >= MSG_OPS)
		return false;
	has = ops[m->op].has;
	if (!(has & HAS_NET ? net_ok(&m->net) : net_none(&m->net)))
		return false;
	if (!(has & HAS_BLOCK ? block_ok(m) : block_none(m)))
		return false;
	if (!(has & HAS_SEQ) && m->seq != 0)
		return false;
	if (m->value < ops[m->op].min || m->value > ops[m->op].max)
		return false;
	if (!(has & HAS_LOG) && (m->source != 0 || m->dev != 0 || m->ino != 0))
		return false;
	if (!(has & HAS_STACK ? stack_ok(m) : no_stack(m)))
		return false;
	if (!(has & HAS_CUT ? cut_ok(m) : no_cut(m)))
		return false;
	if (!(has & HAS_COUNT) && m->count != 0)
		return false;
	return has & HAS_TIME || m->t_us == 0;
}

/* Of an op that msg_ok() may still refuse. */
static unsigned
tail_of(uint8_t op)
{
	return op < MSG_OPS ? ops[op].has & HAS_TAIL : 0;
}

static void
put_tail(struct wr *w, const struct msg *m)
{
	switch (tail_of(m->op)) {
	case HAS_STACK:
		wr_le16(w, m->stack.len);
		wr_le16(w, m->stack.window);
		wr_le16(w, m->stack.mss);
		wr_u8(w, m->stack.has_mss);
		break;
	case HAS_CUT:
		wr_bytes(w, m->server.b, sizeof(m->server.b));
		break;
	case HAS_TIME:
		wr_le64(w, (uint64_t)m->t_us);
		break;
	case HAS_COUNT:
		wr_le64(w, m->count);
		break;
	default: /* all that has none keeps to zeros */
		wr_le64(w, m->dev);
		wr_le64(w, m->ino);
	}
}

/*
 * The record: version, op, tier, family, score:2, source:2, reasons:4,
 * prefix, action, port:2, address:16, timeout_s:4, seq:4, value:4, sport:2,
 * server's family, zero, and 16 bytes by op: a log's dev:8, ino:8; a
 * packet's t_us:8; a count:8; a stack's len:2, window:2, mss:2, has_mss; a
 * cut's server:16.
 */
void
msg_encode(const struct msg *m, uint8_t out[MSG_BYTES])
{
	struct wr w = wr_init(out, MSG_BYTES);

	memset(out, 0, MSG_BYTES);
	wr_u8(&w, MSG_VERSION);
	wr_u8(&w, m->op);
	wr_u8(&w, m->tier);
	wr_u8(&w, m->net.a.family);
	wr_le16(&w, m->score);
	wr_le16(&w, m->source);
	wr_bytes(&w, m->reasons, sizeof(m->reasons));
	wr_u8(&w, m->net.bits);
	wr_u8(&w, m->action);
	wr_le16(&w, m->port);
	wr_bytes(&w, m->net.a.b, sizeof(m->net.a.b));
	wr_le32(&w, m->timeout_s);
	wr_le32(&w, m->seq);
	wr_le32(&w, (uint32_t)m->value);
	wr_le16(&w, m->sport);
	wr_u8(&w, m->server.family);
	w.n += 1;
	put_tail(&w, m);
}

static void
take_bytes(struct rd *r, uint8_t *to, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (p != NULL)
		memcpy(to, p, n);
}

/* False: more than its op has there. */
static bool
take_tail(struct rd *r, struct msg *m)
{
	uint8_t has_mss;

	switch (tail_of(m->op)) {
	case HAS_STACK:
		m->stack.len = rd_le16(r);
		m->stack.window = rd_le16(r);
		m->stack.mss = rd_le16(r);
		has_mss = rd_u8(r);
		m->stack.has_mss = has_mss != 0;
		return has_mss <= 1 && rd_u8(r) == 0 && rd_le64(r) == 0;
	case HAS_CUT:
		take_bytes(r, m->server.b, sizeof(m->server.b));
		return true;
	case HAS_TIME:
		m->t_us = (int64_t)rd_le64(r);
		return rd_le64(r) == 0;
	case HAS_COUNT:
		m->count = rd_le64(r);
		return rd_le64(r) == 0;
	default:
		m->dev = rd_le64(r);
		m->ino = rd_le64(r);
		return true;
	}
}

static bool
decode(struct rd r, struct msg *m)
{
	bool ok = rd_u8(&r) == MSG_VERSION;

	m->op = rd_u8(&r);
	m->tier = rd_u8(&r);
	m->net.a.family = rd_u8(&r);
	m->score = rd_le16(&r);
	m->source = rd_le16(&r);
	take_bytes(&r, m->reasons, sizeof(m->reasons));
	m->net.bits = rd_u8(&r);
	m->action = rd_u8(&r);
	m->port = rd_le16(&r);
	take_bytes(&r, m->net.a.b, sizeof(m->net.a.b));
	m->timeout_s = rd_le32(&r);
	m->seq = rd_le32(&r);
	m->value = (int32_t)rd_le32(&r);
	m->sport = rd_le16(&r);
	m->server.family = rd_u8(&r);
	ok = rd_u8(&r) == 0 && ok;
	ok = take_tail(&r, m) && ok;
	return ok && !r.bad && msg_ok(m);
}

int
msg_decode(const uint8_t in[MSG_BYTES], struct msg *m)
{
	memset(m, 0, sizeof(*m));
	if (decode(rd_init(in, MSG_BYTES), m))
		return 0;
	memset(m, 0, sizeof(*m));
	return -EBADMSG;
}
