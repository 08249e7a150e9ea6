/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "db/field.h"
#include "db/record.h"
#include "db/record_behind.h"
#include "fp/sigdb.h"

static void
wr_knocks(struct wr *w, const struct client *c)
{
	wr_le32(w, c->knocks);
	wr_time(w, c->knock_ms);
}

static void
rd_knocks(struct rd *r, struct client *c)
{
	c->knocks = rd_le32(r);
	c->knock_ms = rd_time(r);
}

static void
wr_block(struct wr *w, const struct client *c)
{
	wr_u8(w, c->tier);
	wr_u8(w, c->action);
	wr_u8(w, c->by_admin);
	wr_u8(w, c->shadow);
	wr_le16(w, c->score_permille);
	wr_bytes(w, c->reasons, sizeof(c->reasons));
	wr_time(w, c->block_from_ms);
	wr_time(w, c->block_until_ms);
}

static void
rd_block(struct rd *r, struct client *c)
{
	c->tier = rd_u8(r);
	c->action = rd_u8(r);
	c->by_admin = rd_bool(r);
	c->shadow = rd_bool(r);
	c->score_permille = rd_le16(r);
	for (size_t i = 0; i < sizeof(c->reasons); i++) {
		uint8_t k = rd_u8(r);

		/* One that a later version of zfw gave. */
		c->reasons[i] = k < EVIDENCE_KINDS ? k : 0;
	}
	c->block_from_ms = rd_time(r);
	c->block_until_ms = rd_time(r);
	if (c->action > CLIENT_DROP || c->score_permille > 1000)
		r->bad = true;
}

static void
wr_offences(struct wr *w, const struct client *c)
{
	wr_le32(w, c->offences);
	wr_time(w, c->offence_ms);
}

static void
rd_offences(struct rd *r, struct client *c)
{
	c->offences = rd_le32(r);
	c->offence_ms = rd_time(r);
}

static void
wr_history(struct wr *w, const struct client *c)
{
	size_t n = client_history_n(c);

	wr_u8(w, (uint8_t)n);
	for (size_t i = 0; i < n; i++) {
		wr_u8(w, c->history[i].tier);
		wr_time(w, c->history[i].from_ms);
		wr_time(w, c->history[i].until_ms);
	}
}

static void
rd_history(struct rd *r, struct client *c)
{
	size_t n = rd_u8(r);

	if (n > CLIENT_TIERS_LOG)
		r->bad = true;
	for (size_t i = 0; i < n && !r->bad; i++) {
		c->history[i].tier = rd_u8(r);
		c->history[i].from_ms = rd_time(r);
		c->history[i].until_ms = rd_time(r);
	}
}

static bool
fact_there(const struct client_fact *f)
{
	return f->last_ms > 0;
}

static size_t
facts_n(const struct client *c)
{
	size_t n = 0;

	for (size_t i = 1; i < EVIDENCE_KINDS; i++)
		n += fact_there(&c->facts[i]);
	return n;
}

static void
wr_facts(struct wr *w, const struct client *c)
{
	wr_u8(w, (uint8_t)facts_n(c));
	for (size_t i = 1; i < EVIDENCE_KINDS; i++) {
		const struct client_fact *f = &c->facts[i];
		uint32_t bits;

		if (!fact_there(f))
			continue;
		memcpy(&bits, &f->count, sizeof(bits));
		wr_u8(w, (uint8_t)i);
		wr_u8(w, f->value);
		wr_le32(w, bits);
		wr_time(w, f->last_ms);
	}
}

static void
rd_facts(struct rd *r, struct client *c)
{
	unsigned last = 0;

	for (size_t n = rd_u8(r); n > 0 && !r->bad; n--) {
		struct client_fact f = { 0 };
		unsigned kind = rd_u8(r);
		uint32_t bits;

		f.value = rd_u8(r);
		bits = rd_le32(r);
		f.last_ms = rd_time(r);
		memcpy(&f.count, &bits, sizeof(bits));
		if (kind <= last || !isfinite(f.count))
			r->bad = true;
		else if (kind < EVIDENCE_KINDS)
			c->facts[kind] = f;
		last = kind;
	}
}

static size_t
samples_n(const struct client *c)
{
	struct client_sample s;
	size_t n = 0, at = 0;

	while ((at = client_sample_next(c, at, &s)) != 0)
		n++;
	return n;
}

static void
wr_samples(struct wr *w, const struct client *c)
{
	struct client_sample s;
	char text[CLIENT_SAMPLE_MAX];
	size_t at = 0;

	wr_u8(w, (uint8_t)samples_n(c));
	while ((at = client_sample_next(c, at, &s)) != 0) {
		memcpy(text, s.text.p, s.text.n);
		text[s.text.n] = '\0';
		wr_u8(w, (uint8_t)s.kind);
		wr_time(w, s.t_ms);
		wr_text(w, text, sizeof(text));
	}
}

