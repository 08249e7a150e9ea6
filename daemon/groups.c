/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "daemon/groups.h"

#define DAY_MS    ((int64_t)86400 * 1000)
#define HELO_MS   (3 * DAY_MS) /* how long a HELO is remembered */
#define WAYS      4
#define HELO_SETS 4096 /* times WAYS entries */
#define SITE_SETS 8192
#define SIG_SETS  1024
#define BITMAP    128 /* bytes: linear counting over 1024 bits */
#define SITE_BAD  8   /* caught clients that make a neighbourhood dense */
#define SIG_PRIOR 20.0
#define SIG_FENCE 1.5 /* nats that learning may move a stack */

struct helo_entry {
	uint64_t key;
	int64_t last_ms;
	int64_t confirmed_ms; /* 0 = never */
	uint16_t bits_set;
	uint8_t bitmap[BITMAP];
};

struct tally { /* of a site or a signature; decays together */
	uint64_t key;
	int64_t last_ms;
	float bad, good;
};

struct groups {
	struct hash_key key;
	struct helo_entry helos[HELO_SETS * WAYS];
	struct tally sites[SITE_SETS * WAYS];
	struct tally sigs[SIG_SETS * WAYS];
	struct tally sig_all; /* the sum of all labels */
};

struct groups *
groups_new(const struct hash_key *key)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (g != NULL)
		g->key = *key;
	return g;
}

void
groups_free(struct groups *g)
{
	free(g);
}

static struct helo_entry *
helo_entry(struct groups *g, uint64_t key, int64_t now_ms)
{
	struct helo_entry *set = &g->helos[(key % HELO_SETS) * WAYS];
	struct helo_entry *e = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key && set[i].last_ms != 0) {
			e = &set[i];
			break;
		}
		if (set[i].last_ms < e->last_ms)
			e = &set[i];
	}
	if (e->key != key || now_ms - e->last_ms > HELO_MS)
		*e = (struct helo_entry){ .key = key };
	e->last_ms = now_ms;
	return e;
}

static uint64_t
helo_key(const struct groups *g, struct str helo)
{
	char low[256];
	size_t n = helo.n < sizeof(low) ? helo.n : sizeof(low);

	for (size_t i = 0; i < n; i++)
		low[i] = helo.p[i] >= 'A' && helo.p[i] <= 'Z' ?
		    (char)(helo.p[i] + 'a' - 'A') :
		    helo.p[i];
	return hash_keyed(&g->key, low, n);
}

void
groups_helo_confirmed(struct groups *g, struct str helo, int64_t now_ms)
{
	helo_entry(g, helo_key(g, helo), now_ms)->confirmed_ms = now_ms;
}

unsigned
groups_helo(struct groups *g, struct str helo, const struct addr *client,
    int64_t now_ms)
{
	struct addr site = addr_site(client);
	/* Not keyed: live and replay count alike; collisions only undercount. */
	uint64_t bit = hash_stable(&site, sizeof(site)) % (BITMAP * 8);
	struct helo_entry *e = helo_entry(g, helo_key(g, helo), now_ms);
	double zero;

	if ((e->bitmap[bit / 8] & 1 << bit % 8) == 0) {
		e->bitmap[bit / 8] |= (uint8_t)(1 << bit % 8);
		e->bits_set++;
	}
	if (e->confirmed_ms != 0 && now_ms - e->confirmed_ms <= HELO_MS)
		return 0;
	zero = (double)(BITMAP * 8 - e->bits_set) / (BITMAP * 8);
	if (zero <= 0)
		return BITMAP * 8;
	return (unsigned)lround(-(BITMAP * 8) * log(zero));
}

/* Everything counted fades with a half-life of `half_ms`. */
static void
fade(struct tally *t, int64_t half_ms, int64_t now_ms)
{
	if (t->last_ms != 0 && now_ms > t->last_ms) {
		double f = exp2(
		    -(double)(now_ms - t->last_ms) / (double)half_ms);

		t->bad = (float)((double)t->bad * f);
		t->good = (float)((double)t->good * f);
	}
	if (now_ms > t->last_ms)
		t->last_ms = now_ms;
}

/* NULL: nothing is known.  Asking must not evict what is. */
static struct tally *
tally_find(struct tally *table, size_t sets, uint64_t key)
{
	struct tally *set = &table[(key % sets) * WAYS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].key == key && set[i].last_ms != 0)
			return &set[i];
	return NULL;
}

static struct tally *
tally_make(struct tally *table, size_t sets, uint64_t key)
{
	struct tally *set = &table[(key % sets) * WAYS], *t = set;
	struct tally *found = tally_find(table, sets, key);

	if (found != NULL)
		return found;
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].last_ms < t->last_ms)
			t = &set[i];
	*t = (struct tally){ .key = key };
	return t;
}

static uint64_t
site_key(const struct groups *g, const struct addr *client)
{
	struct addr site = addr_site(client);

	return hash_keyed(&g->key, &site, sizeof(site));
}

void
groups_site_mark(struct groups *g, const struct addr *client, bool bad,
    int64_t now_ms)
{
	struct tally *t = tally_make(g->sites, SITE_SETS, site_key(g, client));

	fade(t, 3 * DAY_MS, now_ms);
	*(bad ? &t->bad : &t->good) += 1;
}

bool
groups_site_bad(struct groups *g, const struct addr *client, int64_t now_ms)
{
	struct tally *t = tally_find(g->sites, SITE_SETS, site_key(g, client));

	if (t == NULL)
		return false;
	fade(t, 3 * DAY_MS, now_ms);
	return t->bad >= SITE_BAD && t->bad > 4 * t->good;
}

void
groups_sig_label(struct groups *g, uint64_t sig, bool bad, int64_t now_ms)
{
	struct tally *t = tally_make(g->sigs, SIG_SETS, sig);

	fade(t, 30 * DAY_MS, now_ms);
	fade(&g->sig_all, 30 * DAY_MS, now_ms);
	*(bad ? &t->bad : &t->good) += 1;
	*(bad ? &g->sig_all.bad : &g->sig_all.good) += 1;
}

double
groups_sig_llr(struct groups *g, uint64_t sig, int64_t now_ms)
{
	struct tally *t = tally_find(g->sigs, SIG_SETS, sig);
	struct tally *all = &g->sig_all;
	double bad, good, llr;

	if (t == NULL)
		return 0;
	fade(t, 30 * DAY_MS, now_ms);
	fade(all, 30 * DAY_MS, now_ms);
	/* Both sides must have been seen, or the rates say nothing. */
	if (all->bad < 10 || all->good < 10)
		return 0;
	bad = ((double)t->bad + SIG_PRIOR * 0.05) /
	    ((double)all->bad + SIG_PRIOR);
	good = ((double)t->good + SIG_PRIOR * 0.05) /
	    ((double)all->good + SIG_PRIOR);
	llr = log(bad / good);
	return llr > SIG_FENCE ? SIG_FENCE :
	    llr < -SIG_FENCE   ? -SIG_FENCE :
				 llr;
}
