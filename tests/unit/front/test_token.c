/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One-click tokens: what was signed comes back, and nothing else does.
 *
 * zt-link: front/token fp/addr daemon/log
 * zt-libs: libsodium
 */
#include "front/token.h"
#include "tests/zt.h"

#define NOW  INT64_C(1790000000)
#define DAY  INT64_C(86400)
#define HOUR INT64_C(3600)

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789-_";
static const uint8_t KEYS[2][FRONT_KEY_BYTES] = { "the key that signs now ...",
	"the one before that ..." };
static const uint8_t OTHER[FRONT_KEY_BYTES] = "a key of somebody else";
static const uint8_t ZERO[FRONT_KEY_BYTES];

static const char *const hosts[] = { "192.0.2.7", "203.0.113.255", "0.0.0.0",
	"2001:db8:1:2:3:4:5:6", "2001:db8:ffff:ffff::1", "::" };
#define HOSTS (sizeof(hosts) / sizeof(hosts[0]))

static struct addr
addr(const char *text)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		abort();
	return a;
}

static enum token_verdict
verdict(const char *text, size_t n, int64_t now_s)
{
	struct addr a;
	int64_t issued_s;

	return token_check(KEYS, text, n, now_s, &a, &issued_s);
}

static void
test_round_trip(void)
{
	for (size_t i = 0; i < HOSTS; i++) {
		struct addr a = addr(hosts[i]), key = addr_key(&a), got;
		char t[TOKEN_MAX + 1];
		int64_t issued_s = 0;
		size_t n;

		ZT_CASE("token_make() returns its buffer",
		    token_make(KEYS[0], &a, NOW, t) == t);
		n = strlen(t);
		ZT_CASE("a token is at most 43 characters", n <= TOKEN_MAX);
		ZT_CASE("all of them fit into an address of the web",
		    strspn(t, ALPHABET) == n);
		ZT_CASE("a token is good",
		    token_check(KEYS, t, n, NOW, &got, &issued_s) ==
			TOKEN_GOOD);
		ZT_CASE("it gives back the client key", addr_eq(&got, &key));
		ZT_CASE("the key is a whole struct, as any address is",
		    memcmp(&got, &key, sizeof(got)) == 0);
		ZT_CASE("it gives back when it was made", issued_s == NOW);
	}
}

static void
test_same_network(void)
{
	struct addr a = addr("2001:db8:1:2::1"),
		    b = addr("2001:db8:1:2:ffff::");
	struct addr c = addr("2001:db8:1:3::1");
	char ta[TOKEN_MAX + 1], tb[TOKEN_MAX + 1], tc[TOKEN_MAX + 1];

	(void)token_make(KEYS[0], &a, NOW, ta);
	(void)token_make(KEYS[0], &b, NOW, tb);
	(void)token_make(KEYS[0], &c, NOW, tc);
	ZT_CASE("two addresses of a /64 have the same token",
	    strcmp(ta, tb) == 0);
	ZT_CASE("two /64s have not", strcmp(ta, tc) != 0);
}

/* What a name says is wrong with it: a good one, made at NOW + made_s. */
static const struct {
	const char *name;
	int64_t made_s;
	enum token_verdict want;
} ages[] = {
	{ "a token of this second is good", 0, TOKEN_GOOD },
	{ "a token is good on its thirtieth day", -30 * DAY, TOKEN_GOOD },
	{ "a second later it is not", -30 * DAY - 1, TOKEN_EXPIRED },
	{ "a year later it is not", -365 * DAY, TOKEN_EXPIRED },
	{ "a token of 1970 has run out", -NOW, TOKEN_EXPIRED },
	{ "our clock may be an hour behind the signer's", HOUR, TOKEN_GOOD },
	{ "a token from the future is bad", HOUR + 1, TOKEN_BAD },
	{ "a token from the far future is bad", INT64_C(1) << 39, TOKEN_BAD },
};

static void
test_age(void)
{
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct addr a = addr("192.0.2.7");
		char t[TOKEN_MAX + 1];

		(void)token_make(KEYS[0], &a, NOW + ages[i].made_s, t);
		ZT_CASE(ages[i].name,
		    verdict(t, strlen(t), NOW) == ages[i].want);
	}
}

