/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnetcase - clients for the tests of botnet: who says what from where
 *
 * Shared by test_botnet*.c.  Everything starts as a stranger of the i-th
 * network whose name is known to be none.
 */
#ifndef ZFW_TESTS_BOTNETCASE_H
#define ZFW_TESTS_BOTNETCASE_H

#include "daemon/botnet.h"
#include "tests/zt.h"

#define HOUR  ((int64_t)3600 * 1000)
#define DAY   (24 * HOUR)
#define T0    ((int64_t)1740988800 * 1000)
#define GROUP 20

static inline struct str
text(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* The first address of the i-th /24. */
static inline struct botnet_client
stranger(uint32_t i)
{
	return (struct botnet_client){ .key = addr_v4(0x2c000001U + (i << 8)),
		.name_known = true,
		.helo = STR(""),
		.rdns = STR(""),
		.sender = STR("") };
}

static inline struct botnet_client
says(uint32_t i, const char *helo, enum helo_class cls)
{
	struct botnet_client c = stranger(i);

	c.helo = text(helo);
	c.helo_class = (uint8_t)cls;
	return c;
}

static inline struct botnet_client
named(struct botnet_client c, const char *rdns, enum name_class cls)
{
	c.rdns = text(rdns);
	c.name_class = (uint8_t)cls;
	return c;
}

/* Its name is not known: only labels say what it is. */
static inline struct botnet_client
speaks(uint32_t i, uint64_t sig, uint64_t way)
{
	struct botnet_client c = stranger(i);

	c.sig_key = sig;
	c.way = way;
	c.name_known = false;
	return c;
}

static inline struct botnet_hit
seen(struct botnets *b, struct botnet_client c, enum botnet_kind k, int64_t t)
{
	struct botnet_hit hit[BOTNET_KINDS];

	botnets_see(b, &c, t, hit);
	return hit[k];
}

static inline void
label(struct botnets *b, struct botnet_client c, bool bad, int64_t t)
{
	botnets_label(b, &c, bad, t);
}

static inline struct botnets *
fresh(void)
{
	return botnets_new(&(struct botnets_conf){ .group_networks = GROUP });
}

/* n networks, from the first, say it. */
static inline struct botnet_hit
many(struct botnets *b, const char *helo, enum helo_class cls, uint32_t first,
    uint32_t n)
{
	struct botnet_hit h = { 0 };

	for (uint32_t i = 0; i < n; i++)
		h = seen(b, says(first + i, helo, cls), BOTNET_HELO, T0);
	return h;
}

#endif
