/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/verdicts
 *
 * A model of the kernel's queue takes what is told: a verdict for one packet,
 * or for all up to a number that are still there.
 */
#include "fp/verdicts.h"
#include "tests/zt.h"

#define LIMIT_MS 20
#define KERNEL   8192

static struct verdicts v;

/* What the kernel has of each number: 0 not there, 1 waiting, then verdicts */
static uint8_t kernel[KERNEL];
static uint32_t kernel_base;
enum { GONE, QUEUED, PASSED, DROPPED };

static size_t messages;

static void
fresh(uint32_t base)
{
	memset(&v, 0, sizeof(v));
	memset(kernel, 0, sizeof(kernel));
	kernel_base = base;
	messages = 0;
}

static bool
queued(uint32_t id, enum verdict what, int64_t now_ms)
{
	kernel[id - kernel_base] = QUEUED;
	return verdicts_put(&v, id, what, now_ms);
}

static void
tell(void)
{
	struct verdict_told t;

	while (verdicts_next(&v, &t)) {
		uint8_t *k = kernel, to = t.accept ? PASSED : DROPPED;

		messages++;
		for (uint32_t i = 0; t.all && i <= t.id - kernel_base; i++)
			if (k[i] == QUEUED)
				k[i] = to;
		if (!t.all && k[t.id - kernel_base] == QUEUED)
			k[t.id - kernel_base] = to;
	}
}

/* Of each packet one letter: . not there, w waits, a passed, d dropped */
static bool
is(const char *want)
{
	for (uint32_t i = 0; want[i] != '\0'; i++)
		if (".wad"[kernel[i]] != want[i])
			return false;
	return true;
}

static void
put_all(uint32_t base, const char *what)
{
	for (uint32_t i = 0; what[i] != '\0'; i++)
		if (what[i] != '.')
			(void)queued(base + i,
			    what[i] == 'a'     ? VERDICT_ACCEPT :
				what[i] == 'd' ? VERDICT_DROP :
						 VERDICT_WAIT,
			    0);
}

static void
test_runs(void)
{
	static const struct {
		const char *name, *in, *out;
		size_t messages;
	} cases[] = {
		{ "sixteen that pass are one message", "aaaaaaaaaaaaaaaa",
		    "aaaaaaaaaaaaaaaa", 1 },
		{ "runs are one message each", "aaadda", "aaadda", 3 },
		{ "numbers that are missing break no run", "aa..aa.dd",
		    "aa..aa.dd", 2 },
		{ "nothing passes before the one that waits", "waaa", "waaa",
		    3 },
		{ "a drop behind one that waits is its own", "wd", "wd", 1 },
		{ "all before the one that waits is one message", "aaaw",
		    "aaaw", 1 },
		{ "nothing to tell is no message", "www", "www", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fresh(UINT32_MAX - 2);
		put_all(UINT32_MAX - 2, cases[i].in);
		tell();
		ZT_CASE(cases[i].name,
		    is(cases[i].out) && messages == cases[i].messages);
	}
}

static void
test_answers(void)
{
	fresh(10);
	put_all(10, "wwwww");
	ZT_CASE("an answer is taken", verdicts_answer(&v, 12, false));
	ZT_CASE("once only", !verdicts_answer(&v, 12, true));
	ZT_CASE("of one that came", !verdicts_answer(&v, 15, true));
	ZT_CASE("and not of an old number", !verdicts_answer(&v, 9, true));
	tell();
	ZT_CASE("it is told though others wait", is("wwdww"));
	(void)verdicts_answer(&v, 10, true);
	(void)verdicts_answer(&v, 11, true);
	messages = 0;
	tell();
	ZT_CASE("answers in order are told together",
	    is("aadww") && messages == 1);
	ZT_CASE("two still wait", v.waiting == 2 && v.decided == 0);
}

static void
test_late(void)
{
	fresh(1);
	(void)queued(1, VERDICT_WAIT, 100);
	(void)queued(2, VERDICT_WAIT, 101);
	(void)queued(3, VERDICT_WAIT, 110);
	ZT_CASE("nobody is late at once",
	    verdicts_late(&v, 119, LIMIT_MS) == 0);
	ZT_CASE("the oldest two are late after the limit",
	    verdicts_late(&v, 121, LIMIT_MS) == 2);
	tell();
	ZT_CASE("who is late passes", is("aaw"));
	ZT_CASE("an answer that is late is passed over",
	    !verdicts_answer(&v, 1, false));
	ZT_CASE("the third is late in its time",
	    verdicts_late(&v, 130, LIMIT_MS) == 1 && v.waiting == 0);
}

static void
test_full(void)
{
	bool room = true;

	fresh(0);
	for (uint32_t i = 0; i < VERDICTS_MAX; i++)
		room = queued(i, VERDICT_WAIT, 0) && room;
	ZT_CASE("there is room for as many as it says", room);
	ZT_CASE("there is none for one more",
	    !queued(VERDICTS_MAX, VERDICT_WAIT, 0));
	ZT_CASE("all of them can be late",
	    verdicts_late(&v, LIMIT_MS, LIMIT_MS) == VERDICTS_MAX);
	tell();
	ZT_CASE("told by one message", messages == 1);
	ZT_CASE("then there is room again",
	    queued(VERDICTS_MAX + 1, VERDICT_ACCEPT, 0));
	fresh(0);
	(void)queued(0, VERDICT_ACCEPT, 0);
	tell();
	kernel_base = 3000000000u;
	ZT_CASE("a great gap is no matter when nothing is open",
	    queued(3000000000u, VERDICT_ACCEPT, 0));
}

/* Any mix of packets, gaps, answers and delays ends as it was decided. */
static void
test_random(void)
{
	unsigned wrong = 0;

	for (int round = 0; round < 300; round++) {
		static uint8_t want[KERNEL];
		uint32_t base = (uint32_t)zt_random(), n = 0;
		int64_t now_ms = 0;

		fresh(base);
		memset(want, 0, sizeof(want));
		for (int step = 0; step < 2000; step++) {
			uint32_t r = (uint32_t)zt_random() % 100, id;

			if (r < 50) {
				enum verdict w = (enum verdict)(
				    1 + zt_random() % 3);

				want[n] = w == VERDICT_DROP ? DROPPED : PASSED;
				if (w == VERDICT_WAIT)
					want[n] = QUEUED;
				wrong += !queued(base + n, w, now_ms);
				n++;
			} else if (r < 52) {
				n++; /* it never came to us */
			} else if (r < 90 && n > 0) {
				bool yes = zt_random() % 2;

				id = (uint32_t)zt_random() % n;
				if (verdicts_answer(&v, base + id, yes))
					want[id] = yes ? PASSED : DROPPED;
			} else if (r < 97) {
				tell();
			} else {
				now_ms += 10;
				(void)verdicts_late(&v, now_ms, LIMIT_MS);
			}
		}
		(void)verdicts_late(&v, now_ms + LIMIT_MS, LIMIT_MS);
		tell();
		for (uint32_t i = 0; i < n; i++)
			wrong += want[i] == QUEUED ? kernel[i] != PASSED :
						     kernel[i] != want[i];
		wrong += v.waiting != 0 || v.decided != 0;
	}
	ZT_CASE("each packet gets the verdict that was its own", wrong == 0);
}

static const struct zt_test tests[] = {
	{ "runs", test_runs },
	{ "answers", test_answers },
	{ "late", test_late },
	{ "full", test_full },
	{ "random", test_random },
};

ZT_MAIN("verdicts", tests)
