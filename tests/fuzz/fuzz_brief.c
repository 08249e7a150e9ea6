/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/record_brief db/record db/record_client db/record_behind daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * Any bytes as a client's record: what the whole record is taken for, its
 * brief is, too.
 */
#include <stdlib.h>

#include "db/record.h"
#include "db/record_brief.h"
#include "fp/le.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
text_is(struct str s, const char *text)
{
	return str_eq(s, (struct str){ text, strlen(text) });
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t in[RECORD_MAX];
	struct addr a = addr_v4(0xc0000207);
	struct record_key k = record_client_key(&a);
	struct wr w = wr_init(in, sizeof(in));
	struct record_brief b;
	struct client c;
	size_t len;
	bool brief;

	wr_bytes(&w, data, n);
	len = record_seal(&k, &w);
	if (len == 0)
		return 0;
	brief = record_brief(k.b, k.n, in, len, &b);
	if (!record_client_decode(&k, in, len, &c))
		return 0;
	if (!brief || b.connects != c.connects || b.knocks != c.knocks ||
	    b.tier != c.tier || b.block_until_ms != c.block_until_ms ||
	    b.good_mails != c.good_mails || b.botnet != c.botnet ||
	    !text_is(b.rdns, c.rdns) || !text_is(b.helo, c.helo) ||
	    !text_is(b.sig, c.sig) || !text_is(b.os, c.os))
		abort();
	return 0;
}
