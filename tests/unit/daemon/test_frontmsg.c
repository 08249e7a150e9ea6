/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/frontmsg fp/addr
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/frontmsg.h"
#include "tests/zt.h"

static int pair[2];

static void
new_pair(void)
{
	if (pair[0] > 0) {
		close(pair[0]);
		close(pair[1]);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		abort();
}

static bool
same(const struct frontmsg *a, const struct frontmsg *b)
{
	return a->op == b->op && a->result == b->result && a->kind == b->kind &&
	    a->tier == b->tier && a->link == b->link && a->seq == b->seq &&
	    addr_eq(&a->key, &b->key) && a->issued_s == b->issued_s &&
	    a->until_s == b->until_s &&
	    memcmp(a->keys, b->keys, sizeof(a->keys)) == 0 &&
	    memcmp(a->text, b->text, sizeof(a->text)) == 0;
}

static const struct {
	const char *name;
	struct frontmsg m;
	const char *key; /* NULL = none */
	int keys;        /* so many that are not zero */
	bool ok;
} cases[] = {
	{ "no op is refused", { .op = 0 }, NULL, 0, false },
	{ "an unknown op is refused", { .op = FRONTMSG_OPS }, NULL, 0, false },
	{ "hello passes", { .op = FRONT_HELLO }, NULL, 0, true },
	{ "hello with a seq is refused", { .op = FRONT_HELLO, .seq = 1 }, NULL,
	    0, false },
	{ "hello with an address is refused", { .op = FRONT_HELLO },
	    "192.0.2.1", 0, false },
	{ "a question without token passes", { .op = FRONT_ASK, .seq = 7 },
	    "192.0.2.1", 0, true },
	{ "a question with one passes",
	    { .op = FRONT_ASK, .seq = UINT32_MAX, .issued_s = INT64_MAX },
	    "2001:db8::1", 0, true },
	{ "a question about nobody is refused", { .op = FRONT_ASK, .seq = 7 },
	    NULL, 0, false },
	{ "a question from before 1970 is refused",
	    { .op = FRONT_ASK, .issued_s = -1 }, "192.0.2.1", 0, false },
	{ "a question with a result is refused",
	    { .op = FRONT_ASK, .result = FRONT_BLOCKED }, "192.0.2.1", 0,
	    false },
	{ "a question with an end is refused",
	    { .op = FRONT_ASK, .until_s = 1 }, "192.0.2.1", 0, false },
	{ "a click passes", { .op = FRONT_CLICK, .seq = 1, .issued_s = 1 },
	    "192.0.2.1", 0, true },
	{ "a click without a time is refused", { .op = FRONT_CLICK, .seq = 1 },
	    "192.0.2.1", 0, false },
	{ "two keys pass", { .op = FRONT_KEYS }, NULL, 2, true },
	{ "a second key of zeros is refused", { .op = FRONT_KEYS }, NULL, 1,
	    false },
	{ "two keys of zeros are refused", { .op = FRONT_KEYS }, NULL, 0,
	    false },
	{ "keys with a seq are refused", { .op = FRONT_KEYS, .seq = 1 }, NULL,
	    2, false },
	{ "keys in an answer are refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED }, NULL, 2, false },
	{ "an answer passes",
	    { .op = FRONT_TELL,
		.result = FRONT_FAILED,
		.kind = FRONT_KIND_BOUNCES,
		.tier = 8,
		.link = true,
		.seq = 3,
		.until_s = INT64_MAX },
	    NULL, 0, true },
	{ "an answer without a result is refused", { .op = FRONT_TELL }, NULL,
	    0, false },
	{ "an answer of an unknown result is refused",
	    { .op = FRONT_TELL, .result = FRONT_RESULTS }, NULL, 0, false },
	{ "an answer of an unknown kind is refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED, .kind = FRONT_KINDS },
	    NULL, 0, false },
	{ "an answer of tier 9 is refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED, .tier = 9 }, NULL, 0,
	    false },
	{ "a text passes",
	    { .op = FRONT_TEXT, .seq = 5, .text = "mx.example.org" }, NULL, 0,
	    true },
	{ "an empty one, too", { .op = FRONT_TEXT }, NULL, 0, true },
	{ "one that fills its place, too",
	    { .op = FRONT_TEXT,
		.seq = 1,
		.text = "0123456789012345678901234567890123456789"
			"012345678901234567890123" },
	    NULL, 0, true },
	{ "a part more than there are is refused",
	    { .op = FRONT_TEXT, .seq = FRONT_TEXT_PARTS }, NULL, 0, false },
	{ "a text with a line end is refused",
	    { .op = FRONT_TEXT, .text = "a\nb" }, NULL, 0, false },
	{ "a text with something behind its end is refused",
	    { .op = FRONT_TEXT, .text = "a\0b" }, NULL, 0, false },
	{ "a text with keys is refused",
	    { .op = FRONT_TEXT, .result = FRONT_BLOCKED, .text = "a" }, NULL, 0,
	    false },
	{ "an answer with an end before 1970 is refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED, .until_s = -1 }, NULL,
	    0, false },
	{ "an answer with an address is refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED }, "192.0.2.1", 0,
	    false },
	{ "an answer with a time of issue is refused",
	    { .op = FRONT_TELL, .result = FRONT_BLOCKED, .issued_s = 1 }, NULL,
	    0, false },
};

static struct frontmsg
filled(size_t i)
{
	struct frontmsg m = cases[i].m;
	const char *key = cases[i].key;

	if (key != NULL &&
	    !addr_parse((struct str){ key, strlen(key) }, &m.key))
		abort();
	for (int k = 0; k < cases[i].keys; k++)
		memset(m.keys[k], 0x11 * (k + 1), sizeof(m.keys[k]));
	return m;
}

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frontmsg m = filled(i), out;
		uint8_t b[FRONTMSG_BYTES];
		int e;

		frontmsg_encode(&m, b);
		e = frontmsg_decode(b, &out);
		ZT_CASE(cases[i].name,
		    cases[i].ok ? e == 0 && same(&m, &out) : e == -EBADMSG);
		new_pair();
		e = frontmsg_send(pair[0], &m);
		ZT_CASE(cases[i].name, e == (cases[i].ok ? 0 : -EINVAL));
		e = frontmsg_recv(pair[1], &out);
		ZT_CASE(cases[i].name,
		    cases[i].ok ? e == 1 && same(&m, &out) : e == -EAGAIN);
	}
}

