/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tally: slots and chunks of the history, and their bytes
 *
 * zt-link: daemon/tally
 */
#include "daemon/tally.h"
#include "tests/zt.h"

#define MIN  ((int64_t)60000)
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)
#define T0   (20000 * DAY) /* the first slot of a month's chunk: 32 * 625 */

static struct tally_history h;
static struct tally_chunk full;
static enum tally_step step;

static bool
add(const struct tally *t, int64_t ms)
{
	return tally_history_add(&h, t, TALLY_SHADOW, ms, &step, &full);
}

static const struct tally_slot *
slot(enum tally_step s, int64_t ms)
{
	return &h.chunk[s].slot[tally_slot_at(s, ms) - h.chunk[s].first];
}

static void
test_slots(void)
{
	struct tally t = { { 0 } };

	tally_history_init(&h, T0);
	t.n[TALLY_CONNECTS] = 3;
	t.n[TALLY_OPEN_NOW] = 7;
	ZT_CASE("nothing is over at the start", !add(&t, T0 + 1));
	t.n[TALLY_CONNECTS] = 5;
	t.n[TALLY_OPEN_NOW] = 2;
	ZT_CASE("nor a minute later", !add(&t, T0 + MIN));
	for (unsigned i = 0; i < TALLY_STEPS; i++)
		ZT_CASE("chunks begin where slots divide evenly",
		    h.chunk[i].first % tally_chunk_slots[i] == 0 &&
			h.chunk[i].first ==
			    tally_first_at((enum tally_step)i, T0));
	ZT_CASE("the first minute has what came in it",
	    slot(TALLY_MINUTE, T0)->n[TALLY_CONNECTS] == 3);
	ZT_CASE("the second the difference",
	    slot(TALLY_MINUTE, T0 + MIN)->n[TALLY_CONNECTS] == 2);
	ZT_CASE("the hour both", slot(TALLY_HOUR, T0)->n[TALLY_CONNECTS] == 5);
	ZT_CASE("and the day", slot(TALLY_DAY, T0)->n[TALLY_CONNECTS] == 5);
	ZT_CASE("a gauge is the latest value, up",
	    slot(TALLY_MINUTE, T0)->n[TALLY_OPEN_NOW] == 7);
	ZT_CASE("and down", slot(TALLY_DAY, T0)->n[TALLY_OPEN_NOW] == 2);
	ZT_CASE("a slot says that zfw ran in it, and how",
	    slot(TALLY_MINUTE, T0)->modes == TALLY_SHADOW);
	ZT_CASE("a minute of nothing was none of it",
	    slot(TALLY_MINUTE, T0 + 2 * MIN)->modes == 0);
	(void)tally_history_add(&h, &t, TALLY_ENFORCE, T0 + MIN, &step, &full);
	ZT_CASE("a slot may have seen both modes",
	    slot(TALLY_MINUTE, T0 + MIN)->modes ==
		(TALLY_SHADOW | TALLY_ENFORCE));
}

static void
test_chunks(void)
{
	struct tally t = { { 0 } };
	unsigned overs = 0;

	tally_history_init(&h, T0);
	t.n[TALLY_CUT] = 1;
	(void)add(&t, T0 + 59 * MIN);
	t.n[TALLY_CUT] = 3;
	ZT_CASE("an hour of minutes is over",
	    add(&t, T0 + HOUR) && step == TALLY_MINUTE);
	ZT_CASE("it has all that was counted in it",
	    full.first == tally_slot_at(TALLY_MINUTE, T0) &&
		full.slot[59].n[TALLY_CUT] == 1 &&
		full.slot[59].modes == TALLY_SHADOW);
	ZT_CASE("nothing of the new hour is counted yet",
	    slot(TALLY_MINUTE, T0 + HOUR)->n[TALLY_CUT] == 0);
	ZT_CASE("then it is", !add(&t, T0 + HOUR));
	ZT_CASE("once", slot(TALLY_MINUTE, T0 + HOUR)->n[TALLY_CUT] == 2);
	ZT_CASE("the day has both",
	    slot(TALLY_HOUR, T0)->n[TALLY_CUT] == 1 &&
		slot(TALLY_HOUR, T0 + HOUR)->n[TALLY_CUT] == 2);
	while (add(&t, T0 + 40 * DAY))
		overs++;
	ZT_CASE("after a gap of 40 days all three are over", overs == 3);
	ZT_CASE("and time goes on there",
	    h.chunk[TALLY_DAY].first ==
		tally_first_at(TALLY_DAY, T0 + 40 * DAY));
	ZT_CASE("an empty chunk is not worth storing", !add(&t, T0 + 40 * DAY));
	tally_history_init(&h, T0);
	ZT_CASE("nor one in which nothing ran", !add(&t, T0 + 100 * DAY));
}

