/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/soakclient.h"

#include <stdio.h>

static uint32_t
zombie_number(struct soakclients *c, uint64_t bits)
{
	uint64_t recent = c->zombies < SOAKCLIENT_RECENT ? c->zombies :
							   SOAKCLIENT_RECENT;

	if (recent == 0 || bits % 100 < c->new_percent)
		return (uint32_t)(c->zombies++ % c->pool);
	return (uint32_t)((c->zombies - 1 - bits / 100 % recent) % c->pool);
}

static void
draw_server(uint64_t bits, struct soakclient *out)
{
	uint32_t who = (uint32_t)(bits % SOAKCLIENT_SERVERS);
	struct addr a = stackmix_v4_bench(who * 17);

	stackmix_host(&a, who, &out->host);
	snprintf(out->helo, sizeof(out->helo), "mail.firm%u.example", who);
	snprintf(out->name, sizeof(out->name), "%s", out->helo);
}

static void
draw_zombie(uint32_t who, struct soakclient *out)
{
	static const char *const shared[] = { "ylmf-pc", "localhost", "user" };
	struct addr a;

	if (who % 6 == 5)
		a = stackmix_v6(0x80000000 | who * 2654435761U);
	else /* spread over its networks, each number once: it is odd */
		a = addr_v4(0xf0000000 | (who * 2654435761U & 0x7ffffff));
	stackmix_host(&a, who, &out->host);
	if (who % 4 == 0)
		snprintf(out->helo, sizeof(out->helo), "%s", shared[who % 3]);
	else
		snprintf(out->helo, sizeof(out->helo), "pc-%08x.lan",
		    (unsigned)stackmix_bits(who));
	snprintf(out->name, sizeof(out->name), "unknown");
}

enum soak_kind
soakclient_draw(struct soakclients *c, uint64_t nth, struct soakclient *out)
{
	uint64_t bits = stackmix_bits(nth);
	uint32_t who;

	if (bits % 100 >= c->zombies_percent) {
		draw_server(bits / 100, out);
		return SOAK_SERVER;
	}
	who = zombie_number(c, bits / 100);
	draw_zombie(who, out);
	return SOAK_HARVESTER + stackmix_bits(who) % 3;
}

uint32_t
soakclient_bits(const struct addr *a)
{
	uint64_t x = 0;

	for (size_t i = 0; i < 8; i++)
		x = x << 8 | a->b[i];
	return (uint32_t)(stackmix_bits(x) >> 32);
}
