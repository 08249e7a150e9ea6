/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/record_brief.h"

#include "daemon/evidence_kind.h"
#include "db/field.h"
#include "db/record.h"

#define TIME_BYTES 6
#define HAS_CLICK  4 /* of record_behind.c */

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
	b->knocks = rd_le32(r);
	rd_skip(r, TIME_BYTES);
}

static void
block(struct rd *r, struct record_brief *b)
{
	b->tier = rd_u8(r);
	rd_skip(r, 1);
	b->by_admin = rd_u8(r) != 0;
	rd_skip(r, 1);
	b->score_permille = rd_le16(r);
	for (size_t i = 0; i < sizeof(b->reasons); i++) {
		uint8_t k = rd_u8(r);

		b->reasons[i] = k < EVIDENCE_KINDS ? k : 0;
	}
	b->block_from_ms = rd_time(r);
	b->block_until_ms = rd_time(r);
}

static void
offences(struct rd *r, struct record_brief *b)
{
	b->offences = rd_le32(r);
	rd_skip(r, TIME_BYTES);
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
	for (size_t n = rd_u8(r); n > 0 && !r->bad; n--) {
		b->wanted |= rd_u8(r) == EVIDENCE_REPORTED_HAM;
		rd_skip(r, 1 + 4 + TIME_BYTES);
	}
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
	b->good_days = rd_le16(r);
	rd_skip(r, 4 + 4);
	b->good_mails = rd_le32(r);
	rd_skip(r, 1);
}

static void
trust(struct rd *r, struct record_brief *b)
{
	b->login_ms = rd_time(r);
	b->peer = rd_time(r) != 0;
	rd_skip(r, TIME_BYTES + 8 + 4);
}

static void
names(struct rd *r, struct record_brief *b)
{
	b->helo_class = rd_u8(r);
	b->name_class = rd_u8(r);
	rd_skip(r, 8);
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
	struct rd r = rd_init(value, n);
	unsigned have;

	memset(out, 0, sizeof(*out));
	if (!record_client_key_parse(key, key_n, &out->key) ||
	    n < 1 + RECORD_CHECK || rd_u8(&r) != RECORD_VERSION)
		return false;
	r.n -= RECORD_CHECK;
	have = rd_le16(&r);
	out->first_ms = rd_time(&r);
	out->last_ms = rd_time(&r);
	out->connects = rd_le32(&r);
	for (size_t i = 0; i < GROUPS && have >> i != 0; i++)
		if (have & 1U << i)
			groups[i](&r, out);
	return !r.bad;
}
