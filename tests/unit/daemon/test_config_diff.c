/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reload takes, what it leaves for a restart, and the logs' numbers.
 *
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_shape daemon/config_text
 * zt-link: daemon/config_value
 * zt-link: daemon/config_diff daemon/log fp/addr
 * zt-libs: libconfuse
 */
#include "daemon/config.h"
#include "tests/zt.h"

static struct config *
parse(const char *text)
{
	char err[CONFIG_ERRLEN];
	struct config *c = config_parse("t.conf", text, err);

	if (c == NULL) {
		fprintf(stderr, "%s\n", err);
		abort();
	}
	return c;
}

/* "mode,leak,user(restart)" */
static const char *
words(const struct config_diff *d, char *buf, size_t max)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < d->n; i++)
		n += (size_t)snprintf(buf + n, max - n, "%s%s%s",
		    n == 0 ? "" : ",", d->v[i].key,
		    d->v[i].restart ? "(restart)" : "");
	return buf;
}

static void
test_keys(void)
{
	static const struct {
		const char *name, *now, *next, *want;
	} cases[] = {
		{ "the same file changes nothing", "leak = 5", "leak = 5", "" },
		{ "what is written out as the default changes nothing", "",
		    "jitter = 10", "" },
		{ "the mode", "", "mode = enforce", "mode" },
		{ "a fraction", "", "block_probability = 0.9",
		    "block_probability" },
		{ "a duration", "", "lease = 2h", "lease" },
		{ "a list of durations that is longer", "tiers = {10min}",
		    "tiers = {10min, 1h}\ncertain_tier = 1", "tiers" },
		{ "what follows from that is named, too", "tiers = {10min}",
		    "tiers = {10min, 1h}", "certain_tier,tiers" },
		{ "ports", "", "ports = {25, 465}", "ports" },
		{ "a list of texts that is shorter",
		    "own_names = {a.example, b.example}",
		    "own_names = {a.example}", "own_names" },
		{ "files", "", "block_file = {\"/etc/x\"}", "block_file" },
		{ "sizes wait", "", "blocks_max = 5000",
		    "blocks_max(restart)" },
		{ "interfaces wait", "", "interface = {eth9}",
		    "interface(restart)" },
		{ "the queue waits", "", "queue = 3", "queue(restart)" },
		{ "the front waits", "", "front = off", "front(restart)" },
		{ "users wait", "", "user = zfw2", "user(restart)" },
		{ "one of each kind", "", "queue = 3\nleak = 7",
		    "queue(restart),leak" },
		{ "a journal that is new waits", "log = {\"/l/a\"}",
		    "log = {\"/l/a\", journal}", "log(restart)" },
		{ "other units of the journal wait", "log = {\"journal:a\"}",
		    "log = {\"journal:b\"}", "log(restart)" },
		{ "a journal that goes does not", "log = {\"/l/a\", journal}",
		    "log = {\"/l/a\"}", "log" },
		{ "the order of logs means nothing",
		    "log = {\"/l/a\", \"/l/b\"}", "log = {\"/l/b\", \"/l/a\"}",
		    "" },
	};
	struct config_diff d;
	char got[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *now = parse(cases[i].now);
		struct config *next = parse(cases[i].next);
		bool ok = config_carry(next, now, &d) &&
		    strcmp(words(&d, got, sizeof(got)), cases[i].want) == 0;

		ZT_CASE(cases[i].name, ok);
		config_free(now);
		config_free(next);
	}
}

static void
test_values(void)
{
	struct config *now = parse("blocks_max = 1000\nuser = zfw1\n"
				   "interface = {eth0, eth1}\nfront = off");
	struct config *next = parse("blocks_max = 2000\nuser = zfw2\n"
				    "interface = {eth2}\nfront = tproxy\n"
				    "mode = enforce\nlease = 2h");
	struct config_diff d;

	ZT_CASE("it carries", config_carry(next, now, &d));
	ZT_CASE("a size stays as it was", next->policy.blocks_max == 1000);
	ZT_CASE("a text, too", strcmp(next->user, "zfw1") == 0);
	ZT_CASE("and a list",
	    strcmp(next->interfaces[0], "eth0") == 0 &&
		strcmp(next->interfaces[1], "eth1") == 0 &&
		next->interfaces[2] == NULL);
	ZT_CASE("what is made of one of them, too",
	    next->front == 0 && !next->policy.front);
	ZT_CASE("the rest is new",
	    next->policy.enforce && next->policy.lease_s == 7200);
	ZT_CASE("what is in force is not touched",
	    now->policy.blocks_max == 1000 && strcmp(now->user, "zfw1") == 0 &&
		!now->policy.enforce && now->policy.lease_s == 86400);
	config_swap(now, next);
	ZT_CASE("until they are swapped",
	    now->policy.enforce && !next->policy.enforce);
	config_free(now);
	config_free(next);
}

static bool
logs_are(const struct config *c, const char *want)
{
	char got[256] = "";
	size_t n = 0;

	for (char **log = c->logs; *log != NULL; log++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s;", *log);
	return strcmp(got, want) == 0;
}

static void
test_logs(void)
{
	static const struct {
		const char *name, *log, *want;
	} steps[] = {
		{ "a new one comes at the end", "\"/a\", \"/b\", \"/c\"",
		    "/a;/b;/c;" },
		{ "one that goes leaves a gap", "\"/a\", \"/c\"", "/a;;/c;" },
		{ "which the next new one fills", "\"/a\", \"/c\", \"/d\"",
		    "/a;/d;/c;" },
		{ "whatever their order", "\"/e\", \"/f\", \"/d\"",
		    "/e;/d;/f;" },
		{ "all may go", "", ";;;" },
		{ "and others come", "\"/g\", \"/h\", \"/i\", \"/j\"",
		    "/g;/h;/i;/j;" },
	};
	struct config *now = parse("log = {\"/a\", \"/b\"}");
	struct config_diff d;
	char text[256];

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct config *next;

		(void)snprintf(text, sizeof(text), "log = {%s}", steps[i].log);
		next = parse(text);
		ZT_CASE(steps[i].name,
		    config_carry(next, now, &d) &&
			logs_are(next, steps[i].want));
		config_free(now);
		now = next;
	}
	config_free(now);
}

static void
test_journal(void)
{
	struct config *now = parse("log = {\"journal:a\", \"/l\"}");
	struct config *next = parse("log = {\"/l\", \"journal:b\"}");
	struct config_diff d;

	ZT_CASE("what is read of the journal is read on",
	    config_carry(next, now, &d) && logs_are(next, "journal:a;/l;"));
	config_free(now);
	config_free(next);
	now = parse("log = {\"/l\"}");
	next = parse("log = {journal, \"/m\"}");
	ZT_CASE("one that is new is none yet",
	    config_carry(next, now, &d) && logs_are(next, "/m;"));
	config_free(now);
	config_free(next);
}

static const struct zt_test tests[] = {
	{ "keys", test_keys },
	{ "values", test_values },
	{ "logs", test_logs },
	{ "journal", test_journal },
};
ZT_MAIN("config_diff", tests)
