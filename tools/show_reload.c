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

static void
keys(FILE *out, const json_t *a, const char *key, const char *head,
    const char *tail)
{
	const json_t *list = json_object_get(a, key);
	char text[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	fputs(head, out);
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "%s%s", i == 0 ? "" : ", ", nth(list, i, text));
	fprintf(out, "%s\n", tail);
}

void
show_reload(FILE *out, const json_t *a)
{
	const json_t *restart = json_object_get(a, "restart");
	char text[SHOW_LEN];

	fprintf(out, "mode %s\n", show_text(a, "mode", text));
	keys(out, a, "changed", "in force: ", "");
	for (size_t i = 0; i < json_array_size(restart); i++)
		fprintf(out, "%s changed: takes effect after a restart\n",
		    nth(restart, i, text));
	keys(out, a, "denied_logs", "log: ",
	    ": may not be read before a restart, for the directory is new");
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
