/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of statistics of a made-up gateway, on standard output.
 * usage: statspage [KEY=VALUE...]   the keys are those of struct statsfake:
 *        seed= days= hours= modes=(1 shadow, 2 enforce, 3 both) groups=
 *        machines= mistakes= hostile= until=(seconds since 1970)
 *
 * zt-link: tests/tools/lib/statsfake daemon/tally fp/addr @STATS_HTML
 * zt-libs: libsodium libm
 */
#include <inttypes.h>
#include <stdlib.h>

#include "tests/tools/lib/statsfake.h"

static bool
set(struct statsfake *how, const char *word)
{
	uint64_t v;
	char key[16];

	if (sscanf(word, "%15[a-z]=%" SCNu64, key, &v) != 2)
		return false;
	if (strcmp(key, "seed") == 0)
		how->seed = v;
	else if (strcmp(key, "days") == 0)
		how->days = (unsigned)v;
	else if (strcmp(key, "hours") == 0)
		how->hours = (unsigned)v;
	else if (strcmp(key, "modes") == 0)
		how->modes = v & 3;
	else if (strcmp(key, "groups") == 0)
		how->groups = v;
	else if (strcmp(key, "machines") == 0)
		how->machines = v;
	else if (strcmp(key, "mistakes") == 0)
		how->mistakes = v;
	else if (strcmp(key, "hostile") == 0)
		how->hostile = v != 0;
	else if (strcmp(key, "until") == 0)
		how->until_ms = (int64_t)v * 1000;
	else
		return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct statsfake how = { .seed = 1,
		.until_ms = INT64_C(1795305600000), /* 21 November 2026 */
		.days = 30,
		.modes = TALLY_ENFORCE,
		.groups = 20,
		.machines = 20,
		.mistakes = 7 };
	struct stats s;
	int e;

	for (int i = 1; i < argc; i++)
		if (!set(&how, argv[i])) {
			fprintf(stderr, "statspage: %s?\n", argv[i]);
			return 2;
		}
	statsfake_make(&how, &s);
	e = stats_html(&s, stdout);
	statsfake_free(&s);
	if (e != 0) {
		fprintf(stderr, "statspage: %s\n", strerror(-e));
		return 1;
	}
	return 0;
}
