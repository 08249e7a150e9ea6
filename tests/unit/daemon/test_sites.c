/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sites: when a neighbourhood is dense, and that it is forgotten
 *
 * zt-link: daemon/sites fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/sites.h"
#include "tests/zt.h"

#define T0  ((int64_t)1740988800 * 1000)
#define DAY ((int64_t)86400 * 1000)

static const struct hash_key key = { { 1, 2, 3 } };

static struct addr
site(uint32_t i)
{
	return addr_v4(0xc6000007U + (i << 8));
}

static void
test_sites(void)
{
	struct sites *g = sites_new(&key);
	struct addr a = site(1), b = site(2);

	for (int i = 0; i < 7; i++)
		sites_mark(g, &a, true, T0);
	ZT_CASE("seven caught are no dense neighbourhood",
	    !sites_bad(g, &a, T0));
	sites_mark(g, &a, true, T0);
	sites_mark(g, &a, true, T0);
	ZT_CASE("nine are", sites_bad(g, &a, T0));
	ZT_CASE("the next one is not", !sites_bad(g, &b, T0));
	ZT_CASE("it fades", !sites_bad(g, &a, T0 + 7 * DAY));
	for (int i = 0; i < 9; i++)
		sites_mark(g, &b, true, T0);
	for (int i = 0; i < 3; i++)
		sites_mark(g, &b, false, T0);
	ZT_CASE("good servers in it acquit it", !sites_bad(g, &b, T0));
	sites_free(g);
}

/* Asking about half the Internet must not push out what is known. */
static void
test_asking(void)
{
	struct sites *g = sites_new(&key);
	struct addr a = site(1);

	for (int i = 0; i < 20; i++)
		sites_mark(g, &a, true, T0);
	for (uint32_t i = 2; i < 100000; i++) {
		struct addr b = site(i);

		(void)sites_bad(g, &b, T0 + 1000);
	}
	ZT_CASE("asking evicts nothing", sites_bad(g, &a, T0 + 2000));
	sites_free(g);
}

static const struct zt_test tests[] = {
	{ "sites", test_sites },
	{ "asking", test_asking },
};
ZT_MAIN("sites", tests)
