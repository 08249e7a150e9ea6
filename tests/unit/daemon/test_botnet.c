/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet: what makes a cluster, what it weighs, and what must never taint
 * the owner of a name.
 *
 * zt-link: daemon/botnet daemon/botnet_table daemon/botnet_weigh
 * zt-link: daemon/botnet_trait daemon/botnet_count daemon/names
 * zt-link: daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "tests/unit/daemon/botnetcase.h"

static bool
near(double x, double want)
{
	return fabs(x - want) < 0.01;
}

/* ---- the same HELO ---- */

static const struct {
	const char *name, *helo;
	enum helo_class cls;
	double want; /* by the count of 25 networks */
} words[] = {
	{ "a name that must be somebody's weighs 3", "smtp.victim.example",
	    HELO_FQDN, 3 },
	{ "so does our own name", "mx.ours.example", HELO_OURS, 3 },
	{ "a single word is weak by itself", "ylmf-pc", HELO_SINGLE, 1 },
	{ "so is what is no name", "hello there", HELO_BAD, 1 },
	{ "so is a name out of a manual", "mail.mydomain.com", HELO_FQDN, 1 },
	{ "what any office calls its server says nothing", "EXCHANGE",
	    HELO_SINGLE, 0 },
	{ "a HELO that is told of as a local name is left alone", "pc.lan",
	    HELO_LOCAL, 0 },
	{ "so is one that is the client's address", "[192.0.2.1]", HELO_LITERAL,
	    0 },
};

static void
test_words(void)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct botnets *b = fresh();
		struct botnet_hit h = many(b, words[i].helo, words[i].cls, 0,
		    25);

		ZT_CASE(words[i].name, near(h.llr, words[i].want));
		botnets_free(b);
	}
}

static void
test_size(void)
{
	static const unsigned sizes[] = { 3, 5, 19, 20, 50, 200, 1000, 5000,
		40000 };
	struct botnets *b = fresh();
	struct botnet_hit h = many(b, "bot.example", HELO_FQDN, 0, GROUP - 1);
	size_t at = 0;

	ZT_CASE("19 networks are no cluster", h.llr == 0);
	h = many(b, "bot.example", HELO_FQDN, 0, 10000);
	h = many(b, "x.example", HELO_FQDN, 7, 1);
	ZT_CASE("a million sightings of one network are one network",
	    h.llr == 0 && h.networks == 0);
	for (uint32_t i = 1; i <= 40000; i++) {
		char name[64];

		h = seen(b, says(i, "ylmf-pc", HELO_SINGLE), BOTNET_HELO, T0);
		if (i != sizes[at])
			continue;
		at++;
		snprintf(name, sizeof(name), "%u networks are about %u", i,
		    h.networks);
		ZT_CASE(name, fabs((double)h.networks - i) <= 1 + 0.2 * i);
	}
	h = seen(b, says(7, "YLMF-PC.", HELO_SINGLE), BOTNET_HELO, T0);
	ZT_CASE("neither case nor a dot at the end matters",
	    h.networks > 30000);
	ZT_CASE("it has a name that can be printed",
	    strcmp(h.name, "helo:ylmf-pc") == 0);
	botnets_free(b);
	botnets_free(NULL);
}

/* 500 machines of one network, one of them a million times. */
static void
test_one_network(void)
{
	struct botnets *b = fresh();
	struct botnet_hit h = { 0 };

	for (uint32_t i = 0; i < 100000; i++) {
		struct botnet_client c = says(7, "bot.example", HELO_FQDN);

		c.key.b[3] = (uint8_t)i;
		h = seen(b, c, BOTNET_HELO, T0 + i);
		label(b, c, true, T0 + i);
	}
	ZT_CASE("one network alone makes no cluster, nor labels",
	    h.llr == 0 && h.bad == 0);
	(void)many(b, "bot.example", HELO_FQDN, 8, GROUP - 2);
	for (uint32_t i = 0; i < 1000; i++)
		label(b, says(7, "bot.example", HELO_FQDN), true, T0 + i);
	h = many(b, "bot.example", HELO_FQDN, 8, 1);
	ZT_CASE("nor in a cluster: a thousand labels a day are one",
	    h.bad <= 1 && h.llr == 0);
	botnets_free(b);
}

