/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The token of a link: what is good is exactly what we would write for that
 * client and time.  (The fuzzer may present a token of ours: it watches our
 * comparisons and so gets to see some.)
 *
 * The first byte says where the rest comes from: even, the text as it is;
 * odd, a token of ours for the address that follows, then changed at the
 * places that the rest names.
 *
 * zt-link: front/token fp/addr daemon/log
 * zt-libs: libsodium
 */
#include <stdlib.h>

#include "front/token.h"

#define NOW INT64_C(1790000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t KEYS[2][FRONT_KEY_BYTES] = { "one", "two" };

/* An honest token, then bytes of the input over it.  Returns its length. */
static size_t
change(struct rd *r, char t[TOKEN_MAX + 1])
{
	const uint8_t *b = rd_take(r, 8);
	struct addr a = { .family = 4 };
	size_t n;

	if (b == NULL)
		return 0;
	a.family = b[0] & 1 ? 6 : 4;
	memcpy(a.b, b, a.family == 6 ? 8 : 4);
	n = strlen(token_make(KEYS[b[7] & 1], &a, NOW, t));
	while (r->n >= 2) {
		uint8_t at = rd_u8(r);

		t[at % n] = (char)rd_u8(r);
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_init(data, size);
	bool ours = (rd_u8(&r) & 1) != 0;
	char t[TOKEN_MAX + 1], again[TOKEN_MAX + 1];
	const char *text = ours ? t : (const char *)r.p;
	size_t n = ours ? change(&r, t) : r.n;
	struct addr a = { 0 };
	int64_t issued_s = 0;
	bool same = false;

	if (token_check(KEYS, text, n, NOW, &a, &issued_s) == TOKEN_BAD)
		return 0;
	for (int i = 0; i < 2; i++) {
		(void)token_make(KEYS[i], &a, issued_s, again);
		same |= strlen(again) == n && memcmp(again, text, n) == 0;
	}
	if (!same)
		abort();
	return 0;
}
