/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decide: score and history -> what to do, and for how long
 *
 * zt-link: daemon/decide daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/decide.h"
#include "daemon/names.h"
#include "tests/zt.h"

#define T0  ((int64_t)1740988800 * 1000)
#define DAY ((int64_t)86400 * 1000)

static const struct policy pol = {
	.block_p = 0.95,
	.certain_p = 0.999,
	.tier_s = { 600, 3600, 28800, 259200, 1209600, 5184000 },
	.tiers_n = 6,
	.certain_tier = 3,
	.jitter_percent = 10,
	.clean_s = 14 * 86400,
};

static const struct {
	const char *name;
	double p;
	bool agree, immune;
	uint8_t tier;  /* of the last block */
	int64_t ended; /* that long ago; negative: not yet */
	const char *rdns;
	enum decide_what want;
	uint8_t want_tier;
} cases[] = {
	{ "just below the limit", 0.9499, true, false, 0, 0, "", DECIDE_PASS,
	    0 },
	{ "at the limit", 0.95, true, false, 0, 0, "", DECIDE_BLOCK, 1 },
	{ "one family only", 0.9999, false, false, 0, 0, "", DECIDE_ONE_FAMILY,
	    0 },
	{ "known good", 0.9999, true, true, 0, 0, "", DECIDE_IMMUNE, 0 },
	{ "known good and one family", 0.9999, false, true, 0, 0, "",
	    DECIDE_IMMUNE, 0 },
	{ "near certain, without a name", 0.999, true, false, 0, 0, "",
	    DECIDE_BLOCK, 3 },
	{ "near certain, with one", 0.9995, true, false, 0, 0, "mx.a.example",
	    DECIDE_BLOCK, 1 },
	{ "near certain, and higher already", 0.9995, true, false, 4, 0, "",
	    DECIDE_BLOCK, 5 },
	{ "one tier up", 0.96, true, false, 1, 0, "", DECIDE_BLOCK, 2 },
	{ "not above the last", 0.96, true, false, 6, 0, "", DECIDE_BLOCK, 6 },
	{ "nor when the store has a higher one", 0.96, true, false, 200, 0, "",
	    DECIDE_BLOCK, 6 },
	{ "a day short of the clean period", 0.96, true, false, 3, 13 * DAY, "",
	    DECIDE_BLOCK, 4 },
	{ "one clean period", 0.96, true, false, 3, 14 * DAY, "", DECIDE_BLOCK,
	    3 },
	{ "two clean periods", 0.96, true, false, 3, 28 * DAY, "", DECIDE_BLOCK,
	    2 },
	{ "a clean life", 0.96, true, false, 3, 999 * DAY, "", DECIDE_BLOCK,
	    1 },
	{ "a block that ends in the future", 0.96, true, false, 3, -DAY, "",
	    DECIDE_BLOCK, 4 },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = { .tier = cases[i].tier,
			.offences = cases[i].tier,
			.block_until_ms = T0 - cases[i].ended };
		struct score s = { .p = cases[i].p,
			.families_agree = cases[i].agree,
			.families = 1U << FAMILY_NAME | 1U << FAMILY_RECIPIENT,
			.immune = cases[i].immune };
		struct decision d;

		snprintf(c.rdns, sizeof(c.rdns), "%s", cases[i].rdns);
		c.name_class = c.rdns[0] == '\0' ? NAME_NONE : NAME_SERVER;
		c.facts[c.rdns[0] == '\0' ? EVIDENCE_RDNS_NONE : EVIDENCE_NAMED]
		    .last_ms = T0;
		d = decide(&pol, &c, &s, T0);
		ZT_CASE(cases[i].name,
		    d.what == cases[i].want && d.tier == cases[i].want_tier);
	}
}

static void
test_jitter(void)
{
	uint32_t least = UINT32_MAX, most = 0;
	struct score s = { .p = 0.96, .families_agree = true };
	struct policy exact = pol;
	bool same = true;

	for (uint32_t i = 0; i < 2000; i++) {
		struct client c = { .key = addr_v4(i) };
		struct decision d = decide(&pol, &c, &s, T0);
		struct decision again = decide(&pol, &c, &s, T0 + DAY);

		same = same && d.for_s == again.for_s;
		least = d.for_s < least ? d.for_s : least;
		most = d.for_s > most ? d.for_s : most;
	}
	ZT_CASE("never shorter than ten percent less", least >= 540);
	ZT_CASE("nor longer than ten percent more", most <= 660);
	ZT_CASE("and all between", least <= 545 && most >= 655);
	ZT_CASE("the same offence gets the same", same);
	exact.jitter_percent = 0;
	ZT_CASE("none, none",
	    decide(&exact, &(struct client){ .tier = 0 }, &s, T0).for_s == 600);
}

