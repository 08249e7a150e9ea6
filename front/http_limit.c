/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/http_limit.h"

#define BURST_MS ((int64_t)HTTP_LIMIT_BURST * HTTP_LIMIT_EACH_MS)

void
http_limit_init(struct http_limit *l, const struct hash_key *key)
{
	memset(l, 0, sizeof(*l));
	l->key = *key;
}

/* Its own place, else the one that is fullest: nobody needs that. */
static struct http_limit_net *
place(struct http_limit *l, const struct addr *site)
{
	uint64_t h = hash_keyed(&l->key, site, sizeof(*site));
	struct http_limit_net *row = l->net[h % HTTP_LIMIT_ROWS], *worst = row;

	for (int i = 0; i < HTTP_LIMIT_WAYS; i++) {
		if (addr_eq(&row[i].site, site))
			return &row[i];
		if (row[i].full_ms < worst->full_ms)
			worst = &row[i];
	}
	*worst = (struct http_limit_net){ *site, 0 };
	return worst;
}

bool
http_limit_take(struct http_limit *l, const struct addr *a, int64_t now_ms)
{
	struct addr site = addr_site(a);
	struct http_limit_net *n = place(l, &site);
	int64_t from_ms = n->full_ms > now_ms ? n->full_ms : now_ms;

	if (from_ms - now_ms > BURST_MS - HTTP_LIMIT_EACH_MS)
		return false;
	n->full_ms = from_ms + HTTP_LIMIT_EACH_MS;
	return true;
}
