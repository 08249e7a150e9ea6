/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigcache.h"

#include "fp/fold.h"
#include "fp/huge.h"

#include <stdlib.h>

#define WAYS      4          /* places that a key may be in */
#define WORDS     FOLD_WORDS /* of a key */
#define SLOTS_MAX (1U << 24)
#define NOWHERE   SIZE_MAX

/* What is there or not, in the key's third word above the quirks. */
enum key_flag {
	KEY_REPLY = 1 << 0,
	KEY_PAYLOAD = 1 << 1,
	KEY_TS_VALUE = 1 << 2,
	KEY_MSS = 1 << 3,
};

struct place {
	uint64_t key[WORDS];
	uint64_t used_at; /* tick; 0 = free */
	uint64_t unused;  /* fills the cache line */
};

/* A few bits of each key's hash, so that one place only is looked at. */
struct set {
	uint16_t tag[WAYS]; /* 0 = free */
};

struct sigcache {
	const struct sigdb *db;
	struct fold fold;
	uint64_t tick;
	size_t sets_mask;
	struct set *sets;
	struct place *places; /* WAYS for each set */
	struct sigcache_hit *hits;
};

static size_t
places_n(const struct sigcache *c)
{
	return (c->sets_mask + 1) * WAYS;
}

struct sigcache *
sigcache_new(const struct sigdb *db, size_t slots, const struct hash_key *key)
{
	struct sigcache *c = calloc(1, sizeof(*c));
	size_t sets;

	if (c == NULL)
		return NULL;
	if (slots > SLOTS_MAX)
		slots = SLOTS_MAX;
	sets = hash_buckets((slots + WAYS - 1) / WAYS);
	c->db = db;
	c->sets_mask = sets - 1;
	c->fold = fold_init(key, 'k');
	c->sets = calloc(sets, sizeof(*c->sets));
	c->places = huge_new(places_n(c) * sizeof(*c->places));
	c->hits = huge_new(places_n(c) * sizeof(*c->hits));
	if (c->sets == NULL || c->places == NULL || c->hits == NULL) {
		sigcache_free(c);
		return NULL;
	}
	return c;
}

void
sigcache_free(struct sigcache *c)
{
	if (c == NULL)
		return;
	free(c->sets);
	huge_free(c->places, places_n(c) * sizeof(*c->places));
	huge_free(c->hits, places_n(c) * sizeof(*c->hits));
	free(c);
}

void
sigcache_set(struct sigcache *c, const struct sigdb *db)
{
	c->db = db;
	memset(c->sets, 0, (c->sets_mask + 1) * sizeof(*c->sets));
	memset(c->places, 0, places_n(c) * sizeof(*c->places));
}

/* Ones, then zeros: to cut a layout without a loop. */
static const uint8_t ones[2 * TRAITS_OPTS_MAX] = { 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255 };

/*
 * All that text and match depend on, packed: compared as it is, so that every
 * field has bits of its own.
 */
static void
make_key(const struct traits *t, bool reply, uint16_t peer_mss,
    uint64_t w[WORDS])
{
	size_t n = t->opts_n < TRAITS_OPTS_MAX ? t->opts_n : TRAITS_OPTS_MAX;
	unsigned flags = (reply ? KEY_REPLY : 0U) |
	    (t->payload_len != 0 ? KEY_PAYLOAD : 0U) |
	    (t->ts_val != 0 ? KEY_TS_VALUE : 0U) | (t->has_mss ? KEY_MSS : 0U);

	w[0] = t->ver | (uint64_t)t->ttl << 8 | (uint64_t)t->ip_optlen << 16 |
	    (uint64_t)t->wscale << 24 | (uint64_t)n << 32 |
	    (uint64_t)t->eol_pad << 40;
	w[1] = t->mss | (uint64_t)t->window << 16 | (uint64_t)t->hdrlen << 32 |
	    (uint64_t)(reply ? peer_mss : 0) << 48;
	w[2] = t->quirks | (uint64_t)flags << 32;
	for (size_t i = 0; i < TRAITS_OPTS_MAX; i += sizeof(*w))
		w[3 + i / sizeof(*w)] = fold_word(&t->opts[i]) &
		    fold_word(&ones[TRAITS_OPTS_MAX - n + i]);
}
_Static_assert(WORDS == 3 + TRAITS_OPTS_MAX / sizeof(uint64_t),
    "the layout fills the key");

static bool
same_words(const uint64_t a[WORDS], const uint64_t b[WORDS])
{
	_Static_assert(WORDS == 6, "all stand here");

	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) |
		   (a[4] ^ b[4]) | (a[5] ^ b[5])) == 0;
}

