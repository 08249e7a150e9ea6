/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client: counts that decay, samples, and the bounded cache
 *
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "daemon/client.h"
#include "tests/zt.h"

#define HOUR ((int64_t)3600 * 1000)
#define DAY  (24 * HOUR)
#define T0   ((int64_t)1740988800 * 1000)

static const struct hash_key key;

static struct addr
addr_of(uint32_t i)
{
	return addr_v4(0xc6336400U + i);
}

static bool
near(double a, double b)
{
	return fabs(a - b) < 0.001;
}

static void
test_decay(void)
{
	static const struct {
		const char *name;
		uint32_t offences;
		enum evidence_kind k;
		int64_t age;
		double want;
	} cases[] = {
		{ "behaviour halves in twelve hours", 0, EVIDENCE_EARLY_TALK,
		    12 * HOUR, 0.5 },
		{ "and in two days after an offence", 1, EVIDENCE_EARLY_TALK,
		    2 * DAY, 0.5 },
		{ "and in eight days after two", 2, EVIDENCE_UNKNOWN_RCPT,
		    8 * DAY, 0.5 },
		{ "and never slower than in thirty", 9, EVIDENCE_TRAP_RCPT,
		    30 * DAY, 0.5 },
		{ "a name stays for weeks", 0, EVIDENCE_RDNS_NONE, 30 * DAY,
		    0.5 },
		{ "so does accepted mail", 0, EVIDENCE_ACCEPTED, 30 * DAY,
		    0.5 },
		{ "and whom we write to", 0, EVIDENCE_PEER, 30 * DAY, 0.5 },
		{ "a time before the fact decays nothing", 0,
		    EVIDENCE_EARLY_TALK, -DAY, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr a = addr_of(1);
		struct client c;

		client_init(&c, &a, T0);
		c.offences = cases[i].offences;
		client_add(&c, cases[i].k, 1, 0, T0);
		ZT_CASE(cases[i].name,
		    near(client_count(&c, cases[i].k, T0 + cases[i].age),
			cases[i].want));
	}
}

static void
test_facts(void)
{
	struct addr a = addr_of(1);
	struct client c;

	client_init(&c, &a, T0);
	ZT_CASE("an absent fact counts nothing",
	    client_count(&c, EVIDENCE_LISTED, T0) == 0);
	client_add(&c, EVIDENCE_LISTED, 1, 3, T0);
	client_add(&c, EVIDENCE_LISTED, 1, 4, T0 + 12 * HOUR);
	ZT_CASE("a count is added to what is left",
	    near(client_count(&c, EVIDENCE_LISTED, T0 + 12 * HOUR), 1.5));
	ZT_CASE("its value is the latest", c.facts[EVIDENCE_LISTED].value == 4);
	client_add(&c, EVIDENCE_LISTED, 1, 4, T0);
	ZT_CASE("an older time does not set the fact back",
	    c.facts[EVIDENCE_LISTED].last_ms == T0 + 12 * HOUR);
	client_set(&c, EVIDENCE_LISTED, 7, T0 + DAY);
	ZT_CASE("set makes it one",
	    near(client_count(&c, EVIDENCE_LISTED, T0 + DAY), 1));
	c.dirty = false;
	client_clear(&c, EVIDENCE_LISTED);
	ZT_CASE("cleared is gone, and to be stored",
	    c.facts[EVIDENCE_LISTED].last_ms == 0 && c.dirty);
	c.dirty = false;
	client_clear(&c, EVIDENCE_LISTED);
	ZT_CASE("clearing nothing changes nothing", !c.dirty);
}

static bool
sample_is(const struct client *c, enum evidence_kind k, const char *want)
{
	struct client_sample s;

	return client_sample_get(c, k, &s) &&
	    str_eq(s.text, (struct str){ want, strlen(want) });
}

static size_t
samples_n(const struct client *c)
{
	struct client_sample s;
	size_t n = 0, at = 0;

	while ((at = client_sample_next(c, at, &s)) != 0)
		n++;
	return n;
}

static void
test_samples(void)
{
	struct addr a = addr_of(1);
	char longer[CLIENT_SAMPLE_MAX * 2];
	struct client_sample s;
	struct client c;

	client_init(&c, &a, T0);
	ZT_CASE("a new client has no samples", samples_n(&c) == 0);
	for (unsigned k = 1; k <= 5; k++)
		client_sample(&c, (enum evidence_kind)k, STR("line"), T0 + k);
	client_sample(&c, (enum evidence_kind)3, STR("newer"), T0 + 100);
	ZT_CASE("a kind has one sample, the latest",
	    samples_n(&c) == 5 &&
		sample_is(&c, (enum evidence_kind)3, "newer"));
	memset(longer, 'x', sizeof(longer));
	client_sample(&c, (enum evidence_kind)9,
	    (struct str){ longer, sizeof(longer) }, T0 + 200);
	ZT_CASE("a long one is cut",
	    client_sample_get(&c, (enum evidence_kind)9, &s) &&
		s.text.n == CLIENT_SAMPLE_MAX - 1 && s.t_ms == T0 + 200);
	for (unsigned k = 10; k < 13; k++)
		client_sample(&c, (enum evidence_kind)k,
		    (struct str){ longer, sizeof(longer) }, T0 + 300 + k);
	ZT_CASE("the oldest make room",
	    !client_sample_get(&c, (enum evidence_kind)1, &s) &&
		!client_sample_get(&c, (enum evidence_kind)2, &s) &&
		client_sample_get(&c, (enum evidence_kind)12, &s) &&
		c.notes_n <= CLIENT_NOTES_MAX);
}

/* Whatever is in the bytes, reading them ends, and within them. */
static void
test_samples_random(void)
{
	struct client_sample s;
	struct addr a = addr_of(1);
	bool ok = true;

	for (int i = 0; i < 2000; i++) {
		struct client c;
		size_t at = 0;

		client_init(&c, &a, T0);
		c.notes_n = (uint16_t)zt_random();
		for (size_t k = 0; k < sizeof(c.notes); k++)
			c.notes[k] = (uint8_t)zt_random();
		while ((at = client_sample_next(&c, at, &s)) != 0)
			ok &= at <= CLIENT_NOTES_MAX;
		client_sample(&c, EVIDENCE_RATE, STR("sane"), T0);
		ok &= c.notes_n <= CLIENT_NOTES_MAX;
	}
	ZT_CASE("damaged notes are no harm", ok);
}

static void
test_visits(void)
{
	struct addr a = addr_of(1);
	struct client c;

	client_init(&c, &a, T0);
	ZT_CASE("no visit is found", client_visit(&c, T0, 1025) == NULL);
	for (unsigned i = 0; i < CLIENT_VISITS + 2; i++)
		client_visit_new(&c, T0 + i, (uint16_t)(1025 + i));
	ZT_CASE("the newest is first",
	    c.visits[0].open_ms == T0 + CLIENT_VISITS + 1);
	ZT_CASE("the oldest is forgotten",
	    client_visit(&c, T0, 1025) == NULL &&
		client_visit(&c, T0 + 2, 1027) != NULL);
	ZT_CASE("time and port must both be right",
	    client_visit(&c, T0 + 2, 1026) == NULL);
	ZT_CASE("no stage was reached yet",
	    c.visits[0].p_permille[CLIENT_AT_OPEN] == UINT16_MAX);
}

/* ---- the cache ---- */

struct store {
	struct client v[512];
	size_t n, saves, loads;
};

static bool
load(void *arg, const struct addr *k, struct client *c)
{
	struct store *s = arg;

	for (size_t i = 0; i < s->n; i++)
		if (addr_eq(&s->v[i].key, k)) {
			*c = s->v[i];
			s->loads++;
			return true;
		}
	return false;
}

static void
save(void *arg, const struct client *c)
{
	struct store *s = arg;
	size_t i = 0;

	while (i < s->n && !addr_eq(&s->v[i].key, &c->key))
		i++;
	if (i == s->n)
		s->n++;
	s->v[i] = *c;
	s->saves++;
}

static void
test_eviction(void)
{
	static struct store store;
	struct client_table_conf conf = { 64, key, load, save, &store };
	struct client_table *t = client_table_new(&conf);
	struct addr first = addr_of(0);
	uint64_t evicted;
	size_t used;

	for (uint32_t i = 0; i < 64; i++) {
		struct addr a = addr_of(i);
		struct client *c = client_get(t, &a, T0);

		c->tier = (uint8_t)(i % 7);
		c->dirty = i % 2 == 0;
	}
	(void)client_get(t, &first, T0); /* used again: not the oldest now */
	for (uint32_t i = 100; i < 120; i++) {
		struct addr a = addr_of(i);

		(void)client_get(t, &a, T0);
	}
	client_table_counts(t, &used, &evicted);
	ZT_CASE("it never grows", used == 64);
	ZT_CASE("those thrown out are counted", evicted == 20);
	ZT_CASE("and stored if they had changed", store.saves == 10);
	ZT_CASE("who was used last stays",
	    client_peek(t, &first)->tier == 0 && store.loads == 0);
	first = addr_of(2);
	ZT_CASE("who was stored comes back as it was",
	    client_peek(t, &first)->tier == 2 && store.loads == 1);
	first = addr_of(1);
	ZT_CASE("who was not is unknown", client_peek(t, &first) == NULL);
	client_table_free(t);
	client_table_free(NULL);
}

static void
count(void *arg, struct client *c)
{
	(void)c;
	(*(unsigned *)arg)++;
}

static void
test_walk(void)
{
	struct client_table_conf conf = { 100, key, NULL, NULL, NULL };
	struct client_table *t = client_table_new(&conf);
	unsigned n = 0, slices = 0;
	size_t at = 0;

	for (uint32_t i = 0; i < 95; i++) {
		struct addr a = addr_of(i);

		(void)client_get(t, &a, T0);
	}
	do {
		at = client_walk(t, at, 10, count, &n);
		slices++;
	} while (at != 0);
	ZT_CASE("a walk sees each record once", n == 95);
	ZT_CASE("in slices", slices == 10);
	client_table_free(t);
}

static void
test_random(void)
{
	static struct store store;
	struct client_table_conf conf = { 50, key, load, save, &store };
	struct client_table *t = client_table_new(&conf);
	uint32_t want[200] = { 0 };
	uint64_t seed = zt_seed;
	bool ok = true;
	int step = 0;

	for (; ok && step < 5000; step++) {
		uint32_t i = (uint32_t)(zt_random() % 200);
		struct addr a = addr_of(i);
		struct client *c = client_get(t, &a, T0);

		ok = addr_eq(&c->key, &a) && c->connects == want[i];
		c->connects = ++want[i];
		c->dirty = true;
	}
	if (!ok)
		printf("seed %llu, step %d\n", (unsigned long long)seed, step);
	ZT_CASE("nothing is lost between cache and store", ok);
	client_table_free(t);
}

static void
test_keys(void)
{
	struct client_table_conf conf = { 64, key, NULL, NULL, NULL };
	struct client_table *t = client_table_new(&conf);
	struct addr a, b, c;

	(void)addr_parse(STR("2001:db8:1:2::7"), &a);
	(void)addr_parse(STR("2001:db8:1:2:ffff::1"), &b);
	(void)addr_parse(STR("2001:db8:1:3::7"), &c);
	ZT_CASE("a /64 is one client",
	    client_get(t, &a, T0) == client_get(t, &b, T0));
	ZT_CASE("the next /64 is another",
	    client_get(t, &a, T0) != client_get(t, &c, T0));
	client_table_free(t);
}

static const struct zt_test tests[] = {
	{ "decay", test_decay },
	{ "facts", test_facts },
	{ "samples", test_samples },
	{ "samples_random", test_samples_random },
	{ "visits", test_visits },
	{ "eviction", test_eviction },
	{ "walk", test_walk },
	{ "random", test_random },
	{ "keys", test_keys },
};
ZT_MAIN("client", tests)