static void
test_clock(void)
{
	struct tally t = { { 0 } };
	struct tally_chunk before;

	tally_history_init(&h, T0);
	t.n[TALLY_GOOD] = 4;
	(void)add(&t, T0 + 30 * MIN);
	t.n[TALLY_GOOD] = 5;
	(void)add(&t, T0 + 10 * MIN);
	t.n[TALLY_GOOD] = 8;
	ZT_CASE("a clock that goes back within the hour",
	    !add(&t, T0 + 30 * MIN));
	ZT_CASE("adds to the minutes that are there",
	    slot(TALLY_MINUTE, T0 + 10 * MIN)->n[TALLY_GOOD] == 1 &&
		slot(TALLY_MINUTE, T0 + 30 * MIN)->n[TALLY_GOOD] == 7);
	before = h.chunk[TALLY_MINUTE];
	t.n[TALLY_GOOD] = 9;
	ZT_CASE("ahead by an hour and a half: the minutes are to be stored",
	    add(&t, T0 + 90 * MIN) && step == TALLY_MINUTE);
	(void)add(&t, T0 + 90 * MIN);
	t.n[TALLY_GOOD] = 19;
	ZT_CASE("and back: so are those",
	    add(&t, T0 + 30 * MIN) && step == TALLY_MINUTE &&
		full.slot[30].n[TALLY_GOOD] == 1);
	h.chunk[TALLY_MINUTE] = before; /* as the caller does */
	ZT_CASE("what is filled in is added to",
	    !add(&t, T0 + 30 * MIN) &&
		slot(TALLY_MINUTE, T0 + 30 * MIN)->n[TALLY_GOOD] == 17);
	ZT_CASE("a time before 1970 is 1970",
	    tally_slot_at(TALLY_DAY, -5 * DAY) == 0);
	ZT_CASE("and one after all numbers the last",
	    tally_slot_at(TALLY_MINUTE, INT64_MAX) == UINT32_MAX);
	while (add(&t, INT64_MAX))
		;
	ZT_CASE("there it can be counted, too",
	    slot(TALLY_MINUTE, INT64_MAX)->modes == TALLY_SHADOW);
}

static void
test_numbers(void)
{
	struct tally t = { { 0 } }, sum = { { 0 } };

	tally_history_init(&h, T0);
	t.n[TALLY_RCPT_BAD] = UINT32_MAX - 1;
	(void)add(&t, T0);
	t.n[TALLY_RCPT_BAD] += 5;
	t.n[TALLY_STORED_NOW] = UINT64_MAX;
	(void)add(&t, T0);
	ZT_CASE("a number stops at its highest",
	    slot(TALLY_MINUTE, T0)->n[TALLY_RCPT_BAD] == UINT32_MAX &&
		slot(TALLY_MINUTE, T0)->n[TALLY_STORED_NOW] == UINT32_MAX);
	t.n[TALLY_RCPT_BAD] = 2;
	(void)add(&t, T0 + MIN);
	ZT_CASE("totals that begin anew are all new",
	    slot(TALLY_MINUTE, T0 + MIN)->n[TALLY_RCPT_BAD] == 2);
	t.n[TALLY_STORED_NOW] = 1;
	(void)add(&t, T0 + MIN);
	for (size_t i = 0; i < 3; i++)
		tally_slot_sum(&sum, &h.chunk[TALLY_MINUTE].slot[i]);
	ZT_CASE("sums are wider",
	    sum.n[TALLY_RCPT_BAD] == (uint64_t)UINT32_MAX + 2);
	ZT_CASE("and gauges are of the last slot that ran",
	    sum.n[TALLY_STORED_NOW] == 1);
}

static void
test_names(void)
{
	for (size_t i = 0; i < TALLY_KINDS; i++) {
		bool once = tally_name[i] != NULL && tally_words[i] != NULL;

		for (size_t k = 0; k < i && once; k++)
			once = strcmp(tally_name[i], tally_name[k]) != 0;
		ZT_CASE("every kind has a name of its own", once);
		ZT_CASE("as Prometheus wants it",
		    once &&
			tally_name[i][strspn(tally_name[i],
			    "abcdefghijklmnopqrstuvwxyz_")] == '\0');
	}
}

static struct tally_chunk
some_chunk(enum tally_step s)
{
	struct tally_chunk c = { .first = 7 * tally_chunk_slots[s] };

	for (size_t i = 0; i < tally_chunk_slots[s]; i += 1 + zt_random() % 3) {
		c.slot[i].modes = (uint8_t)(1 + zt_random() % 3);
		for (size_t k = 0; k < TALLY_KINDS; k++)
			c.slot[i].n[k] = (uint32_t)(zt_random() >>
			    zt_random() % 64);
	}
	return c;
}

