/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/kcwal
 */
#include "db/kcwal.h"
#include "tests/zt.h"

/* A log as the library writes it. */
static struct {
	uint8_t b[4096];
	size_t n;
} made;

static void
put(const void *p, size_t n)
{
	memcpy(made.b + made.n, p, n);
	made.n += n;
}

static void
put_be64(uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		made.b[made.n++] = (uint8_t)(v >> (56 - 8 * i));
}

static void
begin(uint64_t size)
{
	memset(&made, 0, sizeof(made));
	put("KW\n", 4);
	put_be64(size);
}

static void
message(uint64_t at, const char *old, size_t n)
{
	put("\xee", 1);
	put_be64(at);
	put_be64(n);
	put(old, n);
}

static void
head(void)
{
	message(32, "0123456789abcdef", 16);
}

static void
test_parse(void)
{
	struct kcwal w = { 0 };

	begin(1000);
	ZT_CASE("a log without messages changes nothing",
	    kcwal_parse(&w, made.b, made.n) == 0);
	head();
	ZT_CASE("nor one with the head alone",
	    kcwal_parse(&w, made.b, made.n) == 0);
	message(500, "old", 3);
	ZT_CASE("a second message makes a change",
	    kcwal_parse(&w, made.b, made.n) == 1 && w.n == 2 &&
		w.size == 1000 && w.msg[1].at == 500 && w.msg[1].old.n == 3);
	ZT_CASE("zeros behind it are its end",
	    kcwal_parse(&w, made.b, sizeof(made.b)) == 1 && w.n == 2);
	ZT_CASE("a message that is cut is none",
	    kcwal_parse(&w, made.b, made.n - 1) == 0);
	made.b[0] = 0;
	ZT_CASE("an emptied log is none", kcwal_parse(&w, made.b, made.n) == 0);
	ZT_CASE("nor is no log", kcwal_parse(&w, "", 0) == 0);

	begin(1000);
	message(500, "old", 3);
	message(32, "0123456789abcdef", 16);
	ZT_CASE("the head comes first, or it is no log",
	    kcwal_parse(&w, made.b, made.n) == 0);

	begin(1000);
	head();
	message(UINT64_MAX - 1, "old", 3);
	ZT_CASE("a place outside of any file ends it",
	    kcwal_parse(&w, made.b, made.n) == 0);
	begin(1000);
	for (unsigned i = 0; i < 100; i++)
		message(32, "0123456789abcdef", 16);
	ZT_CASE("there may be many",
	    kcwal_parse(&w, made.b, made.n) == 1 && w.n == 100);
	kcwal_fini(&w);
}

static void
test_undo(void)
{
	static const struct {
		const char *name;
		uint64_t at;
		const char *in, *want;
	} row[] = {
		{ "what lies elsewhere stays", 200, "xxxxxxxx", "xxxxxxxx" },
		{ "just before it", 92, "xxxxxxxx", "xxxxxxxx" },
		{ "just behind it", 108, "xxxxxxxx", "xxxxxxxx" },
		{ "all of it, the oldest of each", 98, "xxxxxxxxxxxx",
		    "xxABCDabghxx" },
		{ "its begin", 96, "xxxxxxxx", "xxxxABCD" },
		{ "its end", 105, "xxxxxxxx", "bghxxxxx" },
		{ "a piece of it", 101, "xxx", "BCD" },
	};
	struct kcwal w = { 0 };
	char buf[16];

	begin(1000);
	head();
	message(100, "ABCD", 4);
	message(102, "..ab", 4); /* what was there then, after the first */
	message(104, "....", 2);
	message(104, "..gh", 4);
	if (kcwal_parse(&w, made.b, made.n) != 1)
		abort();
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size_t n = strlen(row[i].in);

		memcpy(buf, row[i].in, n);
		kcwal_undo(&w, row[i].at, buf, n);
		ZT_CASE(row[i].name, memcmp(buf, row[i].want, n) == 0);
	}
	kcwal_fini(&w);
}

static void
test_torn(void)
{
	static const struct {
		const char *name;
		struct str old, now;
		bool want;
	} row[] = {
		{ "what does not end in zeros is whole", { "abc", 3 },
		    { "abc", 3 }, false },
		{ "a half and what it is half of", { "ab\0\0", 4 },
		    { "abcd", 4 }, true },
		{ "a half of something else is whole", { "ab\0\0", 4 },
		    { "axcd", 4 }, false },
		{ "nothing but zeros may be", { "\0\0\0\0", 4 }, { "abcd", 4 },
		    true },
		{ "the file may end there", { "abc\0", 4 }, { "ab", 2 },
		    false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct kcwal_msg m = { 0, row[i].old };

		ZT_CASE(row[i].name, kcwal_torn(&m, row[i].now) == row[i].want);
	}
}

int
main(int argc, char **argv)
{
	static const struct zt_test tests[] = {
		{ "what a log says", test_parse },
		{ "putting it back", test_undo },
		{ "a message of which a part is there", test_torn },
	};

	return zt_main(argc, argv, "kcwal", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
