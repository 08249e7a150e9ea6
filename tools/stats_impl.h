/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_impl - inside stats_read(): what its files share, nobody else
 *
 * One scan of the store makes a row of 64 bytes of each client: figures, its
 * place in the file, and of each kind what group it is in, for names that
 * strangers choose as 40 bits of a keyed hash.  Equal ones side by side show
 * the biggest groups exactly; only of them are names and machines then read
 * again, from their places.  A million clients are 64 MB and a tenth more, whatever
 * strangers call themselves.  Of a million names of a kind a shown one shares
 * its hash with another once in some 20,000 runs; then they count as one.
 */
#ifndef ZFW_TOOLS_STATS_IMPL_H
#define ZFW_TOOLS_STATS_IMPL_H

#include "daemon/evidence_kind.h"
#include "db/record_brief.h"
#include "db/scan.h"
#include "fp/hash.h"
#include "tools/stats.h"

#define STATS_TEXT_MAX 320 /* of a group's name, NUL included */
#define STATS_ROWS_MAX ((size_t)1 << 24)

/* A buffer that is filled before it is read: zeroing a million costs more. */
#define STATS_UNSET __attribute__((uninitialized))

/* ---- memory that lives as long as the struct stats (stats_mem.c) ---- */

struct stats_mem {
	struct stats_chunk *chunk;
	bool failed; /* sticky; then "" and NULL are given */
};
void *stats_alloc(struct stats_mem *m, size_t n, size_t size); /* zeroed */
const char *stats_copy(struct stats_mem *m, struct str s);
void stats_mem_free(struct stats_mem *m);

/* ---- few names, each with a number from 1 on (stats_dict.c) ---- */

struct stats_few { /* of one of few names */
	uint32_t machines, zombies;
	uint32_t number; /* in the list, from 1 on; 0 = not shown */
};
struct stats_word {
	const void *key;
	size_t key_n;
	struct stats_few few;
	const char *name, *note; /* set by the owner of the dictionary */
	int64_t first_ms;        /* of a botnet, when known */
};
#define STATS_RECENT 256 /* a power of two */
struct stats_dict {
	struct stats_word *word; /* [0] is unused */
	uint32_t n, max, limit;
	uint32_t *slot;
	size_t slots;                  /* a power of two, or 0 */
	uint32_t recent[STATS_RECENT]; /* looked up last, by their end */
	struct hash_key key;
	struct stats_mem *mem;
};
/* Its number, new ones included; 0: full, or no memory. */
uint32_t stats_dict_id(struct stats_dict *d, const void *key, size_t n);
void stats_dict_free(struct stats_dict *d);

static inline void
stats_few_add(struct stats_few *f, uint32_t zombie)
{
	f->machines++;
	f->zombies += zombie;
}

/* ---- rows (stats_rows.c) ---- */

enum stats_hashed { /* kinds of which there may be as many as clients */
	HASHED_NETWORK,
	HASHED_DOMAIN,
	HASHED_TEMPLATE,
	HASHED_SIGNATURE,
	HASHED_HELO,
	HASHED_KINDS,
};
enum { ROW_ZOMBIE = 1, ROW_GOOD = 2, ROW_BLOCKED = 4 };

struct stats_row {
	uint32_t at; /* in the file, in units of STATS_AT */
	uint32_t first_s, last_s, connects, knocks;
	uint32_t lo[HASHED_KINDS];
	uint32_t as; /* numbers of dictionaries */
	uint16_t country, system, botnet;
	uint16_t offences;
	uint8_t reason[4]; /* enum evidence_kind */
	uint8_t hi[HASHED_KINDS];
	uint8_t flags;
};
#define STATS_AT 8 /* Kyoto Cabinet aligns records to that */

static inline uint64_t
stats_row_hash(const struct stats_row *r, enum stats_hashed k)
{
	return (uint64_t)r->hi[k] << 32 | r->lo[k];
}

/* ---- country and AS of an address (stats_geo.c) ---- */

struct stats_geo;
struct stats_dict;
/* Never fails: what cannot be opened is left out and told in s->warn. */
struct stats_geo *stats_geo_open(const struct stats_opts *o, struct stats *s,
    struct stats_mem *mem);
