/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet: clusters that labels make (ways, reverse names), senders, the list,
 * and that nobody teaches more than once.
 *
 * zt-link: daemon/botnet daemon/botnet_table daemon/botnet_weigh
 * zt-link: daemon/botnet_trait daemon/botnet_count daemon/names
 * zt-link: daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "daemon/botnet_impl.h"
#include "tests/unit/daemon/botnetcase.h"

/* Good servers enough to know what is usual. */
static struct botnets *
with_servers(uint32_t n)
{
	struct botnets *b = fresh();

	for (uint32_t i = 0; i < n; i++)
		label(b, speaks(5000 + i, 1, 1), false, T0);
	return b;
}

/* ---- the bound ---- */

static const struct {
	const char *name;
	double of, others, want; /* of Beta(of + 1/2, others + 1/2) */
} bounds[] = {
	{ "nothing known: anything may be", 0, 0, 0.9938 },
	{ "none of 8: a fifth may be", 0, 8, 0.2062 },
	{ "none of 19: just under a tenth", 0, 19, 0.0955 },
	{ "none of 100: two in a hundred", 0, 100, 0.0190 },
	{ "10 of 20: up to two thirds", 10, 10, 0.6750 },
	{ "8 of 8: all", 8, 0, 0.9998 },
};

static void
test_bound(void)
{
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		double u = botnet_share_bound(bounds[i].of, bounds[i].others);

		ZT_CASE(bounds[i].name, fabs(u - bounds[i].want) < 0.002);
	}
}

/* ---- ways ---- */

static double
way_of(struct botnets *b, uint64_t way, uint32_t bad, uint32_t good)
{
	for (uint32_t i = 0; i < 300; i++) {
		(void)seen(b, speaks(i, 77, way), BOTNET_WAY, T0);
		if (i < bad)
			label(b, speaks(i, 77, way), true, T0);
		else if (i < bad + good)
			label(b, speaks(i, 77, way), false, T0);
	}
	return seen(b, speaks(1, 77, way), BOTNET_WAY, T0).llr;
}

static void
test_ways(void)
{
	struct botnets *b = with_servers(1000);
	double some, more, most, little;

	/* As many zombies, of all ways. */
	for (uint32_t i = 0; i < 1000; i++)
		label(b, speaks(5000 + i, 1, 1), true, T0);

	ZT_CASE("a way that many have says nothing", way_of(b, 10, 0, 0) == 0);
	ZT_CASE("seven bad labels say nothing", way_of(b, 11, 7, 0) == 0);
	some = way_of(b, 12, 10, 0);
	more = way_of(b, 13, 30, 0);
	most = way_of(b, 14, 250, 0);
	little = way_of(b, 15, 90, 10);
	ZT_CASE("ten say more than 1", some > 1 && some < 2.5);
	ZT_CASE("thirty more than that", more > some && more < 3.5);
	ZT_CASE("two hundred much", most == 3.5);
	ZT_CASE("a tenth of good ones, and it says next to nothing",
	    little >= 0 && little < 0.5);
	ZT_CASE("a way of servers speaks for them",
	    way_of(b, 16, 1, 200) == -1);
	botnets_free(b);
}

/* Where nearly all labels are bad, a way with bad ones only is usual. */
static void
test_usual(void)
{
	struct botnets *b = fresh();
	double llr;

	for (uint32_t i = 0; i < 1000; i++)
		label(b, speaks(5000 + i, 1, 1), true, T0);
	llr = way_of(b, 12, 60, 0);
	ZT_CASE("before any good label, bad ones prove nothing", llr == 0);
	for (uint32_t i = 0; i < 1000; i++)
		label(b, speaks(8000 + i, 1, 1), false, T0);
	llr = seen(b, speaks(1, 77, 12), BOTNET_WAY, T0 + HOUR).llr;
	ZT_CASE("as many good ones later they do", llr > 1);
	botnets_free(b);
}

