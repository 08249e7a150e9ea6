/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attempts: which SYNs are sent again
 *
 * zt-link: daemon/attempts fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "daemon/attempts.h"
#include "tests/zt.h"

#define T0 1700000000000

static struct attempts *a;

static struct traits
syn(unsigned client, uint16_t port, uint32_t seq)
{
	struct traits t;

	memset(&t, 0, sizeof(t));
	t.src = addr_v4(0xc6120000 + client);
	t.dst = addr_v4(0xc0000201);
	t.sport = port;
	t.dport = 25;
	t.seq = seq;
	return t;
}

static bool
again(struct traits t, int64_t ms)
{
	return attempts_again(a, &t, T0 + ms);
}

static void
begin(void)
{
	struct hash_key key = { { 3 } };

	attempts_free(a);
	a = attempts_new(&key);
	if (a == NULL)
		abort();
}

static void
test_again(void)
{
	struct traits six = syn(1, 1000, 5), server = syn(1, 1000, 5);
	bool ladder = true;

	begin();
	ZT_CASE("the first is new", !again(syn(1, 1000, 5), 0));
	for (int64_t s = 1; s < 127; s = 2 * s + 1)
		ladder = ladder && again(syn(1, 1000, 5), s * 1000);
	ZT_CASE("its copies are not, as far as Linux sends them", ladder);
	ZT_CASE("another port is another attempt",
	    !again(syn(1, 1001, 5), 1000));
	ZT_CASE("so is another sequence number", !again(syn(1, 1000, 6), 1000));
	ZT_CASE("another client", !again(syn(2, 1000, 5), 1000));
	six.src.family = 6;
	ZT_CASE("one of the other family", !again(six, 1000));
	server.dst = addr_v4(0xc0000202);
	ZT_CASE("and to another of our addresses", !again(server, 1000));
	ZT_CASE("time may go back a little", again(syn(2, 1000, 5), 0));
}

static void
test_forgets(void)
{
	begin();
	ZT_CASE("new", !again(syn(1, 1000, 5), 0));
	ZT_CASE("the same after a long silence is new",
	    !again(syn(1, 1000, 5), ATTEMPTS_MS + 1000));
	ZT_CASE("and has its copies",
	    again(syn(1, 1000, 5), ATTEMPTS_MS + 2000));
}

static void
test_full(void)
{
	unsigned known = 0, latest = 0;

	begin();
	for (unsigned i = 0; i < ATTEMPTS_MAX / 4; i++)
		(void)again(syn(i, 9, i), 0);
	for (unsigned i = 0; i < ATTEMPTS_MAX / 4; i++)
		known += again(syn(i, 9, i), 1000);
	ZT_CASE("a quarter of the table is nearly all known (97 %)",
	    known * 100 >= ATTEMPTS_MAX / 4 * 97);
	for (unsigned i = 0; i < 10 * ATTEMPTS_MAX; i++)
		(void)again(syn(i, 7, i), 2000 + i / 4);
	for (unsigned i = 0; i < ATTEMPTS_MAX / 8; i++) {
		unsigned k = 10 * ATTEMPTS_MAX - 1 - i;

		latest += again(syn(k, 7, k), 2000 + k / 4);
	}
	ZT_CASE("in a flood the latest are known (90 %)",
	    latest * 10 >= ATTEMPTS_MAX / 8 * 9);
	attempts_free(a);
	attempts_free(NULL);
}

static const struct zt_test tests[] = {
	{ "again", test_again },
	{ "forgets", test_forgets },
	{ "full", test_full },
};

ZT_MAIN("attempts", tests)
