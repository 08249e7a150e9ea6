/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climb.h"

#include <stdlib.h>

#define WAYS 8

struct kid {
	int64_t until_ms;
	uint8_t id; /* its eight bits below the network's */
};

/* A network whose kids are counted; key 0 = unused. */
struct counted {
	uint64_t key;
	uint8_t n;
	struct kid kids[CLIMB_KIDS];
};

struct climb {
	struct hash_key key;
	struct counted *nets;
	uint64_t *spoilt;
	size_t spoilt_n;
	struct climb_up *up;
	size_t up_n;
};

struct climb *
climb_new(const struct hash_key *key)
{
	struct climb *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->key = *key;
	c->nets = calloc(CLIMB_NETS, sizeof(*c->nets));
	c->spoilt = calloc(CLIMB_SPOILT, sizeof(*c->spoilt));
	c->up = calloc(CLIMB_UP, sizeof(*c->up));
	if (c->nets == NULL || c->spoilt == NULL || c->up == NULL) {
		climb_free(c);
		return NULL;
	}
	return c;
}

void
climb_free(struct climb *c)
{
	if (c == NULL)
		return;
	free(c->nets);
	free(c->spoilt);
	free(c->up);
	free(c);
}

/* The first `bits` of an IPv6 address, and how many: 48 and 56 differ. */
static uint64_t
key_of(const struct addr *a, unsigned bits)
{
	uint64_t k = 0;

	for (unsigned i = 0; i < bits / 8; i++)
		k = k << 8 | a->b[i];
	return k << 8 | bits;
}

/* ---- who is spoilt ---- */

static uint64_t *
spoilt_slot(const struct climb *c, uint64_t key)
{
	size_t i = hash_keyed(&c->key, &key, sizeof(key)) % CLIMB_SPOILT;

	while (c->spoilt[i] != 0 && c->spoilt[i] != key)
		i = (i + 1) % CLIMB_SPOILT;
	return &c->spoilt[i];
}

static bool
is_full(const struct climb *c)
{
	return c->spoilt_n >= CLIMB_SPOILT / 4 * 3;
}

static void
mark_spoilt(struct climb *c, uint64_t key)
{
	uint64_t *slot;

	if (is_full(c))
		return;
	slot = spoilt_slot(c, key);
	c->spoilt_n += *slot == 0;
	*slot = key;
}

/* ---- counting ---- */

/* The place of that network; one whose kids are all gone makes room. */
static struct counted *
counted_of(struct climb *c, uint64_t key, int64_t now_ms)
{
	size_t set = hash_keyed(&c->key, &key, sizeof(key)) %
	    (CLIMB_NETS / WAYS) * WAYS;
	struct counted *free_one = NULL;

	for (size_t i = set; i < set + WAYS; i++) {
		struct counted *n = &c->nets[i];
		bool alive = false;

		if (n->key == key)
			return n;
		for (size_t k = 0; k < n->n; k++)
			alive |= n->kids[k].until_ms > now_ms;
		if (!alive)
			free_one = n;
	}
	if (free_one != NULL)
		*free_one = (struct counted){ .key = key };
	return free_one;
}

/* That kid's place, or of the one that is over first. */
static struct kid *
kid_of(struct counted *n, uint8_t id)
{
	struct kid *first = &n->kids[0];

	for (size_t i = 0; i < n->n; i++) {
		if (n->kids[i].id == id)
			return &n->kids[i];
		if (n->kids[i].until_ms < first->until_ms)
			first = &n->kids[i];
	}
	if (n->n < CLIMB_KIDS)
		return &n->kids[n->n++];
	return first;
}

/* Until when so many of them last; 0 = they do not. */
static int64_t
many_until(const struct counted *n)
{
	int64_t until_ms = 0;

	for (size_t i = 0; i < n->n; i++) {
		size_t longer = 0;

		for (size_t k = 0; k < n->n; k++)
			longer += n->kids[k].until_ms >= n->kids[i].until_ms;
		if (longer >= CLIMB_MANY && n->kids[i].until_ms > until_ms)
			until_ms = n->kids[i].until_ms;
	}
	return until_ms;
}

static struct climb_up *
find_up(const struct climb *c, const struct addr *a, unsigned bits)
{
	struct net want = net_of(a, bits);

	for (size_t i = 0; i < c->up_n; i++)
		if (c->up[i].net.bits == bits &&
		    addr_eq(&c->up[i].net.a, &want.a))
			return &c->up[i];
	return NULL;
}

bool
climb_add(struct climb *c, const struct net *kid, int64_t until_ms,
    int64_t now_ms, struct climb_up *up)
{
	unsigned bits = kid->bits - 8U;
	const struct climb_up *is;
	struct counted *n;
	struct kid *k;
	uint64_t key;

	if (kid->a.family != 6 || (kid->bits != 64 && kid->bits != 56))
		return false;
	key = key_of(&kid->a, bits);
	if (is_full(c) || *spoilt_slot(c, key) == key)
		return false;
	n = counted_of(c, key, now_ms);
	if (n == NULL)
		return false;
	k = kid_of(n, kid->a.b[bits / 8]);
	*k = (struct kid){ until_ms, kid->a.b[bits / 8] };
	*up = (struct climb_up){ .net = net_of(&kid->a, bits),
		.from_ms = now_ms,
		.until_ms = many_until(n) };
	is = find_up(c, &kid->a, bits);
	return up->until_ms > (is == NULL ? now_ms : is->until_ms);
}

bool
climb_set(struct climb *c, const struct climb_up *up)
{
	struct climb_up *is = find_up(c, &up->net.a, up->net.bits);

	if (is == NULL && c->up_n == CLIMB_UP)
		return false;
	if (is == NULL)
		is = &c->up[c->up_n++];
	*is = *up;
	return true;
}

const struct climb_up *
climb_find(const struct climb *c, const struct addr *a)
{
	const struct climb_up *up;

	if (c->up_n == 0 || a->family != 6)
		return NULL;
	up = find_up(c, a, 56);
	return up != NULL ? up : find_up(c, a, 48);
}

size_t
climb_n(const struct climb *c)
{
	return c->up_n;
}

const struct climb_up *
climb_at(const struct climb *c, size_t i)
{
	return &c->up[i];
}

static void
take_out(struct climb *c, size_t i, struct climb_up *out)
{
	*out = c->up[i];
	c->up[i] = c->up[--c->up_n];
}

bool
climb_over(struct climb *c, int64_t now_ms, struct climb_up *out)
{
	for (size_t i = 0; i < c->up_n; i++)
		if (c->up[i].until_ms <= now_ms) {
			take_out(c, i, out);
			return true;
		}
	return false;
}

bool
climb_spoil(struct climb *c, const struct net *net, struct climb_up *out)
{
	if (net->a.family != 6)
		return false;
	for (unsigned bits = 48; bits <= 56; bits += 8)
		if (net->bits >= bits)
			mark_spoilt(c, key_of(&net->a, bits));
	for (size_t i = 0; i < c->up_n; i++)
		if (net_covers(&c->up[i].net, net) ||
		    net_covers(net, &c->up[i].net)) {
			mark_spoilt(c,
			    key_of(&c->up[i].net.a, c->up[i].net.bits));
			take_out(c, i, out);
			return true;
		}
	return false;
}
