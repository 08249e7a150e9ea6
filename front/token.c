/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a token, before base64url:
 *
 *   1   version in the high half, address family (4, 6) in the low one
 *   5   when it was made, seconds since 1970, big-endian
 *   4/8 the client key: an IPv4 address, or the first half of an IPv6 one
 *   18  HMAC-SHA-512-256 over CONTEXT and all before, cut
 *
 * So 38 characters for IPv4, 43 for IPv6.  No other text may have the same
 * bytes, and libsodium's decoder takes any byte above 0x7f for a '_': so what
 * was decoded must encode to the same text again.
 */
#include <sodium.h>

#include "daemon/log.h"
#include "front/token.h"

#define VERSION   1U
#define TIME_N    5
#define MAC_N     18
#define BYTES_MAX (1 + TIME_N + 8 + MAC_N)
#define TIME_MAX  ((INT64_C(1) << 8 * TIME_N) - 1)
#define DAY_S     INT64_C(86400)
/* Our clock may have been set back a little since. */
#define AHEAD_S INT64_C(3600)

/* The same keys may sign nothing else by accident. */
static const char CONTEXT[] = "zfw one-click link";

_Static_assert(sodium_base64_ENCODED_LEN(BYTES_MAX,
		   sodium_base64_VARIANT_URLSAFE_NO_PADDING) == TOKEN_MAX + 1,
    "TOKEN_MAX fits");
_Static_assert(FRONT_KEY_BYTES == crypto_auth_hmacsha512256_KEYBYTES, "a key");

static size_t
key_n(unsigned family)
{
	return family == 4 ? 4 : family == 6 ? 8 : 0;
}

static void
sign(const uint8_t key[FRONT_KEY_BYTES], const uint8_t *p, size_t n,
    uint8_t mac[MAC_N])
{
	uint8_t whole[crypto_auth_hmacsha512256_BYTES];
	crypto_auth_hmacsha512256_state st;

	crypto_auth_hmacsha512256_init(&st, key, FRONT_KEY_BYTES);
	crypto_auth_hmacsha512256_update(&st, (const uint8_t *)CONTEXT,
	    sizeof(CONTEXT));
	crypto_auth_hmacsha512256_update(&st, p, n);
	crypto_auth_hmacsha512256_final(&st, whole);
	memcpy(mac, whole, MAC_N);
	sodium_memzero(&st, sizeof(st));
	sodium_memzero(whole, sizeof(whole));
}

const char *
token_make(const uint8_t key[FRONT_KEY_BYTES], const struct addr *a,
    int64_t now_s, char out[TOKEN_MAX + 1])
{
	struct addr who = addr_key(a);
	size_t n = 0, addr_n = key_n(who.family);
	uint8_t b[BYTES_MAX];

	if (addr_n == 0)
		zfw_panic("token: no address");
	if (now_s < 0 || now_s > TIME_MAX)
		now_s = now_s < 0 ? 0 : TIME_MAX;
	b[n++] = (uint8_t)(VERSION << 4 | who.family);
	for (int i = TIME_N - 1; i >= 0; i--)
		b[n++] = (uint8_t)(now_s >> 8 * i);
	memcpy(b + n, who.b, addr_n);
	n += addr_n;
	sign(key, b, n, b + n);
	return sodium_bin2base64(out, TOKEN_MAX + 1, b, n + MAC_N,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Every key is tried, whatever the first says.  One of zeros is none. */
static bool
is_signed(const uint8_t keys[2][FRONT_KEY_BYTES], const uint8_t *p, size_t n)
{
	bool good = false;

	for (int i = 0; i < 2; i++) {
		uint8_t mac[MAC_N];
		bool is;

		sign(keys[i], p, n, mac);
		is = sodium_memcmp(mac, p + n, MAC_N) == 0;
		good |= is && !sodium_is_zero(keys[i], FRONT_KEY_BYTES);
	}
	return good;
}

/* The bytes of a text that is as token_make() writes it; 0: it is not. */
static size_t
decode(const char *text, size_t n, uint8_t b[BYTES_MAX])
{
	char again[TOKEN_MAX + 1];
	size_t bytes;

	if (n == 0 || n > TOKEN_MAX ||
	    sodium_base642bin(b, BYTES_MAX, text, n, NULL, &bytes, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return 0;
	(void)sodium_bin2base64(again, sizeof(again), b, bytes,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return strlen(again) == n && memcmp(again, text, n) == 0 ? bytes : 0;
}

enum token_verdict
token_check(const uint8_t keys[2][FRONT_KEY_BYTES], const char *text, size_t n,
    int64_t now_s, struct addr *a, int64_t *issued_s)
{
	uint8_t b[BYTES_MAX];
	struct addr who = { 0 };
	size_t bytes = decode(text, n, b), addr_n;
	int64_t made_s = 0;
	struct rd r;

	if (bytes == 0)
		return TOKEN_BAD;
	addr_n = key_n(b[0] & 15U);
	if (b[0] >> 4 != VERSION || addr_n == 0 ||
	    bytes != 1 + TIME_N + addr_n + MAC_N ||
	    !is_signed(keys, b, bytes - MAC_N))
		return TOKEN_BAD;
	r = rd_init(b, bytes);
	who.family = rd_u8(&r) & 15U;
	for (int i = 0; i < TIME_N; i++)
		made_s = made_s << 8 | rd_u8(&r);
	memcpy(who.b, rd_take(&r, addr_n), addr_n);
	if (made_s > now_s + AHEAD_S)
		return TOKEN_BAD;
	*a = who;
	*issued_s = made_s;
	return made_s < now_s - TOKEN_DAYS * DAY_S ? TOKEN_EXPIRED : TOKEN_GOOD;
}
