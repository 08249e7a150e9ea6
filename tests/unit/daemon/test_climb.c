/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * climb: IPv6 networks that are bad as a whole
 *
 * zt-link: daemon/climb fp/addr fp/hash
 * zt-libs: libsodium
 */
#include <stdio.h>

#include "daemon/climb.h"
#include "tests/zt.h"

static struct net
net(const char *text)
{
	struct net n;

	if (!net_parse((struct str){ text, strlen(text) }, &n))
		abort();
	return n;
}

static struct climb *
make(void)
{
	struct hash_key key = { { 1, 2 } };
	struct climb *c = climb_new(&key);

	if (c == NULL)
		abort();
	return c;
}

/* Blocks 2001:db8:5:(base + i)::/64 until 100 + i. */
static bool
kids(struct climb *c, unsigned base, unsigned n, struct climb_up *up)
{
	struct climb_up now;
	bool climbs = false;

	for (unsigned i = 0; i < n; i++) {
		char text[64];
		struct net kid;

		snprintf(text, sizeof(text), "2001:db8:5:%x::/64", base + i);
		kid = net(text);
		if (!climb_add(c, &kid, 100 + i, 10, &now))
			continue;
		climbs = true;
		*up = now;
		if (!climb_set(c, up))
			abort();
	}
	return climbs;
}

static void
test_up(void)
{
	struct climb *c = make();
	struct climb_up up, out;
	struct net in = net("2001:db8:5:1ff::/64");

	ZT_CASE("three are not many", !kids(c, 0x100, 3, &up));
	ZT_CASE("nothing is found", climb_find(c, &in.a) == NULL);
	ZT_CASE("four are, until the first of them ends",
	    kids(c, 0x100, 4, &up) && up.until_ms == 100 && up.net.bits == 56);
	ZT_CASE("then it is found", climb_find(c, &in.a) != NULL);
	ZT_CASE("a fifth that lasts longer prolongs it",
	    kids(c, 0x104, 1, &up) == false && kids(c, 0x110, 5, &up) &&
		up.until_ms > 100);
	ZT_CASE("there is one", climb_n(c) == 1);
	ZT_CASE("it is not over before its time",
	    !climb_over(c, up.until_ms - 1, &out));
	ZT_CASE("but then",
	    climb_over(c, up.until_ms, &out) && climb_n(c) == 0 &&
		out.net.bits == 56);
	climb_free(c);
}

static void
test_same_again(void)
{
	struct climb *c = make();
	struct climb_up up;
	struct net kid = net("2001:db8:5:101::/64"), four = net("192.0.2.1/32");
	bool any = false;

	for (int i = 0; i < 20; i++)
		any |= climb_add(c, &kid, 100 + i, 10, &up);
	ZT_CASE("the same one is one, however often", !any);
	ZT_CASE("IPv4 never climbs", !climb_add(c, &four, 100, 10, &up));
	climb_free(c);
}

static void
test_spoilt(void)
{
	struct climb *c = make();
	struct climb_up up, out;
	struct net one = net("2001:db8:5:1aa::/64");
	struct net wide = net("2001:db8::/32");

	ZT_CASE("nothing to take out", !climb_spoil(c, &one, &out));
	ZT_CASE("where one is good none climbs", !kids(c, 0x100, 8, &up));
	ZT_CASE("the one beside does", kids(c, 0x200, 4, &up));
	ZT_CASE("a wide network takes out what is in it",
	    climb_spoil(c, &wide, &out) && out.net.bits == 56 &&
		!climb_spoil(c, &wide, &out));
	ZT_CASE("which does not climb again", !kids(c, 0x210, 8, &up));
	climb_free(c);
}

static void
test_full(void)
{
	struct climb *c = make();
	struct climb_up up = { .net = net("2001:db8::/56"), .until_ms = 9 };
	unsigned n = 0;

	while (n < CLIMB_UP + 9 && climb_set(c, &up)) {
		n++;
		up.net.a.b[3]++;
		up.net.a.b[2] = (uint8_t)(up.net.a.b[2] + (up.net.a.b[3] == 0));
	}
	ZT_CASE("so many and no more", n == CLIMB_UP);
	climb_free(c);
}

static const struct zt_test tests[] = {
	{ "up", test_up },
	{ "same_again", test_same_again },
	{ "spoilt", test_spoilt },
	{ "full", test_full },
};
ZT_MAIN("climb", tests)
