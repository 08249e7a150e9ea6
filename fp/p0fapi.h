/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * p0fapi - beside stage 4: the bytes of p0f 3's query socket
 *
 * Query and reply of p0f's API, packed and in the byte order of the machine,
 * to and from structs.  Used by p0fsock and by clients in tests.  Pure, no
 * memory; odd bytes are a false or a status, never an error.
 */
#ifndef ZFW_FP_P0FAPI_H
#define ZFW_FP_P0FAPI_H

#include "fp/hosts.h"

#define P0FAPI_QUERY_BYTES 21
#define P0FAPI_REPLY_BYTES 232

enum p0fapi_status {
	P0FAPI_BAD_QUERY = 0x00,
	P0FAPI_OK = 0x10,
	P0FAPI_NO_MATCH = 0x20,
};

enum p0fapi_quality {
	P0FAPI_FUZZY = 1 << 0,
	P0FAPI_GENERIC = 1 << 1,
};

/* Times in seconds since 1970, 0 = never. */
struct p0fapi_reply {
	uint32_t status; /* enum p0fapi_status; all else is 0 unless OK */
	uint32_t first_seen_s, last_seen_s, total_conn;
	uint32_t uptime_min, up_mod_days; /* 0 = not known */
	uint32_t last_nat_s, last_chg_s;
	int16_t distance; /* -1 = not known */
	uint8_t bad_sw;   /* p0f: User-Agent lies; we read no HTTP: 0 */
	uint8_t os_match_q;
	char os_name[HOSTS_TEXTLEN], os_flavor[HOSTS_TEXTLEN];
	char http_name[HOSTS_TEXTLEN], http_flavor[HOSTS_TEXTLEN];
	char link_type[HOSTS_TEXTLEN], language[HOSTS_TEXTLEN];
};

/* False: a bad query.  An IPv4-mapped IPv6 address is folded to IPv4. */
bool p0fapi_query_read(const uint8_t b[P0FAPI_QUERY_BYTES], struct addr *out);
void p0fapi_query_write(const struct addr *a, uint8_t b[P0FAPI_QUERY_BYTES]);

/* What to say of `h`; NULL: no match. */
void p0fapi_of_host(const struct host *h, struct p0fapi_reply *out);
void
p0fapi_reply_write(const struct p0fapi_reply *r, uint8_t b[P0FAPI_REPLY_BYTES]);
/* False: not a reply.  Texts are cut to end in a NUL. */
bool
p0fapi_reply_read(const uint8_t b[P0FAPI_REPLY_BYTES], struct p0fapi_reply *r);

#endif