static void
test_round_trip(void)
{
	static uint8_t buf[TALLY_CHUNK_BYTES];
	bool same = true, short_room = true, cut = true;
	struct tally_chunk out;

	for (unsigned i = 0; i < 300; i++) {
		enum tally_step s = (enum tally_step)(i % TALLY_STEPS);
		struct tally_chunk c = some_chunk(s);
		size_t n = tally_chunk_encode(s, &c, buf, sizeof(buf));

		same = same && n > 0 && tally_chunk_decode(s, buf, n, &out) &&
		    memcmp(&c, &out, sizeof(c)) == 0;
		cut = cut && !tally_chunk_decode(s, buf, n - 1, &out) &&
		    !tally_chunk_decode(s, buf, n + 1, &out) &&
		    !tally_chunk_decode((enum tally_step)((i + 1) % 3), buf, n,
			&out);
		short_room = short_room &&
		    tally_chunk_encode(s, &c, buf, n - 1) == 0;
	}
	ZT_CASE("what is encoded is decoded the same", same);
	ZT_CASE("a byte more or less, or another step, is refused", cut);
	ZT_CASE("no room is said", short_room);
	memset(&out, 0xff, sizeof(out));
	out.first = 0;
	ZT_CASE("the fullest chunk has room",
	    tally_chunk_encode(TALLY_MINUTE, &out, buf, sizeof(buf)) ==
		sizeof(buf));
}

/* Of which one byte is set to another value: does it still decode? */
static bool
decodes_with(size_t at, uint8_t v)
{
	uint8_t buf[TALLY_CHUNK_BYTES];
	struct tally_chunk c = { .first = 64 }, out;
	size_t n;

	c.slot[0].modes = TALLY_SHADOW;
	c.slot[0].n[0] = 200; /* two bytes: c8 01 */
	n = tally_chunk_encode(TALLY_DAY, &c, buf, sizeof(buf));
	buf[at] = v;
	return tally_chunk_decode(TALLY_DAY, buf, n, &out);
}

static void
test_hostile(void)
{
	uint8_t buf[TALLY_CHUNK_BYTES], later[TALLY_CHUNK_BYTES + 64];
	struct tally_chunk c = { .first = 64 }, out;
	size_t n;

	ZT_CASE("the plain one decodes", decodes_with(1, 1));
	ZT_CASE("another format does not", !decodes_with(1, 2));
	ZT_CASE("nor a first slot that is none", !decodes_with(4, 65));
	ZT_CASE("nor a mode that there is not", !decodes_with(8, 4));
	ZT_CASE("nor a number in a longer form", !decodes_with(10, 0));
	ZT_CASE("nor one without its end", !decodes_with(10, 0x81));
	ZT_CASE("nor more kinds than could be", !decodes_with(2, 255));
	ZT_CASE("nothing is no chunk",
	    !tally_chunk_decode(TALLY_DAY, "", 0, &out));
	/* One total more, as of a later version. */
	c.slot[3].modes = TALLY_ENFORCE;
	c.slot[3].n[TALLY_BLOCKED_NOW] = 9;
	n = tally_chunk_encode(TALLY_DAY, &c, buf, sizeof(buf));
	memcpy(later, buf, 12 + TALLY_TOTALS);
	later[2]++;
	later[12 + TALLY_TOTALS] = 77;
	memcpy(later + 13 + TALLY_TOTALS, buf + 12 + TALLY_TOTALS,
	    n - 12 - TALLY_TOTALS);
	ZT_CASE("kinds of a later version are left out, gauges stay in place",
	    tally_chunk_decode(TALLY_DAY, later, n + 1, &out) &&
		memcmp(&out, &c, sizeof(c)) == 0);
	/* And one less, as of an earlier one. */
	memcpy(later, buf, 11 + TALLY_TOTALS);
	later[2] -= 1;
	memcpy(later + 11 + TALLY_TOTALS, buf + 12 + TALLY_TOTALS,
	    n - 12 - TALLY_TOTALS);
	ZT_CASE("kinds that an earlier version did not know are 0",
	    tally_chunk_decode(TALLY_DAY, later, n - 1, &out) &&
		memcmp(&out, &c, sizeof(c)) == 0);
	for (unsigned i = 0; i < 20000; i++) {
		for (size_t k = 0; k < sizeof(buf); k += 8)
			buf[k] = (uint8_t)zt_random();
		(void)tally_chunk_decode(TALLY_HOUR, buf,
		    zt_random() % sizeof(buf), &out);
	}
}

static const struct zt_test tests[] = {
	{ "slots", test_slots },
	{ "chunks", test_chunks },
	{ "clock", test_clock },
	{ "numbers", test_numbers },
	{ "names", test_names },
	{ "round trip", test_round_trip },
	{ "hostile", test_hostile },
};

ZT_MAIN("tally", tests)
