/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardallow.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/log.h"

#define ROOM_FIRST 64
#define ALLOW_MAX  (2 * (size_t)NFT_ALLOW_MAX)

void
guardallow_fini(struct guardallow *l)
{
	free(l->v);
	*l = (struct guardallow){ 0 };
}

void
guardallow_begin(struct guardallow *l)
{
	l->n = 0;
	l->receiving = true;
}

static bool
grow(struct guardallow *l)
{
	size_t room = l->room == 0 ? ROOM_FIRST : l->room * 2;
	struct net *v = NULL;

	if (room <= ALLOW_MAX)
		v = realloc(l->v, room * sizeof(*v));
	if (v == NULL)
		return false;
	l->v = v;
	l->room = room;
	return true;
}

int
guardallow_net(struct guardallow *l, const struct net *n)
{
	if (!l->receiving)
		return 0;
	if (l->n == l->room && !grow(l)) {
		log_msg(LOG_ERR,
		    "allow-list: more than %zu networks, the old list stays",
		    l->n);
		l->receiving = false;
		return -ENFILE;
	}
	l->v[l->n++] = *n;
	return 0;
}

int
guardallow_end(struct guardallow *l, struct nft *nft, bool on)
{
	int rc = 0;

	if (l->receiving && on)
		rc = nft_allow_replace(nft, l->v, l->n);
	if (rc != 0)
		log_msg(LOG_ERR, "allow-list: %s", nft_error(nft));
	l->receiving = false;
	return rc;
}
