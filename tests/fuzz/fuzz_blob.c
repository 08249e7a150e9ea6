/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site daemon/model_blob fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * Any bytes as a stored model, with a right check put behind them: taken or
 * refused; one that is taken says numbers only, can be taught, and encodes to
 * bytes that decode to the same bytes.
 */
#include <math.h>
#include <stdlib.h>

#include "daemon/model.h"
#include "fp/le.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t a[MODEL_BLOB_MAX], b[MODEL_BLOB_MAX];

static void
ask(struct model *m, int64_t now_ms)
{
	static const struct addr client = { 4, { 192, 0, 2, 1 } };
	struct model_lesson l = { .value = { [MODEL_TLS] = 1 },
		.token = { 1, 2 } };

	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++)
			if (!isfinite(
				model_llr(m, (enum model_feature)f, v, now_ms)))
				abort();
	if (!isfinite(model_token_llr(m, MODEL_TOKEN_SIG, 1, 0, now_ms)))
		abort();
	(void)model_alarm(m, now_ms);
	(void)model_teach(m, &l, true, &client, now_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct hash_key key;
	struct model *m = model_new(&key);
	struct wr w = wr_init(a, sizeof(a));
	int64_t t = 1740988800000;
	size_t an, bn;

	if (m == NULL)
		abort();
	(void)model_decode(m, data, n);
	wr_bytes(&w, data, n);
	wr_le64(&w, hash_stable(data, n));
	if (model_decode(m, a, w.n)) {
		ask(m, t);
		an = model_encode(m, a, sizeof(a), t);
		if (an == 0 || !model_decode(m, a, an))
			abort();
		bn = model_encode(m, b, sizeof(b), t);
		if (an != bn || memcmp(a, b, an) != 0)
			abort();
	}
	model_free(m);
	return 0;
}
