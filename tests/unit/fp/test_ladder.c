/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/ladder: the pace of real stacks, and what lies beside it.
 *
 * zt-link: fp/ladder
 */
#include "tests/zt.h"

#include "fp/ladder.h"

#define MS INT64_C(1000)
#define S  (1000 * MS)

/* What a copy lacks of the first SYN, which has everything. */
enum lack {
	ALL = 0,
	NO_WS = 1,
	NO_TS = 2,
	NO_SOK = 4,
	NO_ECN = 8,
	WINDOW = 16
};

struct step {
	int64_t gap_ms;
	unsigned lack;
};

static const struct {
	const char *name;
	struct step steps[12]; /* ended by 0 */
	bool answered;
	int64_t waited_ms;
	enum ladder_class want;
} cases[] = {
	{ "an answer at once leaves nothing to try", { { 0, 0 } }, true, 30,
	    LADDER_UNTRIED },
	{ "a late answer to one SYN: it may have been about to try",
	    { { 0, 0 } }, true, 20000, LADDER_UNTRIED },
	{ "one SYN and silence", { { 0, 0 } }, false, 10000, LADDER_NEVER },
	{ "one SYN, and not looked at for long enough", { { 0, 0 } }, false,
	    9999, LADDER_UNTRIED },
	/* seen: Linux 6.18, tcp_syn_linear_timeouts 4 */
	{ "a new Linux",
	    { { 1032, 0 }, { 1024, 0 }, { 1024, 0 }, { 1024, 0 }, { 1024, 0 },
		{ 2016, 0 }, { 4096, 0 }, { 8192, 0 }, { 16128, 0 } },
	    false, 33000, LADDER_LINEAR },
	{ "a new Linux that is answered after two copies",
	    { { 1032, 0 }, { 1024, 0 } }, true, 5, LADDER_LINEAR },
	/* seen: macOS */
	{ "an Apple before it leaves out options is like a new Linux",
	    { { 1005, 0 }, { 1102, 0 }, { 1103, 0 }, { 1104, 0 }, { 1103, 0 },
		{ 2105, 0 } },
	    true, 5, LADDER_LINEAR },
	{ "an Apple",
	    { { 1005, 0 }, { 1102, 0 }, { 1103, 0 }, { 1104, 0 }, { 1103, 0 },
		{ 2105, 0 }, { 4105, NO_WS | NO_TS } },
	    false, 8000, LADDER_APPLE },
	{ "a Linux that gives up ECN is no Apple",
	    { { 1030, 0 }, { 1020, NO_ECN }, { 1020, NO_ECN } }, true, 5,
	    LADDER_LINEAR },
	{ "a Linux before 6.5",
	    { { 1002, 0 }, { 2004, 0 }, { 4008, 0 }, { 8016, 0 }, { 16032, 0 },
		{ 32064, 0 } },
	    false, 60000, LADDER_DOUBLING },
	{ "a Windows 10", { { 1010, 0 }, { 2003, 0 }, { 4005, 0 } }, true, 20,
	    LADDER_DOUBLING },
	{ "one second, then an answer: three stacks do that", { { 1010, 0 } },
	    true, 20, LADDER_SHORT },
	{ "one second, an answer after more than one more: only one does",
	    { { 1010, 0 } }, true, 1500, LADDER_DOUBLING },
	{ "one second, then nothing: any of them may have given up",
	    { { 1010, 0 } }, false, 60000, LADDER_SHORT },
	/* seen: Linux 2.6 */
	{ "an old Linux", { { 2999, 0 }, { 5999, 0 }, { 12000, 0 } }, false,
	    24000, LADDER_SLOW },
	{ "three seconds, then an answer", { { 2909, 0 } }, true, 5,
	    LADDER_SLOW },
	/* seen: Windows 7 */
	{ "an old Windows: the third SYN without window scale",
	    { { 2996, 0 }, { 6000, NO_WS } }, false, 12000, LADDER_SLOW_WIN },
	{ "the same in a virtual machine", { { 8520, 0 }, { 17400, NO_WS } },
	    false, 12000, LADDER_SLOW_WIN },
	{ "window scale lost in the second SYN: somebody else",
	    { { 2996, NO_WS }, { 6000, NO_WS } }, false, 12000, LADDER_SLOW },
	/* seen: Windows, refused */
	{ "a pace of half seconds without a reset",
	    { { 549, 0 }, { 561, NO_WS } }, false, 12000, LADDER_UNLIKE },
	{ "eight seconds and nothing special", { { 8500, 0 } }, true, 5,
	    LADDER_UNLIKE },
	{ "no doubling", { { 1000, 0 }, { 2000, 0 }, { 2000, 0 } }, false,
	    12000, LADDER_UNLIKE },
	{ "three, then one", { { 3000, 0 }, { 1000, 0 } }, false, 12000,
	    LADDER_UNLIKE },
	{ "a fixed pace of five seconds",
	    { { 5000, 0 }, { 5000, 0 }, { 5000, 0 } }, false, 12000,
	    LADDER_UNLIKE },
	{ "a copy that the capture lost",
	    { { 1000, 0 }, { 6000, 0 }, { 8000, 0 } }, false, 12000,
	    LADDER_UNLIKE },
	{ "all at once", { { 1, 0 }, { 1, 0 }, { 1, 0 } }, false, 12000,
	    LADDER_UNLIKE },
	{ "a clock that goes back", { { -5000, 0 } }, false, 12000,
	    LADDER_UNLIKE },
	{ "a gap beyond all counting", { { 100000000, 0 } }, false, 12000,
	    LADDER_UNLIKE },
};

