/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blind: when counts say that we do not see any more.
 *
 * zt-link: daemon/blind
 */
#include "daemon/blind.h"
#include "tests/zt.h"

static void
test_source(void)
{
	ZT_CASE("many lines and none understood", blind_source(20, 0));
	ZT_CASE("a few lines say nothing", !blind_source(19, 0));
	ZT_CASE("one that is understood is enough", !blind_source(100000, 1));
	ZT_CASE("a quiet log is not blind", !blind_source(0, 0));
}

/* captures, logs, syns, handshakes, connects, about, joined, orphans */
static const struct {
	const char *name;
	struct blind before;
	struct blind_span s;
	enum blind_view want;
} cases[] = {
	{ "nothing happens: nothing is wrong", { false, 0 },
	    { true, true, 0, 0, 0, 0, 0, 0 }, BLIND_NOT },
	{ "connections and their lines", { false, 0 },
	    { true, true, 90, 80, 80, 300, 250, 5 }, BLIND_NOT },
	{ "connects were logged, and five handshakes have no line", { true, 0 },
	    { true, true, 5, 5, 0, 0, 0, 0 }, BLIND_LOG },
	{ "four say nothing", { true, 0 }, { true, true, 4, 4, 0, 0, 0, 0 },
	    BLIND_NOT },
	{ "a log without connects has more patience: scanners leave no line",
	    { false, 0 }, { true, true, 49, 49, 0, 0, 0, 0 }, BLIND_NOT },
	{ "but not for ever", { false, 0 }, { true, true, 50, 50, 0, 0, 0, 0 },
	    BLIND_LOG },
	{ "which is counted over spans", { false, 45 },
	    { true, true, 5, 5, 0, 0, 0, 0 }, BLIND_LOG },
	{ "any line about a client begins that count anew", { false, 49 },
	    { true, true, 9, 9, 0, 1, 0, 1 }, BLIND_NOT },
	{ "no connect line, but rejects of clients with a handshake: Exim",
	    { false, 0 }, { true, true, 90, 80, 0, 12, 12, 0 }, BLIND_NOT },
	{ "connects in the log and nothing on the wire", { true, 0 },
	    { true, true, 0, 0, 20, 40, 0, 40 }, BLIND_CAPTURE },
	{ "SYNs without their answers are nothing, too: one direction only",
	    { true, 0 }, { true, true, 70, 0, 20, 40, 0, 40 }, BLIND_CAPTURE },
	{ "a few such lines are normal after a start", { true, 0 },
	    { true, true, 0, 0, 9, 19, 0, 19 }, BLIND_NOT },
	{ "the log of another server", { true, 0 },
	    { true, true, 30, 30, 20, 60, 0, 60 }, BLIND_OTHER },
	{ "one line that fits is enough", { true, 0 },
	    { true, true, 30, 30, 20, 60, 1, 59 }, BLIND_NOT },
	{ "a SYN flood alone is not our blindness", { false, 0 },
	    { true, true, 100000, 0, 0, 0, 0, 0 }, BLIND_NOT },
	{ "without captures the wire is not missed", { true, 0 },
	    { false, true, 0, 0, 20, 40, 0, 40 }, BLIND_NOT },
	{ "without logs no line is", { true, 100 },
	    { true, false, 90, 90, 0, 0, 0, 0 }, BLIND_NOT },
};

static void
test_wire(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blind b = cases[i].before;

		ZT_CASE(cases[i].name,
		    blind_wire(&b, &cases[i].s) == cases[i].want);
	}
}

/* What is remembered from one span to the next. */
static void
test_memory(void)
{
	const struct blind_span quiet = { true, true, 20, 20, 0, 0, 0, 0 };
	const struct blind_span good = { true, true, 9, 9, 9, 9, 9, 0 };
	struct blind b = { 0 };

	ZT_CASE("one span without lines", blind_wire(&b, &quiet) == BLIND_NOT);
	ZT_CASE("a second", blind_wire(&b, &quiet) == BLIND_NOT);
	ZT_CASE("with the third it is too much",
	    blind_wire(&b, &quiet) == BLIND_LOG);
	ZT_CASE("and stays so", blind_wire(&b, &quiet) == BLIND_LOG);
	ZT_CASE("until lines come", blind_wire(&b, &good) == BLIND_NOT);
	ZT_CASE("now connects are known, and missed at once",
	    blind_wire(&b, &quiet) == BLIND_LOG);
}

static const struct zt_test tests[] = {
	{ "source", test_source },
	{ "wire", test_wire },
	{ "memory", test_memory },
};

ZT_MAIN("blind", tests)
