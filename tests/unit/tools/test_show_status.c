/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `zfwctl status` and `zfwctl reload` for people, whatever the answer is.
 *
 * zt-link: tools/show_status tools/show_reload tools/show daemon/log
 * zt-libs: libjansson
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/zt.h"
#include "tools/show.h"

#define COUNTED \
	"\"counters\":{\"packets\":7,\"orphans\":0,\"listed\":0}," \
	"\"patterns\":{\"tried\":0},\"guard\":{\"sent\":3,\"dropped\":0}," \
	"\"check\":{\"checked\":0,\"wrong\":0},\"front\":{\"there\":false," \
	"\"asks\":9},\"store\":{\"records\":5,\"bytes\":3153504,\"errors\":0," \
	"\"full\":false,\"sweep\":{\"max\":1000,\"rounds\":0}}"

/* What must be there, line by line in this order, and what must not be. */
static const struct {
	const char *name, *json;
	bool all;
	const char *want[6];
	const char *never;
} cases[] = {
	{ "mode and kernel come first, and that nothing is wrong",
	    "{\"version\":\"1.2\",\"pid\":4,\"uptime_s\":61,"
	    "\"mode\":\"enforce\",\"mode_since\":1740988800,"
	    "\"table\":\"on\",\"blocks_now\":7,\"tiers\":[5,0,2,0]}",
	    false,
	    { "zfw           1.2, pid 4, up 1 min 1 s\n"
	      "mode          enforce, since 2025-03-03 08:00:00\n"
	      "kernel table  on\n"
	      "alarms        none\n"
	      "blocks now    7: tier 1: 5, tier 3: 2\n" },
	    "restart" },
	{ "shadow mode says that nobody is blocked",
	    "{\"mode\":\"shadow\",\"mode_since\":1740988800,"
	    "\"table\":\"off\",\"blocks_now\":1,\"tiers\":[1]}",
	    false,
	    { "mode          shadow, since 2025-03-03 08:00:00: nobody is "
	      "blocked\nkernel table  off, until zfwctl on\n",
		"blocks now    1 that would be: tier 1: 1\n" },
	    NULL },
	{ "alarms stand before all numbers",
	    "{\"table\":\"failed\",\"blind\":true,\"blind_view\":\"log\","
	    "\"captures\":[{\"interface\":\"eth0\",\"broken\":true}],"
	    "\"logs\":[{\"path\":\"/a\",\"state\":\"missing\"},"
	    "{\"path\":\"/b\",\"state\":\"denied\"},"
	    "{\"path\":\"/c\",\"state\":\"reading\"}],"
	    "\"store\":{\"full\":true}}",
	    false,
	    { "\nFAILED        the kernel table",
		"\nBLIND         connections, and no line about them",
		"\nBROKEN        the capture of eth0 cannot be read\n"
		"MISSING       the log /a;",
		"\nDENIED        the log /b", "\nFULL          the disk",
		"\nblocks now " },
	    "alarms" },
	{ "keys that wait for a restart are in one line",
	    "{\"restart\":[\"queue\",\"front\"]}", false,
	    { "\nrestart       due for queue, front\n" }, NULL },
	{ "counters that are 0 are left out, and counted", "{" COUNTED "}",
	    false,
	    { "\nremembered    not counted yet, at most 1000 clients\n"
	      "store         5 records, 3.2 MB, 0 errors\n",
		"\ncounters\n  packets                         7\nguard\n"
		"  sent                            3\nleft out      12 "
		"counters "
		"that are 0 or matter less: zfwctl status --all\n" },
	    "orphans" },
	{ "--all shows them all", "{" COUNTED "}", true,
	    { "\ncounters\n", "\n  orphans                         0\n",
		"\npatterns\n  tried                           0\nguard\n",
		"\nfront\n  asks                            9\nstore\n",
		"\n  bytes                     3153504\n",
		"\nsweep\n  max                          1000\n" },
	    "left out" },
	{ "a log that is read to its end has no position",
	    "{\"logs\":[{\"path\":\"/a\",\"state\":\"reading\",\"kind\":"
	    "\"file\",\"position\":9,\"size\":9,\"lines\":4,"
	    "\"understood\":3}]}",
	    false, { "\nlog           /a: reading; 4 lines, 3 understood\n" },
	    "at byte" },
	{ "one that is not has one",
	    "{\"logs\":[{\"path\":\"/a\",\"state\":\"reading\",\"kind\":"
	    "\"file\",\"position\":5,\"size\":9,\"backlog\":true}]}",
	    false,
	    { "\nlog           /a: reading, at byte 5 of 9; 0 lines, 0 "
	      "understood (catching up)\n" },
	    NULL },
	{ "text from outside is escaped",
	    "{\"version\":\"a\\u001b[2J\",\"mode\":\"b\\nc\","
	    "\"table\":\"d\\u0007\",\"logs\":[{\"path\":\"e\\r\","
	    "\"state\":\"missing\"}]}",
	    false,
	    { "zfw           a\\x1b[2J", "\nmode          b\\nc,",
		"\nkernel table  d\\x07\n", "\nMISSING       the log e\\r;" },
	    "\033" },
	{ "an empty answer is no crash", "{}", true,
	    { "zfw           -, pid 0, up 0 s\n", "\nblocks now    0\n" },
	    NULL },
	{ "nor is one of wrong types",
	    "{\"counters\":[],\"tiers\":[\"a\",{}],\"captures\":{},"
	    "\"restart\":[4],\"store\":7,\"logs\":[[]],\"tally\":[]}",
	    true, { "\nrestart       due for -\n", "\nblocks now    0\n" },
	    NULL },
};

