/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/dnsmark
 *
 * Any bytes as a mark: what is taken prints to a mark that says the same.
 */
#include <stdlib.h>

#include "daemon/dnsmark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str line = { (const char *)data, n };
	char text[DNSMARK_MAX];
	struct dnsmark a, b;
	size_t len;

	if (!dnsmark_parse(line, &a))
		return 0;
	must(dnsmark_is(line) && a.nats >= 0 && a.nats <= DNSMARK_NATS_MAX);
	len = dnsmark_print(&a, text);
	must(len > 0 && len < DNSMARK_MAX);
	must(dnsmark_parse((struct str){ text, len }, &b));
	must(a.kind == b.kind && addr_eq(&a.addr, &b.addr));
	must(str_eq(a.name, b.name));
	must(a.nats - b.nats < 0.001 && b.nats - a.nats < 0.001);
	return 0;
}
