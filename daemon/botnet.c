/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/botnet.h"

#include <math.h>
#include <stdlib.h>

#include "daemon/botnet_impl.h"

#define PROMOTE     3 /* networks that make a cluster of a seed */
#define GROUP_MIN   2
#define RECENT_TURN 29
#define NAMED_SHARE 0.5 /* of a weight, for a client with a good name */

const char *const botnet_kind_name[BOTNET_KINDS] = {
	[BOTNET_HELO] = "helo",
	[BOTNET_TEMPLATE] = "template",
	[BOTNET_WAY] = "way",
	[BOTNET_SENDER] = "sender",
	[BOTNET_RDNS] = "rdns",
};

void
botnets_group(struct botnets *b, unsigned group_networks)
{
	if (group_networks < GROUP_MIN)
		group_networks = GROUP_MIN;
	b->conf.group_networks = group_networks;
	b->promote = group_networks < PROMOTE ? group_networks : PROMOTE;
}

struct botnets *
botnets_new(const struct botnets_conf *conf)
{
	struct botnets *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->conf = *conf;
	botnets_group(b, conf->group_networks);
	if (!botnet_tables_new(b)) {
		botnets_free(b);
		return NULL;
	}
	return b;
}

void
botnets_free(struct botnets *b)
{
	if (b == NULL)
		return;
	botnet_tables_free(b);
	free(b);
}

/* ---- sightings ---- */

struct sight {
	const struct botnet_client *c;
	uint32_t site; /* which bits are its network's */
	uint64_t who;
	int64_t now_ms;
};

/* Not keyed: live and replay count alike; what collides only undercounts. */
static uint32_t
site_hash(const struct botnet_client *c)
{
	struct addr site = addr_site(&c->key);

	return (uint32_t)hash_stable(&site, sizeof(site));
}

/* Was the client counted in this cluster within the last hours? */
static bool
counted(struct botnets *b, const struct sight *s, uint64_t key)
{
	uint64_t h = (s->who ^ key) * 0x9e3779b97f4a7c15ULL ^
	    (uint64_t)(s->now_ms / BOTNET_SLOT_MS);
	uint32_t tag = (uint32_t)(h >> RECENT_TURN) | 1;
	uint32_t *at = &b->recent[h % BOTNET_RECENT];

	if (*at == tag)
		return true;
	*at = tag;
	return false;
}

static void
count_site(struct cluster *cl, uint32_t site, bool fresh)
{
	struct netset *nets = cl->bits.nets;
	double was = (double)cl->networks;

	if (!netset_add(&nets[0], &nets[1], site))
		return;
	cl->networks = (float)netset_size(&nets[0], &nets[1]);
	if (fresh)
		cl->fresh[cl->slot % BOTNET_SLOTS] +=
		    (float)((double)cl->networks - was);
	cl->stale = true;
}

static struct cluster *
promote(struct botnets *b, const struct sight *s, enum botnet_kind k,
    const struct botnet_trait *t, const struct seed *e)
{
	int64_t now_ms = s->now_ms;
	struct cluster *cl = botnet_make(b, k, t->key, now_ms);
	int64_t first_ms = (int64_t)e->first_s * 1000;

	if (k == BOTNET_HELO)
		cl->word = (uint8_t)botnet_word(s->c, t->value);
	cl->owner = t->owner;
	cl->first_ms = first_ms;
	botnet_print(k, t, cl->name);
	for (unsigned i = 0; i < e->n; i++) {
		/* Whether those of a way had names is not known any more. */
		if (k != BOTNET_WAY)
			count_site(cl, e->site[i],
			    now_ms - first_ms < BOTNET_DAY_MS);
		cl->seen[cl->slot % BOTNET_SLOTS] += 1;
		if (e->good >> i & 1)
			botnet_teach(cl, e->site[i], false);
		if (e->bad >> i & 1)
			botnet_teach(cl, e->site[i], true);
	}
	return cl;
}

/* NULL until enough networks have shown it. */
static struct cluster *
sow(struct botnets *b, const struct sight *s, enum botnet_kind k,
    const struct botnet_trait *t)
{
	struct seed *e = botnet_seed_make(b, k, t->key, s->now_ms);
	struct cluster *cl;

	for (unsigned i = 0; i < e->n; i++)
		if (e->site[i] == s->site)
			return NULL;
	if (e->n + 1U < b->promote) {
		e->site[e->n++] = s->site;
		return NULL;
	}
	cl = promote(b, s, k, t, e);
	*e = (struct seed){ 0 };
	return cl;
}

static void
count_named(struct cluster *cl, uint32_t site)
{
	struct netset *named = cl->bits.named;

	cl->stale |= netset_add(&named[0], &named[1], site);
}

/*
 * Who has a good name of its own, or sends wanted mail, makes no cluster any
 * bigger.  In ways all count whose name is known: the named ones twice.
 */
static void
count(struct botnets *b, struct cluster *cl, const struct sight *s,
    const struct botnet_trait *t)
{
	bool way = cl->kind == BOTNET_WAY;

	cl->last_ms = s->now_ms;
	if (cl->first_ms > cl->last_ms) /* the clock was set back */
		cl->first_ms = cl->last_ms;
	if ((way && !s->c->name_known) || counted(b, s, t->key))
		return;
	cl->seen[cl->slot % BOTNET_SLOTS] += 1;
	if (t->part == BOTNET_MEMBER || way)
		count_site(cl, s->site, true);
	else if (t->part == BOTNET_KNOWN)
		botnet_teach(cl, s->site, false);
	if (way ? botnet_named(s->c) : t->part == BOTNET_NAMED)
		count_named(cl, s->site);
}

