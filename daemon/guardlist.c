/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardlist.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/log.h"
#include "fp/hash.h"

struct cut { /* the list while others are taken out of it */
	struct net_list never, out;
	size_t never_room, out_room;
	bool failed; /* no memory, or more than there may be */
};

void
guardlist_init(struct guardlist *l, const struct guardlist_conf *c)
{
	*l = (struct guardlist){ .conf = *c };
}

void
guardlist_fini(struct guardlist *l)
{
	free(l->now.v);
	free(l->next.v);
	l->now = l->next = (struct net_list){ NULL, 0 };
}

void
guardlist_table(struct guardlist *l, bool on, bool fresh)
{
	l->on = on;
	if (!on || fresh)
		l->hash = 0;
}

static bool
append(struct net_list *to, size_t *room, const struct net *n)
{
	struct net *v;

	if (to->n == *room) {
		size_t more = *room == 0 ? 256 : 2 * *room;

		if (to->n >= 2 * (size_t)NFT_LIST_MAX)
			return false;
		v = reallocarray(to->v, more, sizeof(*v));
		if (v == NULL)
			return false;
		to->v = v;
		*room = more;
	}
	to->v[to->n++] = *n;
	return true;
}

/* ---- less whom nobody may block ---- */

static void
on_never(void *arg, const struct net *n, bool added)
{
	struct cut *c = arg;

	(void)added;
	if (!append(&c->never, &c->never_room, n))
		c->failed = true;
}

static void
collect_never(const struct guardlist *l, struct cut *c)
{
	const struct net_list *fixed[] = { &l->conf.policy->never,
		&l->conf.policy->ours };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < fixed[k]->n; i++)
			on_never(c, &fixed[k]->v[i], true);
	if (l->conf.never != NULL)
		neverblock_each(l->conf.never, on_never, c);
}

/* The upper half of a network whose prefix is one longer. */
static struct net
upper_half(const struct net *n)
{
	struct net up = { n->a, (uint8_t)(n->bits + 1) };

	up.a.b[n->bits / 8] |= (uint8_t)(0x80u >> n->bits % 8);
	return up;
}

/* A network with a hole is halved until the hole has a half for itself. */
static void
add_less(struct cut *c, struct net n)
{
	bool hole = false;

	for (size_t i = 0; i < c->never.n; i++) {
		if (net_covers(&c->never.v[i], &n))
			return;
		hole = hole || net_covers(&n, &c->never.v[i]);
	}
	if (!hole) {
		if (!c->failed && !append(&c->out, &c->out_room, &n))
			c->failed = true;
		return;
	}
	add_less(c, upper_half(&n));
	n.bits++;
	add_less(c, n);
}

/* Never 0. */
static uint64_t
hash_of(const struct net_list *nets)
{
	return hash_stable(nets->v, nets->n * sizeof(*nets->v)) | 1;
}

static int
put_in_force(struct guardlist *l)
{
	struct cut c = { .failed = false };
	uint64_t hash;
	int rc = 0;

	if (!l->on)
		return 0;
	if (l->conf.policy->enforce && l->now.n > 0) {
		collect_never(l, &c);
		for (size_t i = 0; !c.failed && i < l->now.n; i++)
			add_less(&c, l->now.v[i]);
	}
	hash = hash_of(&c.out);
	if (c.failed)
		rc = -ENFILE;
	else if (hash != l->hash) /* it takes a second, with many */
		rc = nft_list_replace(l->conf.nft, c.out.v, c.out.n);
	if (rc == 0)
		l->hash = hash;
	if (rc != 0)
		log_msg(LOG_ERR, "block-file-failed: the old networks stay: %s",
		    c.failed ? "too many networks" : nft_error(l->conf.nft));
	else if (l->now.n > 0)
		log_msg(LOG_INFO, "block-file: %zu networks in the kernel",
		    c.out.n);
	free(c.never.v);
	free(c.out.v);
	return rc;
}

/* ---- what the engine sends ---- */

void
guardlist_begin(struct guardlist *l)
{
	l->next.n = 0;
	l->receiving = true;
}

void
guardlist_net(struct guardlist *l, const struct net *n)
{
	if (l->receiving && !append(&l->next, &l->next_room, n)) {
		log_msg(LOG_ERR, "block-file-failed: too many networks");
		l->receiving = false;
	}
}

int
guardlist_end(struct guardlist *l)
{
	if (!l->receiving)
		return -ENFILE;
	l->receiving = false;
	free(l->now.v);
	l->now = l->next;
	l->next = (struct net_list){ NULL, 0 };
	l->next_room = 0;
	return put_in_force(l);
}

void
guardlist_spare(struct guardlist *l, const struct net *n)
{
	for (size_t i = 0; i < l->now.n; i++)
		if (net_covers(&l->now.v[i], n) ||
		    net_covers(n, &l->now.v[i])) {
			(void)put_in_force(l);
			return;
		}
}