static void
test_good_labels(void)
{
	struct botnets *b = fresh();
	double was = many(b, "mail.soft.example", HELO_FQDN, 0, 30).llr;
	bool falls = true;

	for (uint32_t i = 0; i < 10; i++) {
		double is;

		label(b, says(i, "mail.soft.example", HELO_FQDN), false, T0);
		is = many(b, "mail.soft.example", HELO_FQDN, 0, 1).llr;
		falls &= is < was;
		was = is;
	}
	ZT_CASE("each sender of wanted mail takes weight off", falls);
	ZT_CASE("ten of thirty: it speaks for them, but not much",
	    was < 0 && was >= -1);
	for (uint32_t i = 0; i < 300; i++)
		label(b, says(i, "mail.soft.example", HELO_FQDN), false, T0);
	was = many(b, "mail.soft.example", HELO_FQDN, 0, 300).llr;
	ZT_CASE("never below -1", was == -1);
	botnets_free(b);
}

static void
test_bad_labels(void)
{
	struct botnets *b = fresh();
	double few, sure;

	(void)many(b, "ylmf-pc", HELO_SINGLE, 0, 200);
	(void)many(b, "exchange", HELO_SINGLE, 300, 200);
	/* So that it is known what is usual. */
	for (uint32_t i = 1000; i < 1100; i++)
		label(b, stranger(i), false, T0);
	for (uint32_t i = 0; i < 5; i++)
		label(b, says(i, "ylmf-pc", HELO_SINGLE), true, T0);
	few = many(b, "ylmf-pc", HELO_SINGLE, 0, 1).llr;
	for (uint32_t i = 0; i < 100; i++) {
		label(b, says(i, "ylmf-pc", HELO_SINGLE), true, T0);
		label(b, says(300 + i, "exchange", HELO_SINGLE), true, T0);
		if (i % 3 == 0)
			label(b, says(300 + i, "exchange", HELO_SINGLE), false,
			    T0);
	}
	sure = many(b, "ylmf-pc", HELO_SINGLE, 0, 1).llr;
	ZT_CASE("five labels make a word hardly worse", few < 2);
	ZT_CASE("a hundred make it sure", sure == 3);
	ZT_CASE("a word of zombies and of servers stays weak",
	    many(b, "exchange", HELO_SINGLE, 300, 1).llr < 1);
	botnets_free(b);
}

static void
test_good_names(void)
{
	struct botnets *b = fresh();
	struct botnet_hit h;

	(void)many(b, "relay.soft.example", HELO_FQDN, 0, 25);
	for (uint32_t i = 100; i < 105; i++)
		h = seen(b,
		    named(says(i, "relay.soft.example", HELO_FQDN),
			"pc.office.example", NAME_HOST),
		    BOTNET_HELO, T0);
	ZT_CASE("a member with a good name is half convicted",
	    near(h.llr, 1.5));
	ZT_CASE("and makes the cluster no bigger", h.networks <= 26);
	for (uint32_t i = 100; i < 200; i++)
		h = seen(b,
		    named(says(i, "relay.soft.example", HELO_FQDN),
			"mail.office.example", NAME_SERVER),
		    BOTNET_HELO, T0);
	ZT_CASE("what servers with names of their own say, too, is no botnet's",
	    h.llr == -1);
	botnets_free(b);
}

static void
test_wanted(void)
{
	struct botnets *b = fresh();
	struct botnet_client c = says(90, "relay.soft.example", HELO_FQDN);
	struct botnet_hit h;

	(void)many(b, "relay.soft.example", HELO_FQDN, 0, 25);
	c.good = true;
	h = seen(b, c, BOTNET_HELO, T0);
	ZT_CASE("who sends wanted mail is not held to be of it", h.llr <= 0);
	ZT_CASE("but speaks for those who are", h.good == 1);
	label(b, c, true, T0);
	h = seen(b, c, BOTNET_HELO, T0);
	ZT_CASE("and never against them", h.bad == 0);
	botnets_free(b);
}

static void
test_name_unknown(void)
{
	struct botnets *b = fresh();
	struct botnet_client c = says(90, "bot.example", HELO_FQDN);
	struct botnet_hit h;

	(void)many(b, "bot.example", HELO_FQDN, 0, 25);
	c.name_known = false;
	h = seen(b, c, BOTNET_HELO, T0);
	ZT_CASE("nobody is held to be of it before its name is known",
	    h.llr == 0);
	botnets_free(b);
}

/* ---- somebody's name ---- */

static struct botnet_client
outlook(uint32_t i, const char *helo)
{
	return named(says(i, helo, HELO_FQDN),
	    "mail-eur05.outbound.outlook.example", NAME_SERVER);
}