/* Half a year of lies from one network, and a day of them from a few. */
static void
test_poison(void)
{
	struct botnets *b = with_servers(1000);
	struct botnet_hit h;

	for (uint32_t i = 0; i < 300; i++)
		(void)seen(b, speaks(i, 5, 5), BOTNET_WAY, T0);
	for (int64_t t = T0; t < T0 + 180 * DAY; t += 6 * HOUR) {
		label(b, speaks(7, 5, 5), true, t);
		(void)seen(b, speaks(7, 5, 5), BOTNET_WAY, t);
	}
	h = seen(b, speaks(7, 5, 5), BOTNET_WAY, T0 + 180 * DAY);
	ZT_CASE("one network never makes a way bad, however long it lies",
	    h.bad > 8 && h.llr == 0);
	for (uint32_t i = 0; i < 6; i++)
		for (uint32_t j = 0; j < 10000; j++)
			label(b, speaks(i, 5, 5), true, T0 + 180 * DAY);
	h = seen(b, speaks(7, 5, 5), BOTNET_WAY, T0 + 181 * DAY);
	ZT_CASE("nor do seven", h.llr == 0);
	botnets_free(b);
}

static void
test_good_poison(void)
{
	struct botnets *b = with_servers(1000);
	double was = way_of(b, 14, 250, 0), is;

	for (uint32_t j = 0; j < 10000; j++)
		label(b, speaks(900, 77, 14), false, T0);
	is = seen(b, speaks(1, 77, 14), BOTNET_WAY, T0).llr;
	ZT_CASE("one network that behaves breaks no cluster",
	    was > 3 && is > 3);
	botnets_free(b);
}

static void
test_way_parts(void)
{
	struct botnets *b = with_servers(1000);
	struct botnet_client c = speaks(1, 77, 14);

	(void)way_of(b, 14, 250, 0);
	c.good = true;
	ZT_CASE("who sends wanted mail is not convicted by how it speaks",
	    seen(b, c, BOTNET_WAY, T0).llr == 0);
	ZT_CASE("a way is only known when stack and dialect are",
	    seen(b, speaks(1, 77, 0), BOTNET_WAY, T0).networks == 0);
	botnets_free(b);
}

/* ---- ways by names ---- */

/* `n` networks with names of their own and `less` without any, of one way. */
static void
called(struct botnets *b, uint64_t way, uint32_t n, uint32_t less)
{
	for (uint32_t i = 0; i < n + less; i++) {
		struct botnet_client c = speaks((uint32_t)way * 1000 + i, 77,
		    way);

		c.name_known = true;
		if (i < n)
			c = named(c, "mx.server.example", NAME_SERVER);
		(void)seen(b, c, BOTNET_WAY, T0);
	}
}

static const struct {
	const char *name;
	uint32_t named, nameless;
	double least, most;
} mixes[] = {
	{ "many without a name: zombies, though nobody is labelled", 5, 150,
	    0.5, 3.5 },
	{ "named ones only: servers", 150, 0, -1, -0.5 },
	{ "some servers without a name change nothing", 150, 15, -1, -0.5 },
	{ "of both: says nothing against anybody", 60, 60, -1, 0 },
	{ "a dozen without a name are too few", 0, 12, 0, 0 },
};

static void
test_way_names(void)
{
	for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
		struct botnets *b = fresh();
		double llr;

		for (uint64_t way = 10; way < 20; way++) {
			called(b, way, 40, 2);
			called(b, way + 10, 4, 60);
		}
		called(b, 5, mixes[i].named, mixes[i].nameless);
		llr = seen(b, speaks(1, 77, 5), BOTNET_WAY, T0 + HOUR).llr;
		ZT_CASE(mixes[i].name,
		    llr >= mixes[i].least && llr <= mixes[i].most);
		botnets_free(b);
	}
}

static void
test_way_unnamed(void)
{
	struct botnets *b = fresh();
	struct botnet_client c = speaks(1, 77, 5);

	for (uint32_t i = 0; i < 300; i++)
		(void)seen(b, speaks(i, 77, 5), BOTNET_WAY, T0);
	ZT_CASE("where no names are known, there is nothing to be seen",
	    seen(b, c, BOTNET_WAY, T0 + HOUR).llr == 0);
	called(b, 5, 0, 300);
	called(b, 6, 300, 0);
	ZT_CASE("the same way is known",
	    seen(b, c, BOTNET_WAY, T0 + DAY).llr > 1);
	c.helo_class = HELO_SINGLE;
	ZT_CASE("another kind of HELO is another way",
	    seen(b, c, BOTNET_WAY, T0 + DAY).llr == 0);
	botnets_free(b);
}

