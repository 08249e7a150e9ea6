/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What record_brief() reads of a client is what record_client_decode() reads,
 * of clients with any groups; and nothing of bytes that are no client.
 *
 * zt-link: db/record_brief db/record db/record_client db/record_behind
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "db/record.h"
#include "db/record_brief.h"
#include "tests/zt.h"

#define ROUNDS 20000

static bool
often(void)
{
	return zt_random() % 2 == 0;
}

static void
fill_text(char *to, size_t max)
{
	size_t n = zt_random() % max;

	for (size_t i = 0; i < n; i++)
		to[i] = (char)(1 + zt_random() % 255);
	to[n] = '\0';
}

static void
fill_block(struct client *c)
{
	c->tier = (uint8_t)(zt_random() % 7);
	c->by_admin = often();
	c->shadow = often();
	c->score_permille = (uint16_t)(zt_random() % 1001);
	for (size_t i = 0; i < 4; i++)
		c->reasons[i] = (uint8_t)(zt_random() % EVIDENCE_KINDS);
	c->block_from_ms = (int64_t)(zt_random() >> 20);
	c->block_until_ms = (int64_t)(zt_random() >> 20);
}

static void
fill_facts(struct client *c)
{
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (zt_random() % 8 == 0)
			c->facts[k] = (struct client_fact){ 2.5f, 1, 77 };
	client_sample(c, EVIDENCE_RATE, STR("some text"), 5);
	c->history[0] = (struct client_tier){ 1, 2, 3 };
	for (size_t i = 0; i < zt_random() % CLIENT_VISITS; i++)
		c->visits[i] = (struct client_visit){ .open_ms = 5,
			.commands = 9 };
}

static void
fill_good(struct client *c)
{
	c->good_days = (uint16_t)zt_random();
	c->good_mails = (uint32_t)zt_random();
	c->complained = often();
	c->login_ms = often() ? 99 : 0;
	c->peer_ms = often() ? 98 : 0;
	c->good_ms = 97;
}

static void
fill_behind(struct client *c)
{
	if (often()) {
		c->narrow_n = 1;
		c->narrow[0] = (struct stack){ .len = 52,
			.window = 8192,
			.mss = 1460,
			.has_mss = true };
	}
	if (often())
		c->click_ms = 1234;
	if (often()) {
		c->faces.n = 2;
		for (size_t i = 0; i < 2; i++)
			c->faces.v[i].stack = (struct stack){
				.len = (uint16_t)(52 + i),
				.window = 1,
				.mss = 2,
				.has_mss = true
			};
	}
}

static void
random_client(struct client *c)
{
	uint8_t b[16] = { 0x20, 1, (uint8_t)zt_random(), 7 };
	struct addr a = often() ? addr_v4((uint32_t)zt_random()) :
				  addr_v6_bytes(b);

	a = addr_key(&a);
	client_init(c, &a, (int64_t)(zt_random() >> 20));
	c->last_ms = (int64_t)(zt_random() >> 20);
	c->connects = (uint32_t)zt_random();
	if (often()) {
		c->knocks = (uint32_t)zt_random();
		c->knock_ms = (int64_t)(zt_random() >> 20);
	}
	if (often())
		fill_block(c);
	if (often())
		c->offences = (uint32_t)zt_random();
	if (often())
		fill_facts(c);
	if (often())
		fill_good(c);
	if (often()) {
		fill_text(c->rdns, sizeof(c->rdns));
		fill_text(c->helo, sizeof(c->helo));
		c->name_class = (uint8_t)(zt_random() % 5);
		c->helo_class = (uint8_t)(zt_random() % 11);
	}
	if (often())
		fill_text(c->sig, sizeof(c->sig));
	if (often())
		fill_text(c->os, sizeof(c->os));
	if (often())
		c->botnet = (uint32_t)zt_random();
	if (often())
		c->silent = 3;
	if (often())
		fill_behind(c);
}

static bool
text_is(struct str s, const char *text)
{
	return str_eq(s, (struct str){ text, strlen(text) });
}

static bool
same(const struct client *c, const struct record_brief *b)
{
	return addr_eq(&c->key, &b->key) && c->first_ms == b->first_ms &&
	    c->last_ms == b->last_ms && c->connects == b->connects &&
	    c->knocks == b->knocks && c->knock_ms == b->knock_ms &&
	    c->shadow == b->shadow && c->offences == b->offences &&
	    c->tier == b->tier && c->by_admin == b->by_admin &&
	    c->score_permille == b->score_permille &&
	    memcmp(c->reasons, b->reasons, 4) == 0 &&
	    c->block_from_ms == b->block_from_ms &&
	    c->block_until_ms == b->block_until_ms &&
	    c->good_days == b->good_days && c->good_mails == b->good_mails &&
	    c->login_ms == b->login_ms && (c->peer_ms != 0) == b->peer &&
	    (c->facts[EVIDENCE_REPORTED_HAM].last_ms != 0) == b->wanted &&
	    c->name_class == b->name_class && c->helo_class == b->helo_class &&
	    c->botnet == b->botnet && (c->click_ms != 0) == b->clicked &&
	    text_is(b->rdns, c->rdns) && text_is(b->helo, c->helo) &&
	    text_is(b->sig, c->sig) && text_is(b->os, c->os);
}

static void
test_same(void)
{
	unsigned bad = 0, cut_read = 0;

	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct client c, again;
		uint8_t buf[RECORD_MAX];
		struct record_key key;
		struct record_brief b;
		size_t n;

		random_client(&c);
		key = record_client_key(&c.key);
		n = record_client_encode(&c, buf, sizeof(buf));
		if (n == 0 || !record_client_decode(&key, buf, n, &again) ||
		    !record_brief(key.b, key.n, buf, n, &b) ||
		    !same(&again, &b))
			bad++;
		/* A shorter one: nothing is read past its end (ASan). */
		n = n == 0 ? 0 : zt_random() % n;
		cut_read += record_brief(key.b, key.n, buf, n, &b);
	}
	ZT_CASE("a brief has what the whole record has", bad == 0);
	printf("# %u of %u cut ones were readable\n", cut_read, ROUNDS);
}

static void
test_refused(void)
{
	struct client c;
	uint8_t buf[RECORD_MAX];
	struct record_brief b;
	struct record_key key;
	size_t n;

	random_client(&c);
	key = record_client_key(&c.key);
	n = record_client_encode(&c, buf, sizeof(buf));
	ZT_CASE("a key of something else is no client",
	    !record_brief("bmodel", 6, buf, n, &b));
	ZT_CASE("nothing is no client", !record_brief(key.b, key.n, "", 0, &b));
	buf[0] = RECORD_VERSION + 1;
	ZT_CASE("another version is not read",
	    !record_brief(key.b, key.n, buf, n, &b));
}

static const struct zt_test tests[] = {
	{ "same", test_same },
	{ "refused", test_refused },
};
ZT_MAIN("record_brief", tests)