/* The answer in `json` as that function prints it; the caller's. */
static char *
shown(const char *json, int all)
{
	json_t *a = json_loads(json, 0, NULL);
	char *got = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&got, &n);

	if (f == NULL || a == NULL)
		abort();
	if (all < 0)
		show_reload(f, a);
	else
		show_status(f, a, all > 0);
	fclose(f);
	json_decref(a);
	return got;
}

static bool
in_order(const char *text, const char *const want[6])
{
	for (size_t i = 0; i < 6 && want[i] != NULL; i++) {
		const char *at = strstr(text, want[i]);

		if (at == NULL)
			return false;
		text = at + strlen(want[i]) - 1; /* one may end the line */
	}
	return true;
}

static void
test_status(void)
{
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = shown(cases[i].json, cases[i].all);
		bool ok = in_order(got, cases[i].want) &&
		    (cases[i].never == NULL ||
			strstr(got, cases[i].never) == NULL);

		ZT_CASE(cases[i].name, ok);
		if (!ok)
			printf("%s", got);
		free(got);
	}
}

static void
test_reload(void)
{
	static const struct {
		const char *name, *json, *want;
	} reloads[] = {
		{ "what is in force, and what waits, a sentence each",
		    "{\"mode\":\"enforce\",\"changed\":[\"mode\",\"leak\"],"
		    "\"restart\":[\"queue\",\"front\"],\"signatures\":9}",
		    "mode enforce\nin force: mode, leak\nnot in force before a "
		    "restart of zfwd: queue, front\n9 signatures\n" },
		{ "nothing has changed",
		    "{\"mode\":\"shadow\",\"changed\":[],\"restart\":[],"
		    "\"signatures\":9}",
		    "mode shadow\n9 signatures\n" },
		{ "of the logs it is the journal that waits",
		    "{\"mode\":\"shadow\",\"changed\":[\"log\"],"
		    "\"restart\":[\"log\"],\"signatures\":9}",
		    "mode shadow\nnot in force before a restart "
		    "of zfwd: log (the journal)\n9 signatures\n" },
	};

	for (size_t i = 0; i < sizeof(reloads) / sizeof(reloads[0]); i++) {
		char *got = shown(reloads[i].json, -1);

		ZT_CASE(reloads[i].name, strcmp(got, reloads[i].want) == 0);
		if (strcmp(got, reloads[i].want) != 0)
			printf("%s", got);
		free(got);
	}
}

static const struct zt_test tests[] = {
	{ "status", test_status },
	{ "reload", test_reload },
};
ZT_MAIN("show_status", tests)
