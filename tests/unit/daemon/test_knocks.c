/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * knocks: who knocks while it is blocked, without its record
 *
 * zt-link: daemon/knocks fp/addr fp/hash
 * zt-libs: libsodium
 */
#include <stdlib.h>

#include "daemon/knocks.h"
#include "tests/zt.h"

static struct addr
key_of(unsigned i)
{
	const uint8_t b[4] = { 198, 18, (uint8_t)(i >> 8), (uint8_t)i };
	struct addr a = addr_v4_bytes(b);

	a.b[0] = (uint8_t)(198 + (i >> 16));
	return a;
}

static void
test_take(void)
{
	struct hash_key key = { { 1, 2 } };
	struct knocks *k = knocks_new(&key);
	struct addr a = key_of(1), b = key_of(2);
	struct knock out;

	if (k == NULL)
		abort();
	ZT_CASE("of nobody there is nothing", !knocks_take(k, &a, &out));
	knocks_of(k, &a, 10)->n += 3;
	knocks_of(k, &a, 11)->n += 2;
	ZT_CASE("of another there is nothing", !knocks_take(k, &b, &out));
	ZT_CASE("all of one come together",
	    knocks_take(k, &a, &out) && out.n == 5);
	ZT_CASE("and once", !knocks_take(k, &a, &out));
	knocks_free(k);
	knocks_free(NULL);
}

static void
test_full(void)
{
	struct hash_key key = { { 1, 2 } };
	struct knocks *k = knocks_new(&key);
	struct addr last = key_of(4 * KNOCKS_MAX - 1);
	unsigned there = 0;
	struct knock out;

	if (k == NULL)
		abort();
	for (unsigned i = 0; i < 4 * KNOCKS_MAX; i++) {
		struct addr a = key_of(i);

		knocks_of(k, &a, 1 + i)->n++;
	}
	ZT_CASE("the latest is there", knocks_take(k, &last, &out));
	for (unsigned i = 0; i < 4 * KNOCKS_MAX; i++) {
		struct addr a = key_of(i);

		there += knocks_take(k, &a, &out);
	}
	ZT_CASE("no more than fit", there < KNOCKS_MAX);
	ZT_CASE("nearly all places are used", there > KNOCKS_MAX / 10 * 9);
	knocks_free(k);
}

static void
test_looks(void)
{
	struct hash_key key = { { 1, 2 } };
	struct knocks *k = knocks_new(&key);
	unsigned n = 0;

	if (k == NULL)
		abort();
	for (unsigned i = 0; i < 1000; i++)
		n += knocks_may_look(k, 5000000);
	ZT_CASE("some may be looked at at once", n == KNOCKS_LOOKS);
	ZT_CASE("then it takes a while",
	    !knocks_may_look(k, 5000000 + 1000 / KNOCKS_LOOKS - 1));
	ZT_CASE("and one may be",
	    knocks_may_look(k, 5000000 + 1000 / KNOCKS_LOOKS) &&
		!knocks_may_look(k, 5000000 + 1000 / KNOCKS_LOOKS));
	n = 0;
	for (int64_t t = 5001000; t < 5011000; t++)
		n += knocks_may_look(k, t);
	ZT_CASE("in ten seconds ten times as many",
	    n >= 10 * KNOCKS_LOOKS && n <= 11 * KNOCKS_LOOKS);
	ZT_CASE("a clock that is set back stops nobody",
	    knocks_may_look(k, 1000));
	knocks_free(k);
}

static const struct zt_test tests[] = {
	{ "looks", test_looks },
	{ "take", test_take },
	{ "full", test_full },
};
ZT_MAIN("knocks", tests)