static void
test_stolen_before(void)
{
	struct botnets *b = fresh();

	ZT_CASE("a stolen name is a botnet's at first",
	    near(many(b, "mail.outlook.example", HELO_FQDN, 0, 50).llr, 3));
	ZT_CASE("but its owner was never in it",
	    seen(b, outlook(900, "mail.outlook.example"), BOTNET_HELO, T0)
		    .llr == 0);
	ZT_CASE("once the owner has said it, it is nobody's cluster",
	    many(b, "mail.outlook.example", HELO_FQDN, 60, 50).llr == 0);
	ZT_CASE("nor does the list have it",
	    botnets_list(b, 0.1, T0, &(struct botnet_info){ 0 }, 1) == 0);
	botnets_free(b);
}

static void
test_stolen_after(void)
{
	struct botnets *b = fresh();
	struct botnet_hit h = { 0 };

	(void)seen(b, outlook(900, "mail.outlook.example"), BOTNET_HELO, T0);
	ZT_CASE("a name that its owner said first is nobody's cluster",
	    many(b, "mail.outlook.example", HELO_FQDN, 0, 50).llr == 0);
	ZT_CASE("its owner's other machines are none",
	    seen(b, outlook(901, "mail.outlook.example"), BOTNET_HELO, T0)
		    .llr == 0);
	ZT_CASE("another name is",
	    near(many(b, "mail.other.example", HELO_FQDN, 0, 50).llr, 3));
	for (uint32_t i = 0; i < 50; i++)
		h = seen(b, says(i, "mail.outlook.example", HELO_FQDN),
		    BOTNET_HELO, T0 + 32 * DAY);
	ZT_CASE("a month later, unless the owner came again, it may be one",
	    near(h.llr, 3));
	botnets_free(b);
}

static void
test_victim(void)
{
	struct botnets *b = fresh();
	struct botnet_client v = named(says(900, "mx.victim.example",
					   HELO_RDNS),
	    "mx.victim.example", NAME_SERVER);

	(void)many(b, "mx.victim.example", HELO_FQDN, 0, 30);
	ZT_CASE("a victim whose name thirty bots say is not one of them",
	    seen(b, v, BOTNET_HELO, T0).llr == 0);
	label(b, v, true, T0);
	ZT_CASE("and nobody is any more",
	    seen(b, says(3, "mx.victim.example", HELO_FQDN), BOTNET_HELO, T0)
		    .llr == 0);
	botnets_free(b);
}

/* A million names that one attacker's own domain confirms. */
static void
test_owned_flood(void)
{
	struct botnets *b = fresh();
	char helo[64];

	for (int d = 0; d < 2; d++)
		(void)seen(b, outlook(900, "mail.outlook.example"), BOTNET_HELO,
		    T0 + d * DAY);
	for (uint32_t i = 0; i < 300000; i++) {
		snprintf(helo, sizeof(helo), "h%u.evil.example", i);
		(void)seen(b,
		    named(says(901, helo, HELO_FQDN), "ns.evil.example",
			NAME_SERVER),
		    BOTNET_HELO, T0 + DAY + i);
	}
	ZT_CASE("a flood of confirmed names does not push out known ones",
	    many(b, "mail.outlook.example", HELO_FQDN, 0, 50).llr == 0);
	botnets_free(b);
}

/* ---- forgetting, and full tables ---- */

static void
test_forgetting(void)
{
	struct botnets *b = fresh();
	struct botnet_hit h;

	(void)many(b, "bot.example", HELO_FQDN, 0, 30);
	h = seen(b, says(31, "bot.example", HELO_FQDN), BOTNET_HELO,
	    T0 + 10 * DAY);
	ZT_CASE("ten days later the cluster is known", h.networks >= 28);
	h = seen(b, says(32, "bot.example", HELO_FQDN), BOTNET_HELO,
	    T0 + 41 * DAY);
	ZT_CASE("a month of silence later it is not", h.networks == 0);
	(void)many(b, "slow.example", HELO_FQDN, 0, 10);
	for (uint32_t i = 0; i < 200; i++)
		h = seen(b, says(i / 2, "slow.example", HELO_FQDN), BOTNET_HELO,
		    T0 + (41 + i) * DAY);
	ZT_CASE("a new network every other day never makes a cluster",
	    h.networks < GROUP && h.llr == 0);
	botnets_free(b);
}

