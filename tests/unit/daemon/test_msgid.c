/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msgid: a verdict is joined to the message that it is of, and to nobody's
 * when a sender might have arranged it.
 *
 * zt-link: daemon/msgid fp/hash
 * zt-libs: libsodium
 */
#include "daemon/msgid.h"
#include "tests/zt.h"

#define T0 ((int64_t)1795319304 * 1000)

static const struct hash_key key;

#define ID STR("<list.1@good.example>")

static struct msgid *
fresh(void)
{
	struct msgid *m = msgid_new(256, &key);

	if (m == NULL)
		abort();
	return m;
}

static void
test_join(void)
{
	struct msgid *m = fresh();
	struct msgid_counts n;

	msgid_seen(m, ID, STR("GOOD"), T0);
	msgid_seen(m, STR("<b@c>"), STR("BB"), T0 + 1);
	msgid_seen(m, ID, STR("GOOD"), T0 + 2); /* said twice of one */
	ZT_CASE("a verdict finds its message",
	    str_eq(msgid_judged(m, STR("<b@c>"), T0 + 9), STR("BB")) &&
		str_eq(msgid_judged(m, ID, T0 + 9), STR("GOOD")));
	ZT_CASE("an id that nobody has is nobody's",
	    msgid_judged(m, STR("<x@y>"), T0 + 9).n == 0);
	ZT_CASE("and so is none",
	    msgid_judged(m, STR(""), T0 + 9).n == 0 &&
		msgid_judged(m, STR("<>"), T0 + 9).n == 0);
	msgid_counts(m, &n);
	ZT_CASE("all is counted",
	    n.joined == 2 && n.refused == 3 && n.seen == 3);
	msgid_free(m);
	msgid_free(NULL);
}

/* Each is a way to give a good server's message one's own verdict. */
static void
test_taint(void)
{
	struct msgid *m = fresh();

	msgid_seen(m, ID, STR("GOOD"), T0);
	msgid_seen(m, ID, STR("SPAM"), T0 + 1000);
	ZT_CASE("the same id in a second message is nobody's",
	    msgid_judged(m, ID, T0 + 2000).n == 0);
	msgid_free(m);

	m = fresh();
	msgid_seen(m, ID, STR("SPAM"), T0);
	msgid_seen(m, ID, STR("GOOD"), T0 + 1000);
	ZT_CASE("also where the good one comes second",
	    msgid_judged(m, ID, T0 + 2000).n == 0);
	msgid_free(m);

	m = fresh();
	msgid_seen(m, ID, STR("GOOD"), T0);
	(void)msgid_judged(m, ID, T0 + 1000);
	ZT_CASE("a message has one verdict",
	    msgid_judged(m, ID, T0 + 2000).n == 0);
	msgid_free(m);

	m = fresh();
	msgid_seen(m, ID, STR("GOOD"), T0);
	msgid_seen(m, STR("(x) <list.1@good.example>"), STR("SPAM"), T0 + 1);
	ZT_CASE("one that filters read as the same is nobody's either",
	    msgid_judged(m, ID, T0 + 1000).n == 0);
	msgid_free(m);

	m = fresh();
	msgid_seen(m, STR("<>"), STR("SPAM"), T0);
	msgid_seen(m, ID, STR("GOOD"), T0 + 1);
	ZT_CASE("nor while a message without an id is about",
	    msgid_judged(m, ID, T0 + MSGID_ODD_MS - 1).n == 0);
	msgid_free(m);

	m = fresh();
	msgid_seen(m, STR("<>"), STR("SPAM"), T0);
	msgid_seen(m, ID, STR("GOOD"), T0 + 1);
	ZT_CASE("but later",
	    str_eq(msgid_judged(m, ID, T0 + MSGID_ODD_MS), STR("GOOD")));
	msgid_free(m);
}

static void
test_odd(void)
{
	static const char *const odd[] = { "<a@b", "a@b>", "a@b", "<a b@c>",
		"<a@b> x", "<a@b><c@d>", "<a(x)@b>", "<a,b@c>", "< a@b>",
		"<a\tb>", "<a\xc3\xa4@b>", "" };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct msgid *m = fresh();

		msgid_seen(m, ID, STR("GOOD"), T0);
		msgid_seen(m, (struct str){ odd[i], strlen(odd[i]) }, STR("SS"),
		    T0);
		ZT_CASE(odd[i], msgid_judged(m, ID, T0 + 1).n == 0);
		msgid_free(m);
	}
}

static void
test_window(void)
{
	struct msgid *m = fresh();

	msgid_seen(m, ID, STR("OLD"), T0);
	ZT_CASE("a verdict that comes too late is nobody's",
	    msgid_judged(m, ID, T0 + MSGID_WINDOW_MS).n == 0);
	msgid_seen(m, ID, STR("NEW"), T0 + MSGID_WINDOW_MS);
	ZT_CASE("and an id may come again",
	    str_eq(msgid_judged(m, ID, T0 + MSGID_WINDOW_MS + 1), STR("NEW")));
	msgid_free(m);
}

/* A flood pushes out the message that has the same id. */
static void
test_flood(void)
{
	struct msgid *m = fresh();
	struct msgid_counts n;
	char id[32], qid[16];

	msgid_seen(m, ID, STR("SPAM"), T0);
	for (unsigned i = 0; i < 4096; i++) {
		snprintf(id, sizeof(id), "<%u@flood>", i);
		snprintf(qid, sizeof(qid), "F%u", i);
		msgid_seen(m, (struct str){ id, strlen(id) },
		    (struct str){ qid, strlen(qid) }, T0 + 1000);
	}
	msgid_seen(m, ID, STR("GOOD"), T0 + 2000);
	msgid_counts(m, &n);
	ZT_CASE("the table is full", n.pushed_out > 0);
	ZT_CASE("then no verdict is anybody's",
	    msgid_judged(m, ID, T0 + 3000).n == 0);
	ZT_CASE("until all that was pushed out is old",
	    str_eq((msgid_seen(m, STR("<n@n>"), STR("NN"),
			T0 + 1000 + MSGID_WINDOW_MS),
		       msgid_judged(m, STR("<n@n>"),
			   T0 + 1000 + MSGID_WINDOW_MS)),
		STR("NN")));
	msgid_free(m);
}

static const struct zt_test tests[] = {
	{ "join", test_join },
	{ "taint", test_taint },
	{ "odd ids", test_odd },
	{ "window", test_window },
	{ "flood", test_flood },
};
ZT_MAIN("msgid", tests)
