/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardcheck.h"

#include "daemon/policy.h"

#define MINUTE_MS 60000
#define ONE       ((uint64_t)MINUTE_MS) /* a whole block in the bucket */

void
guardcheck_init(struct guardcheck *g, const struct guardcheck_conf *c,
    int64_t now_ms)
{
	/* A minute's worth may come at once. */
	*g = (struct guardcheck){
		.conf = *c,
		.blocks = { c->rate * ONE, now_ms },
		.cuts = { c->cut_rate * ONE, now_ms },
	};
}

void
guardcheck_configure(struct guardcheck *g, const struct guardcheck_conf *c)
{
	const size_t blocks_max = g->conf.blocks_max;

	g->conf = *c;
	g->conf.blocks_max = blocks_max;
}

/* Takes one out of the bucket; false when there is none. */
static bool
take_token(struct guardcheck_bucket *b, uint32_t rate, int64_t now_ms)
{
	const uint64_t full = rate * ONE;
	int64_t past_ms = now_ms - b->filled_ms;

	if (past_ms > MINUTE_MS)
		past_ms = MINUTE_MS;
	if (past_ms > 0) {
		b->level += (uint64_t)past_ms * rate;
		b->filled_ms = now_ms;
	}
	if (b->level > full)
		b->level = full;
	if (b->level < ONE)
		return false;
	b->level -= ONE;
	return true;
}

/* Exactly what the sets hold. */
static bool
key_ok(const struct msg *m)
{
	const struct net *n = &m->net;
	const bool whole = stack_none(&m->stack), drop = m->action == MSG_DROP;
	struct addr a;

	if (n->a.family != 4 && n->a.family != 6)
		return false;
	if (m->action > MSG_REJECT || (!whole && !drop))
		return false;
	if (n->a.family == 6 && (n->bits == 56 || n->bits == 48)) {
		if (!whole || !drop)
			return false;
	} else if (n->bits != (n->a.family == 4 ? 32 : 64)) {
		return false;
	}
	a = addr_mask(&n->a, n->bits);
	return addr_eq(&a, &n->a);
}

static void
fill_op(const struct guardcheck *g, const struct msg *m, struct nft_op *op)
{
	*op = (struct nft_op){
		.net = m->net,
		.stack = m->stack,
		.action = m->action == MSG_REJECT ? NFT_REJECT : NFT_DROP,
		.timeout_s = m->timeout_s,
		.tier = m->tier,
		.score = m->score,
	};
	if (op->timeout_s > g->conf.lease_s)
		op->timeout_s = g->conf.lease_s;
	memcpy(op->reasons, m->reasons, sizeof(op->reasons));
}

/* May one more block be there than before? */
static enum guard_verdict
judge_new(struct guardcheck *g, const struct guardcheck_seen *seen,
    int64_t now_ms)
{
	if (seen->have >= g->conf.blocks_max)
		return GUARD_FULL;
	if (!g->restoring && !seen->client &&
	    !take_token(&g->blocks, g->conf.rate, now_ms))
		return GUARD_RATE;
	return GUARD_OK;
}

enum guard_verdict
guardcheck_block(struct guardcheck *g, const struct msg *m,
    const struct guardcheck_seen *seen, int64_t now_ms, struct nft_op *op)
{
	enum guard_verdict v = GUARD_OK;

	/* The restore is over when it has brought all that can be there. */
	if (g->restoring && g->restore_left-- == 0)
		g->restoring = false;
	if (!key_ok(m) || m->tier < 1 || m->tier > POLICY_TIERS_MAX ||
	    m->score > 1000 || m->timeout_s == 0)
		return GUARD_BAD;
	if (!g->conf.enforce)
		return GUARD_SHADOW;
	if (g->conf.never(g->conf.arg, &m->net))
		return GUARD_NEVER;
	if (!seen->known)
		v = judge_new(g, seen, now_ms);
	if (v != GUARD_OK)
		return v;
	fill_op(g, m, op);
	/* Old kernels keep the timeout of an element that is added again. */
	op->kind = seen->known && !g->restoring ? NFT_RENEW : NFT_ADD;
	return GUARD_OK;
}

enum guard_verdict
guardcheck_key(const struct msg *m, struct nft_op *op)
{
	struct msg key = *m;

	/* A narrow block is a drop, whatever it is called. */
	if (!stack_none(&m->stack))
		key.action = MSG_DROP;
	if (!key_ok(&key))
		return GUARD_BAD;
	*op = (struct nft_op){
		.kind = NFT_DEL,
		.net = key.net,
		.stack = key.stack,
		.action = key.action == MSG_REJECT ? NFT_REJECT : NFT_DROP,
	};
	return GUARD_OK;
}

enum guard_verdict
guardcheck_unblock(const struct msg *m, struct nft_op *op)
{
	return guardcheck_key(m, op);
}

static bool
our_port(const struct guardcheck *g, uint16_t port)
{
	for (size_t i = 0; i < g->conf.ports_n; i++)
		if (g->conf.ports[i] == port)
			return true;
	return false;
}

enum guard_verdict
guardcheck_cut(struct guardcheck *g, const struct msg *m, int64_t now_ms)
{
	const bool address = m->net.bits == (m->net.a.family == 4 ? 32 : 128);

	if ((m->net.a.family != 4 && m->net.a.family != 6) || !address ||
	    m->port == 0 || !our_port(g, m->sport))
		return GUARD_BAD;
	if (!g->conf.enforce)
		return GUARD_SHADOW;
	if (g->conf.never(g->conf.arg, &m->net))
		return GUARD_NEVER;
	return take_token(&g->cuts, g->conf.cut_rate, now_ms) ? GUARD_OK :
								GUARD_RATE;
}

uint32_t
guardcheck_resync(struct guardcheck *g)
{
	return ++g->asked;
}

bool
guardcheck_restore_begin(struct guardcheck *g, uint32_t seq)
{
	/* After the last one that began, and not after the last asked for. */
	if (seq - g->begun - 1 >= g->asked - g->begun)
		return false;
	g->begun = seq;
	g->restoring = true;
	g->restore_left = 2 * g->conf.blocks_max;
	return true;
}

bool
guardcheck_restore_end(struct guardcheck *g)
{
	bool was = g->restoring;

	g->restoring = false;
	return was;
}