static void
test_odd_policies(void)
{
	struct score sure = { .p = 0.9999,
		.families_agree = true,
		.families = 1U << FAMILY_RECIPIENT };
	struct client c = { .tier = 2,
		.offences = 2,
		.facts[EVIDENCE_RDNS_NONE] = { .last_ms = T0 } };
	struct policy p = pol;
	struct decision d;

	p.tiers_n = 0;
	ZT_CASE("without tiers nobody is blocked",
	    decide(&p, &c, &sure, T0).what == DECIDE_PASS);
	p.tiers_n = 2;
	d = decide(&p, &c, &sure, T0);
	ZT_CASE("a certain tier that is not there is the last",
	    d.tier == 2 && d.for_s >= 3240);
	p.clean_s = 0;
	ZT_CASE("no clean period, no mercy",
	    decide_tier(&p, &c, T0 + 9999 * DAY) == 2);
}

static void
test_name_not_known(void)
{
	struct score sure = { .p = 0.9999, .families_agree = true };
	struct client c = { .tier = 0 };

	ZT_CASE("near certain, but nobody has asked for its name",
	    decide(&pol, &c, &sure, T0).tier == 1);
}

/* Where a certain zombie begins depends on what convicts it. */
static void
test_certain(void)
{
	static const struct {
		const char *name;
		unsigned families;
		uint8_t name_class, want;
	} all[] = {
		{ "by its recipients: as high as it says",
		    1U << FAMILY_RECIPIENT, NAME_NONE, 3 },
		{ "or by being like others",
		    1U << FAMILY_GROUP | 1U << FAMILY_NAME, NAME_NONE, 3 },
		{ "only by how it speaks: one tier below",
		    1U << FAMILY_WIRE | 1U << FAMILY_NAME, NAME_NONE, 2 },
		{ "the name of a line vouches for nobody",
		    1U << FAMILY_RECIPIENT, NAME_DYNAMIC, 3 },
		{ "nor one made from the address", 1U << FAMILY_RECIPIENT,
		    NAME_GENERIC, 3 },
		{ "a name of its own does", 1U << FAMILY_RECIPIENT, NAME_HOST,
		    0 },
		{ "and the name of a server", 1U << FAMILY_RECIPIENT,
		    NAME_SERVER, 0 },
	};
	uint32_t for_s;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct client c = { .name_class = all[i].name_class,
			.facts[EVIDENCE_NAMED] = { .last_ms = T0 } };
		struct score s = { .p = 0.9995,
			.families_agree = true,
			.families = all[i].families };

		ZT_CASE(all[i].name,
		    decide_certain(&pol, &c, &s, &for_s) == all[i].want);
	}
}

/* A mail server and something else behind one address. */
static void
test_shared(void)
{
	static const struct {
		const char *name;
		uint8_t name_class;
		uint16_t good_days;
		uint32_t mails;
		int64_t seen; /* the other stack, so long ago; 0 = never */
		enum decide_what want;
	} all[] = {
		{ "two stacks behind a server's name, and a wanted mail",
		    NAME_SERVER, 0, 1, 1, DECIDE_SHARED },
		{ "or behind any name of its own", NAME_HOST, 0, 1, 1,
		    DECIDE_SHARED },
		{ "a name alone is not enough", NAME_SERVER, 0, 0, 1,
		    DECIDE_BLOCK },
		{ "two stacks and wanted mail on many days", NAME_NONE, 9, 9, 1,
		    DECIDE_SHARED },
		{ "one mail is not enough without a name", NAME_NONE, 1, 1, 1,
		    DECIDE_BLOCK },
		{ "nor with the name of a line", NAME_DYNAMIC, 1, 1, 1,
		    DECIDE_BLOCK },
		{ "two stacks, and nothing else", NAME_NONE, 0, 0, 1,
		    DECIDE_BLOCK },
		{ "the other one has not been seen for days", NAME_SERVER, 9, 9,
		    3 * DAY, DECIDE_BLOCK },
		{ "one stack behind a server's name", NAME_SERVER, 9, 9, 0,
		    DECIDE_BLOCK },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct client c = { .name_class = all[i].name_class,
			.good_days = all[i].good_days,
			.good_mails = all[i].mails };
		struct score s = { .p = 0.97, .families_agree = true };

		if (all[i].seen != 0)
			client_set(&c, EVIDENCE_STACK_MANY, 0,
			    T0 - all[i].seen);
		ZT_CASE(all[i].name,
		    decide(&pol, &c, &s, T0).what == all[i].want);
	}
}