static void
test_addresses(void)
{
	static const struct {
		const char *name;
		uint8_t family, b[16];
	} bad[] = {
		{ "family 5 is refused", 5, { 192, 0, 2, 1 } },
		{ "IPv4 of five bytes is refused", 4, { 192, 0, 2, 1, 1 } },
		{ "IPv4 within IPv6 is refused", 6,
		    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4 } },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct frontmsg m = { .op = FRONT_ASK, .seq = 1 }, out;
		uint8_t b[FRONTMSG_BYTES];

		m.key.family = bad[i].family;
		memcpy(m.key.b, bad[i].b, sizeof(m.key.b));
		frontmsg_encode(&m, b);
		ZT_CASE(bad[i].name, frontmsg_decode(b, &out) == -EBADMSG);
	}
}

/* No single bit of a record may be flipped without being seen or heard. */
static void
test_bits(void)
{
	static const struct frontmsg none;
	unsigned silent = 0, dirty = 0;

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct frontmsg m = filled(k), out;
		uint8_t b[FRONTMSG_BYTES], again[FRONTMSG_BYTES];

		if (!cases[k].ok)
			continue;
		for (unsigned i = 0; i < FRONTMSG_BYTES * 8; i++) {
			frontmsg_encode(&m, b);
			b[i / 8] ^= (uint8_t)(1u << i % 8);
			if (frontmsg_decode(b, &out) != 0) {
				dirty += !same(&out, &none);
				continue;
			}
			frontmsg_encode(&out, again);
			silent += memcmp(b, again, sizeof(b)) != 0;
		}
	}
	ZT_CASE("what is read is all that was there", silent == 0);
	ZT_CASE("what is refused is zeroed", dirty == 0);
}

static void
test_sockets(void)
{
	uint8_t b[2 * FRONTMSG_BYTES] = { 0 };
	struct frontmsg m = { .op = FRONT_HELLO }, out;
	int e, n = 0;

	new_pair();
	frontmsg_encode(&m, b);
	ZT_CASE("nothing is there", frontmsg_recv(pair[1], &out) == -EAGAIN);
	ZT_CASE("a short record is refused",
	    send(pair[0], b, FRONTMSG_BYTES - 1, 0) > 0 &&
		frontmsg_recv(pair[1], &out) == -EBADMSG);
	ZT_CASE("a long record is refused",
	    send(pair[0], b, sizeof(b), 0) > 0 &&
		frontmsg_recv(pair[1], &out) == -EBADMSG);
	ZT_CASE("and the next is read",
	    frontmsg_send(pair[0], &m) == 0 &&
		frontmsg_recv(pair[1], &out) == 1);
	while ((e = frontmsg_send(pair[0], &m)) == 0)
		n++;
	ZT_CASE("a slow peer is EAGAIN", e == -EAGAIN && n > 10);
	new_pair();
	close(pair[1]);
	pair[1] = dup(pair[0]);
	ZT_CASE("sending to nobody says so",
	    frontmsg_send(pair[0], &m) == -EPIPE);
	new_pair();
	ZT_CASE("gone with something unread is gone",
	    frontmsg_send(pair[1], &m) == 0 && close(pair[0]) == 0 &&
		(pair[0] = dup(0)) >= 0 && frontmsg_recv(pair[1], &out) == 0);
}

static const struct zt_test tests[] = {
	{ "cases", test_cases },
	{ "addresses", test_addresses },
	{ "bits", test_bits },
	{ "sockets", test_sockets },
};

ZT_MAIN("frontmsg", tests)
