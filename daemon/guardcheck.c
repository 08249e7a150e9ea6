/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardcheck.h"

#include "daemon/policy.h"

#define MINUTE_MS 60000
#define ONE       ((uint64_t)MINUTE_MS) /* a whole block in the bucket */

void
guardcheck_init(struct guardcheck *g, const struct guardcheck_conf *c,
    int64_t now_ms)
{
	*g = (struct guardcheck){ .conf = *c, .filled_ms = now_ms };
	g->level = c->rate * ONE; /* a minute's worth may come at once */
}

/* Takes one new block out of the bucket; false when there is none. */
static bool
take_token(struct guardcheck *g, int64_t now_ms)
{
	const uint64_t full = g->conf.rate * ONE;
	int64_t past_ms = now_ms - g->filled_ms;

	if (past_ms > MINUTE_MS)
		past_ms = MINUTE_MS;
	if (past_ms > 0) {
		g->level += (uint64_t)past_ms * g->conf.rate;
		g->filled_ms = now_ms;
	}
	if (g->level > full)
		g->level = full;
	if (g->level < ONE)
		return false;
	g->level -= ONE;
	return true;
}

/* Exactly what the sets hold: an IPv4 address or an IPv6 /64. */
static bool
key_ok(const struct net *n)
{
	struct addr a;

	if (n->a.family == 4 ? n->bits != 32 : n->bits != 64)
		return false;
	a = addr_mask(&n->a, n->bits);
	return (n->a.family == 4 || n->a.family == 6) && addr_eq(&a, &n->a);
}

static void
fill_op(const struct guardcheck *g, const struct msg *m, struct nft_op *op)
{
	*op = (struct nft_op){
		.net = m->net,
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
	if (!g->restoring && !take_token(g, now_ms))
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
	if (!key_ok(&m->net) || m->tier < 1 || m->tier > POLICY_TIERS_MAX ||
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
guardcheck_unblock(const struct msg *m, struct nft_op *op)
{
	if (!key_ok(&m->net))
		return GUARD_BAD;
	*op = (struct nft_op){ .kind = NFT_DEL, .net = m->net };
	return GUARD_OK;
}

void
guardcheck_resync(struct guardcheck *g)
{
	g->asked = 1;
}

bool
guardcheck_restore_begin(struct guardcheck *g)
{
	if (g->asked == 0)
		return false;
	g->asked = 0;
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
