/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/dnstell.h"

void
dnstell(struct engine *e, const struct dnsmark *m, int64_t now_ms)
{
	if (m->kind == DNSMARK_NAME)
		engine_dns_name(e, &m->addr, m->name, now_ms);
	else
		engine_dns_listed(e, &m->addr, m->name, m->nats, now_ms);
}

bool
dnstell_line(struct engine *e, struct str line, int64_t now_ms)
{
	struct dnsmark m;

	if (!dnsmark_is(line))
		return false;
	if (dnsmark_parse(line, &m))
		dnstell(e, &m, now_ms);
	return true;
}
