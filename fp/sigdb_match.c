/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigdb_index.h"

#define DIST_MAX  35 /* hops that p0f takes for possible */
#define HDR4      40U
#define HDR6      60U
#define ETHER_MTU 1500U

/* What may be missing or added for a match that is not quite one. */
#define QUIRKS_MISSING (Q_DF | Q_ID_NZ)
#define QUIRKS_ADDED   (Q_ID_ZERO | Q_ECN)

/* What a signature for both IP versions says of the other one only. */
#define QUIRKS_NOT_V4 Q_FLOW
#define QUIRKS_NOT_V6 (Q_DF | Q_ID_NZ | Q_ID_ZERO)

/* The ways in which a signature that matches fuzzily deviates, as bits. */
enum deviation {
	DEV_QUIRKS = 1 << 0,
	DEV_TTL = 1 << 1,
	DEV_NO_MATCH = 1 << 2,
};

enum level { LEVEL_EXACT, LEVEL_GENERIC, LEVEL_FUZZY, LEVELS };

struct found {
	uint32_t entry, pattern;
	uint32_t deviation;
};

struct scan {
	const struct sigdb *db;
	struct query q;
	uint32_t quirks;
	uint32_t other_quirks; /* of the other IP version */
	uint8_t ver, ttl;
	bool shape;
	/* The first of each level, and whether others have another name. */
	struct found first[LEVELS];
	bool contested[LEVELS];
};

static bool
window_is_full(const struct traits *t)
{
	unsigned ether = ETHER_MTU - (t->ver == 6 ? HDR6 : HDR4);

	if (t->window == ether * (UINT16_MAX / ether))
		return true;
	return t->mss != 0 && t->window == t->mss * (UINT16_MAX / t->mss);
}

static void
scan_begin(struct scan *s, const struct traits *t, uint16_t peer_mss)
{
	unsigned n;
	enum sig_unit unit = sig_window(t, peer_mss, &n);
	struct query *q = &s->q;

	q->fields = index_fields(t->mss, t->ip_optlen, t->wscale, t->ver,
	    t->payload_len != 0);
	q->kinds = 1 << SIGDEF_WIN_ANY | 1 << SIGDEF_WIN_EXACT |
	    1 << SIGDEF_WIN_MOD;
	q->window[SIGDEF_WIN_EXACT] = t->window;
	if (unit != SIG_PLAIN) {
		unsigned kind = unit == SIG_MSS ? SIGDEF_WIN_MSS :
						  SIGDEF_WIN_MTU;

		q->kinds |= (uint8_t)(1U << kind);
		q->window[kind] = (uint16_t)n;
	}
	if (window_is_full(t))
		q->kinds |= 1 << SIGDEF_WIN_FULL;
	s->quirks = t->quirks;
	s->other_quirks = t->ver == 4 ? QUIRKS_NOT_V4 : QUIRKS_NOT_V6;
	s->ver = t->ver;
	s->ttl = t->ttl;
}

static uint32_t
quirks_deviation(const struct scan *s, const struct entry *e)
{
	uint32_t want = e->quirks, differ;

	if (e->flags & ENTRY_ANY_VER)
		want &= ~s->other_quirks;
	differ = (want ^ s->quirks) & e->mask;
	if (differ == 0)
		return 0;
	if ((differ & want & ~(uint32_t)QUIRKS_MISSING) ||
	    (differ & s->quirks & ~(uint32_t)QUIRKS_ADDED))
		return DEV_NO_MATCH;
	return DEV_QUIRKS;
}

/* The least TTL that belongs to an initial one. */
static uint8_t
class_floor(uint8_t ittl)
{
	switch (sig_initial_ttl(ittl)) {
	case 32:
		return 1;
	case 64:
		return 20; /* nothing is more than 44 hops away */
	case 128:
		return 65;
	default:
		return 129;
	}
}

static uint32_t
ttl_deviation(const struct scan *s, const struct entry *e)
{
	switch (e->ttl) {
	case SIGDEF_TTL_P0F:
		return s->ttl > e->ittl || e->ittl - s->ttl > DIST_MAX ?
		    DEV_TTL :
		    0;
	case SIGDEF_TTL_STRICT:
		return s->ver == 4 &&
			(s->ttl > e->ittl || s->ttl < class_floor(e->ittl)) ?
		    DEV_NO_MATCH :
		    0;
	case SIGDEF_TTL_MAX:
		return s->ttl > e->ittl ? DEV_NO_MATCH : 0;
	default:
		return 0;
	}
}

