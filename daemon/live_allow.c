/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_allow - the allow list in force: the store's, less what has run out */
#include <errno.h>
#include <stdlib.h>

#include "daemon/live_impl.h"

#define ALLOW_EVERY_MS 10000
#define ALLOW_MAX      65536

struct loading {
	struct live *l;
	int rc;
};

static void
load_one(void *arg, const struct store_allow *a)
{
	struct loading *ld = arg;
	struct live *l = ld->l;

	if (l->allow_n == ALLOW_MAX) {
		ld->rc = -E2BIG;
		return;
	}
	if (l->allow_n == l->allow_max) {
		size_t max = l->allow_max == 0 ? 64 : 2 * l->allow_max;
		struct store_allow *v = reallocarray(l->allow, max, sizeof(*v));

		if (v == NULL) {
			ld->rc = -ENOMEM;
			return;
		}
		l->allow = v;
		l->allow_max = max;
	}
	l->allow[l->allow_n++] = *a;
}

static void
drop_expired(struct live *l, int64_t now_ms)
{
	char who[ADDR_STRLEN];
	size_t kept = 0;

	for (size_t i = 0; i < l->allow_n; i++) {
		struct store_allow *a = &l->allow[i];

		if (a->until_ms == 0 || a->until_ms > now_ms) {
			l->allow[kept++] = *a;
			continue;
		}
		log_msg(LOG_NOTICE, "allow-end net=%s: its time is over",
		    net_print(&a->net, who));
		(void)store_allow_del(l->conf.store, &a->net);
	}
	l->allow_n = kept;
}

/* The engine's copy; the guard is told by live_guard_pump(). */
static int
put_in_force(struct live *l)
{
	struct net *v = calloc(l->allow_n + 1, sizeof(*v));
	int rc;

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < l->allow_n; i++)
		v[i] = l->allow[i].net;
	rc = engine_allow_set(l->engine, v, l->allow_n, 0);
	free(v);
	l->bulk.allow = true;
	l->bulk.allow_at = 0;
	return rc;
}

int
live_allow_load(struct live *l, int64_t now_ms)
{
	struct loading ld = { l, 0 };
	int rc;

	l->allow_n = 0;
	rc = store_allow_list(l->conf.store, load_one, &ld);
	if (rc == 0)
		rc = ld.rc;
	drop_expired(l, now_ms);
	return rc == 0 ? put_in_force(l) : rc;
}

void
live_allow_tick(struct live *l, int64_t now_ms)
{
	int64_t mono_ms = live_mono_ms();
	bool over = false;

	if (mono_ms < l->allow_ms)
		return;
	l->allow_ms = mono_ms + ALLOW_EVERY_MS;
	for (size_t i = 0; i < l->allow_n && !over; i++)
		over = l->allow[i].until_ms != 0 &&
		    l->allow[i].until_ms <= now_ms;
	if (over) {
		drop_expired(l, now_ms);
		(void)put_in_force(l);
	}
}

bool
live_allow_at(const struct live *l, size_t i, struct net *out)
{
	const struct net_list *conf = &l->policy->allow;

	if (i < conf->n) {
		*out = conf->v[i];
		return true;
	}
	i -= conf->n;
	if (i >= l->allow_n)
		return false;
	*out = l->allow[i].net;
	return true;
}
