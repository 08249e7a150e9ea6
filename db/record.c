/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/record.h"

#include "db/field.h"
#include "fp/hash.h"

#define TIME_MAX      (((int64_t)1 << 48) - 1)
#define BLOB_NAME_MAX 31

/* The check covers the key, so that a value under another key is refused. */
static uint64_t
hash_of(const void *key, size_t key_n, const void *p, size_t n)
{
	uint64_t h[2] = { hash_stable(key, key_n), hash_stable(p, n) };

	return h[0] * 31 + h[1];
}

static uint32_t
check_of(const struct record_key *key, const void *p, size_t n)
{
	return (uint32_t)hash_of(key->b, key->n, p, n);
}

bool
record_whole(struct str key, struct str value, uint64_t *hash)
{
	struct rd tail = rd_init(value.p, value.n);

	if (value.n < 1 + RECORD_CHECK)
		return false;
	rd_skip(&tail, value.n - RECORD_CHECK);
	*hash = hash_of(key.p, key.n, value.p, value.n - RECORD_CHECK);
	return rd_le32(&tail) == (uint32_t)*hash;
}

struct wr
record_begin(void *out, size_t max)
{
	struct wr w = wr_init(out, max);

	wr_u8(&w, RECORD_VERSION);
	return w;
}

size_t
record_seal(const struct record_key *key, struct wr *w)
{
	wr_le32(w, check_of(key, w->p, w->n));
	return w->bad ? 0 : w->n;
}

struct rd
record_open(const struct record_key *key, const void *in, size_t n)
{
	struct rd r = rd_init(in, n), tail = r;

	if (n < 1 + RECORD_CHECK) {
		r.bad = true;
		r.n = 0;
		return r;
	}
	rd_skip(&tail, n - RECORD_CHECK);
	r.n = n - RECORD_CHECK;
	if (rd_le32(&tail) != check_of(key, in, r.n) ||
	    rd_u8(&r) != RECORD_VERSION) {
		r.bad = true;
		r.n = 0;
	}
	return r;
}

void
wr_time(struct wr *w, int64_t ms)
{
	uint64_t t = ms < 0 ? 0 :
	    ms > TIME_MAX   ? (uint64_t)TIME_MAX :
			      (uint64_t)ms;

	wr_le32(w, (uint32_t)t);
	wr_le16(w, (uint16_t)(t >> 32));
}

int64_t
rd_time(struct rd *r)
{
	uint64_t lo = rd_le32(r);

	return (int64_t)(lo | (uint64_t)rd_le16(r) << 32);
}

void
wr_text(struct wr *w, const char *s, size_t max)
{
	size_t n = strnlen(s, max - 1);

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, s, n);
}

void
rd_text(struct rd *r, char *out, size_t max)
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n);

	if (p == NULL)
		return;
	if (n >= max || memchr(p, '\0', n) != NULL) {
		r->bad = true;
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

bool
rd_bool(struct rd *r)
{
	uint8_t v = rd_u8(r);

	if (v > 1)
		r->bad = true;
	return v == 1;
}

void
wr_addr(struct wr *w, const struct addr *a, size_t v6_bytes)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->b, a->family == 4 ? 4 : v6_bytes);
}

bool
rd_addr(struct rd *r, struct addr *out, size_t v6_bytes)
{
	uint8_t b[16] = { 0 };
	uint8_t family = rd_u8(r);
	size_t n = family == 4 ? 4 : v6_bytes;
	const uint8_t *p = rd_take(r, n);

	if (p == NULL || (family != 4 && family != 6))
		return false;
	memcpy(b, p, n);
	*out = family == 4 ? addr_v4_bytes(b) : addr_v6_bytes(b);
	return out->family == family;
}

static struct record_key
key_of(const struct wr *w, struct record_key *k)
{
	k->n = w->bad ? 0 : w->n;
	return *k;
}

struct record_key
record_client_key(const struct addr *a)
{
	struct record_key k;
	struct wr w = wr_init(k.b, sizeof(k.b));
	struct addr masked = addr_key(a);

	wr_u8(&w, 'c');
	wr_addr(&w, &masked, 8);
	return key_of(&w, &k);
}

bool
record_client_key_parse(const void *key, size_t n, struct addr *out)
{
	struct rd r = rd_init(key, n);

	return rd_u8(&r) == 'c' && rd_addr(&r, out, 8) && r.n == 0 && !r.bad;
}