static void
test_full(void)
{
	struct botnets *b = fresh();
	char helo[32];

	(void)many(b, "bot.example", HELO_FQDN, 0, 30);
	for (uint32_t i = 0; i < 200000; i++) {
		snprintf(helo, sizeof(helo), "noise%u.example", i / 5);
		(void)seen(b, says(i % 5, helo, HELO_FQDN), BOTNET_HELO,
		    T0 + i);
	}
	ZT_CASE("a flood of small clusters does not push out a big one",
	    seen(b, says(1, "bot.example", HELO_FQDN), BOTNET_HELO, T0 + HOUR)
		    .networks >= 28);
	botnets_free(b);
}

/* ---- templates of HELOs ---- */

/* `around` with figures for the '*'. */
static void
template_of(struct botnets *b, const char *around, uint32_t n, unsigned bad,
    unsigned good)
{
	for (uint32_t i = 0; i < n; i++) {
		char helo[64];
		struct botnet_client c;

		snprintf(helo, sizeof(helo), "%.*s%u%s",
		    (int)strcspn(around, "*"), around, i * 7919 % 90000 + 10000,
		    strchr(around, '*') + 1);
		c = says(i, helo,
		    strchr(helo, '.') == NULL ? HELO_SINGLE : HELO_FQDN);
		(void)seen(b, c, BOTNET_TEMPLATE, T0);
		if (i < bad)
			label(b, c, true, T0);
		else if (i < bad + good)
			label(b, c, false, T0);
	}
}

static double
template_llr(struct botnets *b, const char *helo)
{
	return seen(b,
	    says(3, helo, strchr(helo, '.') == NULL ? HELO_SINGLE : HELO_FQDN),
	    BOTNET_TEMPLATE, T0)
	    .llr;
}

static void
test_templates(void)
{
	struct botnets *b = fresh();

	for (uint32_t i = 2000; i < 2100; i++)
		label(b, stranger(i), false, T0);
	template_of(b, "count*.example", 500, 0, 0);
	ZT_CASE("the count of a template says nothing",
	    template_llr(b, "count77.example") == 0);
	template_of(b, "few*.example", 500, 8, 0);
	ZT_CASE("nor do eight labels: one in five might be good",
	    template_llr(b, "few77.example") == 0);
	template_of(b, "bad*.example", 500, 60, 0);
	ZT_CASE("sixty bad ones and none good do",
	    near(template_llr(b, "bad77.example"), 2));
	template_of(b, "mixed*.example", 500, 60, 6);
	ZT_CASE("not when one in ten is good",
	    template_llr(b, "mixed77.example") == 0);
	template_of(b, "DESKTOP-A*B", 500, 60, 0);
	ZT_CASE("machine names that Windows draws are one template",
	    near(template_llr(b, "desktop-4K2L9QT"), 2));
	template_of(b, "small*.example", 19, 19, 0);
	ZT_CASE("less than twenty networks are none",
	    template_llr(b, "small1.example") == 0);
	botnets_free(b);
}

static void
test_plan(void)
{
	struct botnets *b = fresh();
	struct botnet_client own = named(says(900, "mail1.plan.example",
					     HELO_RDNS),
	    "mail1.plan.example", NAME_SERVER);

	for (uint32_t i = 2000; i < 2100; i++)
		label(b, stranger(i), false, T0);
	template_of(b, "mail*.plan.example", 100, 60, 0);
	ZT_CASE("the plan of a domain that nobody confirms may be a botnet's",
	    template_llr(b, "mail5.plan.example") > 1);
	(void)seen(b, own, BOTNET_TEMPLATE, T0);
	ZT_CASE("that of a domain with confirmed servers is none",
	    template_llr(b, "mail5.plan.example") == 0);
	botnets_free(b);
}

static const struct zt_test tests[] = {
	{ "words", test_words },
	{ "size", test_size },
	{ "one network", test_one_network },
	{ "good labels", test_good_labels },
	{ "bad labels", test_bad_labels },
	{ "good names", test_good_names },
	{ "wanted", test_wanted },
	{ "name unknown", test_name_unknown },
	{ "stolen before", test_stolen_before },
	{ "stolen after", test_stolen_after },
	{ "victim", test_victim },
	{ "owned flood", test_owned_flood },
	{ "forgetting", test_forgetting },
	{ "full", test_full },
	{ "templates", test_templates },
	{ "plan", test_plan },
};
ZT_MAIN("botnet", tests)
