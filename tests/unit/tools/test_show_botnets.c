/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `zfwctl botnets`: the table for people, whatever the answer is.
 *
 * zt-link: tools/show_botnets tools/show daemon/log
 * zt-libs: libjansson
 */
#include <stdlib.h>

#include "tests/zt.h"
#include "tools/show.h"

static const struct {
	const char *name, *json, *want;
} cases[] = {
	{ "no clusters: a sentence", "{\"botnets\":[]}",
	    "no botnets are known\n" },
	{ "an answer without a list: the same", "{}",
	    "no botnets are known\n" },
	{ "one cluster, one line",
	    "{\"botnets\":[{\"id\":\"1a2b3c4d\",\"kind\":\"helo\","
	    "\"name\":\"helo:ylmf-pc\",\"networks\":1203,\"networks_day\":87,"
	    "\"clients_day\":412.0,\"bad\":96.4,\"good\":0.0,\"llr\":3.0,"
	    "\"first\":1740988800,\"last\":1741075200}]}",
	    "ID       KIND     WEIGHT NETWORKS  NEW/D CLIENT/D     BAD    GOOD "
	    " FIRST"
	    "                LAST                 NAME\n"
	    "1a2b3c4d helo      +3.00     1203    +87      412      96       0 "
	    " "
	    "2025-03-03 08:00:00  2025-03-04 08:00:00  helo:ylmf-pc\n" },
	{ "text from outside is escaped, what is missing shown as such",
	    "{\"botnets\":[{\"kind\":\"sender\","
	    "\"name\":\"from:a\\u001b[2J\\n@b\"}]}",
	    "ID       KIND     WEIGHT NETWORKS  NEW/D CLIENT/D     BAD    GOOD "
	    " FIRST"
	    "                LAST                 NAME\n"
	    "-        sender    +0.00        0     +0        0       0       0 "
	    " -"
	    "                    -                    from:a\\x1b[2J\\n@b\n" },
};

static void
test_text(void)
{
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *a = json_loads(cases[i].json, 0, NULL);
		char *got = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&got, &n);

		show_botnets(f, a);
		fclose(f);
		ZT_CASE(cases[i].name,
		    a != NULL && strcmp(got, cases[i].want) == 0);
		if (strcmp(got, cases[i].want) != 0)
			printf("%s", got);
		free(got);
		json_decref(a);
	}
}

static const struct zt_test tests[] = {
	{ "text", test_text },
};
ZT_MAIN("show_botnets", tests)