static struct traits
syn(unsigned lack)
{
	return (struct traits){ .flags = (uint16_t)(TCPF_SYN |
				    (lack & NO_ECN ? 0 : TCPF_ECE | TCPF_CWR)),
		.window = lack & WINDOW ? 1024 : 64240,
		.has_ws = !(lack & NO_WS),
		.has_ts = !(lack & NO_TS),
		.has_sok = !(lack & NO_SOK),
		.opts_n = (uint8_t)(5 - ((lack & NO_WS) != 0)) };
}

static void
test_classes(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct traits t = syn(ALL);
		struct ladder l = { 0 };
		struct ladder_first f;
		enum ladder_class got;

		ladder_begin(&f, &t);
		for (const struct step *s = cases[i].steps; s->gap_ms != 0;
		     s++) {
			t = syn(s->lack);
			ladder_step(&l, &f, &t, s->gap_ms * MS);
		}
		got = ladder_judge(&l, cases[i].answered,
		    cases[i].waited_ms * MS);
		if (got != cases[i].want)
			printf("it is %s\n", ladder_class_name[got]);
		ZT_CASE(cases[i].name, got == cases[i].want);
	}
}

static void
test_refused(void)
{
	struct traits t = syn(ALL);
	struct ladder l = { 0 };
	struct ladder_first f;

	ladder_begin(&f, &t);
	l.reset = true;
	ZT_CASE("refused and gone is not a tool that never tries again",
	    ladder_judge(&l, false, 60 * S) == LADDER_UNTRIED && !l.refused);
	ladder_step(&l, &f, &t, 549 * MS);
	t = syn(NO_WS);
	ladder_step(&l, &f, &t, 561 * MS);
	ZT_CASE("refused, and tried again",
	    l.refused && ladder_judge(&l, false, 60 * S) == LADDER_REFUSED);
	ZT_CASE("with what it left out then", l.ws_lost_at == 2);
	l = (struct ladder){ 0 };
	ladder_step(&l, &f, &t, S);
	l.reset = true;
	ZT_CASE("a reset after the last copy changes nothing",
	    ladder_judge(&l, false, 60 * S) == LADDER_SHORT);
}

static void
test_changes(void)
{
	static const struct {
		unsigned lack;
		unsigned want;
	} one[] = {
		{ ALL, 0 },
		{ NO_WS, LADDER_LOST_WS | LADDER_OTHER_LAYOUT },
		{ NO_TS, LADDER_LOST_TS },
		{ NO_SOK, LADDER_LOST_SOK },
		{ NO_ECN, LADDER_LOST_ECN },
		{ WINDOW, LADDER_OTHER_WINDOW },
	};
	struct traits t = syn(ALL), bare = { .flags = TCPF_SYN };
	struct ladder_first f;
	struct ladder l = { 0 };

	ladder_begin(&f, &t);
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		l = (struct ladder){ 0 };
		t = syn(one[i].lack);
		ladder_step(&l, &f, &t, S);
		ZT_CASE("each change has its bit", l.changes == one[i].want);
	}
	l = (struct ladder){ 0 };
	for (int i = 0; i < 1000; i++)
		ladder_step(&l, &f, &bare, S);
	ZT_CASE("a thousand copies: the first gaps are kept, the count stops",
	    l.n == UINT8_MAX && l.gap_ds[LADDER_STEPS - 1] == 10 &&
		l.ws_lost_at == 1 &&
		ladder_judge(&l, false, S) == LADDER_APPLE);
	ladder_begin(&f, &bare);
	t = syn(ALL);
	l = (struct ladder){ 0 };
	ladder_step(&l, &f, &t, S);
	ZT_CASE("an option that appears is not one that is lost",
	    (l.changes & LADDER_LOST_WS) == 0 && l.ws_lost_at == 0);
}

static void
test_names(void)
{
	for (int i = 0; i < LADDER_CLASSES; i++)
		ZT_CASE("every class has a name",
		    ladder_class_name[i] != NULL && ladder_class_name[i][0]);
}

static const struct zt_test tests[] = {
	{ "classes", test_classes },
	{ "refused", test_refused },
	{ "changes", test_changes },
	{ "names", test_names },
};

ZT_MAIN("ladder", tests)
