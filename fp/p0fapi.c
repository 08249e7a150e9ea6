/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/p0fapi.h"

#include "fp/le.h"

#define QUERY_MAGIC 0x50304601U
#define REPLY_MAGIC 0x50304602U
#define US_IN_S     1000000

/* As the bytes stand; zeros when there are fewer. */
static void
rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	memset(out, 0, n);
	if (p != NULL)
		memcpy(out, p, n);
}

/* In the byte order of the machine, which both ends share. */
static uint32_t
rd_native32(struct rd *r)
{
	uint32_t v;

	rd_copy(r, &v, sizeof(v));
	return v;
}

static void
wr_native32(struct wr *w, uint32_t v)
{
	wr_bytes(w, &v, sizeof(v));
}

static void
rd_text(struct rd *r, char out[HOSTS_TEXTLEN])
{
	const uint8_t *p = rd_take(r, HOSTS_TEXTLEN);

	memset(out, 0, HOSTS_TEXTLEN);
	if (p != NULL)
		memcpy(out, p, strnlen((const char *)p, HOSTS_TEXTLEN - 1));
}

bool
p0fapi_query_read(const uint8_t b[P0FAPI_QUERY_BYTES], struct addr *out)
{
	struct rd r = rd_init(b, P0FAPI_QUERY_BYTES);
	uint32_t magic = rd_native32(&r);
	uint8_t family = rd_u8(&r);
	const uint8_t *bytes = rd_take(&r, sizeof(out->b));

	if (magic != QUERY_MAGIC || bytes == NULL)
		return false;
	if (family == 4)
		*out = addr_v4_bytes(bytes);
	else if (family == 6)
		*out = addr_v6_bytes(bytes);
	else
		return false;
	return true;
}

void
p0fapi_query_write(const struct addr *a, uint8_t b[P0FAPI_QUERY_BYTES])
{
	struct wr w = wr_init(b, P0FAPI_QUERY_BYTES);

	wr_native32(&w, QUERY_MAGIC);
	wr_u8(&w, a->family);
	wr_bytes(&w, a->b, sizeof(a->b));
}

static uint32_t
seconds(int64_t t_us)
{
	int64_t s = t_us / US_IN_S;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

void
p0fapi_of_host(const struct host *h, struct p0fapi_reply *out)
{
	memset(out, 0, sizeof(*out));
	out->status = P0FAPI_NO_MATCH;
	if (h == NULL)
		return;
	out->status = P0FAPI_OK;
	out->first_seen_s = seconds(h->first_us);
	out->last_seen_s = seconds(h->last_us);
	out->total_conn = h->conn_n;
	out->uptime_min = h->up.told.minutes;
	out->up_mod_days = h->up.told.mod_days;
	out->last_nat_s = seconds(h->share_us);
	out->last_chg_s = seconds(h->change_us);
	out->distance = h->os.key == 0 ? -1 : h->os.dist;
	if (h->os.name[0] != '\0')
		out->os_match_q = (uint8_t)((h->os.fuzzy ? P0FAPI_FUZZY : 0) |
		    (h->os.generic ? P0FAPI_GENERIC : 0));
	memcpy(out->os_name, h->os.name, HOSTS_TEXTLEN);
	memcpy(out->os_flavor, h->os.flavor, HOSTS_TEXTLEN);
	memcpy(out->link_type, h->os.link, HOSTS_TEXTLEN);
}

void
p0fapi_reply_write(const struct p0fapi_reply *r, uint8_t b[P0FAPI_REPLY_BYTES])
{
	const uint32_t numbers[] = { REPLY_MAGIC, r->status, r->first_seen_s,
		r->last_seen_s, r->total_conn, r->uptime_min, r->up_mod_days,
		r->last_nat_s, r->last_chg_s };
	const char *const texts[] = { r->os_name, r->os_flavor, r->http_name,
		r->http_flavor, r->link_type, r->language };
	struct wr w = wr_init(b, P0FAPI_REPLY_BYTES);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		wr_native32(&w, numbers[i]);
	wr_bytes(&w, &r->distance, sizeof(r->distance));
	wr_u8(&w, r->bad_sw);
	wr_u8(&w, r->os_match_q);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		wr_bytes(&w, texts[i], HOSTS_TEXTLEN);
}

bool
p0fapi_reply_read(const uint8_t b[P0FAPI_REPLY_BYTES], struct p0fapi_reply *r)
{
	struct rd in = rd_init(b, P0FAPI_REPLY_BYTES);
	char *const texts[] = { r->os_name, r->os_flavor, r->http_name,
		r->http_flavor, r->link_type, r->language };
	uint32_t magic = rd_native32(&in);

	r->status = rd_native32(&in);
	r->first_seen_s = rd_native32(&in);
	r->last_seen_s = rd_native32(&in);
	r->total_conn = rd_native32(&in);
	r->uptime_min = rd_native32(&in);
	r->up_mod_days = rd_native32(&in);
	r->last_nat_s = rd_native32(&in);
	r->last_chg_s = rd_native32(&in);
	rd_copy(&in, &r->distance, sizeof(r->distance));
	r->bad_sw = rd_u8(&in);
	r->os_match_q = rd_u8(&in);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		rd_text(&in, texts[i]);
	return magic == REPLY_MAGIC && !in.bad &&
	    (r->status == P0FAPI_BAD_QUERY || r->status == P0FAPI_OK ||
		r->status == P0FAPI_NO_MATCH);
}
