/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardretry.h"

#include <errno.h>

static bool
same(const struct nft_op *a, const struct nft_op *b)
{
	return a->net.bits == b->net.bits && a->action == b->action &&
	    addr_eq(&a->net.a, &b->net.a) && stack_eq(&a->stack, &b->stack);
}

static void
forget(struct guardretry *r, size_t i)
{
	r->n--;
	r->ops[i] = r->ops[r->n];
	r->tries[i] = r->tries[r->n];
	r->waits[i] = r->waits[r->n];
}

bool
guardretry_put(struct guardretry *r, const struct nft_op *op, int err)
{
	size_t i = 0;

	/* Of these the kernel thinks the same a second later. */
	if (err == -EINVAL || err == -ENOTSUP || err == -ENFILE)
		return false;
	while (i < r->n && !same(&r->ops[i], op))
		i++;
	if (i == r->n) {
		if (r->n == GUARDRETRY_MAX)
			return false;
		r->tries[r->n++] = 0;
	}
	if (r->tries[i] == GUARDRETRY_TRIES) {
		forget(r, i);
		return false;
	}
	r->ops[i] = *op;
	r->tries[i]++;
	r->waits[i] = true;
	return true;
}

size_t
guardretry_take(struct guardretry *r, struct nft_op out[GUARDRETRY_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n;) {
		if (!r->waits[i]) {
			forget(r, i);
			continue;
		}
		r->waits[i] = false;
		out[n++] = r->ops[i++];
	}
	return n;
}

void
guardretry_clear(struct guardretry *r)
{
	r->n = 0;
}
