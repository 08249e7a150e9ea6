/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigdb_index.h"

#include "fp/hash.h"

#include <errno.h>
#include <stdlib.h>

#define ARRAY_MIN 8U
#define TABLE_MIN 16U

/* Room for one more in an array of `n`; NULL: out of memory, nothing lost. */
static void *
grow(void *array, size_t n, size_t size)
{
	if (n != 0 && (n < ARRAY_MIN || (n & (n - 1)) != 0))
		return array;
	return reallocarray(array, n == 0 ? ARRAY_MIN : n * 2, size);
}

static void
table_put(struct table *t, uint32_t hash, uint32_t item)
{
	uint32_t i = hash & t->mask;

	while (t->slots[i].item != NONE)
		i = (i + 1) & t->mask;
	t->slots[i] = (struct slot){ hash, item };
	t->used++;
}

/* Room for one more, with half of the table free. */
static int
table_reserve(struct table *t)
{
	size_t n = t->slots == NULL ? TABLE_MIN : ((size_t)t->mask + 1) * 2;
	struct table bigger = { NULL, (uint32_t)(n - 1), 0 };

	if (t->slots != NULL && t->used * 2U < t->mask)
		return 0;
	if (n > NONE / 2)
		return -ENOMEM;
	bigger.slots = reallocarray(NULL, n, sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		bigger.slots[i].item = NONE;
	for (size_t i = 0; t->slots != NULL && i <= t->mask; i++)
		if (t->slots[i].item != NONE)
			table_put(&bigger, t->slots[i].hash, t->slots[i].item);
	free(t->slots);
	*t = bigger;
	return 0;
}

/* The number of the string, which is copied once. */
static int
intern(struct sigdb *db, const char *s, uint32_t *out)
{
	uint32_t hash = (uint32_t)hash_stable(s, strlen(s));
	struct table *t = &db->by_string;
	char **strings;
	int rc = table_reserve(t);

	if (rc != 0)
		return rc;
	for (uint32_t i = hash & t->mask; t->slots[i].item != NONE;
	     i = (i + 1) & t->mask) {
		*out = t->slots[i].item;
		if (t->slots[i].hash == hash &&
		    strcmp(db->strings[*out], s) == 0)
			return 0;
	}
	strings = grow(db->strings, db->strings_n, sizeof(*strings));
	if (strings == NULL)
		return -ENOMEM;
	db->strings = strings;
	strings[db->strings_n] = strdup(s);
	if (strings[db->strings_n] == NULL)
		return -ENOMEM;
	*out = (uint32_t)db->strings_n++;
	table_put(t, hash, *out);
	return 0;
}

int
sigdb_label(struct sigdb *db, const struct sigdb_label *l)
{
	struct sigdb_label *labels, *new;
	uint32_t name, flavor, file;
	int rc;

	if (db->compiled)
		return -EINVAL;
	rc = intern(db, l->name, &name);
	if (rc == 0)
		rc = intern(db, l->flavor == NULL ? "" : l->flavor, &flavor);
	if (rc == 0)
		rc = intern(db, l->file == NULL ? "" : l->file, &file);
	if (rc != 0)
		return rc;
	labels = grow(db->labels, db->labels_n, sizeof(*labels));
	if (labels == NULL)
		return -ENOMEM;
	db->labels = labels;
	new = &labels[db->labels_n++];
	*new = *l;
	new->name = db->strings[name];
	new->flavor = db->strings[flavor];
	new->file = db->strings[file];
	new->family = (uint8_t)sigdb_family_of(l->name, l->userland);
	db->label_name = name;
	return 0;
}

int
sigdb_mtu(struct sigdb *db, uint16_t mtu, const char *link)
{
	struct mtu *mtus;
	uint32_t s;
	int rc;

	if (db->compiled)
		return -EINVAL;
	if (db->mtu_seen[mtu / 8] >> mtu % 8 & 1)
		return -EEXIST;
	rc = intern(db, link, &s);
	if (rc != 0)
		return rc;
	mtus = grow(db->mtus, db->mtus_n, sizeof(*mtus));
	if (mtus == NULL)
		return -ENOMEM;
	db->mtus = mtus;
	db->mtus[db->mtus_n++] = (struct mtu){ mtu, s };
	db->mtu_seen[mtu / 8] |= (uint8_t)(1U << mtu % 8);
	return 0;
}

static bool
in_range(int v, int min, int max)
{
	return v == SIGDEF_ANY || (v >= min && v <= max);
}

static bool
def_is_valid(const struct sigdef *d)
{
	if (d->kind >= SIGDEF_KINDS || d->ttl > SIGDEF_TTL_ANY ||
	    d->win > SIGDEF_WIN_FULL || d->opts_n > TRAITS_OPTS_MAX)
		return false;
	if (d->ver != 4 && d->ver != 6 && d->ver != SIGDEF_ANY)
		return false;
	if (d->window > UINT16_MAX ||
	    (d->win == SIGDEF_WIN_MOD && d->window == 0))
		return false;
	return in_range(d->olen, 0, UINT8_MAX) &&
	    in_range(d->mss, 0, UINT16_MAX) &&
	    in_range(d->scale, 0, UINT8_MAX) && in_range(d->payload, 0, 1);
}

static struct pattern
def_pattern(const struct sigdef *d)
{
	struct pattern p = { .win = d->win, .next = NONE };

	if (d->win == SIGDEF_WIN_MOD)
		p.modulus = (uint16_t)d->window;
	if (d->mss != SIGDEF_ANY)
		p.fixed |= FIELD_MSS;
	if (d->olen != SIGDEF_ANY)
		p.fixed |= FIELD_OLEN;
	if (d->scale != SIGDEF_ANY)
		p.fixed |= FIELD_SCALE;
	if (d->ver != SIGDEF_ANY)
		p.fixed |= FIELD_VER;
	if (d->payload != SIGDEF_ANY)
		p.fixed |= FIELD_PAYLOAD;
	return p;
}

/* The signature as something that another may cover. */
static struct query
def_query(const struct sigdef *d, uint64_t fixed)
{
	struct query q = { .kinds = (uint8_t)(1U << SIGDEF_WIN_ANY |
			       1U << d->win) };

	q.fields = index_fields((uint16_t)d->mss, (uint8_t)d->olen,
		       (uint8_t)d->scale, (uint8_t)d->ver, d->payload == 1) &
	    fixed;
	if (d->win == SIGDEF_WIN_MOD)
		q.modulus = (uint16_t)d->window;
	else if (d->win != SIGDEF_WIN_ANY && d->win != SIGDEF_WIN_FULL)
		q.window[d->win] = (uint16_t)d->window;
	if (d->win == SIGDEF_WIN_EXACT)
		q.kinds |= 1U << SIGDEF_WIN_MOD;
	return q;
}

/* Would `a`, which is earlier and has b's fields, leave `b` nothing? */
static bool
entry_covers(const struct entry *a, const struct entry *b)
{
	if (a->name != b->name ||
	    (a->flags & ~b->flags & (ENTRY_GENERIC | ENTRY_USERLAND)))
		return false;
	if (a->ttl != SIGDEF_TTL_ANY &&
	    (a->ttl != b->ttl || a->ittl != b->ittl))
		return false;
	return (a->mask & ~b->mask) == 0 &&
	    ((a->quirks ^ b->quirks) & a->mask) == 0;
}

static bool
is_covered(const struct sigdb *db, const struct layout *l,
    const struct pattern *pat, const struct sigdef *def,
    const struct entry *new)
{
	struct query q = def_query(def, pat->fixed);

	for (uint32_t p = l->pattern; p != NONE; p = db->patterns[p].next) {
		const struct bucket *b;

		if (db->patterns[p].fixed & ~pat->fixed)
			continue;
		b = index_probe(db, p, &q);
		for (uint32_t e = b == NULL ? NONE : b->first; e != NONE;
		     e = db->entries[e].next)
			if (entry_covers(&db->entries[e], new))
				return true;
	}
	return false;
}

static int
layout_add(struct sigdb *db, const struct layout_key *key)
{
	struct layout *layouts;

	if (index_layout(db, key) != NULL)
		return 0;
	if (table_reserve(&db->by_layout) != 0)
		return -ENOMEM;
	layouts = grow(db->layouts, db->layouts_n, sizeof(*layouts));
	if (layouts == NULL)
		return -ENOMEM;
	db->layouts = layouts;
	layouts[db->layouts_n] = (struct layout){ *key, NONE };
	table_put(&db->by_layout, index_layout_hash(key),
	    (uint32_t)db->layouts_n++);
	return 0;
}

/* The number of the layout's pattern that is like `want`. */
static int
pattern_get(struct sigdb *db, struct layout *l, const struct pattern *want,
    uint32_t *out)
{
	struct pattern *patterns;
	uint32_t *at = &l->pattern;

	for (; *at != NONE; at = &db->patterns[*at].next) {
		const struct pattern *p = &db->patterns[*at];

		*out = *at;
		if (p->fixed == want->fixed && p->win == want->win &&
		    p->modulus == want->modulus)
			return 0;
	}
	patterns = grow(db->patterns, db->patterns_n, sizeof(*patterns));
	if (patterns == NULL)
		return -ENOMEM;
	db->patterns = patterns;
	*out = (uint32_t)db->patterns_n++;
	patterns[*out] = *want;
	patterns[*out].next = l->pattern;
	l->pattern = *out;
	return 0;
}

static int
bucket_get(struct sigdb *db, uint32_t pattern, uint64_t values, uint32_t *out)
{
	const struct bucket *old = index_bucket(db, pattern, values);
	struct bucket *buckets;

	if (old != NULL) {
		*out = (uint32_t)(old - db->buckets);
		return 0;
	}
	if (table_reserve(&db->by_values) != 0)
		return -ENOMEM;
	buckets = grow(db->buckets, db->buckets_n, sizeof(*buckets));
	if (buckets == NULL)
		return -ENOMEM;
	db->buckets = buckets;
	*out = (uint32_t)db->buckets_n++;
	buckets[*out] = (struct bucket){ values, pattern, NONE, NONE };
	table_put(&db->by_values, index_values_hash(pattern, values), *out);
	return 0;
}

/* Behind all others, so that lists are in the order of adding. */
static int
entry_append(struct sigdb *db, uint32_t bucket, const struct entry *new)
{
	struct entry *entries;
	struct bucket *b = &db->buckets[bucket];
	uint32_t at = (uint32_t)db->entries_n;

	if (db->entries_n >= NONE - 1)
		return -ENOMEM;
	entries = grow(db->entries, db->entries_n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	db->entries = entries;
	entries[at] = *new;
	if (b->first == NONE)
		b->first = at;
	else
		entries[b->last].next = at;
	b->last = at;
	db->entries_n++;
	return 0;
}

static struct entry
def_entry(const struct sigdb *db, const struct sigdef *d)
{
	const struct sigdb_label *l = &db->labels[db->labels_n - 1];
	unsigned flags = (l->generic ? ENTRY_GENERIC : 0U) |
	    (l->userland ? ENTRY_USERLAND : 0U) |
	    (d->ver == SIGDEF_ANY ? ENTRY_ANY_VER : 0U);

	return (struct entry){ .quirks = d->quirks & d->quirks_mask,
		.mask = d->quirks_mask,
		.label = (uint32_t)(db->labels_n - 1),
		.name = db->label_name,
		.next = NONE,
		.ttl = d->ttl,
		.ittl = d->ttl == SIGDEF_TTL_ANY ? 0 : d->ittl,
		.flags = (uint8_t)flags };
}

int
sigdb_add(struct sigdb *db, const struct sigdef *def)
{
	struct pattern pat;
	struct query q;
	struct layout_key key;
	struct layout *l;
	struct entry e;
	uint32_t p, b;
	int rc;

	if (db->compiled || db->labels_n == 0 || !def_is_valid(def))
		return -EINVAL;
	pat = def_pattern(def);
	q = def_query(def, pat.fixed);
	e = def_entry(db, def);
	index_layout_key(&key, def->kind, def->opts, def->opts_n, def->eol_pad);
	rc = layout_add(db, &key);
	if (rc != 0)
		return rc;
	l = &db->layouts[index_layout(db, &key) - db->layouts];
	if (is_covered(db, l, &pat, def, &e))
		return -EEXIST;
	rc = pattern_get(db, l, &pat, &p);
	if (rc == 0)
		rc = bucket_get(db, p,
		    q.fields | (uint64_t)q.window[pat.win] << 16, &b);
	if (rc == 0)
		rc = entry_append(db, b, &e);
	if (rc == 0)
		db->shapes_n += def->kind == SIGDEF_SHAPE;
	return rc;
}

static int
compare_mtus(const void *a, const void *b)
{
	return ((const struct mtu *)a)->mtu - ((const struct mtu *)b)->mtu;
}

/* Gives back what an array has more than its `n`; NULL only when n is 0. */
static void *
shrunk(void *array, size_t n, size_t size)
{
	void *less = n == 0 ? NULL : reallocarray(array, n, size);

	return less == NULL ? array : less;
}

int
sigdb_compile(struct sigdb *db)
{
	if (db->compiled)
		return -EINVAL;
	if (db->mtus_n > 0)
		qsort(db->mtus, db->mtus_n, sizeof(*db->mtus), compare_mtus);
	db->layouts = shrunk(db->layouts, db->layouts_n, sizeof(*db->layouts));
	db->patterns = shrunk(db->patterns, db->patterns_n,
	    sizeof(*db->patterns));
	db->buckets = shrunk(db->buckets, db->buckets_n, sizeof(*db->buckets));
	db->entries = shrunk(db->entries, db->entries_n, sizeof(*db->entries));
	db->labels = shrunk(db->labels, db->labels_n, sizeof(*db->labels));
	free(db->by_string.slots);
	db->by_string = (struct table){ 0 };
	db->compiled = true;
	return 0;
}
