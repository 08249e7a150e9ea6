/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: as bytes for the store
 *
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site daemon/model_blob fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "tests/unit/daemon/modelworld.h"

#define LAST (T0 + 5 * DAY + 3 * 3600000)

static uint8_t blob[MODEL_BLOB_MAX], again[MODEL_BLOB_MAX];

static struct model *
taught(const struct hash_key *k)
{
	struct model *m = model_new(k);

	for (int d = 0; d < 6; d++) {
		teach_v(m, MODEL_TLS, 1, true, 0, 100, T0 + d * DAY);
		teach_v(m, MODEL_TLS, 0, false, 0, 100, T0 + d * DAY);
		teach_token(m, MODEL_TOKEN_DIALECT, 7, true, 200, 40,
		    T0 + d * DAY);
		teach_token(m, MODEL_TOKEN_SIG, 8, false, 300, 40,
		    T0 + d * DAY);
	}
	return m;
}

static bool
same(struct model *a, struct model *b, int64_t t)
{
	struct model_counts ca, cb;

	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++)
			if (model_llr(a, (enum model_feature)f, v, t) !=
			    model_llr(b, (enum model_feature)f, v, t))
				return false;
	for (uint64_t i = 1; i < 20; i++)
		for (unsigned k = 0; k < MODEL_TOKENS; k++)
			if (model_token_llr(a, (enum model_token)k, i, 0, t) !=
			    model_token_llr(b, (enum model_token)k, i, 0, t))
				return false;
	model_counts(a, t, &ca);
	model_counts(b, t, &cb);
	return ca.bad == cb.bad && ca.good == cb.good &&
	    ca.taught == cb.taught && ca.refused == cb.refused;
}

static void
test_round_trip(void)
{
	static const struct hash_key other = { { 9, 8, 7 } };
	struct model *m = taught(&key), *o = model_new(&other);
	size_t n = model_encode(m, blob, sizeof(blob), LAST), n2;

	ZT_CASE("a model becomes bytes", n > 1000);
	ZT_CASE("and does not fit into less",
	    model_encode(m, again, n - 1, LAST) == 0 &&
		model_encode(m, again, n, LAST) == n);
	ZT_CASE("it says something else than a new one", !same(m, o, LAST));
	ZT_CASE("bytes become a model", model_decode(o, blob, n));
	ZT_CASE("that says the same under another key", same(m, o, LAST));
	ZT_CASE("and days later, too", same(m, o, LAST + 9 * DAY));
	model_free(o);
	o = model_new(&key);
	ZT_CASE("it is decoded again", model_decode(o, blob, n));
	ZT_CASE("who has taught today has still taught today",
	    teach_v(o, MODEL_TLS, 1, true, 0, 100, LAST - 1) == 0);
	n2 = model_encode(o, again, sizeof(again), LAST);
	ZT_CASE("the refusals apart, it has the same bytes",
	    n2 == n && model_decode(o, blob, n) &&
		model_encode(o, again, sizeof(again), LAST) == n &&
		memcmp(blob, again, n) == 0);
	model_free(m);
	model_free(o);
}

static void
test_refused(void)
{
	struct model *m = taught(&key), *o = model_new(&key),
		     *fresh = model_new(&key);
	size_t n = model_encode(m, blob, sizeof(blob), LAST);
	unsigned taken = 0;

	for (size_t i = 0; i < n; i += 1 + i / 16)
		taken += model_decode(o, blob, i);
	ZT_CASE("what is cut short is refused", taken == 0);
	for (size_t i = 0; i < n; i += 1 + i / 64) {
		blob[i] ^= 0x10;
		taken += model_decode(o, blob, n);
		blob[i] ^= 0x10;
	}
	ZT_CASE("what was altered is refused", taken == 0);
	memcpy(again, blob, n);
	again[n] = 0;
	ZT_CASE("what has something behind it is refused",
	    !model_decode(o, again, n + 1));
	ZT_CASE("nothing was changed by all that", same(o, fresh, LAST));
	ZT_CASE("and the whole is still taken", model_decode(o, blob, n));
	model_free(m);
	model_free(o);
	model_free(fresh);
}

static void
seal(size_t n)
{
	uint64_t check = hash_stable(again, n - 8);

	for (size_t k = 0; k < 8; k++)
		again[n - 8 + k] = (uint8_t)(check >> 8 * k);
}

/* A right check behind wrong bytes: another version's, or a bug. */
static void
test_sealed(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t v;
	} cases[] = {
		{ "another version is refused", 0, 2 },
		{ "a negative count is refused", 5 + 7, 0xbf },
		{ "a count that is no number is refused", 5 + 8 + 7, 0x7f },
		{ "another number of tables is refused", 37, 3 },
		{ "another number of values is refused", 38, 9 },
	};
	struct model *m = taught(&key);
	size_t n = model_encode(m, blob, sizeof(blob), LAST);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(again, blob, n);
		again[cases[i].at] = cases[i].v;
		again[5 + 8 + 6] |= 0xf0; /* with 0x7f: infinite or no number */
		seal(n);
		ZT_CASE(cases[i].name, !model_decode(m, again, n));
	}
	memcpy(again, blob, n);
	again[5 + 8 + 6] |= 0xf0;
	seal(n);
	ZT_CASE("the check is what they had in order",
	    model_decode(m, again, n));
	model_free(m);
}

/* As much as it can hold. */
static void
test_size(void)
{
	struct model *m = model_new(&key), *o = model_new(&key);
	size_t n;

	for (uint32_t i = 0; i < 20000; i++) {
		struct model_lesson l = lesson(MODEL_TLS, i % 2);
		struct addr a = site4(i);

		l.token[0] = 1 + i;
		l.token[1] = 100000 + i;
		(void)model_teach(m, &l, true, &a, T0);
		(void)model_teach(m, &l, false, &a, T0);
	}
	n = model_encode(m, blob, sizeof(blob), T0);
	printf("# a full model has %zu bytes\n", n);
	ZT_CASE("a full model fits", n > 300000 && n <= MODEL_BLOB_MAX);
	ZT_CASE("and comes back", model_decode(o, blob, n) && same(m, o, T0));
	model_free(m);
	model_free(o);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "refused", test_refused },
	{ "sealed", test_sealed },
	{ "size", test_size },
};
ZT_MAIN("model_blob", tests)
