/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_zone_choose - who is listed, and the networks above them */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "daemon/climb.h"
#include "tools/stats_zone_impl.h"

/* ---- who is not, whatever was done ---- */

static void
exempt_all(struct zone *z, const struct net_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		zone_exempt(z, &l->v[i]);
}

/* Of this host. */
static void
exempt_own(struct zone *z)
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) == -1)
		return;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		struct sockaddr_in6 in6;
		struct sockaddr_in in;
		struct net net = { .bits = 128 };

		if (i->ifa_addr == NULL)
			continue;
		if (i->ifa_addr->sa_family == AF_INET6) {
			memcpy(&in6, i->ifa_addr, sizeof(in6));
			net.a = addr_v6_bytes(in6.sin6_addr.s6_addr);
		} else if (i->ifa_addr->sa_family == AF_INET) {
			memcpy(&in, i->ifa_addr, sizeof(in));
			net.a = addr_v4(ntohl(in.sin_addr.s_addr));
		} else {
			continue;
		}
		if (net.a.family == 4)
			net.bits = 32;
		zone_exempt(z, &net);
	}
	freeifaddrs(all);
}

/* ---- who of them is listed ---- */

static int
by_key(const void *x, const void *y)
{
	const struct zone_entry *a = x, *b = y;
	bool a4 = a->bits == 32, b4 = b->bits == 32;

	if (a4 != b4)
		return a4 ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->pass != b->pass)
		return a->pass > b->pass ? -1 : 1;
	return (a->flags & ZONE_LISTED) - (b->flags & ZONE_LISTED);
}

/* One of each key, as it was met last; of two at once the one not listed. */
static void
merge(struct zone *z)
{
	size_t n = 0;

	for (size_t i = 0; i < z->n; i++) {
		struct zone_entry *last = n > 0 ? &z->entry[n - 1] : NULL;
		const struct zone_entry *e = &z->entry[i];

		if (last != NULL && last->key == e->key &&
		    (last->bits == 32) == (e->bits == 32))
			last->flags |= e->flags & ZONE_GOOD;
		else
			z->entry[n++] = *e;
	}
	z->n = n;
}

/* The first that is not below that key. */
size_t
zone_from(const struct zone *z, bool v4, uint64_t key)
{
	size_t from = 0, to = z->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct zone_entry *e = &z->entry[mid];
		bool e4 = e->bits == 32;

		if (e4 != v4 ? e4 : e->key < key)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static void
unlist(struct zone *z, const struct net *net)
{
	bool v4 = net->a.family == 4;
	uint64_t key = zone_pack(&net->a), all = v4 ? UINT32_MAX : UINT64_MAX;
	uint64_t last = key |
	    (net->bits >= (v4 ? 32 : 64) ? 0 : all >> net->bits);

	for (size_t i = zone_from(z, v4, key); i < z->n; i++) {
		struct zone_entry *e = &z->entry[i];

		if ((e->bits == 32) != v4 || e->key > last)
			return;
		e->flags &= (uint8_t) ~(ZONE_LISTED | ZONE_CLIMBS);
	}
}

/* ---- the networks above them ---- */

struct above {
	unsigned n; /* kids */
	bool good;
	uint8_t value, kinds;
};

static void
count(struct above *up, uint8_t value, uint8_t kinds)
{
	if (up->n++ == 0 || value < up->value)
		up->value = value; /* the mildest */
	up->kinds |= kinds;
}

/* Ends one; true: it is blocked as a whole. */
static bool
climb(struct zone *z, uint64_t key, uint8_t bits, const struct above *up)
{
	if (up->n < CLIMB_MANY || up->good)
		return false;
	zone_add(z,
	    &(struct zone_entry){ .key = key >> (64 - bits) << (64 - bits),
		.bits = bits,
		.flags = ZONE_LISTED,
		.value = up->value,
		.kinds = (uint8_t)(up->kinds | ZONE_NETWORK) });
	return true;
}

/* Entries lie by key; what is added lies behind them. */
static void
climb_all(struct zone *z)
{
	struct above up56 = { 0 }, up48 = { 0 };
	size_t n = z->n;

	for (size_t i = zone_from(z, false, 0); i < n; i++) {
		const struct zone_entry e = z->entry[i];
		uint64_t next = i + 1 < n ? z->entry[i + 1].key : ~e.key;

		if (e.flags & ZONE_CLIMBS)
			count(&up56, e.value, e.kinds);
		up56.good |= (e.flags & ZONE_GOOD) != 0;
		if (next >> 8 == e.key >> 8)
			continue;
		if (climb(z, e.key, 56, &up56))
			count(&up48, up56.value, up56.kinds);
		up48.good |= up56.good;
		up56 = (struct above){ 0 };
		if (next >> 16 == e.key >> 16)
			continue;
		(void)climb(z, e.key, 48, &up48);
		up48 = (struct above){ 0 };
	}
}

void
zone_choose(struct zone *z)
{
	exempt_all(z, &z->o->policy->never);
	exempt_all(z, &z->o->policy->allow);
	exempt_all(z, &z->o->policy->ours);
	exempt_own(z);
	/* No network above one that is let through. */
	for (size_t i = 0; i < z->exempt_n; i++)
		if (z->exempt[i].a.family == 6 && z->exempt[i].bits >= 48)
			zone_add(z,
			    &(struct zone_entry){
				.key = zone_pack(&z->exempt[i].a),
				.bits = 64,
				.flags = ZONE_GOOD });
	if (z->n > 0)
		qsort(z->entry, z->n, sizeof(*z->entry), by_key);
	merge(z);
	for (size_t i = 0; i < z->exempt_n; i++)
		unlist(z, &z->exempt[i]);
	climb_all(z);
}
