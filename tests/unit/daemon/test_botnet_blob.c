/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_blob: what is written can be read, what was cut or bent cannot.
 *
 * zt-link: daemon/botnet daemon/botnet_table daemon/botnet_weigh
 * zt-link: daemon/botnet_trait daemon/botnet_count daemon/botnet_blob
 * zt-link: daemon/names daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "tests/unit/daemon/botnetcase.h"

#define ROOM (1 << 20)

/* A bit of everything. */
static struct botnets *
lived(void)
{
	struct botnets *b = fresh();

	(void)many(b, "ylmf-pc", HELO_SINGLE, 0, 300);
	(void)many(b, "mx.big.example", HELO_FQDN, 0, 30);
	(void)seen(b,
	    named(says(900, "mx.big.example", HELO_RDNS), "mx.big.example",
		NAME_SERVER),
	    BOTNET_HELO, T0);
	for (uint32_t i = 0; i < 200; i++) {
		(void)seen(b, speaks(i, 77, 14), BOTNET_WAY, T0 + i * HOUR);
		label(b, speaks(i, 77, 14), true, T0 + i * HOUR);
		label(b, says(i, "ylmf-pc", HELO_SINGLE), true, T0 + i * HOUR);
		label(b, speaks(2000 + i, 1, 1), false, T0 + i * HOUR);
	}
	return b;
}

#define NOW (T0 + 200 * HOUR)

static void
test_round_trip(void)
{
	static const struct botnets_conf other = { .key = { { 1, 2, 3 } },
		.group_networks = GROUP };
	uint8_t *x = malloc(ROOM), *y = malloc(ROOM);
	struct botnets *b = lived(), *c = botnets_new(&other);
	size_t n = botnets_encode(b, x, ROOM, NOW);
	struct botnet_hit h, g;

	ZT_CASE("it can be read", n > 0 && botnets_decode(c, x, n));
	h = seen(b, says(400, "ylmf-pc", HELO_SINGLE), BOTNET_HELO, NOW);
	g = seen(c, says(400, "ylmf-pc", HELO_SINGLE), BOTNET_HELO, NOW);
	ZT_CASE("a cluster is what it was, whatever the process's secret",
	    g.id == h.id && g.networks == h.networks &&
		fabs(g.bad - h.bad) < 0.01 && fabs(g.llr - h.llr) < 0.01 &&
		strcmp(g.name, h.name) == 0 && g.llr > 1);
	g = seen(c, speaks(3, 77, 14), BOTNET_WAY, NOW);
	ZT_CASE("so is a way",
	    g.llr > 1 &&
		fabs(g.llr - seen(b, speaks(3, 77, 14), BOTNET_WAY, NOW).llr) <
		    0.01);
	g = seen(c, says(400, "mx.big.example", HELO_FQDN), BOTNET_HELO, NOW);
	ZT_CASE("an owner is not forgotten", g.networks >= 29 && g.llr == 0);
	ZT_CASE("it can be read twice",
	    botnets_decode(c, x, n) && botnets_decode(c, x, n) &&
		botnets_encode(c, y, ROOM, NOW) == n);
	ZT_CASE("what has no room is not written",
	    botnets_encode(b, x, n - 1, NOW) == 0);
	botnets_free(b);
	botnets_free(c);
	free(x);
	free(y);
}

static void
test_set_back(void)
{
	const int64_t before = T0 - 300000;
	uint8_t *x = malloc(ROOM);
	struct botnets *b = fresh(), *c = fresh();
	size_t n;

	(void)many(b, "ylmf-pc", HELO_SINGLE, 0, 300);
	(void)seen(b, says(400, "ylmf-pc", HELO_SINGLE), BOTNET_HELO, before);
	n = botnets_encode(b, x, ROOM, before);
	ZT_CASE("what was learned before the clock was set back can be read",
	    n > 0 && botnets_decode(c, x, n) &&
		seen(c, says(401, "ylmf-pc", HELO_SINGLE), BOTNET_HELO, before)
			.networks >= 290);
	botnets_free(b);
	botnets_free(c);
	free(x);
}

static void
test_damage(void)
{
	uint8_t *x = malloc(ROOM), *y = malloc(ROOM);
	struct botnets *b = lived(), *c = fresh();
	size_t n = botnets_encode(b, x, ROOM, NOW);
	bool cut = false;
	struct botnet_hit h;

	(void)many(c, "before.example", HELO_FQDN, 0, 30);
	for (size_t i = 0; i < n; i++)
		cut |= botnets_decode(c, x, i);
	ZT_CASE("no shorter part of it is taken", !cut);
	memcpy(y, x, n);
	y[n] = 0;
	ZT_CASE("nor a longer one", !botnets_decode(c, y, n + 1));
	y[0] = 99;
	ZT_CASE("nor another version", !botnets_decode(c, y, n));
	h = many(c, "before.example", HELO_FQDN, 0, 1);
	ZT_CASE("what cannot be read changes nothing", h.networks >= 29);
	for (size_t i = 1; i < n; i++) {
		memcpy(y, x, n);
		y[i] ^= 0x41;
		if (botnets_decode(c, y, n))
			(void)seen(c, says(1, "ylmf-pc", HELO_SINGLE),
			    BOTNET_HELO, NOW);
	}
	ZT_CASE("a good one is taken after all that",
	    botnets_decode(c, x, n) &&
		many(c, "before.example", HELO_FQDN, 0, 1).networks == 0);
	botnets_free(b);
	botnets_free(c);
	free(x);
	free(y);
}

static void
test_forgotten(void)
{
	uint8_t *x = malloc(ROOM);
	struct botnets *b = lived(), *c = fresh();
	size_t n = botnets_encode(b, x, ROOM, NOW);
	size_t late = botnets_encode(b, x, ROOM, NOW + 60 * DAY);

	ZT_CASE("what is forgotten is not written", late > 0 && late < n);
	ZT_CASE("and the rest can be read", botnets_decode(c, x, late));
	botnets_free(b);
	botnets_free(c);
	free(x);
}

/* The version before had 20 groups of eight bytes less in a cluster's map. */
static void
made_old(uint8_t *x, size_t n)
{
	x[0] = 1;
	x[n - 1] -= 20; /* the map ends in zeros: so many groups */
}

static void
test_before(void)
{
	uint8_t *x = malloc(ROOM);
	struct botnets *b = fresh(), *c = fresh();
	size_t n;

	(void)many(b, "mx.big.example", HELO_FQDN, 0, 30);
	n = botnets_encode(b, x, ROOM, T0);
	made_old(x, n);
	ZT_CASE("the version before can be read", botnets_decode(c, x, n));
	ZT_CASE("and has what it had",
	    many(c, "mx.big.example", HELO_FQDN, 0, 1).networks >= 29);
	botnets_free(b);
	b = fresh();
	for (uint32_t i = 0; i < 3; i++)
		(void)seen(b, speaks(i, 77, 14), BOTNET_WAY, T0);
	n = botnets_encode(b, x, ROOM, T0);
	ZT_CASE("a way is written",
	    botnets_decode(c, x, n) && botnets_encode(c, x, ROOM, T0) == n);
	made_old(x, n);
	ZT_CASE("ways of the version before are gone",
	    botnets_decode(c, x, n) && botnets_encode(c, x, ROOM, T0) < n);
	botnets_free(b);
	botnets_free(c);
	free(x);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "set back", test_set_back },
	{ "damage", test_damage },
	{ "forgotten", test_forgotten },
	{ "before", test_before },
};
ZT_MAIN("botnet_blob", tests)
