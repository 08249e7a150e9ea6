/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/kernel.h"
#include "tools/offline.h"
#include "tools/owner.h"

#define SLICE 1000

static int __attribute__((format(printf, 3, 4)))
fail(struct offline *o, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(o->err, sizeof(o->err), fmt, ap);
	va_end(ap);
	return rc;
}

static int64_t
now_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static int
become_owner(struct offline *o)
{
	const char *dir = o->config->state_dir;
	int rc = owner_become(dir);

	return rc == 0 ? 0 : fail(o, rc, "%s: %s", dir, strerror(-rc));
}

int
offline_open(struct offline *o, const struct config *c)
{
	struct store_open_result res = { 0 };
	int rc;

	*o = (struct offline){ .config = c };
	if (geteuid() != 0)
		return fail(o, -EPERM, "zfwd is not running: you must be root");
	rc = become_owner(o);
	if (rc == 0) {
		rc = store_open(c->state_dir, &o->store, &res);
		if (rc == -EBUSY)
			(void)fail(o, rc,
			    "zfwd does not answer, but holds the store: is it "
			    "just starting?");
		else if (rc != 0)
			(void)fail(o, rc, "store: %s",
			    res.error[0] == '\0' ? strerror(-rc) : res.error);
	}
	if (rc == 0 && res.damaged)
		fprintf(stderr,
		    "zfw-whitelist: store: damaged, put aside as %s; a new "
		    "one is begun\n",
		    res.aside);
	owner_leave();
	return rc;
}

void
offline_close(struct offline *o)
{
	(void)become_owner(o);
	store_close(o->store);
	owner_leave();
}

/* ---- lists ---- */

static bool
append(struct net_list *l, const struct net *n)
{
	struct net *v = l->v;

	if (l->n % SLICE == 0)
		v = reallocarray(l->v, l->n + SLICE, sizeof(*v));
	if (v == NULL)
		return false;
	l->v = v;
	l->v[l->n++] = *n;
	return true;
}

struct collect {
	struct net_list list;
	const struct net *within;
	int64_t now_ms;
	bool failed;
};

static void
collect_allow(void *arg, const struct store_allow *a)
{
	struct collect *c = arg;

	if (a->until_ms == 0 || a->until_ms > c->now_ms)
		c->failed |= !append(&c->list, &a->net);
}

static void
collect_block(void *arg, const struct client *cl)
{
	struct collect *c = arg;
	struct net key = addr_key_net(&cl->key);

	if (client_blocked(cl, c->now_ms) && net_has(c->within, &cl->key))
		c->failed |= !append(&c->list, &key);
}

/* The active blocks inside `net`. */
static int
find_blocks(struct offline *o, const struct net *net, struct collect *c)
{
	struct store_cursor *cursor = NULL;
	struct net key = addr_key_net(&net->a);
	struct client cl;
	int rc = 0;

	c->within = net;
	if (net->bits >= key.bits) { /* one client: no need to look at all */
		rc = store_client_get(o->store, &key.a, &cl);
		if (rc == 1)
			collect_block(c, &cl);
		return rc < 0 ? rc : 0;
	}
	do
		rc = store_clients(o->store, &cursor, SLICE, collect_block, c);
	while (rc == 0 && cursor != NULL);
	store_cursor_free(cursor);
	return rc;
}

static int
end_blocks(struct offline *o, const struct net_list *blocks)
{
	int64_t t_ms = now_ms();
	struct client cl;
	int rc = 0;

	for (size_t i = 0; i < blocks->n && rc >= 0; i++) {
		rc = store_client_get(o->store, &blocks->v[i].a, &cl);
		if (rc != 1)
			continue;
		cl.block_until_ms = t_ms;
		cl.history[0].until_ms = t_ms;
		cl.by_admin = false;
		rc = store_client_put(o->store, &cl);
	}
	return rc < 0 ? rc : 0;
}

/* ---- changes ---- */

static int
apply(struct offline *o, const struct net_list *gone)
{
	const struct net_list *conf = &o->config->policy.allow;
	struct collect c = { .now_ms = now_ms() };
	int rc = store_allow_list(o->store, collect_allow, &c);

	for (size_t i = 0; i < conf->n; i++)
		c.failed |= !append(&c.list, &conf->v[i]);
	if (rc == 0 && c.failed)
		rc = -ENOMEM;
	owner_leave();
	if (rc == 0)
		rc = kernel_allow(o->config, &c.list, gone, &o->table, o->err);
	else
		(void)fail(o, rc, "store: %s", strerror(-rc));
	free(c.list.v);
	return rc;
}

int
offline_add(struct offline *o, const struct store_allow *a)
{
	struct collect c = { .now_ms = now_ms() };
	int rc = become_owner(o);

	if (rc == 0)
		rc = store_allow_put(o->store, a);
	if (rc == 0)
		rc = find_blocks(o, &a->net, &c);
	if (rc == 0 && c.failed)
		rc = -ENOMEM;
	if (rc == 0)
		rc = end_blocks(o, &c.list);
	if (rc == 0) {
		o->lifted = c.list.n;
		rc = apply(o, &c.list);
	} else {
		(void)fail(o, rc, "store: %s", strerror(-rc));
	}
	owner_leave();
	free(c.list.v);
	return rc;
}

int
offline_del(struct offline *o, const struct net *net)
{
	const struct net_list none = { NULL, 0 };
	int rc = become_owner(o);

	if (rc == 0)
		rc = store_allow_del(o->store, net);
	if (rc == 0)
		rc = apply(o, &none);
	else
		(void)fail(o, rc, "%s",
		    rc == -ENOENT ? "it is not there" : strerror(-rc));
	owner_leave();
	return rc;
}

int
offline_list(struct offline *o,
    void (*fn)(void *arg, const struct store_allow *a), void *arg)
{
	int rc = store_allow_list(o->store, fn, arg);

	if (rc != 0)
		(void)fail(o, rc, "store: %s", strerror(-rc));
	return rc;
}