static void
test_expired_tells_whose(void)
{
	struct addr a = addr("192.0.2.7"), got = { 0 };
	char t[TOKEN_MAX + 1];
	int64_t issued_s = 0;

	(void)token_make(KEYS[0], &a, NOW - 31 * DAY, t);
	(void)token_check(KEYS, t, strlen(t), NOW, &got, &issued_s);
	ZT_CASE("of a token that has run out the client is known",
	    addr_eq(&a, &got) && issued_s == NOW - 31 * DAY);
}

static void
test_impossible_times(void)
{
	struct addr a = addr("192.0.2.7");
	char t[TOKEN_MAX + 1];

	(void)token_make(KEYS[0], &a, -5, t);
	ZT_CASE("a time before 1970 is taken as 1970",
	    verdict(t, strlen(t), 0) == TOKEN_GOOD);
	(void)token_make(KEYS[0], &a, INT64_MAX, t);
	ZT_CASE("a time beyond all is taken as the last one",
	    verdict(t, strlen(t), (INT64_C(1) << 40) - 1) == TOKEN_GOOD);
}

static void
test_keys(void)
{
	const uint8_t only[2][FRONT_KEY_BYTES] = {
		"the key that signs now ..."
	};
	struct addr a = addr("2001:db8::1"), got;
	char t[TOKEN_MAX + 1];
	int64_t at;

	(void)token_make(KEYS[1], &a, NOW, t);
	ZT_CASE("the key before is good, too",
	    verdict(t, strlen(t), NOW) == TOKEN_GOOD);
	ZT_CASE("but only while it is known",
	    token_check(only, t, strlen(t), NOW, &got, &at) == TOKEN_BAD);
	(void)token_make(OTHER, &a, NOW, t);
	ZT_CASE("another's key is not",
	    verdict(t, strlen(t), NOW) == TOKEN_BAD);
	(void)token_make(ZERO, &a, NOW, t);
	ZT_CASE("no second key is not a key of zeros",
	    token_check(only, t, strlen(t), NOW, &got, &at) == TOKEN_BAD);
}

/* All single characters replaced by all others, of IPv4 and IPv6. */
static void
test_every_character(void)
{
	for (size_t h = 0; h < HOSTS; h++) {
		struct addr a = addr(hosts[h]);
		char t[TOKEN_MAX + 1];
		unsigned passed = 0;

		(void)token_make(KEYS[0], &a, NOW, t);
		for (size_t i = 0; t[i] != '\0'; i++) {
			char was = t[i];

			for (int c = 0; c < 256; c++) {
				t[i] = (char)c;
				passed += (char)c != was &&
				    verdict(t, strlen(t), NOW) != TOKEN_BAD;
			}
			t[i] = was;
		}
		ZT_CASE("no single character can be another", passed == 0);
	}
}

/*
 * Bits below base64: as each character stands for six bits, the pairs of
 * neighbours at random.
 */
static void
test_two_characters(void)
{
	struct addr a = addr("2001:db8:1:2::");
	char good[TOKEN_MAX + 1], t[TOKEN_MAX + 1];
	unsigned passed = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	(void)token_make(KEYS[0], &a, NOW, good);
	for (int i = 0; i < 200000; i++) {
		memcpy(t, good, sizeof(t));
		for (int k = 0; k < 2; k++)
			t[zt_random() % strlen(good)] =
			    ALPHABET[zt_random() % 64];
		passed += strcmp(t, good) != 0 &&
		    verdict(t, strlen(t), NOW) != TOKEN_BAD;
	}
	ZT_CASE("no two characters can be others", passed == 0);
}

