/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parts, and the blobs that they are made of
 *
 * zt-link: db/parts db/store db/store_allow db/storefile db/kcguard db/record
 * zt-link: db/record_client db/record_behind daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include "db/parts.h"
#include "tests/unit/db/store_dir.h"

#define LONG (PARTS_SIZE * 3 + 77)

static uint8_t a[LONG], b[LONG], got[LONG + 1];

static void
test_blobs(void)
{
	static const struct {
		const char *name;
		const char *blob;
	} bad[] = {
		{ "a name without a letter", "" },
		{ "a name with a slash", "a/b" },
		{ "a name with a blank", "a b" },
		{ "a name that is too long",
		    "abcdefghijklmnopqrstuvwxyz-12345" },
	};
	struct store *s;
	struct store_counts n;

	fresh_dir();
	s = opened();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ZT_CASE(bad[i].name,
		    store_blob_put(s, bad[i].blob, "x", 1) == -EINVAL &&
			store_blob_get(s, bad[i].blob, got, 1) == -EINVAL);
	ZT_CASE("31 letters are a name",
	    store_blob_put(s, "abcdefghijklmnopqrstuvwxyz-1234", "x", 1) == 0);
	ZT_CASE("what was never put is not there",
	    store_blob_get(s, "model", got, sizeof(got)) == 0);
	ZT_CASE("bytes are put", store_blob_put(s, "model", "abc", 3) == 0);
	ZT_CASE("and replaced", store_blob_put(s, "model", "a\0cd", 4) == 0);
	ZT_CASE("another name has others",
	    store_blob_put(s, "botnets", "zz", 2) == 0);
	ZT_CASE("what has no room is not there",
	    store_blob_get(s, "model", got, 3) == 0);
	store_close(s);
	s = opened();
	ZT_CASE("they are there after a start",
	    store_blob_get(s, "model", got, 4) == 4 &&
		memcmp(got, "a\0cd", 4) == 0 &&
		store_blob_get(s, "botnets", got, 9) == 2);
	ZT_CASE("nothing can be put, too",
	    store_blob_put(s, "model", NULL, 0) == 0 &&
		store_blob_get(s, "model", got, 4) == 0);
	store_counts(s, &n);
	ZT_CASE("none of that was damaged", n.undecodable == 0);
	ZT_CASE("more than anybody needs is refused",
	    store_blob_put(s, "model", a, (size_t)STORE_BLOB_MAX + 1) ==
		-EINVAL);
	store_close(s);
}

/* Steps; -1 = all. */
static int
put_parts(struct store *s, const uint8_t *p, size_t n, int steps)
{
	struct parts w;
	int rc = parts_begin(&w, s, "model",
	    (struct str){ (const char *)p, n });

	for (rc = rc == 0 ? 1 : rc; rc == 1 && steps != 0; steps--)
		rc = parts_step(&w, s);
	return rc;
}

static bool
is(struct store *s, const uint8_t *p, size_t n)
{
	memset(got, 0, sizeof(got));
	return parts_get(s, "model", got, sizeof(got)) == (long)n &&
	    memcmp(got, p, n) == 0;
}

static void
test_parts(void)
{
	struct store *s;
	struct parts w;
	unsigned kept = 0;

	for (size_t i = 0; i < sizeof(a); i++) {
		a[i] = (uint8_t)(i * 7 + i / 1000);
		b[i] = (uint8_t)(i * 11 + i / 999);
	}
	fresh_dir();
	s = opened();
	ZT_CASE("no blob at first", parts_get(s, "model", got, 9) == 0);
	ZT_CASE("a long blob is put in five steps",
	    put_parts(s, a, LONG, 4) == 1 && put_parts(s, a, LONG, 5) == 0);
	ZT_CASE("it is whole", is(s, a, LONG));
	ZT_CASE("it does not fit into less",
	    parts_get(s, "model", got, LONG - 1) == -EBADMSG);
	for (int k = 0; k < 5; k++)
		kept += put_parts(s, b, LONG, k) == 1 && is(s, a, LONG);
	ZT_CASE("half of a new one leaves the old", kept == 5);
	ZT_CASE("a new one takes its place",
	    put_parts(s, b, LONG, -1) == 0 && is(s, b, LONG));
	ZT_CASE("a shorter one, too",
	    put_parts(s, a, PARTS_SIZE, -1) == 0 && is(s, a, PARTS_SIZE));
	store_close(s);
	s = opened();
	ZT_CASE("it is there after a start", is(s, a, PARTS_SIZE));
	ZT_CASE("the set after a start is the other",
	    put_parts(s, b, LONG, 2) == 1 && is(s, a, PARTS_SIZE));
	ZT_CASE("an empty one can be put", put_parts(s, a, 0, -1) == 0);
	ZT_CASE("names that leave no room for a number",
	    parts_begin(&w, s, "abcdefghijklmnopqrstu", STR("")) == -EINVAL);
	store_close(s);
}

static void
test_damage(void)
{
	struct store *s;

	fresh_dir();
	s = opened();
	ZT_CASE("two are put",
	    put_parts(s, a, LONG, -1) == 0 && put_parts(s, b, LONG, -1) == 0);
	ZT_CASE("a piece of another length is no piece",
	    store_blob_put(s, "model-0-1", "x", 1) == 0 &&
		store_blob_put(s, "model-1-1", "x", 1) == 0 &&
		parts_get(s, "model", got, sizeof(got)) == -EBADMSG);
	ZT_CASE("the next one is whole again",
	    put_parts(s, a, LONG, -1) == 0 && is(s, a, LONG));
	ZT_CASE("a head that says nonsense is none",
	    store_blob_put(s, "model", "\7\1\0\0\0", 5) == 0 &&
		parts_get(s, "model", got, sizeof(got)) == -EBADMSG &&
		put_parts(s, a, LONG, -1) == 0 && is(s, a, LONG));
	store_close(s);
	remove_dir();
}

static const struct zt_test tests[] = {
	{ "blobs", test_blobs },
	{ "parts", test_parts },
	{ "damage", test_damage },
};
ZT_MAIN("parts", tests)
