/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_learn: who may teach what, and when
 *
 * zt-link: @ENGINE
 * zt-libs: libsodium libm libpcre2-8
 */
#include "tests/unit/daemon/evidenceworld.h"

#define WHO     0xc6336401U
#define UNKNOWN "550 5.1.1 <u>: Recipient address rejected: User unknown"

/* A message that is taken, and settles an hour later; then the next day. */
static void
good_day(struct world *w, uint32_t a, bool spam)
{
	struct log_event taken = { .kind = LOG_ACCEPT,
		.client = addr_v4(a),
		.qid = text("4ZABC") };
	struct log_event queue = { .kind = LOG_INFO,
		.qid = text("4ZABC"),
		.queued = true,
		.nrcpt = 2 };
	struct log_event refused = { .kind = LOG_CONTENT_REJECT,
		.qid = text("4ZABC") };

	evidence_good(w->e, &taken, NULL, w->now_ms);
	evidence_message(w->e, &queue, 0, text("queued"), w->now_ms);
	if (spam)
		evidence_message(w->e, &refused, 0, text("spam"), w->now_ms);
	w->now_ms += 2 * 3600 * SEC;
	evidence_tick(w->e, w->now_ms);
	w->now_ms += DAY - 2 * 3600 * SEC;
}

static void
traps(struct world *w, uint32_t a, unsigned n)
{
	struct session s = session_of(a, w->now_ms * 1000);

	if (n > 0)
		wire_rcpt(w, &s, "trap@example.org", UNKNOWN);
	if (n > 1)
		wire_rcpt(w, &s, "second@trap.example", UNKNOWN);
}

static void
unknowns(struct world *w, uint32_t a, unsigned n)
{
	struct session s = session_of(a, w->now_ms * 1000);
	char rcpt[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(rcpt, sizeof(rcpt), "u%u@example.org", i);
		wire_rcpt(w, &s, rcpt, UNKNOWN);
	}
}

/* ---- bad labels ---- */

static const struct {
	const char *label; /* a sentence: it is the failure message */
	const char *name;  /* confirmed, "" = it has none, NULL = not told */
	unsigned traps, unknown, good_days;
	bool peer, later; /* later: it was there half an hour ago */
	unsigned bad;
} bad_cases[] = {
	{ "who has no name and hits a trap", "", 1, 0, 0, false, false, 1 },
	{ "two traps on one day are one label", "", 2, 0, 0, false, false, 1 },
	{ "who asks for three that do not exist", "", 0, 3, 0, false, false,
	    1 },
	{ "two are mistakes", "", 0, 2, 0, false, false, 0 },
	{ "a name made from the address is none", "198-51-100-1.isp.example", 1,
	    0, 0, false, false, 1 },
	{ "nor is that of a line", "dsl-198-51-100-1.dyn.isp.example", 1, 0, 0,
	    false, false, 1 },
	{ "a name of its own", "host7.a.example", 1, 9, 0, false, false, 0 },
	{ "a server's name", "mx.a.example", 2, 9, 0, false, false, 0 },
	{ "one whose name nobody has told yet", NULL, 2, 9, 0, false, false,
	    0 },
	{ "nobody has told it for half an hour", NULL, 1, 0, 0, false, true,
	    1 },
	{ "whose mail was wanted", "", 2, 9, 1, false, false, 0 },
	{ "whom we deliver mail to", "", 2, 9, 0, true, false, 0 },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		struct log_event sent = { .kind = LOG_SENT,
			.client = addr_v4(WHO) };
		struct world w;

		world_begin(&w);
		(void)client_of(&w, WHO);
		if (bad_cases[i].later)
			w.now_ms += 1800 * SEC;
		if (bad_cases[i].name != NULL)
			name_is(&w, WHO, bad_cases[i].name);
		for (unsigned d = 0; d < bad_cases[i].good_days; d++)
			good_day(&w, WHO, false);
		if (bad_cases[i].peer)
			evidence_good(w.e, &sent, NULL, w.now_ms);
		traps(&w, WHO, bad_cases[i].traps);
		unknowns(&w, WHO, bad_cases[i].unknown);
		ZT_CASE(bad_cases[i].label,
		    taught(&w).taught == bad_cases[i].bad);
		world_end(&w);
	}
}

static void
test_not_our_blocks(void)
{
	struct world w;
	struct client *c;

	world_begin(&w);
	name_is(&w, WHO, "");
	c = client_of(&w, WHO);
	c->offences = 1;
	c->offence_ms = w.now_ms;
	c->block_until_ms = w.now_ms + DAY;
	evidence_caught(w.e, c, w.now_ms);
	ZT_CASE("that we blocked it teaches nothing", taught(&w).taught == 0);
	world_end(&w);
}

static void
test_stale_list(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct world w;
	char rcpt[32];

	world_begin(&w);
	name_is(&w, WHO, "");
	for (unsigned i = 0; i < 30; i++) {
		snprintf(rcpt, sizeof(rcpt), "real%u@example.org", i);
		wire_rcpt(&w, &s, rcpt, "250 2.1.5 Ok");
	}
	unknowns(&w, WHO, 6);
	ZT_CASE("an old list with six of 36 that are gone teaches nothing bad",
	    taught(&w).taught == 0);
	world_end(&w);
}

