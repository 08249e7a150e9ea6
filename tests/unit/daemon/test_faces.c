/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faces: machines behind one address, and what each of them did
 *
 * zt-link: daemon/faces
 * zt-libs: libm
 */
#include <string.h>

#include "daemon/faces.h"
#include "tests/zt.h"

#define T0   ((int64_t)1740988800 * 1000)
#define HOUR ((int64_t)3600 * 1000)
#define DAY  (24 * HOUR)

static const struct stack lin = { 60, 64240, 1460, true };
static const struct stack win = { 52, 64240, 1460, true };
static const struct stack raw = { 40, 1024, 0, false };
static const struct stack zero = { 44, 1024, 0, true };

static void
test_stacks(void)
{
	struct stack mss = raw;

	mss.mss = 1460;
	ZT_CASE("length tells two stacks apart", !stack_eq(&lin, &win));
	ZT_CASE("a value that is not there is no difference",
	    stack_eq(&raw, &mss));
	mss.has_mss = true;
	ZT_CASE("an option that is there is one", !stack_eq(&raw, &mss));
}

static void
test_attribution(void)
{
	struct faces f = { .n = 0 };

	faces_open(&f, &lin, T0);
	faces_note(&f, EVIDENCE_ACCEPTED, 1, T0);
	faces_leave(&f);
	faces_open(&f, &win, T0);
	faces_note(&f, EVIDENCE_EARLY_TALK, 1, T0);
	faces_note(&f, EVIDENCE_UNKNOWN_RCPT, 1, T0);
	ZT_CASE("the event has told of two deeds",
	    f.fresh ==
		(1ULL << EVIDENCE_EARLY_TALK | 1ULL << EVIDENCE_UNKNOWN_RCPT));
	faces_leave(&f);
	ZT_CASE("there are two machines", f.n == 2);
	ZT_CASE("each has what it did",
	    face_good(&f.v[0], false, T0) && f.v[0].deeds == 0 &&
		!face_good(&f.v[1], false, T0) && f.v[1].deeds != 0);
	faces_note(&f, EVIDENCE_TRAP_RCPT, 2, T0);
	ZT_CASE("what nobody is known to have done is nobody's",
	    f.v[0].traps == 0 && f.v[1].traps == 0);
	faces_at(&f, &raw, 0);
	ZT_CASE("a stack that never opened is nobody", faces_me(&f) == NULL);
	faces_at(&f, &lin, 7);
	faces_note(&f, EVIDENCE_ACCEPTED, 1, T0);
	ZT_CASE("mail remembers who sent it", f.v[0].helo == 7);
	ZT_CASE("mail that has not settled is not settled",
	    !face_good(&f.v[0], true, T0));
	faces_settled(&f, &lin, T0);
	ZT_CASE("until it is", face_good(&f.v[0], true, T0));
	ZT_CASE("for two months", !face_good(&f.v[0], true, T0 + 61 * DAY));
}

static void
test_offends(void)
{
	static const struct {
		const char *name;
		unsigned early, relay, unknown, known, traps;
		int64_t later;
		bool want;
	} all[] = {
		{ "nothing", 0, 0, 0, 0, 0, 0, false },
		{ "early talk alone", 3, 0, 0, 0, 0, 0, false },
		{ "early talk and relaying", 1, 1, 0, 0, 0, 0, true },
		{ "early talk and an unknown recipient", 1, 0, 1, 0, 0, 0,
		    true },
		{ "two unknown recipients", 0, 0, 2, 0, 0, 0, false },
		{ "a dictionary run", 0, 0, 3, 0, 0, 0, true },
		{ "an old list", 0, 0, 3, 9, 0, 0, false },
		{ "a dictionary run of yesterday", 0, 0, 4, 0, 0, 12 * HOUR,
		    false },
		{ "one trap", 0, 0, 0, 0, 1, 0, false },
		{ "two traps", 0, 0, 0, 0, 2, 0, true },
		{ "both families, two days ago", 1, 1, 0, 0, 0, 2 * DAY,
		    false },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct faces f = { .n = 0 };

		faces_open(&f, &win, T0);
		faces_note(&f, EVIDENCE_RCPT_OK, all[i].known, T0);
		for (unsigned k = 0; k < all[i].early; k++)
			faces_note(&f, EVIDENCE_EARLY_TALK, 1, T0);
		for (unsigned k = 0; k < all[i].relay; k++)
			faces_note(&f, EVIDENCE_RELAY_PROBE, 1, T0);
		for (unsigned k = 0; k < all[i].unknown; k++)
			faces_note(&f, EVIDENCE_UNKNOWN_RCPT, 1, T0);
		for (unsigned k = 0; k < all[i].traps; k++)
			faces_note(&f, EVIDENCE_TRAP_RCPT, 1, T0);
		ZT_CASE(all[i].name,
		    face_offends(&f.v[0], T0 + all[i].later) == all[i].want);
	}
}

