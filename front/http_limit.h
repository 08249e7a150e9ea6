/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http_limit - how often may be asked about one network
 *
 * A bucket for each network (IPv4 /24, IPv6 /48) that a good token named:
 * HTTP_LIMIT_BURST requests at once, then one each HTTP_LIMIT_EACH_MS.  A
 * fixed table with a keyed hash; when its place is taken by others the one
 * that was used longest ago goes, and begins anew with a full bucket.  Only
 * who has links of hundreds of networks can make that happen.  Pure; times
 * are monotonic.
 */
#ifndef ZFW_FRONT_HTTP_LIMIT_H
#define ZFW_FRONT_HTTP_LIMIT_H

#include "fp/addr.h"
#include "fp/hash.h"

#define HTTP_LIMIT_BURST   20
#define HTTP_LIMIT_EACH_MS 6000
#define HTTP_LIMIT_ROWS    128
#define HTTP_LIMIT_WAYS    4

struct http_limit_net {
	struct addr site;
	int64_t full_ms; /* when its bucket is full again */
};

struct http_limit {
	struct hash_key key;
	struct http_limit_net net[HTTP_LIMIT_ROWS][HTTP_LIMIT_WAYS];
};

void http_limit_init(struct http_limit *l, const struct hash_key *key);
/* False: too often. */
bool
http_limit_take(struct http_limit *l, const struct addr *a, int64_t now_ms);

#endif
