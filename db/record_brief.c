/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/record_brief.h"

#include "daemon/evidence_kind.h"
#include "db/field.h"
#include "db/record.h"

#define TIME_BYTES 6
#define HAS_CLICK  4 /* of record_behind.c */

/* The parts of a fixed size. */
#define HEAD_BYTES  (1 + 2 + 2 * TIME_BYTES + 4)
#define BLOCK_BYTES (4 + 2 + 4 + 2 * TIME_BYTES)
#define FACT_BYTES  (1 + 1 + 4 + TIME_BYTES)
#define GOOD_BYTES  (2 + 4 + 4 + 4 + 1)
#define TRUST_BYTES (3 * TIME_BYTES + 8 + 4)

/* Of bytes that are there: their number was asked for once, for all. */
static uint32_t
le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static int64_t
time_at(const uint8_t *p)
{
	return (int64_t)(le32(p) | (uint64_t)le16(p + 4) << 32);
}

static struct str
rd_str(struct rd *r)
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n);

	return p == NULL ? STR("") : (struct str){ (const char *)p, n };
}

static void
knocks(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, 4 + TIME_BYTES);

	if (p == NULL)
		return;
	b->knocks = le32(p);
	b->knock_ms = time_at(p + 4);
}

static void
block(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, BLOCK_BYTES);

	if (p == NULL)
		return;
	b->tier = p[0];
	b->by_admin = p[2] != 0;
	b->shadow = p[3] != 0;
	b->score_permille = le16(p + 4);
	for (size_t i = 0; i < sizeof(b->reasons); i++)
		b->reasons[i] = p[6 + i] < EVIDENCE_KINDS ? p[6 + i] : 0;
	b->block_from_ms = time_at(p + 10);
	b->block_until_ms = time_at(p + 10 + TIME_BYTES);
}

static void
offences(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, 4 + TIME_BYTES);

	if (p != NULL)
		b->offences = le32(p);
}

static void
history(struct rd *r, struct record_brief *b)
{
	(void)b;
	rd_skip(r, rd_u8(r) * (1 + 2 * (size_t)TIME_BYTES));
}

static void
facts(struct rd *r, struct record_brief *b)
{
	size_t n = rd_u8(r);
	const uint8_t *p = rd_take(r, n * FACT_BYTES);

	for (size_t i = 0; p != NULL && i < n; i++)
		b->wanted |= p[i * FACT_BYTES] == EVIDENCE_REPORTED_HAM;
}

static void
samples(struct rd *r, struct record_brief *b)
{
	(void)b;
	for (size_t n = rd_u8(r); n > 0 && !r->bad; n--) {
		rd_skip(r, 1 + TIME_BYTES);
		rd_skip(r, rd_u8(r));
	}
}

static void
good(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, GOOD_BYTES);

	if (p == NULL)
		return;
	b->good_days = le16(p);
	b->good_mails = le32(p + 10);
}

static void
trust(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, TRUST_BYTES);

	if (p == NULL)
		return;
	b->login_ms = time_at(p);
	b->peer = time_at(p + TIME_BYTES) != 0;
}

static void
names(struct rd *r, struct record_brief *b)
{
	const uint8_t *p = rd_take(r, 1 + 1 + 8);

	if (p == NULL)
		return;
	b->helo_class = p[0];
	b->name_class = p[1];
	b->rdns = rd_str(r);
	b->helo = rd_str(r);
}

static void
sig(struct rd *r, struct record_brief *b)
{
	rd_skip(r, 1 + 8);
	b->sig = rd_str(r);
}

static void
os(struct rd *r, struct record_brief *b)
{
	rd_skip(r, 1);
	b->os = rd_str(r);
}

static void
traits(struct rd *r, struct record_brief *b)
{
	rd_skip(r, rd_u8(r));
	rd_skip(r, 8 + 8 + 8);
	b->botnet = rd_le32(r);
}

static void
apart(struct rd *r, struct record_brief *b)
{
	(void)b;
	rd_skip(r, 2 + 2 + 4);
}

static void
visits(struct rd *r, struct record_brief *b)
{
	(void)b;
	rd_skip(r,
	    rd_u8(r) *
		(TIME_BYTES + 8 + 4 + 2 + 2 * (size_t)CLIENT_STAGES + 4 * 2 +
		    3));
}

/* The last that is read: of it only whether there is one. */
static void
behind(struct rd *r, struct record_brief *b)
{
	b->clicked = (rd_u8(r) & HAS_CLICK) != 0;
}

/* The groups of record_client.c, by number; later ones are not read. */
static void (*const groups[])(struct rd *r, struct record_brief *b) = {
	knocks,
	block,
	offences,
	history,
	facts,
	samples,
	good,
	trust,
	names,
	sig,
	os,
	traits,
	apart,
	visits,
	behind,
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

bool
record_brief(const void *key, size_t key_n, const void *value, size_t n,
    struct record_brief *out)
{
	struct rd r = rd_init(value, n < RECORD_CHECK ? 0 : n - RECORD_CHECK);
	const uint8_t *head = rd_take(&r, HEAD_BYTES);
	unsigned have;

	memset(out, 0, sizeof(*out));
	if (head == NULL || head[0] != RECORD_VERSION ||
	    !record_client_key_parse(key, key_n, &out->key))
		return false;
	have = le16(head + 1);
	out->first_ms = time_at(head + 3);
	out->last_ms = time_at(head + 3 + TIME_BYTES);
	out->connects = le32(head + 3 + 2 * TIME_BYTES);
	for (have &= (1U << GROUPS) - 1; have != 0; have &= have - 1)
		groups[__builtin_ctz(have)](&r, out);
	return !r.bad;
}
