/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `zfwctl check`: made-up answers of a kernel, and what is said of them.
 *
 * zt-link: tools/check
 * zt-libs: libjansson
 */
#include "tests/zt.h"

#include <jansson.h>

#include "tools/check.h"

static const struct {
	const char *name;
	struct check_case c;
	enum check_result want;
	const char *line; /* as it is printed */
} cases[] = {
	{ "what came as wanted is ok",
	    { "a blocked client is dropped", "no answer", "no answer", true,
		NULL },
	    CHECK_OK, "ok     a blocked client is dropped\n" },
	{ "a blocked client that got an answer has failed",
	    { "a blocked client is dropped", "no answer", "the mail server",
		true, NULL },
	    CHECK_FAILED,
	    "FAILED a blocked client is dropped: wanted no answer, got the "
	    "mail server\n" },
	{ "silence where an answer should be has failed",
	    { "a stranger gets an answer", "the mail server", "no answer", true,
		NULL },
	    CHECK_FAILED,
	    "FAILED a stranger gets an answer: wanted the mail server, got no "
	    "answer\n" },
	{ "what the kernel cannot do is lacking, with what happens instead",
	    { "one stack is dropped", "no answer", "the mail server", false,
		"the whole address is blocked" },
	    CHECK_LACKS,
	    "lacks  one stack is dropped: the whole address is blocked\n" },
	{ "lacking is no proof: a good answer by chance is not ok",
	    { "one stack is dropped", "no answer", "no answer", false,
		"the whole address is blocked" },
	    CHECK_LACKS,
	    "lacks  one stack is dropped: the whole address is blocked\n" },
	{ "a way round does not excuse a wrong answer of a kernel that can",
	    { "one stack is dropped", "no answer", "the mail server", true,
		"the whole address is blocked" },
	    CHECK_FAILED,
	    "FAILED one stack is dropped: wanted no answer, got the mail "
	    "server\n" },
	{ "without a way round lacking has failed",
	    { "the table is made", "yes", "yes", false, NULL }, CHECK_FAILED,
	    "FAILED the table is made: wanted yes, got nothing: it cannot be "
	    "made\n" },
};

static char *
printed(const struct check_list *l, bool json)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	(void)check_print(l, json, f);
	(void)fclose(f);
	return text;
}

static void
test_judge(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct check_list l = { .ended = true };
		char *text;

		check_case(&l, &cases[i].c);
		text = printed(&l, false);
		ZT_CASE(cases[i].name,
		    check_judge(&cases[i].c) == cases[i].want &&
			strncmp(text, cases[i].line, strlen(cases[i].line)) ==
			    0 &&
			check_status(&l) == (cases[i].want == CHECK_FAILED));
		free(text);
	}
}

static void
test_status(void)
{
	struct check_list l = { .ended = true };

	check_add(&l, CHECK_NOTE, "something to know", "%s", "this");
	check_add(&l, CHECK_LACKS, "something", "%s", "else instead");
	ZT_CASE("notes and what is worked round are no failure",
	    check_status(&l) == 0);
	l.ended = false;
	ZT_CASE("checks that did not come to their end have failed",
	    check_status(&l) == 1);
	l.ended = true;
	for (size_t i = 0; i < CHECK_MAX + 5; i++)
		check_add(&l, CHECK_OK, "one more", "%s", "");
	ZT_CASE("so have those that there was no room for",
	    l.n == CHECK_MAX && l.left_out == 7 && check_status(&l) == 1);
}

static void
test_json(void)
{
	struct check_list l = { .ended = true };
	char *text;
	json_t *o, *v;

	check_add(&l, CHECK_OK, "one", "%s", "");
	check_case(&l, &cases[1].c);
	text = printed(&l, true);
	o = json_loads(text, 0, NULL);
	v = json_object_get(o, "checks");
	ZT_CASE("JSON says the same",
	    json_is_false(json_object_get(o, "ok")) &&
		json_integer_value(json_object_get(o, "failed")) == 1 &&
		json_integer_value(json_object_get(o, "passed")) == 1 &&
		json_array_size(v) == 2 &&
		strcmp(json_string_value(
			   json_object_get(json_array_get(v, 1), "result")),
		    "failed") == 0 &&
		json_object_get(json_array_get(v, 0), "more") == NULL);
	json_decref(o);
	free(text);
}

static void
test_long(void)
{
	struct check_list l = { .ended = true };
	char big[1000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	check_add(&l, CHECK_NOTE, big, "%s", big);
	ZT_CASE("a text that is too long is cut",
	    strlen(l.v[0].text) == CHECK_TEXT - 1 &&
		strlen(l.v[0].more) == CHECK_MORE - 1);
}

static const struct zt_test tests[] = {
	{ "judge", test_judge },
	{ "status", test_status },
	{ "json", test_json },
	{ "long", test_long },
};
ZT_MAIN("check", tests)
