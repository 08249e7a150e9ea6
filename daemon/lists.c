/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lists.h"

#include <errno.h>
#include <stdlib.h>

struct set {
	struct netlist *end_user, *pools, *listed; /* NULL: no files */
	struct net_list flat;                      /* those of `listed` */
};

struct lists {
	struct config *config;
	struct set now, next;
};

/* One list of all files; false with a sentence in `err`. */
static bool
load(char *const *files, struct netlist **out, char err[NETLIST_ERRLEN])
{
	struct netlist *l;

	*out = NULL;
	if (files == NULL || files[0] == NULL)
		return true;
	l = netlist_new();
	if (l == NULL)
		(void)snprintf(err, NETLIST_ERRLEN, "not enough memory");
	for (; l != NULL && *files != NULL; files++)
		if (netlist_read(l, *files, err) != 0) {
			netlist_free(l);
			return false;
		}
	*out = l;
	return l != NULL;
}

static void
free_set(struct set *s)
{
	netlist_free(s->end_user);
	netlist_free(s->pools);
	netlist_free(s->listed);
	free(s->flat.v);
	*s = (struct set){ .end_user = NULL };
}

struct flat {
	struct net_list *to;
	const struct net *wide; /* the first that is too wide */
};

static void
flat_one(void *arg, const struct net *n)
{
	struct flat *f = arg;

	f->to->v[f->to->n] = *n;
	if (f->wide == NULL && n->bits < LISTS_BLOCKED_BITS)
		f->wide = &f->to->v[f->to->n];
	f->to->n++;
}

/* The blocked ones one by one, as the kernel is told of them. */
static bool
flatten(struct set *s, char err[NETLIST_ERRLEN])
{
	struct flat f = { &s->flat, NULL };
	size_t n = netlist_n(s->listed);
	char text[ADDR_STRLEN];

	if (n > LISTS_BLOCKED_MAX) {
		(void)snprintf(err, NETLIST_ERRLEN,
		    "block_file: more than %d networks", LISTS_BLOCKED_MAX);
		return false;
	}
	s->flat.v = calloc(n + 1, sizeof(*s->flat.v));
	if (s->flat.v == NULL) {
		(void)snprintf(err, NETLIST_ERRLEN, "not enough memory");
		return false;
	}
	netlist_each(s->listed, flat_one, &f);
	if (f.wide != NULL)
		(void)snprintf(err, NETLIST_ERRLEN,
		    "block_file: %s is wider than /%d", net_print(f.wide, text),
		    LISTS_BLOCKED_BITS);
	return f.wide == NULL;
}

struct lists *
lists_new(struct config *c, char err[NETLIST_ERRLEN])
{
	struct lists *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		(void)snprintf(err, NETLIST_ERRLEN, "not enough memory");
		return NULL;
	}
	l->config = c;
	if (lists_stage(l, c, err) != 0) {
		free(l);
		return NULL;
	}
	lists_swap(l);
	return l;
}

void
lists_free(struct lists *l)
{
	if (l == NULL)
		return;
	lists_drop(l);
	lists_swap(l);
	free(l);
}

int
lists_stage(struct lists *l, const struct config *c, char err[NETLIST_ERRLEN])
{
	lists_drop(l);
	if (load(c->end_user_files, &l->next.end_user, err) &&
	    load(c->pool_files, &l->next.pools, err) &&
	    load(c->block_files, &l->next.listed, err) &&
	    flatten(&l->next, err))
		return 0;
	lists_drop(l);
	return -EINVAL;
}

void
lists_drop(struct lists *l)
{
	free_set(&l->next);
}

void
lists_swap(struct lists *l)
{
	struct set old = l->now;

	l->now = l->next;
	l->next = (struct set){ .end_user = NULL };
	l->config->policy.end_user = l->now.end_user;
	l->config->policy.pools = l->now.pools;
	l->config->policy.listed = l->now.listed;
	free_set(&old);
}

bool
lists_blocked(const struct lists *l, size_t i, struct net *out)
{
	if (i >= l->now.flat.n)
		return false;
	*out = l->now.flat.v[i];
	return true;
}