static void
test_trapped(void)
{
	struct score s = { .p = 0.5, .families_agree = true, .trapped = true };
	struct client c = { .tier = 0 };

	ZT_CASE("two traps convict whatever the sum is",
	    decide(&pol, &c, &s, T0).what == DECIDE_BLOCK &&
		decide(&pol, &c, &s, T0).tier == 1);
	s.immune = true;
	ZT_CASE("but not who is immune",
	    decide(&pol, &c, &s, T0).what == DECIDE_IMMUNE);
}

static void
test_no_offence(void)
{
	struct client c = { .tier = 1, .block_until_ms = T0 };

	ZT_CASE("a flood that was stopped is no step up",
	    decide_tier(&pol, &c, T0 + 1) == 1);
	c.offences = 1;
	ZT_CASE("an offence is", decide_tier(&pol, &c, T0 + 1) == 2);
}

/* How wide a block is, by the machines that are known. */
static void
test_narrow(void)
{
	static const struct stack lin = { 60, 64240, 1460, true };
	static const struct stack win = { 52, 64240, 1460, true };
	static const struct {
		const char *name;
		uint8_t name_class;
		uint16_t good_days;
		bool server;     /* a Linux that sent wanted mail is there */
		bool same_stack; /* the offender is a Linux, too */
		bool same_helo;
		int64_t ago; /* since it was seen */
		enum decide_what want;
		unsigned narrow;
		enum decide_who who;
	} all[] = {
		{ "one machine: all of it", NAME_NONE, 0, false, false, false,
		    0, DECIDE_BLOCK, 0, DECIDE_ADDRESS },
		{ "wanted mail from another machine: the zombie's stack",
		    NAME_SERVER, 3, true, false, false, 0, DECIDE_BLOCK, 1,
		    DECIDE_FACE },
		{ "without a name as well, on two days", NAME_NONE, 2, true,
		    false, false, 0, DECIDE_BLOCK, 1, DECIDE_FACE },
		{ "the server was seen a month ago", NAME_SERVER, 3, true,
		    false, false, 30 * DAY, DECIDE_BLOCK, 1, DECIDE_FACE },
		{ "wanted mail from nobody knows which", NAME_SERVER, 3, false,
		    false, false, 0, DECIDE_BLOCK, 1, DECIDE_FACE },
		{ "the same stack: no more than the session", NAME_SERVER, 3,
		    true, true, false, 0, DECIDE_SHARED, 0, DECIDE_ADDRESS },
		{ "the same stack and HELO: it is that server", NAME_SERVER, 3,
		    true, true, true, 0, DECIDE_BLOCK, 0, DECIDE_ADDRESS },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct score s = { .p = 0.99, .families_agree = true };
		struct client c = { .name_class = all[i].name_class,
			.good_days = all[i].good_days,
			.good_mails = all[i].good_days };
		struct decision d;

		if (all[i].server) {
			faces_open(&c.faces, &lin, T0 - all[i].ago);
			faces_at(&c.faces, &lin, 7);
			faces_note(&c.faces, EVIDENCE_ACCEPTED, 1,
			    T0 - all[i].ago);
			faces_settled(&c.faces, &lin, T0 - all[i].ago);
		}
		faces_open(&c.faces, all[i].same_stack ? &lin : &win, T0);
		faces_at(&c.faces, all[i].same_stack ? &lin : &win,
		    all[i].same_helo ? 7 : 8);
		faces_note(&c.faces, EVIDENCE_EARLY_TALK, 1, T0);
		d = decide(&pol, &c, &s, T0);
		ZT_CASE(all[i].name,
		    d.what == all[i].want && d.narrow_n == all[i].narrow &&
			decide_who(&c, false, T0) == all[i].who &&
			(d.narrow_n == 0 ||
			    stack_eq(&d.narrow[0],
				all[i].same_stack ? &lin : &win)));
	}
}

