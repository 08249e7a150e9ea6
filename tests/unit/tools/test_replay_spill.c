/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_spill: clients come back from the temporary file as they went there
 *
 * zt-link: tools/replay_spill daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <stdlib.h>

#include "tests/zt.h"
#include "tools/replay_spill.h"

#define MANY   40000 /* the index grows, the buffer is written */
#define ROUNDS 6     /* so often that the file is made anew */
#define T0     ((int64_t)1740988800 * 1000)

static struct client
client_of(uint32_t i, unsigned round)
{
	struct addr a = addr_v4(0xc6120000U + i);
	struct client c;

	if (i % 7 == 0)
		a = (struct addr){ 6,
			{ 0x20, 1, 0xd, 0xb8, (uint8_t)(i >> 16),
			    (uint8_t)(i >> 8), (uint8_t)i } };
	client_init(&c, &a, T0 + i);
	c.connects = i * ROUNDS + round;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if ((i + round) % 13 + 1 >= k)
			client_add(&c, (enum evidence_kind)k, 1, (uint8_t)i,
			    T0 + round);
	for (unsigned k = 0; k < (i + round) % 4; k++)
		client_sample(&c, (enum evidence_kind)(k + 1),
		    STR("a log line that is the sample of a fact, and long"),
		    T0 + k);
	c.os[sizeof(c.os) - 1] = (char)round;
	return c;
}

/* What is stored, and nothing else. */
static bool
same(const struct client *got, const struct client *put)
{
	static const struct client none;
	size_t n = offsetof(struct client, dirty);

	return memcmp(got, put, n) == 0 &&
	    memcmp(&got->wire_us, &none.wire_us,
		sizeof(none) - offsetof(struct client, wire_us)) == 0;
}

static void
test_rounds(void)
{
	struct spill *s = spill_new();
	struct client put, got;
	size_t lost = 0, changed = 0;

	for (unsigned round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < MANY; i++) {
			put = client_of(i, round);
			put.wire_us = 5;
			put.label_due = true;
			lost += !spill_put(s, &put);
		}
	ZT_CASE("a client goes to the file", lost == 0);
	ZT_CASE("each is counted once", spill_count(s) == MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		put = client_of(i, ROUNDS - 1);
		changed += !spill_get(s, &put.key, &got) || !same(&got, &put);
	}
	ZT_CASE("it comes back as it was put last", changed == 0);
	put = client_of(MANY + 1, 0);
	ZT_CASE("who never left is not there", !spill_get(s, &put.key, &got));
	ZT_CASE("nothing goes wrong", spill_error(s) == NULL);
	spill_free(s);
}

static void
test_failure(void)
{
	struct spill *s = spill_new();
	struct client c = client_of(1, 0);

	(void)setenv("TMPDIR", "/nonexistent", 1);
	ZT_CASE("where no file can be made, nothing is put", !spill_put(s, &c));
	ZT_CASE("a sentence says where",
	    spill_error(s) != NULL &&
		strstr(spill_error(s), "/nonexistent: no room for clients") !=
		    NULL);
	(void)unsetenv("TMPDIR");
	ZT_CASE("and it stays so",
	    !spill_put(s, &c) && !spill_get(s, &c.key, &c) &&
		spill_count(s) == 0);
	spill_free(s);
}

static const struct zt_test tests[] = {
	{ "rounds", test_rounds },
	{ "failure", test_failure },
};

ZT_MAIN("replay_spill", tests)
