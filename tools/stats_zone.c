/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_zone - who is blocked as a whole -> a file for rbldnsd */
#include <errno.h>
#include <stdlib.h>

#include "daemon/names.h"
#include "db/record.h"
#include "db/record_brief.h"
#include "db/scan.h"
#include "tools/stats_zone_impl.h"

#define FIRST 4096
/* Ended so lately: the record may be met in both forms. */
#define RECENT_MS 60000

/* ---- arrays ---- */

/* Room for one more; NULL and `failed` if there is none. */
static void *
room(struct zone *z, void *v, size_t n, size_t *max, size_t size)
{
	size_t more = *max == 0 ? FIRST : *max * 2;
	void *p;

	if (n < *max)
		return v;
	p = reallocarray(v, more, size);
	if (p == NULL)
		z->failed = true;
	else
		*max = more;
	return p;
}

void
zone_add(struct zone *z, const struct zone_entry *e)
{
	struct zone_entry *v = room(z, z->entry, z->n, &z->max, sizeof(*v));

	if (v == NULL)
		return;
	z->entry = v;
	v[z->n++] = *e;
}

void
zone_exempt(struct zone *z, const struct net *net)
{
	struct net *v = room(z, z->exempt, z->exempt_n, &z->exempt_max,
	    sizeof(*v));

	if (v == NULL)
		return;
	z->exempt = v;
	/* Who is let through is so with all of his /64. */
	v[z->exempt_n++] = net->a.family == 6 && net->bits > 64 ?
	    net_of(&net->a, 64) :
	    *net;
}

/* ---- from the store ---- */

/* As engine_good(): nobody around it is blocked for its neighbours' deeds. */
static bool
is_good(const struct client *c, int64_t now_ms)
{
	return c->good_mails > 0 || c->login_ms != 0 || c->peer_ms != 0 ||
	    c->facts[EVIDENCE_REPORTED_HAM].last_ms != 0 ||
	    c->facts[EVIDENCE_POOL].last_ms != 0 ||
	    c->click_until_ms > now_ms ||
	    (name_is_own(c->name_class) &&
		c->facts[EVIDENCE_ACCEPTED].last_ms != 0);
}

static uint8_t
kinds_of(const struct client *c)
{
	static const enum family of[EVIDENCE_KINDS] = {
#define X(sym, num, name, fam, text) [num] = FAMILY_##fam,
		EVIDENCE_TABLE(X)
#undef X
	};
	unsigned kinds = 0;

	for (size_t i = 0; i < sizeof(c->reasons); i++)
		if (c->reasons[i] > 0 && c->reasons[i] < EVIDENCE_KINDS)
			kinds |= 1U << of[c->reasons[i]];
	return (uint8_t)(kinds % ZONE_KINDS);
}

static bool
in_force(int64_t from_ms, int64_t until_ms, int64_t now_ms)
{
	return until_ms > now_ms && from_ms <= now_ms;
}

static struct zone_entry
entry_of(const struct client *c, int64_t now_ms)
{
	struct zone_entry e = { .key = zone_pack(&c->key),
		.bits = c->key.family == 6 ? 64 : 32,
		.kinds = kinds_of(c) };
	bool hand = c->by_admin;

	if (c->key.family == 6 && is_good(c, now_ms))
		e.flags = ZONE_GOOD;
	if (!in_force(c->block_from_ms, c->block_until_ms, now_ms) ||
	    c->narrow_n > 0 || (!hand && c->tier < ZONE_TIER_LEAST))
		return e;
	e.value = hand                 ? STATS_ZONE_ADMIN :
	    c->tier > POLICY_TIERS_MAX ? STATS_ZONE_TIER + POLICY_TIERS_MAX :
					 (uint8_t)(STATS_ZONE_TIER + c->tier);
	e.flags |= ZONE_LISTED;
	if (e.bits == 64 && !hand && c->offences > 0)
		e.flags |= ZONE_CLIMBS;
	return e;
}

