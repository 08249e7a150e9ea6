/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_site - which networks have taught today
 *
 * One open-addressed table for each kind of label, emptied when a day begins.
 * It is exact: what is in it is not pushed out by others.  Full, it refuses
 * everybody new until tomorrow, which loses lessons and nothing else.
 */
#include "daemon/model_impl.h"

#define TIMES_SHIFT 48
#define TIMES_MASK  ((uint64_t)0xff << TIMES_SHIFT)

static uint64_t
site_key(const struct addr *client)
{
	struct addr site = addr_site(client);
	uint64_t k = site.family;

	if (site.family != 4 && site.family != 6)
		return 0;
	k <<= 56;
	for (unsigned i = 0; i < 6; i++)
		k |= (uint64_t)site.b[i] << (40 - 8 * i);
	return k;
}

/* Its slot, or the free one where it belongs. */
static uint64_t *
find(struct model *m, bool bad, uint64_t site)
{
	uint64_t k = site & ~TIMES_MASK;
	size_t i = hash_keyed(&m->key, &k, sizeof(k)) % MODEL_SITES;

	while (m->sites[bad][i] != 0 && (m->sites[bad][i] & ~TIMES_MASK) != k)
		i = (i + 1) % MODEL_SITES;
	return &m->sites[bad][i];
}

bool
model_site_take(struct model *m, bool bad, const struct addr *client)
{
	uint64_t site = site_key(client), *slot;

	if (site == 0)
		return false;
	slot = find(m, bad, site);
	if (*slot == 0) {
		if (m->sites_n[bad] == MODEL_SITES_MAX)
			return false;
		m->sites_n[bad]++;
		*slot = site;
	}
	if ((*slot & TIMES_MASK) >> TIMES_SHIFT >= MODEL_SITE_DAY)
		return false;
	*slot += (uint64_t)1 << TIMES_SHIFT;
	return true;
}

void
model_site_clear(struct model *m)
{
	memset(m->sites, 0, sizeof(m->sites));
	memset(m->sites_n, 0, sizeof(m->sites_n));
}

bool
model_site_put(struct model *m, bool bad, uint64_t site)
{
	uint64_t *slot, family = site >> 56;

	if ((family != 4 && family != 6) || m->sites_n[bad] == MODEL_SITES_MAX)
		return false;
	slot = find(m, bad, site);
	if (*slot != 0)
		return false;
	*slot = site;
	m->sites_n[bad]++;
	return true;
}