static void
test_lengths(void)
{
	for (size_t h = 0; h < HOSTS; h++) {
		struct addr a = addr(hosts[h]);
		char t[2 * TOKEN_MAX + 2];
		size_t n;
		unsigned passed = 0;

		(void)token_make(KEYS[0], &a, NOW, t);
		n = strlen(t);
		memset(t + n, 'A', sizeof(t) - n);
		for (size_t i = 0; i < sizeof(t); i++)
			passed += i != n && verdict(t, i, NOW) != TOKEN_BAD;
		ZT_CASE("a token of another length is bad", passed == 0);
		ZT_CASE("the token itself is good",
		    verdict(t, n, NOW) == TOKEN_GOOD);
		ZT_CASE("its tail alone is bad",
		    verdict(t + 1, n - 1, NOW) == TOKEN_BAD);
	}
}

/*
 * 28 bytes are 37 characters and a third: the four bits of the last that
 * nobody needs must be zero, else one token had 16 texts.
 */
static void
test_one_text(void)
{
	struct addr a = addr("192.0.2.7");
	char t[TOKEN_MAX + 3], last;
	unsigned passed = 0;

	(void)token_make(KEYS[0], &a, NOW, t);
	last = t[37];
	ZT_CASE("an IPv4 token is 38 characters", strlen(t) == 38);
	for (size_t i = 0; i < 64; i++) {
		t[37] = ALPHABET[i];
		passed += verdict(t, 38, NOW) == TOKEN_GOOD;
	}
	ZT_CASE("the unused bits of its last character are fixed", passed == 1);
	t[37] = last;
	memcpy(t + 38, "==", 3);
	ZT_CASE("padding makes it bad",
	    verdict(t, 40, NOW) == TOKEN_BAD &&
		verdict(t, 39, NOW) == TOKEN_BAD);
	memcpy(t + 38, "\n", 2);
	ZT_CASE("a new line makes it bad", verdict(t, 39, NOW) == TOKEN_BAD);
	memmove(t + 1, t, 38);
	t[0] = ' ';
	ZT_CASE("a blank makes it bad", verdict(t, 39, NOW) == TOKEN_BAD);
}

static void
test_other_alphabet(void)
{
	unsigned tried = 0, passed = 0;

	for (uint32_t i = 0; i < 2000; i++) {
		struct addr a = addr_v4(0xc0000200U + i);
		char t[TOKEN_MAX + 1];
		bool changed = false;

		(void)token_make(KEYS[0], &a, NOW, t);
		for (char *p = t; *p != '\0'; p++)
			if (*p == '-' || *p == '_') {
				*p = *p == '-' ? '+' : '/';
				changed = true;
			}
		tried += changed;
		passed += changed && verdict(t, strlen(t), NOW) != TOKEN_BAD;
	}
	ZT_CASE("tokens with + and / were tried", tried > 100);
	ZT_CASE("+ and / are not - and _", passed == 0);
}

static void
test_nothing(void)
{
	static const char *const texts[] = { "", "A", "/", "..", "undefined",
		"FAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"FgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ZT_CASE("a text that nobody made is bad",
		    verdict(texts[i], strlen(texts[i]), NOW) == TOKEN_BAD);
}

/* A token that is out there must be good after an upgrade. */
static void
test_stable(void)
{
	struct addr a = addr("192.0.2.7"), b = addr("2001:db8:1:2::9");
	char t[TOKEN_MAX + 1];

	ZT_CASE("the form of an IPv4 token never changes",
	    strcmp(token_make(KEYS[0], &a, NOW, t),
		"FABqsTuAwAACB9YTk9gHvXjzq0fVrBACCL5rIw") == 0);
	ZT_CASE("the form of an IPv6 token never changes",
	    strcmp(token_make(KEYS[0], &b, NOW, t),
		"FgBqsTuAIAENuAABAAJTKbmDoc04KNo3x1GnD3qMxgA") == 0);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "same network", test_same_network },
	{ "age", test_age },
	{ "expired", test_expired_tells_whose },
	{ "impossible times", test_impossible_times },
	{ "keys", test_keys },
	{ "every character", test_every_character },
	{ "two characters", test_two_characters },
	{ "lengths", test_lengths },
	{ "one text", test_one_text },
	{ "other alphabet", test_other_alphabet },
	{ "nothing", test_nothing },
	{ "stable", test_stable },
};

ZT_MAIN("token", tests)
