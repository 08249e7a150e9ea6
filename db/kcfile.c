/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/kcfile.h"

#define TYPE_HASH   0x30
#define ALIGN_MAX   15 /* powers of two */
#define POOL_MAX    20
#define BUCKETS_MAX ((uint64_t)1 << 40)
#define WIDTH       6 /* of an address */

#define MARK_RECORD 0xcc /* and psiz is below 256 */
#define MARK_FREE   0xdd
#define MARK_PAD    0xee

#define FREE_HEAD   (2 + WIDTH + 2)
#define RECORD_HEAD (2 + 2 * WIDTH)
#define LENGTH_MAX  5 /* bytes of a length */

static uint64_t
rd_be(struct rd *r, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | rd_u8(r);
	return v;
}

bool
kcfile_head(const void *p, size_t n, struct kcfile_head *out)
{
	struct rd r = rd_init(p, n);
	const uint8_t *magic = rd_take(&r, 4);
	unsigned align, pool, opts;
	uint64_t buckets;

	memset(out, 0, sizeof(*out));
	if (n < KCFILE_HEAD || memcmp(magic, "KC\n", 4) != 0)
		return false;
	rd_skip(&r, 4); /* versions of the library, its own check */
	if (rd_u8(&r) != TYPE_HASH)
		return false;
	align = rd_u8(&r);
	pool = rd_u8(&r);
	opts = rd_u8(&r);
	rd_skip(&r, 4);
	buckets = rd_be(&r, 8);
	out->broken = rd_u8(&r) != 0;
	rd_skip(&r, 7);
	out->records = rd_be(&r, 8);
	out->size = rd_be(&r, 8);
	if (align > ALIGN_MAX || pool > POOL_MAX || opts != 0 || buckets == 0 ||
	    buckets > BUCKETS_MAX)
		return false;
	out->align = 1u << align;
	out->first = KCFILE_HEAD + buckets * WIDTH;
	if (pool > 0)
		out->first += ((uint64_t)WIDTH << pool) + 2 * WIDTH + 2;
	out->first += (out->align - out->first % out->align) % out->align;
	return true;
}

uint64_t
kcfile_size(const uint8_t p[KCFILE_SIZE])
{
	struct rd r = rd_init(p, KCFILE_SIZE);

	return rd_be(&r, KCFILE_SIZE);
}

/* A length: seven bits a byte, the high ones first. */
static uint64_t
rd_length(struct rd *r)
{
	uint64_t v = 0;

	for (size_t i = 0; i < LENGTH_MAX; i++) {
		uint8_t b = rd_u8(r);

		v = v << 7 | (b & 0x7f);
		if (b < 0x80)
			return v;
	}
	r->bad = true;
	return 0;
}

static enum kcfile_is
more(struct kcfile_block *out, uint64_t n)
{
	out->size = n;
	return KCFILE_MORE;
}

static enum kcfile_is
free_block(const struct kcfile_head *h, struct rd r, struct kcfile_block *out)
{
	if (r.n < FREE_HEAD)
		return more(out, FREE_HEAD);
	rd_skip(&r, 1);
	if (rd_u8(&r) != MARK_FREE)
		return KCFILE_BAD;
	out->size = rd_be(&r, WIDTH) * h->align;
	if (rd_u8(&r) != MARK_PAD || rd_u8(&r) != MARK_PAD ||
	    out->size < FREE_HEAD)
		return KCFILE_BAD;
	return KCFILE_FREE;
}

enum kcfile_is
kcfile_block(const struct kcfile_head *h, const void *p, size_t n,
    struct kcfile_block *out)
{
	struct rd r = rd_init(p, n), whole = r;
	uint64_t key_n, value_n, all;
	size_t padding, head;
	uint8_t mark;

	memset(out, 0, sizeof(*out));
	if (n == 0)
		return more(out, FREE_HEAD);
	mark = rd_u8(&r);
	if (mark == MARK_FREE)
		return free_block(h, whole, out);
	if (mark == 0 || (mark >= 0x80 && mark != MARK_RECORD))
		return KCFILE_BAD;
	padding = rd_u8(&r);
	if (mark != MARK_RECORD)
		padding |= (size_t)mark << 8;
	rd_skip(&r, 2 * WIDTH);
	key_n = rd_length(&r);
	value_n = rd_length(&r);
	if (r.bad && n < RECORD_HEAD + 2 * LENGTH_MAX)
		return more(out, RECORD_HEAD + 2 * LENGTH_MAX);
	if (r.bad || key_n == 0 || key_n > KCFILE_KEY_MAX ||
	    value_n > KCFILE_VALUE_MAX)
		return KCFILE_BAD;
	head = n - r.n;
	all = head + key_n + value_n;
	if ((all + padding) % h->align != 0)
		return KCFILE_BAD;
	if (n < all + (padding > 0))
		return more(out, all + (padding > 0));
	out->key = (struct str){ (const char *)rd_take(&r, key_n), key_n };
	out->value = (struct str){ (const char *)rd_take(&r, value_n),
		value_n };
	out->size = all + padding;
	return padding > 0 && rd_u8(&r) != MARK_PAD ? KCFILE_BAD :
						      KCFILE_RECORD;
}
