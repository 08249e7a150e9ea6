/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/outcome.h"

#include <stdio.h>
#include <stdlib.h>

#define EXPECT_MAX 512

static bool
holds(const struct outcome *o, const char *word)
{
	const struct talk *t = o->talk;

	if (strcmp(word, "open") == 0)
		return o->opened;
	if (strcmp(word, "dropped") == 0)
		return t->end == TALK_DROPPED;
	if (strcmp(word, "refused") == 0)
		return t->end == TALK_REFUSED;
	if (strcmp(word, "done") == 0)
		return t->end == TALK_DONE;
	if (strcmp(word, "reset") == 0)
		return t->end == TALK_RESET;
	if (strcmp(word, "accepted") == 0)
		return t->accepted;
	if (strcmp(word, "greeted") == 0)
		return t->seen > 0 && t->codes[0] == 220;
	return t->last == (uint16_t)atoi(word);
}

bool
outcome_expected(const struct outcome *o, const char *expect)
{
	char buf[EXPECT_MAX], *save = NULL;

	snprintf(buf, sizeof(buf), "%s", expect);
	for (char *w = strtok_r(buf, ",", &save); w != NULL;
	     w = strtok_r(NULL, ",", &save))
		if (!holds(o, w))
			return false;
	return true;
}

void
outcome_print(const struct outcome *o, bool ok)
{
	const struct talk *t = o->talk;
	const struct conn *c = o->conn;
	const char *syn = o->opened ? "open" :
	    t->end == TALK_REFUSED  ? "reset" :
				      "dropped";
	char buf[ADDR_STRLEN];

	printf(c->src.family == 4 ? "%s:%u" : "[%s]:%u",
	    addr_print(&c->src, buf), c->sport);
	printf(" %s syn=%s last=%u replies=", c->st->name, syn, t->last);
	for (unsigned i = 0; i < t->seen && i < TALK_REPLIES; i++)
		printf("%s%u", i > 0 ? "," : "", t->codes[i]);
	printf("%s end=%s%s %s\n", t->seen == 0 ? "none" : "",
	    talk_end_name[t->end], t->accepted ? " accepted" : "",
	    ok ? "ok" : "FAIL");
}
