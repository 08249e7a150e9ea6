/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigdb_index - stage 3 of 8: the inside of sigdb, for its own files only
 *
 * layout -> its patterns -> (pattern, values of the fields that it fixes) ->
 * a list of signatures in the order of adding.  A pattern is a set of fixed
 * fields; that of the window's kind and modulus is part of it.  Where the
 * list has more than one, they differ in quirks, TTL or label.  All hash
 * tables are of `struct table`: item numbers with their hash, at most half
 * full.  Hashes are not keyed: what lies in the tables is the admin's choice,
 * and what strangers look up leaves nothing behind; every hit is compared in
 * full.  sigdb_build.c writes, sigdb_match.c reads.
 */
#ifndef ZFW_FP_SIGDB_INDEX_H
#define ZFW_FP_SIGDB_INDEX_H

#include "fp/sigdb.h"

#define NONE UINT32_MAX

struct slot {
	uint32_t hash, item; /* item NONE: free */
};

struct table {
	struct slot *slots;
	uint32_t mask, used;
};

/* What must be the same, byte for byte; the rest is zero. */
struct layout_key {
	uint8_t kind, n, eol_pad, zero[5];
	uint8_t opts[TRAITS_OPTS_MAX];
};
_Static_assert(sizeof(struct layout_key) == 32, "hashed as four words");

struct layout {
	struct layout_key key;
	uint32_t pattern; /* first */
};

/*
 * The fields in one word: mss 0..15, window 16..31, olen 32..39, scale
 * 40..47, ver 48..51, payload 52.  `fixed` covers those that count, but for
 * the window, which goes by its kind.
 */
#define FIELD_MSS     ((uint64_t)0xffff)
#define FIELD_OLEN    ((uint64_t)0xff << 32)
#define FIELD_SCALE   ((uint64_t)0xff << 40)
#define FIELD_VER     ((uint64_t)0xf << 48)
#define FIELD_PAYLOAD ((uint64_t)1 << 52)

struct pattern {
	uint64_t fixed;
	uint16_t modulus; /* of SIGDEF_WIN_MOD */
	uint8_t win;      /* enum sigdef_window */
	uint32_t next;    /* of the same layout */
};

struct bucket {
	uint64_t values;
	uint32_t pattern;
	uint32_t first, last; /* entries */
};

enum entry_flag {
	ENTRY_GENERIC = 1 << 0,
	ENTRY_USERLAND = 1 << 1,
	ENTRY_ANY_VER = 1 << 2,
};

struct entry {
	uint32_t quirks, mask;
	uint32_t label, name;
	uint32_t next; /* in the bucket, later added */
	uint8_t ttl;   /* enum sigdef_ttl */
	uint8_t ittl;
	uint8_t flags; /* enum entry_flag */
};

struct mtu {
	uint16_t mtu;
	uint32_t link; /* string */
};

/* A growing array of one type each, see grow() in sigdb_build.c. */
struct sigdb {
	struct layout *layouts;
	struct pattern *patterns;
	struct bucket *buckets;
	struct entry *entries;
	struct sigdb_label *labels;
	char **strings;
	struct mtu *mtus;
	size_t layouts_n, patterns_n, buckets_n, entries_n, labels_n;
	size_t strings_n, mtus_n, shapes_n;
	struct table by_layout, by_values, by_string;
	uint8_t mtu_seen[(UINT16_MAX + 1) / 8];
	uint32_t label_name; /* string of the latest label */
	bool compiled;
};

/* What a packet (or a signature to be covered) asks of the patterns. */
struct query {
	uint64_t fields;                      /* but for the window */
	uint16_t window[SIGDEF_WIN_FULL + 1]; /* by kind: the value */
	uint8_t kinds;                        /* bit set: that kind may match */
	uint16_t modulus; /* of a signature; 0 = window[EXACT] is a window */
};

enum sigdb_family sigdb_family_of(const char *name, bool userland);

/* Multiply, fold: quick, and good enough for tables that nobody attacks. */
static inline uint64_t
index_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 v = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15) *
	    (b ^ 0xd1342543de82ef95);

	return (uint64_t)v ^ (uint64_t)(v >> 64);
}

static inline uint32_t
index_layout_hash(const struct layout_key *k)
{
	uint64_t w[4];

	memcpy(w, k, sizeof(w));
	return (
	    uint32_t)index_mix(index_mix(w[0], w[1]), index_mix(w[2], w[3]));
}

static inline uint32_t
index_values_hash(uint32_t pattern, uint64_t values)
{
	return (uint32_t)index_mix(values, pattern);
}

static inline uint64_t
index_fields(uint16_t mss, uint8_t olen, uint8_t scale, uint8_t ver, bool data)
{
	return mss | (uint64_t)olen << 32 | (uint64_t)scale << 40 |
	    (uint64_t)(ver & 0xf) << 48 | (uint64_t)data << 52;
}

/* The layout as signatures of `kind` see it. */
static inline void
index_layout_key(struct layout_key *k, uint8_t kind, const uint8_t *opts,
    uint8_t n, uint8_t eol_pad)
{
	static const uint8_t
	    named[] = { [2] = 1, [3] = 1, [4] = 1, [5] = 1, [8] = 1 };

	memset(k, 0, sizeof(*k));
	k->kind = kind;
	if (n > TRAITS_OPTS_MAX)
		n = TRAITS_OPTS_MAX;
	if (kind != SIGDEF_SHAPE) {
		k->n = n;
		k->eol_pad = eol_pad;
		memcpy(k->opts, opts, n);
		return;
	}
	for (uint8_t i = 0; i < n; i++)
		if (opts[i] < sizeof(named) && named[opts[i]])
			k->opts[k->n++] = opts[i];
}

static inline const struct layout *
index_layout(const struct sigdb *db, const struct layout_key *k)
{
	uint32_t hash = index_layout_hash(k);
	const struct table *t = &db->by_layout;

	if (t->slots == NULL)
		return NULL;
	for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		const struct slot *s = &t->slots[i];

		if (s->item == NONE)
			return NULL;
		if (s->hash == hash &&
		    memcmp(&db->layouts[s->item].key, k, sizeof(*k)) == 0)
			return &db->layouts[s->item];
	}
}

static inline const struct bucket *
index_bucket(const struct sigdb *db, uint32_t pattern, uint64_t values)
{
	uint32_t hash = index_values_hash(pattern, values);
	const struct table *t = &db->by_values;

	if (t->slots == NULL)
		return NULL;
	for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		const struct slot *s = &t->slots[i];
		const struct bucket *b;

		if (s->item == NONE)
			return NULL;
		b = &db->buckets[s->item];
		if (s->hash == hash && b->values == values &&
		    b->pattern == pattern)
			return b;
	}
}

/* The signatures of pattern `p` that have the query's values; or NULL. */
static inline const struct bucket *
index_probe(const struct sigdb *db, uint32_t p, const struct query *q)
{
	const struct pattern *pat = &db->patterns[p];
	unsigned number = q->modulus != 0 ? q->modulus :
					    q->window[SIGDEF_WIN_EXACT];

	if (!(q->kinds >> pat->win & 1))
		return NULL;
	if (pat->win == SIGDEF_WIN_MOD && number % pat->modulus != 0)
		return NULL;
	return index_bucket(db, p,
	    (q->fields & pat->fixed) | (uint64_t)q->window[pat->win] << 16);
}

#endif
