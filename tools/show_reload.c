/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_reload - the answer to `zfwctl reload` */
#include <string.h>

#include "daemon/log.h"
#include "tools/show.h"

static const char *
nth(const json_t *list, size_t i, char buf[SHOW_LEN])
{
	const char *s = json_string_value(json_array_get(list, i));

	if (s == NULL)
		s = "-";
	return log_escape((struct str){ s, strlen(s) }, buf, SHOW_LEN);
}

static bool
among(const json_t *list, const char *key)
{
	for (size_t i = 0; key != NULL && i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && strcmp(s, key) == 0)
			return true;
	}
	return false;
}

/* What is changed and waits for no restart. */
static void
in_force(FILE *out, const json_t *list, const json_t *restart)
{
	char text[SHOW_LEN];
	const char *sep = "in force: ";

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (among(restart, json_string_value(json_array_get(list, i))))
			continue;
		fprintf(out, "%s%s", sep, nth(list, i, text));
		sep = ", ";
	}
	if (sep[0] == ',')
		fputc('\n', out);
}

/* All of them in one sentence. */
static void
not_yet(FILE *out, const json_t *list)
{
	char text[SHOW_LEN];
	const char *sep = "not in force before a restart of zfwd: ";

	for (size_t i = 0; i < json_array_size(list); i++) {
		fprintf(out, "%s%s", sep, nth(list, i, text));
		if (strcmp(text, "log") == 0)
			fputs(" (the journal)", out);
		sep = ", ";
	}
	if (sep[0] == ',')
		fputc('\n', out);
}

static void
denied_logs(FILE *out, const json_t *list)
{
	char text[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "%s%s", i == 0 ? "log: " : ", ",
		    nth(list, i, text));
	fputs(": may not be read before a restart, for the directory is new\n",
	    out);
}

void
show_reload(FILE *out, const json_t *a)
{
	const json_t *restart = json_object_get(a, "restart");
	char text[SHOW_LEN];

	fprintf(out, "mode %s\n", show_text(a, "mode", text));
	in_force(out, json_object_get(a, "changed"), restart);
	not_yet(out, restart);
	denied_logs(out, json_object_get(a, "denied_logs"));
	fprintf(out, "%lld signatures", (long long)show_int(a, "signatures"));
	if (show_int(a, "warnings") > 0)
		fprintf(out, "; %lld lines make no sense (see the log)",
		    (long long)show_int(a, "warnings"));
	fputc('\n', out);
	if (show_int(a, "end_user_networks") + show_int(a, "pool_networks") > 0)
		fprintf(out,
		    "%lld networks of end users, %lld of mail providers\n",
		    (long long)show_int(a, "end_user_networks"),
		    (long long)show_int(a, "pool_networks"));
	if (show_int(a, "blocked_networks") > 0)
		fprintf(out, "%lld networks always blocked\n",
		    (long long)show_int(a, "blocked_networks"));
}
