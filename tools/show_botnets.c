/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_botnets - `zfwctl botnets`: one cluster a line, the biggest first */
#include "tools/show.h"

static double
real(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* The name stands last: it is as long as a stranger likes. */
static void
line(FILE *out, const json_t *b)
{
	char id[SHOW_LEN], kind[SHOW_LEN], name[SHOW_LEN], first[SHOW_LEN],
	    last[SHOW_LEN];

	fprintf(out, "%-8s %-8s %+6.2f %8lld %+6lld %8.0f %7.0f %7.0f  ",
	    show_text(b, "id", id), show_text(b, "kind", kind), real(b, "llr"),
	    (long long)show_int(b, "networks"),
	    (long long)show_int(b, "networks_day"), real(b, "clients_day"),
	    real(b, "bad"), real(b, "good"));
	fprintf(out, "%-19s  %-19s  %s\n", show_time(b, "first", "-", first),
	    show_time(b, "last", "-", last), show_text(b, "name", name));
}

void
show_botnets(FILE *out, const json_t *a)
{
	const json_t *list = json_object_get(a, "botnets");

	if (json_array_size(list) == 0) {
		fprintf(out, "no botnets are known\n");
		return;
	}
	fprintf(out, "%-8s %-8s %6s %8s %6s %8s %7s %7s  %-19s  %-19s  %s\n",
	    "ID", "KIND", "WEIGHT", "NETWORKS", "NEW/D", "CLIENT/D", "BAD",
	    "GOOD", "FIRST", "LAST", "NAME");
	for (size_t i = 0; i < json_array_size(list); i++)
		line(out, json_array_get(list, i));
}
