/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/botnet daemon/botnet_table daemon/botnet_weigh
 * zt-link: daemon/botnet_trait daemon/botnet_count daemon/botnet_blob
 * zt-link: daemon/names daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * Any bytes as what was learned of botnets: what is taken can be used,
 * encodes, and decodes to what encodes to the same; what is refused changes
 * nothing.  The same bytes are a stranger's HELO, sender and reverse name.
 */
#include <stdlib.h>

#include "daemon/botnet.h"

#define T0   ((int64_t)1740988800 * 1000)
#define ROOM (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* Three networks, so that it becomes a cluster. */
static void
stranger(struct botnets *b, struct str text)
{
	struct botnet_client c = { .name_known = true,
		.helo_class = HELO_FQDN,
		.name_class = NAME_DYNAMIC,
		.helo = text,
		.rdns = text,
		.sender = text };
	struct botnet_hit hit[BOTNET_KINDS];

	for (uint32_t i = 0; i < 6; i++) {
		c.key = addr_v4(0x2c000001U + (i << 8));
		c.rdns = i < 3 ? text : (struct str){ "", 0 };
		botnets_see(b, &c, T0 + i, hit);
		botnets_label(b, &c, i % 2 == 0, T0 + i);
	}
	for (unsigned k = 0; k < BOTNET_KINDS; k++)
		for (size_t i = 0; hit[k].name[i] != '\0'; i++)
			must(i + 1 < BOTNET_NAME_MAX && hit[k].name[i] > ' ' &&
			    hit[k].name[i] < 0x7f);
}

static void
list(struct botnets *b)
{
	static struct botnet_info info[64];
	size_t n = botnets_list(b, -9, T0, info, 64);

	must(n <= 64);
	for (size_t i = 1; i < n; i++)
		must(info[i - 1].hit.networks >= info[i].hit.networks);
	for (size_t i = 0; i < n; i++)
		must(info[i].hit.llr >= -1 && info[i].hit.llr <= 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct botnets_conf conf = { .group_networks = 3 };
	static struct botnets *a, *b;
	static uint8_t *x, *y;
	size_t xn, yn;

	if (a == NULL) {
		a = botnets_new(&conf);
		b = botnets_new(&conf);
		x = malloc(ROOM);
		y = malloc(ROOM);
		must(a != NULL && b != NULL && x != NULL && y != NULL);
	}
	if (!botnets_decode(a, data, n)) {
		stranger(a, (struct str){ (const char *)data, n });
		return 0;
	}
	xn = botnets_encode(a, x, ROOM, 0);
	must(xn > 0 && botnets_decode(b, x, xn));
	yn = botnets_encode(b, y, ROOM, 0);
	must(xn == yn && memcmp(x, y, xn) == 0);
	list(a);
	stranger(a, (struct str){ (const char *)data, n });
	return 0;
}
