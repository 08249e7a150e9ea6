/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/nftconf.h"

struct nft_conf
nftconf_of(const struct config *c)
{
	const struct policy *p = &c->policy;
	struct nft_conf n = { .blocks_max = (uint32_t)p->blocks_max,
		.drop = p->enforce,
		.queue = c->queue,
		.leak = p->leak,
		.leak_seed = p->leak_seed };

	for (size_t i = 0; i < p->ports_n && i < NFT_PORTS_MAX; i++)
		n.ports[n.ports_n++] = p->ports[i];
	for (char **dev = c->ingress; *dev != NULL; dev++)
		if (n.ingress_n < NFT_DEVS_MAX)
			(void)snprintf(n.ingress[n.ingress_n++],
			    sizeof(n.ingress[0]), "%s", *dev);
	return n;
}
