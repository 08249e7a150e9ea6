/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: docs/MODEL.md shows the shipped shares as they are
 *
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/model_prior.h"
#include "tests/zt.h"

#define DOC "docs/MODEL.md"

static char text[1 << 16];

static bool
read_doc(void)
{
	FILE *f = fopen(DOC, "r");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return n > 0 && n < sizeof(text) - 1;
}

static unsigned
rows_of(enum model_feature f)
{
	unsigned n = 0;
	char row[160];

	for (unsigned v = 0; v < model_values(f); v++) {
		if (model_priors[f].v[v].name == NULL)
			continue;
		snprintf(row, sizeof(row),
		    "\n| `%s` | %s | %.4g %% | %.4g %% | %+.2f%s |\n",
		    model_feature_name(f), model_value_name(f, v),
		    100 * model_priors[f].v[v].qz,
		    100 * model_priors[f].v[v].qg, model_shipped(f, v),
		    model_priors[f].v[v].hard ? " hard" : "");
		n++;
		if (strstr(text, row) == NULL)
			printf("# missing: %s", row + 1);
		ZT_CASE("a row of " DOC " is as in daemon/model_prior.h",
		    strstr(text, row) != NULL);
	}
	return n;
}

static void
test_rows(void)
{
	unsigned want = 0, have = 0;

	if (!read_doc()) {
		ZT_SKIP(DOC, "run from the top of the tree");
		return;
	}
	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		want += rows_of((enum model_feature)f);
	for (const char *p = text; (p = strstr(p, "\n| `")) != NULL; p++)
		have++;
	ZT_CASE(DOC " has no other rows", want == have);
}

static void
test_constants(void)
{
	char want[4][64];

	if (!read_doc())
		return;
	snprintf(want[0], 64, "by more than **%g nats**", MODEL_FENCE);
	snprintf(want[1], 64, "more than **%g nats** a day", MODEL_DRIFT_DAY);
	snprintf(want[2], 64, "by half in **%g days**",
	    (double)MODEL_HALF_DAYS);
	snprintf(want[3], 64, "in **%g days** (tokens)",
	    (double)MODEL_TOKEN_HALF_DAYS);
	for (size_t i = 0; i < 4; i++) {
		char name[320];

		snprintf(name, sizeof(name), DOC " says: %s", want[i]);
		ZT_CASE(name, strstr(text, want[i]) != NULL);
	}
}

static const struct zt_test tests[] = {
	{ "rows", test_rows },
	{ "constants", test_constants },
};
ZT_MAIN("model_doc", tests)
