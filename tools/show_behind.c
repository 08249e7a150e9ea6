/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/show_behind.h"

#include "tools/show.h"

/* "length 52, window 64240, MSS 1460" */
static const char *
stack_text(const json_t *s, char buf[SHOW_LEN])
{
	char mss[24] = "no MSS";

	if (json_is_integer(json_object_get(s, "mss")))
		(void)snprintf(mss, sizeof(mss), "MSS %lld",
		    (long long)show_int(s, "mss"));
	(void)snprintf(buf, SHOW_LEN, "length %lld, window %lld, %s",
	    (long long)show_int(s, "len"), (long long)show_int(s, "window"),
	    mss);
	return buf;
}

static void
deeds(FILE *out, const json_t *f)
{
	const json_t *list = json_object_get(f, "deeds");

	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "%s%s", i == 0 ? "; it did: " : ", ",
		    json_string_value(json_array_get(list, i)));
}

static void
machines(FILE *out, const json_t *a)
{
	const json_t *list = json_object_get(a, "machines");
	char t[SHOW_LEN], s[SHOW_LEN];

	if (json_array_size(list) < 2)
		return;
	fprintf(out, "\nMachines behind the address, by their SYNs:\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);

		fprintf(out,
		    "  %s: sessions %lld, last %s; mail accepted %lld, "
		    "settled %lld",
		    stack_text(json_object_get(f, "stack"), s),
		    (long long)show_int(f, "sessions"),
		    show_time(f, "last", "never", t),
		    (long long)show_int(f, "accepted"),
		    (long long)show_int(f, "settled"));
		deeds(out, f);
		fprintf(out, "%s\n",
		    json_is_true(json_object_get(f, "blocked")) ? "; blocked" :
								  "");
	}
}

static void
narrow(FILE *out, const json_t *a)
{
	const json_t *b = json_object_get(a, "block");
	const json_t *list = json_object_get(b, "stacks");
	char s[SHOW_LEN];

	if (show_int(b, "left_s") == 0)
		return;
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "%s%s\n",
		    i == 0 ? "Only SYNs like these: " :
			     "                      ",
		    stack_text(json_array_get(list, i), s));
}

static void
click(FILE *out, const json_t *a)
{
	const json_t *c = json_object_get(a, "click");
	char t[SHOW_LEN], u[SHOW_LEN];

	if (!json_is_object(c))
		return;
	fprintf(out, "\nLet out by one click %s, trusted until %s.\n",
	    show_time(c, "at", "-", t), show_time(c, "trusted_until", "-", u));
	if (json_is_integer(json_object_get(c, "no_link_until")))
		fprintf(out, "It offended then: no other link until %s.\n",
		    show_time(c, "no_link_until", "-", t));
}

void
show_over(FILE *out, const json_t *a)
{
	const json_t *b = json_object_get(a, "over");
	char who[SHOW_LEN], t[SHOW_LEN];

	if (json_is_object(b))
		fprintf(out,
		    "\nIts whole network %s is blocked until %s: several of "
		    "its parts were.\n",
		    show_text(b, "client", who), show_time(b, "until", "-", t));
}

void
show_behind(FILE *out, const json_t *a)
{
	narrow(out, a);
	machines(out, a);
	click(out, a);
}