/* LEVELS: it does not match. */
static enum level
judge(const struct scan *s, const struct entry *e, uint32_t *deviation)
{
	*deviation = quirks_deviation(s, e) | ttl_deviation(s, e);
	if (*deviation & DEV_NO_MATCH)
		return LEVELS;
	if (s->shape)
		return *deviation == 0 ? LEVEL_FUZZY : LEVELS;
	if (*deviation != 0)
		return e->flags & ENTRY_USERLAND ? LEVELS : LEVEL_FUZZY;
	return e->flags & ENTRY_GENERIC ? LEVEL_GENERIC : LEVEL_EXACT;
}

static void
keep_first(struct scan *s, enum level l, const struct found *f)
{
	const struct entry *entries = s->db->entries;
	struct found *first = &s->first[l];

	if (first->entry == NONE) {
		*first = *f;
		return;
	}
	if (entries[first->entry].name != entries[f->entry].name)
		s->contested[l] = true;
	if (f->entry < first->entry)
		*first = *f;
}

static void
scan_layout(struct scan *s, const struct layout *l)
{
	const struct sigdb *db = s->db;
	struct found f;

	for (f.pattern = l->pattern; f.pattern != NONE;
	     f.pattern = db->patterns[f.pattern].next) {
		const struct bucket *b = index_probe(db, f.pattern, &s->q);

		if (b == NULL)
			continue;
		for (f.entry = b->first; f.entry != NONE;
		     f.entry = db->entries[f.entry].next) {
			enum level v = judge(s, &db->entries[f.entry],
			    &f.deviation);

			if (v != LEVELS)
				keep_first(s, v, &f);
		}
	}
}

/* How narrow the window is: 0 any, 1 a multiple, 2 a number. */
static unsigned
window_rank(const struct pattern *p)
{
	if (p->win == SIGDEF_WIN_ANY)
		return 0;
	return p->win == SIGDEF_WIN_MOD ? 1 : 2;
}

static unsigned
ttl_rank(const struct entry *e)
{
	if (e->ttl == SIGDEF_TTL_ANY)
		return 0;
	return e->ttl == SIGDEF_TTL_MAX ? 1 : 2;
}

/* Is `f` a weaker match than `best`?  The header says when. */
static bool
is_weaker(const struct sigdb *db, const struct found *f,
    const struct found *best)
{
	const struct entry *e = &db->entries[f->entry];
	const struct entry *be = &db->entries[best->entry];
	const struct pattern *p = &db->patterns[f->pattern];
	const struct pattern *bp = &db->patterns[best->pattern];
	bool generic = e->flags & ENTRY_GENERIC;
	bool best_generic = be->flags & ENTRY_GENERIC;

	/* Each file name is kept once. */
	if (db->labels[e->label].file != db->labels[be->label].file)
		return true;
	if (f->deviation != best->deviation)
		return (best->deviation & ~f->deviation) == 0;
	if ((p->fixed & ~bp->fixed) || (e->mask & ~be->mask) ||
	    window_rank(p) > window_rank(bp) || ttl_rank(e) > ttl_rank(be) ||
	    (!generic && best_generic))
		return false;
	return p->fixed != bp->fixed || e->mask != be->mask ||
	    window_rank(p) < window_rank(bp) || ttl_rank(e) < ttl_rank(be) ||
	    generic != best_generic;
}

/* The first entries of each name, in order; the very first is best. */
struct rivals {
	uint32_t entry[SIGDB_CANDIDATES];
	uint8_t n;
};

static void
rivals_add(struct rivals *r, const struct sigdb *db, uint32_t entry)
{
	uint32_t name = db->entries[entry].name;
	uint8_t at = 0, end;

	while (at < r->n && r->entry[at] < entry) {
		if (db->entries[r->entry[at]].name == name)
			return;
		at++;
	}
	if (at == SIGDB_CANDIDATES)
		return;
	/* Its name may stand further back, else the last one has to go. */
	for (end = at; end < r->n; end++)
		if (db->entries[r->entry[end]].name == name)
			break;
	if (end == SIGDB_CANDIDATES)
		end--;
	else if (end == r->n)
		r->n++;
	for (; end > at; end--)
		r->entry[end] = r->entry[end - 1];
	r->entry[at] = entry;
}