void stats_geo_close(struct stats_geo *g); /* NULL is allowed */
/* Numbers in dict[STATS_COUNTRY] and dict[STATS_AS]. */
void stats_geo_find(struct stats_geo *g, const struct addr *a,
    struct stats_dict dict[STATS_KINDS], uint32_t *country, uint32_t *as);
/* A database broke while it was read: says so in s->warn. */
void stats_geo_told(const struct stats_geo *g, struct stats *s);

/* ---- all of it ---- */

struct stats_series_in; /* chunks as they come */

struct stats_in {
	const struct stats_opts *o;
	struct stats *out;
	struct stats_mem *mem;
	struct scan *scan;
	struct hash_key key;
	struct stats_row *row;
	size_t row_n, row_max;
	struct stats_dict dict[STATS_KINDS]; /* of kinds not hashed */
	struct stats_few evidence[EVIDENCE_KINDS];
	struct stats_geo *geo;
	struct stats_series_in *series;
	struct stats_blob *blob; /* parts of what was learned of botnets */
	struct stats_marks *marks;
	uint32_t only_id;  /* of a botnet; 0 = not asked for */
	const char *wrong; /* what went wrong; then the scan is stopped */
};

/* ---- which names a client has (stats_name.c) ---- */

/* Empty: none.  Of kinds that are hashed, and STATS_SYSTEM. */
struct str stats_name(enum stats_kind k, const struct record_brief *b,
    char buf[STATS_TEXT_MAX]);
/* 40 bits; 0: it has none. */
uint64_t stats_name_hash(const struct hash_key *key, enum stats_hashed h,
    const struct record_brief *b);
enum stats_kind stats_hashed_kind(enum stats_hashed h);
const char *stats_evidence(unsigned kind, const char **words); /* NULL: none */

/* Counts a client in; false: stop, in->wrong says why. */
bool stats_rows_add(struct stats_in *in, const struct record_brief *b,
    uint64_t where);
/* Rows -> in->out->list, machines included.  0 or -errno. */
int stats_lists(struct stats_in *in);

/* ---- sorting (stats_group.c) ---- */

/*
 * Brings those of v[n], n < 2^32, side by side whose bits from `low` on are
 * equal; none is 0 there.  stats_sort() sorts by 44 of these bits.  `tmp` is as big.
 */
void stats_group(uint64_t *v, uint64_t *tmp, size_t n, unsigned low);
void stats_sort(uint64_t *v, uint64_t *tmp, size_t n, unsigned low);

/* ---- single records again (stats_tell.c) ---- */

struct stats_want {
	uint32_t at;            /* as in a row */
	enum stats_hashed kind; /* of the name */
	uint64_t hash;
	const char *
	    *name; /* NULL: it is not wanted; *name NULL: not yet told */
	struct stats_machine *machine; /* NULL: the same */
};
/*
 * As they are in the store now; what is not there any more, or has another
 * name now, is left as it was.
 */
void stats_tell(struct stats_in *in, struct stats_want *want, size_t n);
void stats_machine(struct stats_in *in, const struct record_brief *b,
    struct stats_machine *m);

/* ---- possible mistakes (stats_mark.c) ---- */

bool stats_marks_new(struct stats_in *in);
void stats_marks_free(struct stats_in *in);
void stats_marks_add(struct stats_in *in, const struct record_brief *b,
    const void *key, size_t key_n, struct str value, uint64_t where);
void stats_marks_end(struct stats_in *in);

/* ---- history (stats_series.c) ---- */

bool stats_series_new(struct stats_in *in);
void stats_series_free(struct stats_in *in);
void stats_series_add(struct stats_in *in, enum tally_step step,
    const struct tally_chunk *c);
void stats_series_end(struct stats_in *in);

/* ---- botnets (stats_botnet.c) ---- */

void stats_blob_add(struct stats_in *in, const void *key, size_t key_n,
    struct str value);
/* Names the words of dict[STATS_BOTNET]; frees the parts. */
int stats_botnets_end(struct stats_in *in);
/* Which are new; after stats_lists(). */
void stats_botnets_new(struct stats_in *in);
void stats_blob_free(struct stats_in *in);

#endif
