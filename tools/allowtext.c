/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "daemon/jtext.h"
#include "tools/allowtext.h"
#include "tools/show.h"

void
allowtext_entry(const json_t *e)
{
	char net[SHOW_LEN], t[SHOW_LEN], text[SHOW_LEN], from[SHOW_LEN];

	printf("%-43s %-19s %-13s %s\n", show_text(e, "net", net),
	    show_time(e, "until", "for ever", t), show_text(e, "from", from),
	    show_text(e, "comment", text));
}

void
allowtext_head(void)
{
	printf("%-43s %-19s %-13s %s\n", "NETWORK", "UNTIL", "FROM", "COMMENT");
}

void
allowtext_added(const json_t *a, const char *where)
{
	char net[SHOW_LEN], t[SHOW_LEN];
	long long lifted = (long long)show_int(a, "lifted");

	printf("%s is allowed %s%s", show_text(a, "net", net),
	    json_is_integer(json_object_get(a, "until")) ? "until " : "",
	    show_time(a, "until", "for ever", t));
	if (lifted > 0)
		printf("; %lld block%s lifted", lifted, lifted == 1 ? "" : "s");
	printf("%s\n", where);
}

int
allowtext_checked(const json_t *a)
{
	const json_t *by = json_object_get(a, "by");
	char who[SHOW_LEN], net[SHOW_LEN], t[SHOW_LEN], text[SHOW_LEN];

	if (!json_is_object(by)) {
		printf("%s is not on the allow list\n",
		    show_text(a, "address", who));
		return 1;
	}
	printf("%s is allowed by %s, %s (%s)\n", show_text(a, "address", who),
	    show_text(by, "net", net), show_time(by, "until", "for ever", t),
	    show_text(by, "comment", text));
	return 0;
}

json_t *
allowtext_json(const struct store_allow *a)
{
	return json_pack("{s:o,s:o,s:o,s:s,s:I}", "net", jtext_net(&a->net),
	    "until", jtext_time(a->until_ms), "comment", jtext(a->comment),
	    "from", "zfw-whitelist", "lifted", (json_int_t)0);
}

json_t *
allowtext_config(const struct net *n)
{
	return json_pack("{s:o,s:n,s:s,s:s}", "net", jtext_net(n), "until",
	    "comment", "", "from", "configuration");
}
