/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * p0f's protocol: any bytes are queries or bad ones, and any are a reply or
 * none; what was understood reads back the same.
 *
 * zt-link: fp/p0fapi fp/addr
 */
#include <stdlib.h>

#include "fp/p0fapi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
one_query(const uint8_t *data)
{
	uint8_t b[P0FAPI_QUERY_BYTES];
	struct addr a, back;

	if (!p0fapi_query_read(data, &a))
		return;
	check(a.family == 4 || a.family == 6);
	p0fapi_query_write(&a, b);
	check(p0fapi_query_read(b, &back) && addr_eq(&a, &back));
	/* A mapped address and what stands behind a short one are folded. */
	if (a.family == 6)
		check(memcmp(b, data, sizeof(b)) == 0);
}

static void
one_reply(const uint8_t *data)
{
	uint8_t b[P0FAPI_REPLY_BYTES];
	struct p0fapi_reply r, back;

	if (!p0fapi_reply_read(data, &r))
		return;
	check(strnlen(r.os_name, HOSTS_TEXTLEN) < HOSTS_TEXTLEN);
	check(strnlen(r.language, HOSTS_TEXTLEN) < HOSTS_TEXTLEN);
	p0fapi_reply_write(&r, b);
	check(memcmp(b, data, 40) == 0);
	check(p0fapi_reply_read(b, &back));
	check(strcmp(r.os_flavor, back.os_flavor) == 0 &&
	    strcmp(r.link_type, back.link_type) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (; size >= P0FAPI_QUERY_BYTES;
	     size -= P0FAPI_QUERY_BYTES, data += P0FAPI_QUERY_BYTES) {
		one_query(data);
		if (size >= P0FAPI_REPLY_BYTES)
			one_reply(data);
	}
	return 0;
}