/* Looks again, now that the best is known, for others as good as it. */
static void
find_rivals(const struct scan *s, const struct layout *l, enum level level,
    struct rivals *r)
{
	const struct sigdb *db = s->db;
	const struct found *best = &s->first[level];
	struct found f;

	*r = (struct rivals){ { best->entry }, 1 };
	for (f.pattern = l->pattern; f.pattern != NONE;
	     f.pattern = db->patterns[f.pattern].next) {
		const struct bucket *b = index_probe(db, f.pattern, &s->q);

		if (b == NULL)
			continue;
		for (f.entry = b->first; f.entry != NONE;
		     f.entry = db->entries[f.entry].next)
			if (judge(s, &db->entries[f.entry], &f.deviation) ==
				level &&
			    !is_weaker(db, &f, best))
				rivals_add(r, db, f.entry);
	}
}

/* Hops by the signature's initial TTL, where that can be. */
static uint8_t
distance(const struct scan *s, const struct entry *e)
{
	if (e->ttl == SIGDEF_TTL_ANY || ttl_deviation(s, e) != 0 ||
	    (e->ttl == SIGDEF_TTL_STRICT && s->ver == 6))
		return (uint8_t)(sig_initial_ttl(s->ttl) - s->ttl);
	return (uint8_t)(e->ittl - s->ttl);
}

static void
answer(const struct scan *s, const struct layout *l, enum level level,
    struct sigdb_match *out)
{
	static const uint8_t grades[LEVELS] = { SIGDB_EXACT, SIGDB_GENERIC,
		SIGDB_FUZZY };
	const struct sigdb *db = s->db;
	const struct entry *e = &db->entries[s->first[level].entry];
	struct rivals r = { .n = 0 };

	out->best = &db->labels[e->label];
	out->grade = grades[level];
	out->generic = out->best->generic;
	out->fuzzy = level == LEVEL_FUZZY;
	out->shape = s->shape;
	out->random_ttl = e->ttl == SIGDEF_TTL_MAX;
	out->dist = distance(s, e);
	if (s->contested[level])
		find_rivals(s, l, level, &r);
	if (r.n < 2)
		return;
	out->grade = SIGDB_AMBIGUOUS;
	out->cand_n = r.n;
	for (uint8_t i = 0; i < r.n; i++)
		out->cand[i] = &db->labels[db->entries[r.entry[i]].label];
}

/* Answers when a signature of `kind` matches. */
static bool
try_kind(struct scan *s, const struct traits *t, uint8_t kind,
    struct sigdb_match *out)
{
	struct layout_key key;
	const struct layout *l;

	index_layout_key(&key, kind, t->opts, t->opts_n, t->eol_pad);
	l = index_layout(s->db, &key);
	if (l == NULL)
		return false;
	s->shape = kind == SIGDEF_SHAPE;
	for (unsigned i = 0; i < LEVELS; i++)
		s->first[i].entry = NONE;
	scan_layout(s, l);
	for (unsigned i = 0; i < LEVELS; i++) {
		if (s->first[i].entry == NONE)
			continue;
		answer(s, l, i, out);
		return true;
	}
	return false;
}

void
sigdb_match(const struct sigdb *db, const struct traits *t, bool reply,
    uint16_t peer_mss, struct sigdb_match *out)
{
	struct scan s = { .db = db };

	*out = (struct sigdb_match){ .grade = SIGDB_UNKNOWN };
	scan_begin(&s, t, reply ? peer_mss : 0);
	if (try_kind(&s, t, reply ? SIGDEF_REPLY : SIGDEF_REQUEST, out))
		return;
	if (!reply && db->shapes_n > 0 && try_kind(&s, t, SIGDEF_SHAPE, out))
		return;
	out->dist = (uint8_t)(sig_initial_ttl(t->ttl) - t->ttl);
}
