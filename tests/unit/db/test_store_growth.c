/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of a store in which as many clients come as are forgotten, and all
 * change their size, does not grow; nor does opening it again and again.
 *
 * zt-link: @STORE daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <sys/stat.h>

#include "tests/unit/db/store_dir.h"

#define CLIENTS 5000U
#define ROUNDS  60U
#define EMPTY   3145728        /* the file's head and buckets */
#define EACH    (CLIENTS / 10) /* come and go in a round */

static struct addr
address(uint32_t i)
{
	return addr_v4(0x0a000000U + i);
}

/* Client number `i`, with more or less to remember each time. */
static bool
put(struct store *s, uint32_t i)
{
	struct addr a = address(i);
	struct client c;

	client_init(&c, &a, 1767225600000);
	memset(c.sig, 'x', zt_random() % (sizeof(c.sig) - 1));
	return store_client_put(s, &c) == 0;
}

static bool
forget(struct store *s, uint32_t i)
{
	struct addr a = address(i);

	return store_client_del(s, &a) == 0;
}

static double
file_bytes(void)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_size : -1;
}

/* Those of `first` go, as many come, and twice as many of the rest change. */
static bool
round_of(struct store *s, uint32_t first, uint32_t last)
{
	bool ok = true;

	for (uint32_t i = 0; i < EACH; i++) {
		ok = ok && put(s, last + i) && forget(s, first + i);
		for (int k = 0; k < 2; k++)
			ok = ok &&
			    put(s,
				first + EACH +
				    (uint32_t)(zt_random() % (CLIENTS - EACH)));
	}
	return ok;
}

static void
test_growth(void)
{
	struct store_counts n;
	struct store *s;
	double begin, end;
	bool ok = true;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	fresh_dir();
	s = opened();
	for (uint32_t i = 0; i < CLIENTS; i++)
		ok = put(s, i) && ok;
	/* The first rounds make the holes that the others fill. */
	for (uint32_t r = 0; r < 10; r++)
		ok = round_of(s, r * EACH, CLIENTS + r * EACH) && ok;
	begin = file_bytes();
	for (uint32_t r = 10; r < ROUNDS; r++) {
		ok = round_of(s, r * EACH, CLIENTS + r * EACH) && ok;
		if (r % 10 != 0)
			continue;
		store_close(s); /* as at each start */
		s = opened();
		ok = s != NULL && !res.fresh && !res.damaged && ok;
	}
	end = file_bytes();
	store_counts(s, &n);
	store_close(s);
	printf("# %.0f bytes, then %.0f\n", begin, end);
	ZT_CASE("clients come, change and are forgotten", ok);
	ZT_CASE("there are as many as before",
	    n.records >= CLIENTS && n.records <= CLIENTS + 10);
	ZT_CASE("five times all of them later the file has not grown",
	    begin > EMPTY && end - begin <= (begin - EMPTY) * 0.05);
	remove_dir();
}

static const struct zt_test tests[] = {
	{ "growth", test_growth },
};

ZT_MAIN("db/store_growth", tests)