static void
offends(struct client *c, uint16_t len, int64_t t_ms)
{
	const struct stack s = { len, 64240, 1460, true };

	faces_open(&c->faces, &s, t_ms);
	faces_note(&c->faces, EVIDENCE_EARLY_TALK, 1, t_ms);
}

/* As many stacks as are remembered, and each has offended. */
static void
test_all_bad(void)
{
	struct score s = { .p = 0.99, .families_agree = true };
	struct client c = { .tier = 0 };

	offends(&c, 40, T0);
	offends(&c, 44, T0);
	ZT_CASE("two that offend are blocked as two",
	    decide(&pol, &c, &s, T0).narrow_n == 2);
	offends(&c, 48, T0);
	ZT_CASE("three, as the whole address",
	    decide(&pol, &c, &s, T0).what == DECIDE_BLOCK &&
		decide(&pol, &c, &s, T0).narrow_n == 0);
	c.block_until_ms = T0 + 1;
	ZT_CASE("but the third of a block that goes on is added to it",
	    decide(&pol, &c, &s, T0).narrow_n != 0);
	c.block_until_ms = 0;
	c.faces.v[1].accepted = 1;
	c.faces.v[1].good_ms = T0;
	ZT_CASE("and one that sends mail is not blocked for the others",
	    decide(&pol, &c, &s, T0).narrow_n == 2);
}

/* Beside a zombie that is blocked, each by its own deeds. */
static void
test_beside(void)
{
	struct client c = { .block_until_ms = T0 + 1, .narrow_n = 1 };

	offends(&c, 40, T0);
	c.narrow[0] = c.faces.v[0].stack;
	ZT_CASE("who is blocked is judged with its address",
	    decide_who(&c, false, T0) == DECIDE_ADDRESS);
	offends(&c, 44, T0);
	ZT_CASE("who stands beside it, alone",
	    decide_who(&c, false, T0) == DECIDE_FACE);
	ZT_CASE("as long as the block lasts",
	    decide_who(&c, false, T0 + 1) == DECIDE_ADDRESS);
}

/* A server whose double's sessions were ended, at an event of its own. */
static void
test_double(void)
{
	const struct stack lin = { 60, 64240, 1460, true };
	struct score s = { .p = 0.99, .families_agree = true };
	struct client c = { .name_class = NAME_SERVER, .good_mails = 1 };

	faces_open(&c.faces, &lin, T0);
	faces_at(&c.faces, &lin, 7);
	faces_note(&c.faces, EVIDENCE_ACCEPTED, 1, T0);
	client_set(&c, EVIDENCE_ACCEPTED, 0, T0);
	faces_at(&c.faces, &lin, 8);
	faces_note(&c.faces, EVIDENCE_EARLY_TALK, 1, T0);
	faces_at(&c.faces, &lin, 7);
	ZT_CASE("what the server did is its own",
	    decide(&pol, &c, &s, T0).what == DECIDE_BLOCK);
	c.cut_ms = T0;
	c.cut_stack = lin;
	ZT_CASE("what its double was cut for is not",
	    decide(&pol, &c, &s, T0).what == DECIDE_SHARED);
	faces_note(&c.faces, EVIDENCE_TRAP_RCPT, 1, T0);
	ZT_CASE("but what it does now is",
	    decide(&pol, &c, &s, T0).what == DECIDE_BLOCK);
	faces_at(&c.faces, &lin, 7);
	c.block_until_ms = T0;
	ZT_CASE("and a session that was cut by a block tells of no double",
	    decide(&pol, &c, &s, T0).what == DECIDE_BLOCK);
}

static const struct zt_test tests[] = {
	{ "double", test_double },
	{ "all_bad", test_all_bad },
	{ "beside", test_beside },
	{ "certain", test_certain },
	{ "shared", test_shared },
	{ "narrow", test_narrow },
	{ "trapped", test_trapped },
	{ "no_offence", test_no_offence },
	{ "table", test_table },
	{ "name_not_known", test_name_not_known },
	{ "jitter", test_jitter },
	{ "odd_policies", test_odd_policies },
};
ZT_MAIN("decide", tests)
