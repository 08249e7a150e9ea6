/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_impl - what the files of the model share; nobody else includes it
 *
 *   model.c        time, questions, teaching, the alarm
 *   model_share.c  features: shares of values and their ratios
 *   model_token.c  tables of TCP signatures and dialects
 *   model_site.c   which networks have taught today
 *   model_blob.c   all of it as bytes
 *
 * Time is known in whole hours: counts fade when an hour is over, what was in
 * force becomes "yesterday" when a day (UTC) is.  So a ratio depends on what
 * was taught and on the hour, not on how often somebody asked.
 */
#ifndef ZFW_DAEMON_MODEL_IMPL_H
#define ZFW_DAEMON_MODEL_IMPL_H

#include "daemon/model.h"

#define MODEL_HOUR_MS   ((int64_t)3600000)
#define MODEL_DAY_HOURS 24

#define MODEL_LABEL_KINDS 2 /* 0 good, 1 bad */
#define MODEL_SITES       16384
#define MODEL_SITES_MAX   (MODEL_SITES / 4 * 3)

#define MODEL_WAYS     4
#define MODEL_SETS     1024
#define MODEL_BASE_MAX 20.0 /* nats */

/* Sums over MODEL_NAME's rows and columns, taught along with it. */
enum model_sum {
	MODEL_SUM_RDNS = MODEL_FEATURES,
	MODEL_SUM_HELO,
	MODEL_SUM_RDNS_V6,
	MODEL_SUM_HELO_V6,
	MODEL_TABLES,
};

struct model_value {
	double qz, qg;   /* shipped shares; 0: it says nothing */
	double strength; /* labels that they are worth */
	double shipped;  /* log(qz / qg) */
	bool hard;
	double bad, good; /* labels, faded */
	double yesterday; /* the ratio in force when the day began */
	double ratio;     /* in force, unless the table is stale */
};

struct model_table {
	unsigned n;
	bool stale;
	double bad, good;
	struct model_value v[MODEL_VALUES_MAX];
};

struct model_entry {
	uint64_t key; /* 0 = free */
	float bad, good;
	float yesterday; /* how far it moved the ratio when the day began */
	float base;      /* the ratio that was given last */
};

struct model_totals {
	double bad, good;
};

struct model_tokens {
	struct model_totals all;
	struct model_entry e[MODEL_SETS * MODEL_WAYS];
};

struct model {
	struct hash_key key;
	int64_t hour; /* up to which all has faded; 0 = nothing happened yet */
	double bad, good;
	uint64_t taught, refused;
	struct model_table tables[MODEL_TABLES];
	struct model_tokens tokens[MODEL_TOKENS];
	/* family:1, how often:1, network:6; 0 = free */
	uint64_t sites[MODEL_LABEL_KINDS][MODEL_SITES];
	unsigned sites_n[MODEL_LABEL_KINDS];
	char alarm[160];
};

/* model.c */
void model_advance(struct model *m, int64_t now_ms);
/* How much of MODEL_FENCE is open when the other side is known by n labels. */
double model_open(double n);
static inline double
model_near(double l, double from, double by)
{
	return l < from - by ? from - by : l > from + by ? from + by : l;
}

/* model_share.c */
void model_share_init(struct model *m);
void model_share_count(struct model_table *t, unsigned v, bool bad, double n);
void model_share_refresh(struct model_table *t);
/* `days` have begun since the last time; 0 = none. */
void model_share_fade(struct model_table *t, double factor, int64_t days);
/* What the counts say, without fence. */
double
model_share_raw(const struct model_table *t, const struct model_value *v);

/* model_token.c */
void
model_token_count(struct model *m, enum model_token t, uint64_t key, bool bad);
void model_token_fade(struct model_tokens *t, double factor, int64_t days);
/* For model_blob: an entry as it was.  False: key 0 or twice. */
bool model_token_put(struct model *m, enum model_token t,
    const struct model_entry *e);

/* model_site.c */
/* False: enough for today. */
bool model_site_take(struct model *m, bool bad, const struct addr *client);
void model_site_clear(struct model *m);
bool model_site_put(struct model *m, bool bad, uint64_t site);

#endif
