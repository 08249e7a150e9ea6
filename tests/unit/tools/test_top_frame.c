/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frame of `zfwctl top`: fits its size, tells rates, survives any answer.
 *
 * zt-link: tools/top_frame tools/show daemon/log
 * zt-libs: libjansson
 */
#include <stdlib.h>

#include "tests/zt.h"
#include "tools/top.h"

static const char answer[] =
    "{\"ok\":true,\"version\":\"1.2\",\"pid\":7,\"mode\":\"enforce\","
    "\"table\":\"on\",\"now\":1800000000,\"uptime_s\":3700,"
    "\"mono_ms\":%lld,\"accepted\":%lld,\"blocks_now\":12,"
    "\"counters\":{\"sessions\":%lld,\"syn_drops\":5000,\"rejects\":1000,"
    "\"cuts\":3,\"blocks\":12},\"tiers\":[10,0,2,0,0,0,0,0],"
    "\"captures\":[{\"interface\":\"eth0\",\"packets\":9,"
    "\"kernel_drops\":4,\"broken\":false}],"
    "\"logs\":[{\"path\":\"/var/log/mail.log\",\"state\":\"reading\","
    "\"lines\":8,\"understood\":7,\"blind\":true}],"
    "\"networks\":[{\"net\":\"192.0.2.0/24\",\"knocks\":77}],"
    "\"latest\":[{\"t\":1800000000,\"event\":\"block\","
    "\"client\":\"192.0.2.7\",\"tier\":2,\"shadow\":true,"
    "\"reasons\":[\"early-talk\",\"no-rdns\"],\"why\":\"\"}]}";

static json_t *
made(int64_t mono_ms, int64_t accepted, int64_t sessions)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), answer, (long long)mono_ms,
	    (long long)accepted, (long long)sessions);
	return json_loads(text, 0, NULL);
}

static char *
framed(const json_t *now, const json_t *before, struct top_size size)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	top_frame(f, now, before, &size);
	fclose(f);
	return text;
}

static void
test_whole(void)
{
	json_t *before = made(1000, 10, 100), *now = made(3000, 15, 500);
	char *text = framed(now, before, (struct top_size){ 0, 0, false });

	ZT_CASE("the mode is told", strstr(text, "mode enforce") != NULL);
	ZT_CASE("400 connects in two seconds are 200 a second",
	    strstr(text, "\na second            200 ") != NULL);
	ZT_CASE("few of them with a decimal", strstr(text, " 2.5\n") != NULL);
	ZT_CASE("what is rejected is not prevented, too",
	    strstr(text, "      4000       1000          3 ") != NULL);
	ZT_CASE("blocks by tier",
	    strstr(text, "12  tier 1: 10  tier 3: 2\n") != NULL);
	ZT_CASE("a log that is blind", strstr(text, ", BLIND\n") != NULL);
	ZT_CASE("the capture", strstr(text, "eth0: 9 packets, 4 lost") != NULL);
	ZT_CASE("who knocks", strstr(text, "192.0.2.0/24 ") != NULL);
	ZT_CASE("the latest, and why",
	    strstr(text, "would-block") != NULL &&
		strstr(text, "  early-talk, no-rdns\n") != NULL);
	ZT_CASE("no escape sequences in it", strchr(text, '\033') == NULL);
	free(text);
	text = framed(now, NULL, (struct top_size){ 0, 0, false });
	ZT_CASE("without another answer there is no rate",
	    strstr(text, "\na second              - ") != NULL);
	free(text);
	json_decref(before);
	json_decref(now);
}

/* Rows and longest row, less what is no text. */
static void
measure(const char *text, unsigned *rows, size_t *longest)
{
	*rows = 1;
	*longest = 0;
	for (size_t n = 0; *text != '\0'; text++) {
		if (*text == '\033') { /* ESC [ K, ESC [ J */
			text += 2;
			continue;
		}
		n = *text == '\n' ? 0 : n + 1;
		*rows += *text == '\n';
		*longest = n > *longest ? n : *longest;
	}
}

static void
test_sizes(void)
{
	static const struct top_size sizes[] = { { 24, 80, true },
		{ 3, 20, true }, { 1, 1, true }, { 60, 200, true } };
	json_t *now = made(1, 2, 3);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *text = framed(now, NULL, sizes[i]), name[64];
		unsigned rows;
		size_t cols;

		measure(text, &rows, &cols);
		(void)snprintf(name, sizeof(name), "it fits %u rows of %u",
		    sizes[i].rows, sizes[i].cols);
		ZT_CASE(name, rows <= sizes[i].rows && cols <= sizes[i].cols);
		free(text);
	}
	json_decref(now);
}

static void
test_odd(void)
{
	static const char *const odd[] = {
		"{}",
		"{\"logs\":7,\"captures\":\"x\",\"latest\":[1,null,{}],"
		"\"tiers\":[\"a\"],\"networks\":[{}],\"counters\":[]}",
		"{\"latest\":[{\"client\":\"\\u001b[2J\\u202e\",\"event\":"
		"\"\\u001bc\",\"why\":\"\\u001b]0;x\\u0007\"}],"
		"\"logs\":[{\"path\":\"/\\u001b[31m\",\"state\":\"\\n\"}]}",
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *o = json_loads(odd[i], 0, NULL);
		char *text = framed(o, o, (struct top_size){ 0, 0, false });

		ZT_CASE("an odd answer makes a frame, and no control character",
		    text[0] != '\0' && strpbrk(text, "\033\007") == NULL);
		free(text);
		json_decref(o);
	}
}

static const struct zt_test tests[] = {
	{ "whole", test_whole },
	{ "sizes", test_sizes },
	{ "odd", test_odd },
};
ZT_MAIN("top_frame", tests)