static void
fill(struct cluster *cl, uint64_t key, double llr, struct botnet_hit *hit)
{
	hit->kind = cl->kind;
	hit->id = (uint32_t)key;
	hit->networks = (unsigned)lround((double)cl->networks);
	hit->bad = (double)cl->label[BOTNET_BAD];
	hit->good = (double)cl->label[BOTNET_GOOD];
	hit->llr = llr;
	memcpy(hit->name, cl->name, sizeof(hit->name));
}

static double
for_part(double llr, enum botnet_part part)
{
	if (llr <= 0 || part == BOTNET_MEMBER)
		return llr;
	return part == BOTNET_NAMED ? llr * NAMED_SHARE : 0;
}

static void
see(struct botnets *b, const struct sight *s, enum botnet_kind k,
    struct botnet_hit *hit)
{
	struct botnet_trait t;
	struct cluster *cl;

	botnet_trait(s->c, k, &t);
	if (t.part == BOTNET_OWNER) {
		botnet_own(b, t.owner, s->now_ms);
		if (t.domain != 0)
			botnet_own(b, t.domain, s->now_ms);
	}
	if (t.part == BOTNET_NO_PART || t.part == BOTNET_OWNER)
		return;
	cl = botnet_find(b, k, t.key, s->now_ms);
	if (cl == NULL && (t.part == BOTNET_MEMBER || k == BOTNET_WAY))
		cl = sow(b, s, k, &t);
	if (cl == NULL)
		return;
	botnet_age(cl, s->now_ms);
	count(b, cl, s, &t);
	fill(cl, t.key, for_part(botnet_weigh(b, cl, s->now_ms), t.part), hit);
}

void
botnets_see(struct botnets *b, const struct botnet_client *c, int64_t now_ms,
    struct botnet_hit hit[BOTNET_KINDS])
{
	struct sight s = { .c = c,
		.site = site_hash(c),
		.who = hash_stable(&c->key, sizeof(c->key)),
		.now_ms = now_ms };

	for (unsigned k = 0; k < BOTNET_KINDS; k++) {
		hit[k] = (struct botnet_hit){ .kind = (enum botnet_kind)k };
		see(b, &s, (enum botnet_kind)k, &hit[k]);
	}
}

/* ---- labels ---- */

static void
label_seed(struct seed *e, uint32_t site, bool bad)
{
	for (unsigned i = 0; e != NULL && i < e->n; i++)
		if (e->site[i] == site)
			*(bad ? &e->bad : &e->good) |= (uint8_t)(1U << i);
}

void
botnets_label(struct botnets *b, const struct botnet_client *c, bool bad,
    int64_t now_ms)
{
	uint32_t site = site_hash(c);

	/* A real server that once wrote to a trap makes no way a bad one. */
	if (bad && (c->good || botnet_named(c)))
		return;
	botnet_base_teach(b, site, bad, now_ms);
	for (unsigned k = 0; k < BOTNET_KINDS; k++) {
		struct botnet_trait t;
		struct cluster *cl;

		botnet_trait(c, (enum botnet_kind)k, &t);
		if (t.part == BOTNET_NO_PART || t.part == BOTNET_OWNER)
			continue;
		cl = botnet_find(b, (enum botnet_kind)k, t.key, now_ms);
		if (cl == NULL) {
			label_seed(botnet_seed_find(b, (enum botnet_kind)k,
				       t.key, now_ms),
			    site, bad);
			continue;
		}
		botnet_age(cl, now_ms);
		botnet_teach(cl, site, bad);
	}
}

/* ---- the list ---- */

static int
by_size(const void *a, const void *b)
{
	const struct botnet_info *x = a, *y = b;

	if (x->hit.networks != y->hit.networks)
		return x->hit.networks > y->hit.networks ? -1 : 1;
	return x->hit.id < y->hit.id ? -1 : x->hit.id > y->hit.id;
}

/* Room for one more: a new place, or that of the smallest. */
static struct botnet_info *
place_for(struct botnet_info *out, size_t *used, size_t n,
    const struct botnet_info *in)
{
	struct botnet_info *least = out;

	if (*used < n)
		return &out[(*used)++];
	for (size_t i = 1; i < n; i++)
		if (by_size(&out[i], least) > 0)
			least = &out[i];
	return by_size(in, least) < 0 ? least : NULL;
}

static bool
take_info(struct botnets *b, struct shelf *s, size_t i, int64_t now_ms,
    struct botnet_info *info)
{
	uint64_t key = s->keys[i];
	struct cluster *cl = &s->clusters[i];

	if (key == 0 ||
	    botnet_find(b, (enum botnet_kind)cl->kind, key, now_ms) != cl)
		return false;
	botnet_age(cl, now_ms);
	fill(cl, key, botnet_weigh(b, cl, now_ms), &info->hit);
	info->hit.networks = (unsigned)lround((double)cl->networks);
	info->first_ms = cl->first_ms;
	info->last_ms = cl->last_ms;
	info->networks_day = (unsigned)lround(botnet_sum(cl->fresh));
	info->clients_day = botnet_sum(cl->seen);
	return true;
}

size_t
botnets_list(struct botnets *b, double min_llr, int64_t now_ms,
    struct botnet_info *out, size_t n)
{
	size_t used = 0;

	for (unsigned k = 0; n > 0 && k < BOTNET_KINDS; k++) {
		struct shelf *s = &b->shelf[k];

		for (size_t i = 0; i < s->sets * BOTNET_WAYS; i++) {
			struct botnet_info info, *to;

			if (!take_info(b, s, i, now_ms, &info) ||
			    info.hit.llr < min_llr)
				continue;
			to = place_for(out, &used, n, &info);
			if (to != NULL)
				*to = info;
		}
	}
	qsort(out, used, sizeof(*out), by_size);
	return used;
}