/* ---- senders ---- */

static struct botnet_client
sends(uint32_t i, const char *sender)
{
	struct botnet_client c = stranger(i);

	c.sender = text(sender);
	return c;
}

static double
senders(struct botnets *b, const char *sender, uint32_t n)
{
	double llr = 0;

	for (uint32_t i = 0; i < n; i++)
		llr = seen(b, sends(i, sender), BOTNET_SENDER, T0).llr;
	return llr;
}

static void
test_senders(void)
{
	struct botnets *b = fresh();

	ZT_CASE("one sender from 19 networks is nothing",
	    senders(b, "a@shop.example", 19) == 0);
	ZT_CASE("from 25 it is a botnet's",
	    fabs(senders(b, "A@Shop.example", 25) - 2) < 0.01);
	ZT_CASE("the null sender never", senders(b, "", 50) == 0);
	ZT_CASE("nor what machines send as",
	    senders(b, "Postmaster@shop.example", 50) == 0 &&
		senders(b, "MAILER-DAEMON@shop.example", 50) == 0);
	for (uint32_t i = 0; i < 6; i++)
		label(b, sends(i, "a@shop.example"), false, T0);
	ZT_CASE("labels of good ones take it back",
	    senders(b, "a@shop.example", 1) == 0);
	(void)senders(b, "news@list.example", 25);
	for (uint32_t i = 100; i < 150; i++)
		(void)seen(b,
		    named(sends(i, "news@list.example"), "mx.forward.example",
			NAME_SERVER),
		    BOTNET_SENDER, T0);
	ZT_CASE("and so do servers with good names that send it, too",
	    senders(b, "news@list.example", 1) == 0);
	botnets_free(b);
}

/* ---- reverse names ---- */

static struct botnet_client
line(uint32_t i, const char *domain, enum name_class cls, char buf[80])
{
	snprintf(buf, 80, "%u-%u.%s", i, i * 37 % 256, domain);
	return named(stranger(i), buf, cls);
}

static double
lines(struct botnets *b, const char *domain, uint32_t bad, uint32_t good)
{
	enum name_class cls = strncmp(domain, "dyn.", 4) == 0 ? NAME_DYNAMIC :
								NAME_GENERIC;
	struct botnet_client c;
	char buf[80];

	for (uint32_t i = 0; i < 200; i++) {
		c = line(i, domain, cls, buf);
		(void)seen(b, c, BOTNET_RDNS, T0);
		if (i < bad)
			label(b, c, true, T0);
		else if (i < bad + good)
			label(b, c, false, T0);
	}
	c = line(250, domain, cls, buf);
	return seen(b, c, BOTNET_RDNS, T0).llr;
}

static void
test_rdns(void)
{
	struct botnets *b = with_servers(1000);
	char buf[80];
	struct botnet_hit h;
	double few;

	ZT_CASE("three siblings caught say nothing",
	    lines(b, "dyn.three.example", 3, 0) == 0);
	few = lines(b, "dyn.four.example", 4, 0);
	ZT_CASE("four say a little", few > 0.2 && few < 1);
	ZT_CASE("thirty as much as may be",
	    lines(b, "dyn.thirty.example", 30, 0) == 1.5);
	ZT_CASE("customers with servers on such lines pull it down",
	    lines(b, "dyn.mixed.example", 30, 15) < 0.5);
	ZT_CASE("all the way", lines(b, "dyn.server.example", 10, 15) == 0);
	h = seen(b, line(3, "dyn.thirty.example", NAME_DYNAMIC, buf),
	    BOTNET_RDNS, T0);
	ZT_CASE("the template is its name",
	    strcmp(h.name, "rdns~#-#.dyn.thirty.example") == 0);
	h = seen(b, line(3, "dyn.thirty.example", NAME_SERVER, buf),
	    BOTNET_RDNS, T0);
	ZT_CASE("the name of a server is no part of it",
	    h.llr == 0 && h.networks == 0);
	botnets_free(b);
}