struct record_key
record_allow_key(unsigned bucket)
{
	struct record_key k;
	struct wr w = wr_init(k.b, sizeof(k.b));

	wr_u8(&w, 'a');
	wr_u8(&w, (uint8_t)bucket);
	return key_of(&w, &k);
}

unsigned
record_allow_bucket(const struct net *n)
{
	uint8_t b[18] = { n->a.family, n->bits };

	memcpy(b + 2, n->a.b, sizeof(n->a.b));
	return (unsigned)(hash_stable(b, sizeof(b)) % RECORD_BUCKETS);
}

struct record_key
record_logpos_key(const char *path)
{
	struct record_key k;
	struct wr w = wr_init(k.b, sizeof(k.b));
	size_t n = strlen(path);

	wr_u8(&w, 'p');
	if (n < sizeof(k.b) - 1)
		wr_bytes(&w, path, n);
	else
		wr_le64(&w, hash_stable(path, n));
	return key_of(&w, &k);
}

struct record_key
record_blob_key(const char *name)
{
	struct record_key k;
	struct wr w = wr_init(k.b, sizeof(k.b));
	size_t n = 0;

	while (
	    char_is_letter(name[n]) || char_is_digit(name[n]) || name[n] == '-')
		n++;
	if (n == 0 || n > BLOB_NAME_MAX || name[n] != '\0')
		w.bad = true;
	wr_u8(&w, 'b');
	wr_bytes(&w, name, n);
	return key_of(&w, &k);
}

static const char meta_magic[] = "zfw store";

struct record_key
record_meta_key(void)
{
	return (struct record_key){ "mformat", sizeof("mformat") - 1 };
}

size_t
record_meta_encode(uint32_t format, void *out, size_t max)
{
	struct wr w = wr_init(out, max);

	wr_bytes(&w, meta_magic, sizeof(meta_magic));
	wr_le32(&w, format);
	return w.bad ? 0 : w.n;
}

uint32_t
record_meta_decode(const void *in, size_t n)
{
	struct rd r = rd_init(in, n); /* a later format may add to it */
	const uint8_t *magic = rd_take(&r, sizeof(meta_magic));
	uint32_t format = rd_le32(&r);

	if (r.bad || memcmp(magic, meta_magic, sizeof(meta_magic)) != 0)
		return 0;
	return format;
}

size_t
record_logpos_encode(const struct record_key *key, const struct store_logpos *p,
    void *out, size_t max)
{
	struct wr w = record_begin(out, max);

	wr_le64(&w, p->dev);
	wr_le64(&w, p->ino);
	wr_le64(&w, p->offset);
	wr_le64(&w, p->head_hash);
	wr_le32(&w, p->head_n);
	return record_seal(key, &w);
}

bool
record_logpos_decode(const struct record_key *key, const void *in, size_t n,
    struct store_logpos *out)
{
	struct rd r = record_open(key, in, n);

	memset(out, 0, sizeof(*out));
	out->dev = rd_le64(&r);
	out->ino = rd_le64(&r);
	out->offset = rd_le64(&r);
	out->head_hash = rd_le64(&r);
	out->head_n = rd_le32(&r);
	if (!r.bad && r.n == 0)
		return true;
	memset(out, 0, sizeof(*out));
	return false;
}

void
record_allow_add(struct wr *w, const struct store_allow *a)
{
	wr_addr(w, &a->net.a, 16);
	wr_u8(w, a->net.bits);
	wr_time(w, a->since_ms);
	wr_time(w, a->until_ms);
	wr_text(w, a->comment, sizeof(a->comment));
}

bool
record_allow_next(struct rd *r, struct store_allow *out)
{
	struct addr masked;

	memset(out, 0, sizeof(*out));
	if (r->bad || r->n == 0)
		return false;
	if (!rd_addr(r, &out->net.a, 16))
		r->bad = true;
	out->net.bits = rd_u8(r);
	out->since_ms = rd_time(r);
	out->until_ms = rd_time(r);
	rd_text(r, out->comment, sizeof(out->comment));
	if (r->bad || out->net.bits > (out->net.a.family == 4 ? 32 : 128)) {
		r->bad = true;
		return false;
	}
	masked = addr_mask(&out->net.a, out->net.bits);
	r->bad = !addr_eq(&masked, &out->net.a);
	return !r->bad;
}
