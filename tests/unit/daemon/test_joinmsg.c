/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a joined process is given: written, read, and refused when damaged.
 *
 * zt-link: daemon/joinmsg
 */
#include "daemon/joinmsg.h"
#include "tests/zt.h"

static const struct joinmsg engine = { .fds_n = 2,
	.args_n = 3,
	.at = { 3, 4 },
	.args = { "zfw-engine", "-c", "/etc/zfwd.conf" } };

static bool
same(const struct joinmsg *a, const struct joinmsg *b)
{
	if (a->fds_n != b->fds_n || a->args_n != b->args_n ||
	    memcmp(a->at, b->at, a->fds_n) != 0)
		return false;
	for (size_t i = 0; i < a->args_n; i++)
		if (strcmp(a->args[i], b->args[i]) != 0)
			return false;
	return a->args[a->args_n] == NULL && b->args[b->args_n] == NULL;
}

static void
test_round_trip(void)
{
	const struct joinmsg none = { .fds_n = 0 };
	char buf[JOINMSG_BYTES];
	struct joinmsg got;
	size_t n = joinmsg_put(&engine, buf);

	ZT_CASE("what was written is read",
	    n > 0 && joinmsg_get(&got, buf, n) && same(&engine, &got));
	for (size_t i = 0; i < n; i++)
		if (joinmsg_get(&got, buf, i))
			ZT_CASE("a message that is cut short is refused",
			    false);
	buf[n] = 'x';
	ZT_CASE("one with something behind it is refused",
	    !joinmsg_get(&got, buf, n + 1));
	n = joinmsg_put(&none, buf);
	ZT_CASE("one without arguments is short, and right",
	    n == 3 && joinmsg_get(&got, buf, n) && got.args_n == 0);
}

static void
test_limits(void)
{
	static char big[JOINMSG_BYTES];
	char buf[JOINMSG_BYTES];
	struct joinmsg m = engine;

	memset(big, 'a', sizeof(big) - 1);
	m.args[2] = big;
	ZT_CASE("arguments that do not fit are not written",
	    joinmsg_put(&m, buf) == 0);
	m = engine;
	m.args_n = JOINMSG_ARGS + 1;
	ZT_CASE("nor are too many", joinmsg_put(&m, buf) == 0);
	m = engine;
	m.fds_n = JOINMSG_FDS + 1;
	ZT_CASE("nor too many descriptors", joinmsg_put(&m, buf) == 0);
}

static const struct {
	const char *name;
	char bytes[16];
	size_t n;
	bool ok;
} cases[] = {
	{ "nothing is no message", "", 0, false },
	{ "another version is refused", "\2\0\0", 3, false },
	{ "two descriptors at one place are refused", "\1\2\3\3\0", 5, false },
	{ "at two places they are taken", "\1\2\3\4\0", 5, true },
	{ "a place that is too high is refused", "\1\1\10\0", 4, false },
	{ "the highest place is taken", "\1\1\7\0", 4, true },
	{ "too many descriptors are refused", "\1\5\0\1\2\3\4\0", 8, false },
	{ "too many arguments are refused", "\1\0\31", 3, false },
	{ "an argument without end is refused", "\1\0\1abc", 6, false },
	{ "an empty argument is one", "\1\0\1\0", 4, true },
};

static void
test_bytes(void)
{
	struct joinmsg m;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name,
		    joinmsg_get(&m, cases[i].bytes, cases[i].n) == cases[i].ok);
}

static const struct zt_test tests[] = {
	{ "round_trip", test_round_trip },
	{ "limits", test_limits },
	{ "bytes", test_bytes },
};

ZT_MAIN("joinmsg", tests)
