/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record of the front's socket: what is accepted makes the same bytes again.
 *
 * zt-link: daemon/frontmsg fp/addr
 */
#include <stdlib.h>

#include "daemon/frontmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t in[FRONTMSG_BYTES] = { 0 }, again[FRONTMSG_BYTES];
	struct frontmsg m;

	memcpy(in, data, size < sizeof(in) ? size : sizeof(in));
	if (frontmsg_decode(in, &m) != 0)
		return 0;
	frontmsg_encode(&m, again);
	if (memcmp(in, again, sizeof(in)) != 0)
		abort();
	return 0;
}
