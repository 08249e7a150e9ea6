/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What guardapply puts right without the engine: blocks of addresses that may
 * no longer be blocked, elements that others changed, what should not be
 * there, and what the kernel did not take at first.
 */
#include <string.h>

#include "daemon/guardapply_impl.h"

#define AUDIT_SLACK_S 3 /* both sides round, and what was read is old */
#define AUDIT_OVER_S  2 /* it is not worth a deletion */

/* From the kernel and from what we think is there. */
static void
take_out(struct guardapply *a, const struct nft_op *op, int64_t now_ms)
{
	blockset_del(a->blocks, op);
	guardapply_add(a, op, now_ms);
}

void
guardapply_spare(struct guardapply *a, const struct net *n, int64_t now_ms)
{
	static const uint8_t bits6[] = { 64, 56, 48 };
	const size_t sizes = n->a.family == 4 ? 1 : 3;
	struct nft_op known[BLOCKSET_OF_MAX];
	size_t found = blockset_of(a->blocks, &n->a, known);

	for (size_t i = 0; i < found; i++)
		take_out(a, &known[i], now_ms);
	/* An older zfwd may have left some of which we do not know. */
	for (size_t i = 0; i < sizes; i++) {
		struct nft_op op = { .kind = NFT_DEL };

		op.net.bits = n->a.family == 4 ? 32 : bits6[i];
		op.net.a = addr_mask(&n->a, op.net.bits);
		take_out(a, &op, now_ms);
		op.action = NFT_REJECT;
		if (i == 0)
			take_out(a, &op, now_ms);
	}
}

/*
 * What of ours is it?  A key of others with bits behind its network is none,
 * even where the network is blocked.
 */
static bool
ours(struct guardapply *a, const struct nft_op *key, int64_t now_ms,
    struct nft_op *out)
{
	struct addr exact = addr_mask(&key->net.a, key->net.bits);

	return addr_eq(&exact, &key->net.a) &&
	    blockset_get(a->blocks, key, guardapply_s(now_ms), out);
}

size_t
guardapply_foreign(struct guardapply *a, const struct nft_op *ops, size_t n,
    int64_t now_ms)
{
	size_t right = 0;
	struct nft_op op;

	for (size_t i = 0; a->on && i < n; i++) {
		if (ours(a, &ops[i], now_ms, &op)) {
			guardapply_add(a, &op, now_ms);
		} else if (ops[i].kind != NFT_DEL) {
			op = ops[i];
			op.kind = NFT_DEL;
			guardapply_add(a, &op, now_ms);
		} else {
			continue;
		}
		right++;
	}
	return right;
}

bool
guardapply_audit(struct guardapply *a, const struct nft_op *has, int64_t now_ms)
{
	int64_t off_s;
	struct nft_op op;

	if (!a->on)
		return false;
	if (ours(a, has, now_ms, &op)) {
		off_s = (int64_t)has->timeout_s - op.timeout_s;
		if (off_s < 0)
			off_s = -off_s;
		if (off_s <= AUDIT_SLACK_S)
			return false;
	} else {
		if (has->timeout_s <= AUDIT_OVER_S)
			return false;
		op = *has;
		op.kind = NFT_DEL;
	}
	guardapply_add(a, &op, now_ms);
	return true;
}

/* What failed, as it should be by now. */
void
guardapply_retry(struct guardapply *a, int64_t now_ms)
{
	struct nft_op ops[GUARDRETRY_MAX], now;
	size_t n = guardretry_take(&a->retry, ops);

	for (size_t i = 0; a->on && i < n; i++) {
		if (blockset_get(a->blocks, &ops[i], guardapply_s(now_ms),
			&now)) {
			memcpy(now.reasons, ops[i].reasons,
			    sizeof(now.reasons));
			guardapply_add(a, &now, now_ms);
		} else if (ops[i].kind == NFT_DEL) {
			guardapply_add(a, &ops[i], now_ms);
		}
	}
}