static void
rd_samples(struct rd *r, struct client *c)
{
	for (size_t n = rd_u8(r); n > 0 && !r->bad; n--) {
		char text[CLIENT_SAMPLE_MAX];
		unsigned kind = rd_u8(r);
		int64_t t_ms = rd_time(r);

		rd_text(r, text, sizeof(text));
		/* Of a kind that a later version of zfw has: left out. */
		if (!r->bad && kind > 0 && kind < EVIDENCE_KINDS)
			client_sample(c, (enum evidence_kind)kind,
			    (struct str){ text, strlen(text) }, t_ms);
	}
}

static void
wr_good(struct wr *w, const struct client *c)
{
	wr_le16(w, c->good_days);
	wr_le32(w, c->good_day_last);
	wr_le32(w, c->good_rcpts);
	wr_le32(w, c->good_mails);
	wr_u8(w, c->complained);
}

static void
rd_good(struct rd *r, struct client *c)
{
	c->good_days = rd_le16(r);
	c->good_day_last = rd_le32(r);
	c->good_rcpts = rd_le32(r);
	c->good_mails = rd_le32(r);
	c->complained = rd_bool(r);
}

static void
wr_trust(struct wr *w, const struct client *c)
{
	wr_time(w, c->login_ms);
	wr_time(w, c->peer_ms);
	wr_time(w, c->good_ms);
	wr_le64(w, c->good_sig);
	wr_le32(w, c->good_name);
}

static void
rd_trust(struct rd *r, struct client *c)
{
	c->login_ms = rd_time(r);
	c->peer_ms = rd_time(r);
	c->good_ms = rd_time(r);
	c->good_sig = rd_le64(r);
	c->good_name = rd_le32(r);
}

static void
wr_names(struct wr *w, const struct client *c)
{
	wr_u8(w, c->helo_class);
	wr_u8(w, c->name_class);
	wr_le64(w, c->helo_seen);
	wr_text(w, c->rdns, sizeof(c->rdns));
	wr_text(w, c->helo, sizeof(c->helo));
}

static void
rd_names(struct rd *r, struct client *c)
{
	c->helo_class = rd_u8(r);
	c->name_class = rd_u8(r);
	c->helo_seen = rd_le64(r);
	rd_text(r, c->rdns, sizeof(c->rdns));
	rd_text(r, c->helo, sizeof(c->helo));
}

static void
wr_sig(struct wr *w, const struct client *c)
{
	wr_u8(w, c->sig_class);
	wr_le64(w, c->sig_key);
	wr_text(w, c->sig, sizeof(c->sig));
}

static void
rd_sig(struct rd *r, struct client *c)
{
	c->sig_class = rd_u8(r);
	c->sig_key = rd_le64(r);
	rd_text(r, c->sig, sizeof(c->sig));
}

static void
wr_os(struct wr *w, const struct client *c)
{
	wr_u8(w, c->os_grade);
	wr_text(w, c->os, sizeof(c->os));
}

static void
rd_os(struct rd *r, struct client *c)
{
	c->os_grade = rd_u8(r);
	rd_text(r, c->os, sizeof(c->os));
	if (c->os_grade >= SIGDB_GRADES)
		c->os_grade = SIGDB_UNKNOWN;
}

static void
wr_traits(struct wr *w, const struct client *c)
{
	bool any = false;

	for (size_t i = 0; i < MODEL_FEATURES; i++)
		any |= c->value[i] != 0;
	wr_u8(w, any ? MODEL_FEATURES : 0);
	if (any)
		wr_bytes(w, c->value, sizeof(c->value));
	wr_le64(w, c->dialect);
	wr_le64(w, c->way);
	wr_le64(w, c->stack);
	wr_le32(w, c->botnet);
}

static void
rd_traits(struct rd *r, struct client *c)
{
	size_t n = rd_u8(r);

	for (size_t i = 0; i < n && !r->bad; i++) {
		uint8_t v = rd_u8(r);

		if (i < MODEL_FEATURES && v <= MODEL_VALUES_MAX)
			c->value[i] = v;
	}
	c->dialect = rd_le64(r);
	c->way = rd_le64(r);
	c->stack = rd_le64(r);
	c->botnet = rd_le32(r);
}

static void
wr_apart(struct wr *w, const struct client *c)
{
	wr_le16(w, c->silent);
	wr_le16(w, c->callouts);
	wr_le32(w, c->bounces_nobody);
}

static void
rd_apart(struct rd *r, struct client *c)
{
	c->silent = rd_le16(r);
	c->callouts = rd_le16(r);
	c->bounces_nobody = rd_le32(r);
}

/*
 * Stored: bit i of the mask says that group i is there; add at the end, and
 * nothing to a group.  The last bit is for one that begins with a mask of more.
 */