static void
make_hit(const struct sigcache *c, const struct traits *t, bool reply,
    uint16_t peer_mss, struct sigcache_hit *h)
{
	sig_make_reply(t, reply ? peer_mss : 0, &h->sig);
	h->text_n = (uint16_t)strlen(h->sig.text);
	if (c->db != NULL)
		sigdb_match(c->db, t, reply, peer_mss, &h->match);
	else
		h->match = (struct sigdb_match){ .grade = SIGDB_UNKNOWN,
			.dist = h->sig.dist };
	h->cls = (uint8_t)sigclass_of(t, &h->match);
}

static void
set_up(const struct sigcache *c, const struct traits *t,
    struct sigcache_ask *ask)
{
	uint64_t hash;

	make_key(t, ask->reply, ask->peer_mss, ask->key);
	hash = fold_6(&c->fold, ask->key);
	ask->tag = (uint16_t)(hash >> 48 | 1);
	ask->set = (size_t)hash & c->sets_mask;
	ask->at = NOWHERE;
}

_Static_assert(sizeof(((struct sigcache_ask *)0)->key) ==
	WORDS * sizeof(uint64_t),
    "the header's key is ours");

/* Where it is remembered, among all places; NOWHERE. */
static size_t
find(const struct sigcache *c, const struct sigcache_ask *ask)
{
	const struct set *set = &c->sets[ask->set];

	for (size_t i = 0; i < WAYS; i++) {
		size_t at = ask->set * WAYS + i;

		if (set->tag[i] == ask->tag &&
		    same_words(c->places[at].key, ask->key))
			return at;
	}
	return NOWHERE;
}

/*
 * Where it most likely is: the place whose tag is the same.  Without a branch
 * that nobody could foretell; two tags may be the same, or none.
 */
static size_t
guess(const struct sigcache *c, const struct sigcache_ask *ask)
{
	const uint16_t *tag = c->sets[ask->set].tag;

	size_t way;

	_Static_assert(WAYS == 4, "all stand here");
	way = (tag[1] == ask->tag) + 2U * (tag[2] == ask->tag) +
	    3U * (tag[3] == ask->tag);
	return ask->set * WAYS + way % WAYS;
}

void
sigcache_ask(const struct sigcache *c, const struct traits *t,
    struct sigcache_ask *ask)
{
	set_up(c, t, ask);
	__builtin_prefetch(&c->places[guess(c, ask)], 1);
}

void
sigcache_look(const struct sigcache *c, struct sigcache_ask *ask)
{
	const struct sigcache_hit *h;
	size_t at = guess(c, ask);

	if (!same_words(c->places[at].key, ask->key))
		at = find(c, ask);
	ask->at = at;
	if (at == NOWHERE)
		return;
	h = &c->hits[at];
	__builtin_prefetch(&h->sig.text[0]);
	__builtin_prefetch(&h->sig.text[64]);
	__builtin_prefetch(&h->text_n);
	__builtin_prefetch(&h->match.dist);
}

/* The place of the set that was asked for longest ago, or never. */
static size_t
oldest_of(const struct sigcache *c, size_t set)
{
	size_t oldest = set * WAYS;

	for (size_t at = oldest + 1; at < (set + 1) * WAYS; at++)
		if (c->places[at].used_at < c->places[oldest].used_at)
			oldest = at;
	return oldest;
}

const struct sigcache_hit *
sigcache_take(struct sigcache *c, const struct sigcache_ask *ask,
    const struct traits *t)
{
	size_t at = ask->at;

	/* Since it was looked for another may have come, or taken its place. */
	if (at == NOWHERE || !same_words(c->places[at].key, ask->key))
		at = find(c, ask);
	c->tick++;
	if (at == NOWHERE) {
		at = oldest_of(c, ask->set);
		c->sets[ask->set].tag[at % WAYS] = ask->tag;
		memcpy(c->places[at].key, ask->key, sizeof(ask->key));
		make_hit(c, t, ask->reply, ask->peer_mss, &c->hits[at]);
	}
	c->places[at].used_at = c->tick;
	return &c->hits[at];
}

const struct sigcache_hit *
sigcache_get(struct sigcache *c, const struct traits *t, bool reply,
    uint16_t peer_mss)
{
	struct sigcache_ask ask;

	ask.reply = reply;
	ask.peer_mss = peer_mss;
	set_up(c, t, &ask);
	return sigcache_take(c, &ask, t);
}