static void
test_days(void)
{
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	for (unsigned day = 0; day < 3; day++) {
		traps(&w, WHO, 2);
		unknowns(&w, WHO, 9);
		w.now_ms += DAY;
	}
	ZT_CASE("it teaches once a day", taught(&w).taught == 3);
	world_end(&w);
}

static void
test_one_network(void)
{
	struct world w;

	world_begin(&w);
	for (uint32_t a = 1; a < 100; a++) {
		name_is(&w, 0xc6336400U + a, "");
		traps(&w, 0xc6336400U + a, 1);
	}
	ZT_CASE("a hundred of one network teach as one",
	    taught(&w).taught == 1 && taught(&w).bad < 1.1);
	for (uint32_t a = 1; a < 100; a++) {
		name_is(&w, 0xc7000001U + (a << 8), "");
		traps(&w, 0xc7000001U + (a << 8), 1);
	}
	ZT_CASE("of a hundred networks, as a hundred",
	    taught(&w).taught == 100);
	world_end(&w);
}

/* ---- good labels ---- */

static const struct {
	const char *label;
	const char *name;
	unsigned days, spam_days, traps;
	unsigned good;
} good_cases[] = {
	{ "one day of wanted mail is not enough", "mx.a.example", 1, 0, 0, 0 },
	{ "two are, with a name of its own", "mx.a.example", 2, 0, 0, 1 },
	{ "then every day teaches", "mx.a.example", 5, 0, 0, 4 },
	{ "without a name it takes three", "", 2, 0, 0, 0 },
	{ "which is seldom a zombie's", "", 3, 0, 0, 1 },
	{ "what a filter refused is no wanted mail", "mx.a.example", 0, 5, 0,
	    0 },
	{ "nor does the mail before it count then", "mx.a.example", 1, 1, 0,
	    0 },
	{ "who was labelled bad today speaks for nobody", "", 3, 0, 1, 0 },
};

static void
test_good(void)
{
	for (size_t i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]);
	     i++) {
		struct world w;
		unsigned bad;

		world_begin(&w);
		name_is(&w, WHO, good_cases[i].name);
		traps(&w, WHO, good_cases[i].traps);
		bad = (unsigned)taught(&w).taught;
		for (unsigned d = 0; d < good_cases[i].days; d++)
			good_day(&w, WHO, false);
		for (unsigned d = 0; d < good_cases[i].spam_days; d++)
			good_day(&w, WHO, true);
		ZT_CASE(good_cases[i].label,
		    taught(&w).taught - bad == good_cases[i].good);
		world_end(&w);
	}
}

static void
test_content(void)
{
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	good_day(&w, WHO, true);
	ZT_CASE("refused content is a complaint",
	    client_of(&w, WHO)->complained);
	ZT_CASE("and takes what was accepted",
	    count_of(&w, WHO, EVIDENCE_ACCEPTED) == 0);
	ZT_CASE("it is told of once, and fades",
	    client_of(&w, WHO)->facts[EVIDENCE_CONTENT].count == 1);
	world_end(&w);

	world_begin(&w);
	name_is(&w, WHO, "mx.a.example");
	for (unsigned d = 0; d < 3; d++)
		good_day(&w, WHO, false);
	ZT_CASE("a profile", evidence_profile(&w.policy, client_of(&w, WHO)));
	good_day(&w, WHO, true);
	ZT_CASE("is not lost by some spam",
	    evidence_profile(&w.policy, client_of(&w, WHO)) &&
		!client_of(&w, WHO)->complained);
	world_end(&w);
}

/* ---- what people say ---- */

static void
test_report(void)
{
	struct addr who = addr_v4(WHO), other = addr_v4(0xc7000001U);
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	evidence_report(w.e, &who, true, w.now_ms);
	ZT_CASE("a report of spam is a bad label",
	    taught(&w).bad > 0.9 && taught(&w).good < 0.1);
	ZT_CASE("and a complaint", client_of(&w, WHO)->complained);
	ZT_CASE("which the owner is told of", w.judged > 0);
	evidence_report(w.e, &who, false, w.now_ms);
	ZT_CASE("the other report takes it back",
	    !client_of(&w, WHO)->complained &&
		count_of(&w, WHO, EVIDENCE_REPORTED) == 0 &&
		count_of(&w, WHO, EVIDENCE_REPORTED_HAM) == 1);
	ZT_CASE("but who was labelled both ways teaches nothing good",
	    taught(&w).good < 0.1);
	evidence_report(w.e, &other, false, w.now_ms);
	ZT_CASE("a report of wanted mail is a good label",
	    taught(&w).good > 0.9);
	world_end(&w);

	world_begin(&w);
	name_is(&w, WHO, "mx.a.example");
	evidence_report(w.e, &who, true, w.now_ms);
	ZT_CASE("a real server is not labelled for a report",
	    taught(&w).taught == 0);
	world_end(&w);
}

static const struct zt_test tests[] = {
	{ "bad", test_bad },
	{ "not our blocks", test_not_our_blocks },
	{ "stale list", test_stale_list },
	{ "days", test_days },
	{ "one network", test_one_network },
	{ "good", test_good },
	{ "content", test_content },
	{ "report", test_report },
};
ZT_MAIN("evidence_learn", tests)
