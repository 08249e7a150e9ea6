/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/record db/record_client db/record_behind daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * Any bytes as the value of each kind of record, with a right check put
 * behind them: taken or refused; a client that is taken encodes, and decodes
 * to a client that encodes to the same, with or without what a later version
 * has put into the first.
 */
#include <stdlib.h>

#include "db/record.h"
#include "fp/le.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t
sealed(const struct record_key *k, const uint8_t *data, size_t n, uint8_t *out)
{
	struct wr w = wr_init(out, RECORD_MAX);

	wr_bytes(&w, data, n);
	return record_seal(k, &w);
}

static void
client(const struct record_key *k, const uint8_t *in, size_t n)
{
	uint8_t a[RECORD_MAX], b[RECORD_MAX];
	struct client c, d;
	size_t an, bn;

	if (!record_client_decode(k, in, n, &c))
		return;
	an = record_client_encode(&c, a, sizeof(a));
	if (an == 0 || !record_client_decode(k, a, an, &d))
		abort();
	bn = record_client_encode(&d, b, sizeof(b));
	if (an != bn || memcmp(a, b, an) != 0)
		abort();
	bn = record_client_keep(k, (struct str){ (const char *)in, n }, b, an);
	if (bn < an || !record_client_decode(k, b, bn, &d) ||
	    (bn > an) !=
		record_client_later((struct str){ (const char *)b, bn }))
		abort();
	bn = record_client_encode(&d, b, sizeof(b));
	if (an != bn || memcmp(a, b, an) != 0)
		abort();
}

static void
bucket(const struct record_key *k, const uint8_t *in, size_t n)
{
	struct rd r = record_open(k, in, n);
	struct store_allow a;
	char text[ADDR_STRLEN];

	while (record_allow_next(&r, &a)) {
		if (strlen(a.comment) >= sizeof(a.comment))
			abort();
		(void)net_print(&a.net, text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct addr a = { 4, { 192, 0, 2, 1 } };
	struct record_key ck = record_client_key(&a);
	struct record_key ak = record_allow_key(1);
	struct record_key pk = record_logpos_key("/var/log/mail.log");
	struct store_logpos p;
	struct addr key;
	struct client c;
	uint8_t buf[RECORD_MAX];

	(void)record_client_key_parse(data, n, &key);
	(void)record_client_decode(&ck, data, n, &c);
	if (n > RECORD_MAX - RECORD_CHECK)
		return 0;
	client(&ck, buf, sealed(&ck, data, n, buf));
	bucket(&ak, buf, sealed(&ak, data, n, buf));
	(void)record_logpos_decode(&pk, buf, sealed(&pk, data, n, buf), &p);
	return 0;
}
