/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nets.h"

#include <stdlib.h>

/* By address, the wider one first. */
static int
order(const void *a, const void *b)
{
	const struct net *x = a, *y = b;
	int c = (int)x->a.family - (int)y->a.family;

	if (c == 0)
		c = memcmp(x->a.b, y->a.b, sizeof(x->a.b));
	return c != 0 ? c : (int)x->bits - (int)y->bits;
}

/*
 * Prefixes are nested or apart: in this order whatever covers a network
 * stands before it, and only the last one kept can reach so far.
 */
size_t
nets_disjoint(struct net *v, size_t n)
{
	size_t kept = 0;

	if (n == 0)
		return 0;
	qsort(v, n, sizeof(*v), order);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !net_covers(&v[kept - 1], &v[i]))
			v[kept++] = v[i];
	return kept;
}

bool
nets_end(const struct net *net, uint8_t end[16])
{
	unsigned bit = net->bits; /* add one at the prefix's last bit */

	memcpy(end, net->a.b, sizeof(net->a.b));
	while (bit-- > 0) {
		uint8_t mask = (uint8_t)(0x80U >> bit % 8);

		end[bit / 8] ^= mask;
		if (end[bit / 8] & mask)
			return true;
	}
	return false;
}