static void
test_rdns_owned(void)
{
	struct botnets *b = with_servers(1000);
	double gen = lines(b, "big.example", 30, 0);
	double dyn = lines(b, "dyn.big.example", 30, 0);
	struct botnet_client own = named(says(900, "mx.big.example", HELO_RDNS),
	    "mx.big.example", NAME_SERVER);
	char buf[80];

	(void)seen(b, own, BOTNET_HELO, T0);
	ZT_CASE("names with the address under a domain with servers weigh half",
	    gen == 1.5 &&
		seen(b, line(3, "big.example", NAME_GENERIC, buf), BOTNET_RDNS,
		    T0)
			.llr == 0.75);
	ZT_CASE("those that are called dynamic as before",
	    dyn == 1.5 &&
		seen(b, line(3, "dyn.big.example", NAME_DYNAMIC, buf),
		    BOTNET_RDNS, T0)
			.llr == 1.5);
	botnets_free(b);
}

/* ---- the list ---- */

static void
test_list(void)
{
	struct botnets *b = fresh();
	struct botnet_info out[3];
	size_t n;

	for (uint32_t i = 0; i < 60; i++)
		(void)seen(b, says(i, "a.example", HELO_FQDN), BOTNET_HELO,
		    T0 + i * HOUR);
	for (uint32_t i = 0; i < 90; i++)
		(void)seen(b, says(i, "b.example", HELO_FQDN), BOTNET_HELO, T0);
	for (uint32_t i = 0; i < 30; i++)
		(void)seen(b, says(i, "c.example", HELO_FQDN), BOTNET_HELO, T0);
	for (uint32_t i = 0; i < 40; i++)
		(void)seen(b, says(i, "exchange", HELO_SINGLE), BOTNET_HELO,
		    T0);
	n = botnets_list(b, 0.5, T0 + 59 * HOUR, out, 3);
	ZT_CASE("clusters that convict, the biggest first",
	    n == 3 && strcmp(out[0].hit.name, "helo:b.example") == 0 &&
		strcmp(out[1].hit.name, "helo:a.example") == 0 &&
		strcmp(out[2].hit.name, "helo:c.example") == 0);
	ZT_CASE("with first and last time",
	    out[1].first_ms == T0 && out[1].last_ms == T0 + 59 * HOUR);
	ZT_CASE("what grows shows it",
	    out[1].networks_day >= 21 && out[1].networks_day <= 26 &&
		out[0].networks_day == 0);
	ZT_CASE("and how many came today",
	    out[1].clients_day >= 21 && out[1].clients_day <= 24);
	n = botnets_list(b, 0.5, T0 + 59 * HOUR, out, 1);
	ZT_CASE("room for one: the biggest",
	    n == 1 && strcmp(out[0].hit.name, "helo:b.example") == 0);
	ZT_CASE("room for none: none",
	    botnets_list(b, 0.5, T0 + 59 * HOUR, out, 0) == 0);
	botnets_free(b);
}

/* Sightings of one client within hours are one. */
static void
test_once(void)
{
	struct botnets *b = fresh();
	struct botnet_info out[1];

	for (uint32_t i = 0; i < 30; i++)
		for (int j = 0; j < 5; j++)
			(void)seen(b, says(i, "a.example", HELO_FQDN),
			    BOTNET_HELO, T0);
	(void)botnets_list(b, 0.5, T0, out, 1);
	ZT_CASE("a session that is told of five times counts once",
	    out[0].clients_day >= 28 && out[0].clients_day <= 32);
	botnets_free(b);
}

static const struct zt_test tests[] = {
	{ "bound", test_bound },
	{ "ways", test_ways },
	{ "usual", test_usual },
	{ "poison", test_poison },
	{ "good poison", test_good_poison },
	{ "way parts", test_way_parts },
	{ "way names", test_way_names },
	{ "way unnamed", test_way_unnamed },
	{ "senders", test_senders },
	{ "rdns", test_rdns },
	{ "rdns owned", test_rdns_owned },
	{ "list", test_list },
	{ "once", test_once },
};
ZT_MAIN("botnet_label", tests)
