/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lists.h"

#include <errno.h>
#include <stdlib.h>

struct pair {
	struct netlist *end_user, *pools; /* NULL: no files */
};

struct lists {
	struct config *config;
	struct pair now, next;
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
free_pair(struct pair *p)
{
	netlist_free(p->end_user);
	netlist_free(p->pools);
	*p = (struct pair){ NULL, NULL };
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
	if (lists_stage(l, err) != 0) {
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
lists_stage(struct lists *l, char err[NETLIST_ERRLEN])
{
	lists_drop(l);
	if (load(l->config->end_user_files, &l->next.end_user, err) &&
	    load(l->config->pool_files, &l->next.pools, err))
		return 0;
	lists_drop(l);
	return -EINVAL;
}

void
lists_drop(struct lists *l)
{
	free_pair(&l->next);
}

void
lists_swap(struct lists *l)
{
	struct pair old = l->now;

	l->now = l->next;
	l->next = (struct pair){ NULL, NULL };
	l->config->policy.end_user = l->now.end_user;
	l->config->policy.pools = l->now.pools;
	free_pair(&old);
}
