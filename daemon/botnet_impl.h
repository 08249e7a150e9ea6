/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_impl - stage 6 of 8: what the files of botnet share, nobody else
 *
 * A value that less than three networks have shown is a seed of 24 bytes;
 * then it becomes a cluster.  Names with an owner are in a table of their
 * own.  Keys are hashes that never change (the store and replay need that);
 * where a key lies in a table depends on the secret of this process, so that
 * nobody can aim at a place.
 */
#ifndef ZFW_DAEMON_BOTNET_IMPL_H
#define ZFW_DAEMON_BOTNET_IMPL_H

#include "daemon/botnet.h"
#include "daemon/botnet_count.h"
#include "daemon/botnet_trait.h"

#define BOTNET_DAY_MS     ((int64_t)86400 * 1000)
#define BOTNET_ERA_MS     (BOTNET_DAYS / 2 * BOTNET_DAY_MS)
#define BOTNET_SLOTS      8 /* of the last day */
#define BOTNET_SLOT_MS    (BOTNET_DAY_MS / BOTNET_SLOTS)
#define BOTNET_HALF_DAYS  14
#define BOTNET_WAYS       4
#define BOTNET_SEED_SITES 2
#define BOTNET_OWNED_SETS 8192
#define BOTNET_OWNED_WAYS 8
#define BOTNET_RECENT     4096
#define BOTNET_BASE_BYTES 8192

enum { BOTNET_GOOD, BOTNET_BAD, BOTNET_LABELS };

/* All bytes, no padding: the store takes it as it is. */
struct cluster_bits {
	struct netset nets[2];  /* this half of BOTNET_DAYS, the one before */
	struct netset named[2]; /* those of clients with good names */
	uint8_t taught[BOTNET_LABELS][2][16]; /* networks that gave labels */
	uint8_t today[BOTNET_LABELS][32];     /* those of this day */
};

struct cluster {
	int64_t first_ms, last_ms; /* last 0 = unused */
	int64_t faded_ms, weighed_ms;
	uint64_t owner;          /* key in the table of owned names, 0 = none */
	uint32_t era, day, slot; /* absolute, of what is counted below */
	float label[BOTNET_LABELS];
	float fresh[BOTNET_SLOTS], seen[BOTNET_SLOTS];
	struct cluster_bits bits;
	/* what weighing found; nothing of it is stored */
	float llr, networks;
	float bound[BOTNET_LABELS], bound_of[BOTNET_LABELS];
	uint8_t kind, word;
	bool stale, bounded;
	char name[BOTNET_NAME_MAX];
};

struct seed {
	uint32_t tag, first_s, last_s; /* last 0 = unused */
	uint32_t site[BOTNET_SEED_SITES];
	uint8_t n, bad, good; /* sites; bits: which were labelled */
};

/* 48 bits of a key; the day of the last time and whether it came on two. */
struct owned {
	uint32_t lo;
	uint16_t hi, when;
};

struct shelf { /* of one kind */
	size_t sets, seed_sets;
	uint64_t *keys; /* 0 = unused; beside the clusters, to look fast */
	struct cluster *clusters;
	struct seed *seeds;
};

/* All labels here, whatever the client was in: what is usual. */
struct botnet_base {
	double label[BOTNET_LABELS];
	int64_t faded_ms;
	uint32_t day;
	uint8_t today[BOTNET_LABELS][BOTNET_BASE_BYTES];
};

struct botnets {
	struct botnets_conf conf;
	unsigned promote; /* networks that make a cluster of a seed */
	struct shelf shelf[BOTNET_KINDS];
	struct owned *owned;
	uint32_t *recent; /* who was counted lately where */
	struct botnet_base *base;
	/* networks of servers and of zombies in all ways, by their names */
	double by_name[BOTNET_LABELS];
	int64_t by_name_ms; /* when they were counted; 0 = never */
};

/* ---- botnet_table ---- */

bool botnet_tables_new(struct botnets *b);
void botnet_tables_free(struct botnets *b);
void botnet_tables_clear(struct botnets *b);
/* NULL: is none.  Looking evicts nothing. */
struct cluster *botnet_find(struct botnets *b, enum botnet_kind k, uint64_t key,
    int64_t now_ms);
/* Empty; of a full set the least important goes, and the longest unused. */
struct cluster *botnet_make(struct botnets *b, enum botnet_kind k, uint64_t key,
    int64_t now_ms);
struct seed *botnet_seed_find(struct botnets *b, enum botnet_kind k,
    uint64_t key, int64_t now_ms);
struct seed *botnet_seed_make(struct botnets *b, enum botnet_kind k,
    uint64_t key, int64_t now_ms);
void botnet_own(struct botnets *b, uint64_t key, int64_t now_ms);
bool botnet_owned(const struct botnets *b, uint64_t key, int64_t now_ms);
/* As it was stored. */
void botnet_own_put(struct botnets *b, struct owned o);

/* ---- botnet_weigh ---- */

/* Forgets what is too old; before anything is counted or read. */
void botnet_age(struct cluster *cl, int64_t now_ms);
void botnet_teach(struct cluster *cl, uint32_t site, bool bad);
void
botnet_base_teach(struct botnets *b, uint32_t site, bool bad, int64_t now_ms);
/* What membership says now. */
double botnet_weigh(struct botnets *b, struct cluster *cl, int64_t now_ms);
/* The upper end of what 95 % believe of a share: Beta, Jeffreys' prior. */
double botnet_share_bound(double of, double others);

static inline double
botnet_sum(const float v[BOTNET_SLOTS])
{
	double sum = 0;

	for (unsigned i = 0; i < BOTNET_SLOTS; i++)
		sum += (double)v[i];
	return sum;
}

#endif