static struct record_key
key_of(const void *key, size_t n)
{
	struct record_key k = { .n = n <= RECORD_KEY_MAX ? n : 0 };

	memcpy(k.b, key, k.n);
	return k;
}

/* Most are IPv4 and not blocked: of these nothing else is looked at. */
static void
on_client(struct zone *z, const void *key, size_t key_n, struct str value)
{
	int64_t now_ms = z->o->now_ms;
	struct record_brief b;
	struct record_key k;
	struct zone_entry e;

	if (!record_brief(key, key_n, value.p, value.n, &b)) {
		z->counts->bad_records++;
		return;
	}
	if (z->pass == 0 && b.key.family == 4 &&
	    b.block_until_ms <= now_ms - RECENT_MS)
		return;
	k = key_of(key, key_n);
	if (!record_client_decode(&k, value.p, value.n, z->client)) {
		z->counts->bad_records++;
		return;
	}
	e = entry_of(z->client, now_ms);
	e.pass = z->pass;
	if (e.flags != 0 || z->pass > 0 ||
	    b.block_until_ms > now_ms - RECENT_MS)
		zone_add(z, &e);
}

static void
on_allow(struct zone *z, const void *key, size_t key_n, struct str value)
{
	struct record_key k = key_of(key, key_n);
	struct rd r = record_open(&k, value.p, value.n);
	struct store_allow a;

	while (record_allow_next(&r, &a))
		if (a.until_ms == 0 || a.until_ms > z->o->now_ms)
			zone_exempt(z, &a.net);
	z->counts->bad_records += r.bad;
}

static bool
on_record(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct zone *z = arg;
	struct str v = { value, n };

	if (key_n > 0 && *(const char *)key == 'c')
		on_client(z, key, key_n, v);
	else if (key_n > 0 && *(const char *)key == 'a')
		on_allow(z, key, key_n, v);
	return !z->failed;
}

/* Once over it; while somebody writes, then what has changed meanwhile. */
static int
read_all(struct zone *z, char error[256])
{
	struct scan_counts n;
	struct scan *s;
	int rc = scan_open(z->o->dir, &s, error);

	if (rc != 0)
		return rc;
	rc = scan_all(s, on_record, z);
	scan_counts(s, &n);
	if (rc == 0 && n.in_use && !z->failed) {
		z->pass = 1;
		rc = scan_again(s, on_record, z);
		scan_counts(s, &n);
	}
	z->counts->bad_records += n.bad + (n.lost > 0);
	scan_close(s);
	return rc != 0 ? rc : z->failed ? -ENOMEM : 0;
}

static void
count_listed(struct zone *z)
{
	for (size_t i = 0; i < z->n; i++) {
		const struct zone_entry *e = &z->entry[i];

		if (!(e->flags & ZONE_LISTED))
			continue;
		if (e->bits == 32)
			z->counts->v4++;
		else if (e->bits == 64)
			z->counts->v6++;
		else
			z->counts->networks++;
	}
}

int
stats_zone(const struct stats_zone_opts *o, FILE *f,
    struct stats_zone_counts *out, char error[256])
{
	struct zone z = { .o = o, .counts = out };
	int rc;

	*out = (struct stats_zone_counts){ 0 };
	error[0] = '\0';
	z.client = calloc(1, sizeof(*z.client));
	rc = z.client == NULL ? -ENOMEM : 0;
	/* In shadow mode the store is read all the same: is it there? */
	if (rc == 0)
		rc = read_all(&z, error);
	if (rc == 0 && !o->policy->enforce && !o->shadow)
		z.n = 0;
	if (rc == 0)
		zone_choose(&z);
	if (rc == 0 && z.failed)
		rc = -ENOMEM;
	if (rc != 0 && error[0] == '\0')
		(void)snprintf(error, 256, "%.200s: %s", o->dir, strerror(-rc));
	if (rc == 0) {
		count_listed(&z);
		rc = zone_write(&z, f);
	}
	free(z.client);
	free(z.entry);
	free(z.exempt);
	return rc;
}
