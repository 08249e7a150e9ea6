/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/dnsmark daemon/dnsmsg
 *
 * Any bytes as a DNS reply, the first one choosing the type asked for: counts
 * within their bounds, names that are host names, lower case and ended, the
 * time to live one of a record's.
 */
#include <stdlib.h>

#include "daemon/dnsmark.h"
#include "daemon/dnsmsg.h"

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
	static const enum dnsmsg_type types[] = { DNSMSG_A, DNSMSG_PTR,
		DNSMSG_AAAA };
	enum dnsmsg_type type;
	struct dnsmsg m;

	if (n == 0)
		return 0;
	type = types[data[0] % 3];
	(void)dnsmsg_parse(data + 1, n - 1, type, &m);
	must(m.names_n <= DNSMSG_NAMES && m.addrs_n <= DNSMSG_ADDRS);
	must(type == DNSMSG_PTR ? m.addrs_n == 0 : m.names_n == 0);
	must((m.names_n + m.addrs_n > 0) || m.ttl_s == UINT32_MAX);
	for (size_t i = 0; i < m.names_n; i++) {
		struct str s = { m.names[i], strlen(m.names[i]) };

		must(dnsmark_name_ok(s));
		for (size_t k = 0; k < s.n; k++)
			must(s.p[k] == char_lower(s.p[k]));
	}
	for (size_t i = 0; i < m.addrs_n; i++)
		must(dnsmsg_has(&m, &m.addrs[i]));
	return 0;
}