static const struct {
	void (*write)(struct wr *w, const struct client *c);
	void (*read)(struct rd *r, struct client *c);
} groups[] = {
	{ wr_knocks, rd_knocks },
	{ wr_block, rd_block },
	{ wr_offences, rd_offences },
	{ wr_history, rd_history },
	{ wr_facts, rd_facts },
	{ wr_samples, rd_samples },
	{ wr_good, rd_good },
	{ wr_trust, rd_trust },
	{ wr_names, rd_names },
	{ wr_sig, rd_sig },
	{ wr_os, rd_os },
	{ wr_traits, rd_traits },
	{ wr_apart, rd_apart },
	{ record_visits_write, record_visits_read },
	{ record_behind_write, record_behind_read },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))
_Static_assert(GROUPS < 16, "the mask's last bit is for more of them");

/* Writes that group; takes it back if nothing but zeros is in it. */
static bool
group_write(size_t i, const struct client *c, struct wr *w)
{
	struct wr before = *w;

	groups[i].write(w, c);
	for (size_t k = before.n; k < w->n; k++)
		if (w->p[k] != 0)
			return true;
	*w = before;
	return false;
}

size_t
record_client_encode(const struct client *c, void *out, size_t max)
{
	struct record_key key = record_client_key(&c->key);
	struct wr w = record_begin(out, max);
	struct wr at = w;
	unsigned have = 0;

	wr_le16(&w, 0); /* which groups there are: not known yet */
	wr_time(&w, c->first_ms);
	wr_time(&w, c->last_ms);
	wr_le32(&w, c->connects);
	for (size_t i = 0; i < GROUPS; i++)
		if (group_write(i, c, &w))
			have |= 1u << i;
	wr_le16(&at, (uint16_t)have);
	return record_seal(&key, &w);
}

/* *rest: the groups of a later version, which lie behind ours. */
static bool
read_known(const struct record_key *key, struct str in, struct client *out,
    struct rd *rest)
{
	struct rd r = record_open(key, in.p, in.n);
	unsigned have = rd_le16(&r);

	memset(out, 0, sizeof(*out));
	if (!record_client_key_parse(key->b, key->n, &out->key))
		r.bad = true;
	out->first_ms = rd_time(&r);
	out->last_ms = rd_time(&r);
	out->connects = rd_le32(&r);
	for (size_t i = 0; i < GROUPS && !r.bad; i++)
		if (have & 1u << i)
			groups[i].read(&r, out);
	*rest = r;
	return !r.bad && (r.n > 0) == (have >> GROUPS != 0);
}

bool
record_client_decode(const struct record_key *key, const void *in, size_t n,
    struct client *out)
{
	struct rd rest;
	bool good = read_known(key, (struct str){ in, n }, out, &rest);

	if (!good)
		memset(out, 0, sizeof(*out));
	return good;
}

static unsigned
mask_of(struct str value)
{
	struct rd r = rd_init(value.p, value.n);

	rd_skip(&r, 1);
	return rd_le16(&r);
}

bool
record_client_later(struct str value)
{
	return mask_of(value) >> GROUPS != 0;
}

size_t
record_client_keep(const struct record_key *key, struct str old, void *out,
    size_t n)
{
	unsigned have = mask_of((struct str){ out, n });
	unsigned later = mask_of(old) >> GROUPS << GROUPS;
	struct wr w = wr_init(out, RECORD_MAX), mask = w;
	struct client c;
	struct rd rest;

	if (later == 0 || n < 1 + RECORD_CHECK ||
	    !read_known(key, old, &c, &rest) || n + rest.n > RECORD_MAX)
		return n;
	mask.n = 1;
	wr_le16(&mask, (uint16_t)(have | later));
	w.n = n - RECORD_CHECK;
	wr_bytes(&w, rest.p, rest.n);
	return record_seal(key, &w);
}

/* Places in the table above. */
enum {
	IS_KNOCKS = 1,
	IS_BLOCK = 2,
	IS_OFFENCES = 4,
	IS_GOOD = 3 << 6,
	IS_BEHIND = 1 << 14
};

enum record_look
record_client_look(const struct record_key *key, const void *in, size_t n,
    struct client *out)
{
	struct rd r = record_open(key, in, n);
	unsigned there = rd_le16(&r);

	if (r.bad || !record_client_key_parse(key->b, key->n, &out->key))
		return RECORD_NOTHING;
	if ((out->key.family == 6 && (there & IS_GOOD) != 0) ||
	    (there & (IS_BLOCK | IS_BEHIND)) == (IS_BLOCK | IS_BEHIND))
		return RECORD_WHOLE;
	if ((there & IS_BLOCK) == 0)
		return RECORD_NOTHING;
	out->first_ms = rd_time(&r);
	out->last_ms = rd_time(&r);
	out->connects = rd_le32(&r);
	out->knocks = out->offences = 0;
	if (there & IS_KNOCKS)
		rd_knocks(&r, out);
	rd_block(&r, out);
	if (there & IS_OFFENCES)
		rd_offences(&r, out);
	return r.bad ? RECORD_NOTHING : RECORD_BLOCK;
}
