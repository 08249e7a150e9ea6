/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_allow - the allow list: entries of networks, in buckets */
#include <stdlib.h>

#include "db/store_impl.h"
#include "fp/le.h"

/* Copies the entries but that of `net`; was it there? */
static bool
bucket_copy(struct store *s, const struct record_key *k, const char *value,
    size_t n, const struct net *net, struct wr *w)
{
	struct rd r = record_open(k, value, n);
	struct store_allow a;
	bool found = false;

	while (record_allow_next(&r, &a))
		if (a.net.bits == net->bits && addr_eq(&a.net.a, &net->a))
			found = true;
		else
			record_allow_add(w, &a);
	if (r.bad)
		s->undecodable++;
	return found;
}

/* Puts `a`, or takes `net` away when it is NULL. */
static int
bucket_edit(struct store *s, const struct net *net, const struct store_allow *a)
{
	struct record_key k = record_allow_key(record_allow_bucket(net));
	size_t n = 0, max, empty;
	bool found = false;
	char *value, *buf;
	struct wr w;
	int e;

	value = store_raw_take(s, &k, &n, &e);
	if (e != 0)
		return e;
	max = n + RECORD_ALLOW_MAX + 16;
	buf = malloc(max);
	if (buf == NULL) {
		kcfree(value);
		return -ENOMEM;
	}
	w = record_begin(buf, max);
	empty = w.n;
	if (value != NULL)
		found = bucket_copy(s, &k, value, n, net, &w);
	kcfree(value);
	if (a != NULL)
		record_allow_add(&w, a);
	if (a == NULL && !found)
		e = -ENOENT;
	else if (w.n == empty)
		e = store_raw_del(s, &k);
	else if ((n = record_seal(&k, &w)) == 0)
		e = -EMSGSIZE;
	else
		e = store_raw_put(s, &k, buf, n);
	free(buf);
	return e;
}

static bool
net_whole(const struct net *n)
{
	struct addr masked;

	if (n->a.family != 4 && n->a.family != 6)
		return false;
	if (n->bits > (n->a.family == 4 ? 32 : 128))
		return false;
	masked = addr_mask(&n->a, n->bits);
	return addr_eq(&masked, &n->a);
}

int
store_allow_put(struct store *s, const struct store_allow *a)
{
	return net_whole(&a->net) ? bucket_edit(s, &a->net, a) : -EINVAL;
}

int
store_allow_del(struct store *s, const struct net *net)
{
	return net_whole(net) ? bucket_edit(s, net, NULL) : -EINVAL;
}

int
store_allow_list(struct store *s,
    void (*fn)(void *arg, const struct store_allow *a), void *arg)
{
	for (unsigned i = 0; i < RECORD_BUCKETS; i++) {
		struct record_key k = record_allow_key(i);
		struct store_allow a;
		struct rd r;
		size_t n = 0;
		int e;
		char *value = store_raw_take(s, &k, &n, &e);

		if (e != 0)
			return e;
		if (value == NULL)
			continue;
		r = record_open(&k, value, n);
		while (record_allow_next(&r, &a))
			fn(arg, &a);
		if (r.bad)
			s->undecodable++;
		kcfree(value);
	}
	return 0;
}