static void
test_room(void)
{
	struct faces f = { .n = 0 };
	size_t good;

	faces_open(&f, &lin, T0);
	faces_note(&f, EVIDENCE_ACCEPTED, 1, T0);
	faces_settled(&f, &lin, T0);
	faces_open(&f, &win, T0 + HOUR);
	faces_open(&f, &raw, T0 + 2 * HOUR);
	faces_open(&f, &zero, T0 + 3 * HOUR);
	ZT_CASE("a fourth machine takes the place of the oldest without mail",
	    f.n == FACES && faces_find(&f, &lin) != NULL &&
		faces_find(&f, &raw) != NULL && faces_find(&f, &win) == NULL);
	ZT_CASE("the others of the one at hand are counted",
	    faces_others(&f, T0 + 3 * HOUR, &good) == 2 && good == 1);
	ZT_CASE("who is not seen for days is gone, but for who sent mail",
	    faces_others(&f, T0 + 5 * DAY, &good) == 1 && good == 1);
}

/* Whose deeds are the address's? */
static void
test_offender(void)
{
	struct faces f = { .n = 0 };
	struct stack who;

	who = faces_offender(&f, T0);
	ZT_CASE("of nobody there is no offender", stack_none(&who));
	faces_open(&f, &win, T0);
	who = faces_offender(&f, T0);
	ZT_CASE("who did nothing is it while it is judged",
	    stack_eq(&who, &win));
	faces_leave(&f);
	who = faces_offender(&f, T0);
	ZT_CASE("and not when nobody is", stack_none(&who));
	faces_at(&f, &win, 0);
	faces_note(&f, EVIDENCE_EARLY_TALK, 1, T0);
	faces_leave(&f);
	who = faces_offender(&f, T0 + HOUR);
	ZT_CASE("the one that did something is it, whoever is judged",
	    stack_eq(&who, &win) && face_bad(&f.v[0], T0 + HOUR));
	faces_open(&f, &lin, T0 + HOUR);
	who = faces_offender(&f, T0 + HOUR);
	ZT_CASE("but not while another is", stack_none(&who));
	faces_note(&f, EVIDENCE_TRAP_RCPT, 1, T0 + HOUR);
	faces_leave(&f);
	who = faces_offender(&f, T0 + HOUR);
	ZT_CASE("of two that did something it is neither", stack_none(&who));
	who = faces_offender(&f, T0 + DAY);
	ZT_CASE("what was done a day ago is forgotten",
	    stack_eq(&who, &lin) && !face_bad(&f.v[0], T0 + DAY));
	ZT_CASE("nobody of them has sent mail", !faces_any_good(&f, T0));
	faces_at(&f, &lin, 0);
	faces_note(&f, EVIDENCE_ACCEPTED, 1, T0 + DAY);
	ZT_CASE("then one has", faces_any_good(&f, T0 + DAY));
}

static const struct zt_test tests[] = {
	{ "offender", test_offender },
	{ "stacks", test_stacks },
	{ "attribution", test_attribution },
	{ "offends", test_offends },
	{ "room", test_room },
};
ZT_MAIN("faces", tests)
