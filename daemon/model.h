/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model - stage 6 of 8: what a trait says, in nats, and how that is learned
 *
 * For each value of each feature a log likelihood ratio
 *
 *   l = log[(Nz[v] + a*qz[v]) / (Nz + a)] - log[(Ng[v] + a*qg[v]) / (Ng + a)]
 *
 * with the shipped shares qz (zombies) and qg (mail servers) as Dirichlet
 * prior of strength a (the rarer a value, the stronger), and local counts N
 * that fade by half in MODEL_HALF_DAYS (tokens: MODEL_TOKEN_HALF_DAYS).  Shares
 * and strengths stand in model_prior.h.  Tokens are features with values that
 * nobody can list (TCP signatures, dialects): the caller gives the ratio of the
 * general feature, and what was learned of the exact value moves it.
 *
 * Against poisoning: l never leaves the shipped (or the given) ratio by more
 * than MODEL_FENCE nats, nor yesterday's by more than MODEL_DRIFT_DAY; values
 * marked hard never fall below the shipped ratio; a network (addr_site())
 * teaches each label MODEL_SITE_DAY times a day at most, so that one network
 * that sends millions of lies counts as little as one that sends one.  A value
 * gets worse only as far as good clients without it are known, and better only
 * as far as bad ones without it are: what everybody has is no sign.  Who is
 * bad or good is the caller's to say, never from our own blocks.
 *
 * MODEL_DRIFT_DAY is not the tenth of a nat that is often advised: with that a
 * new site would be wrong for two weeks about what it could know on its third
 * day.  The fence bounds what lies can do; the drift only has to leave an admin
 * days to notice.
 *
 * Pure; fixed memory; no errors but NULL from model_new().  Times are wall
 * clock milliseconds and never go back.
 */
#ifndef ZFW_DAEMON_MODEL_H
#define ZFW_DAEMON_MODEL_H

#include "fp/addr.h"
#include "fp/hash.h"

#define MODEL_FENCE           1.5
#define MODEL_DRIFT_DAY       0.5
#define MODEL_HALF_DAYS       14
#define MODEL_TOKEN_HALF_DAYS 30
#define MODEL_SITE_DAY        1
#define MODEL_VALUES_MAX      32

enum model_feature {
	MODEL_STACK,     /* enum sig_class; UNKNOWN says nothing */
	MODEL_RTT,       /* enum model_rtt: handshake round trip */
	MODEL_GREETING,  /* 0 waited for it, 1 spoke before it */
	MODEL_AHEAD,     /* commands before replies: 0 never, 1 with leave, 2
	                    without */
	MODEL_HELLO,     /* enum dialogue_hello */
	MODEL_CASE,      /* enum dialogue_case of the verbs */
	MODEL_MAIL_PATH, /* enum dialogue_path of MAIL */
	MODEL_EOL,       /* enum dialogue_eol */
	MODEL_CUT,       /* enum dialogue_cut */
	MODEL_TLS,       /* 0 offered and not used, 1 used */
	MODEL_REACTION,  /* enum dialogue_react to a 5xx */
	MODEL_LEAVE,     /* enum dialogue_leave */
	MODEL_THINK,     /* enum model_think */
	MODEL_NAME,      /* model_name_cell(): reverse name x HELO */
	MODEL_NAME_V6,   /* the same of IPv6, where names are rare */
	MODEL_FEATURES,
};

enum model_rtt { /* below so many milliseconds */
	MODEL_RTT_30,
	MODEL_RTT_80,
	MODEL_RTT_150,
	MODEL_RTT_300,
	MODEL_RTT_1000,
	MODEL_RTT_MORE,
	MODEL_RTTS,
};
enum model_rtt model_rtt(uint32_t rtt_us);

/* The least time from our reply to the next command, less the round trip. */
enum model_think {
	MODEL_THINK_5, /* < 5 ms: a program that waits for nothing */
	MODEL_THINK_50,
	MODEL_THINK_250,
	MODEL_THINK_1000,
	MODEL_THINK_MORE,
	MODEL_THINKS,
};
enum model_think model_think(uint32_t least_us, uint32_t rtt_us);

/* The joint cells of MODEL_NAME: row and column. */
enum model_rdns {        /* what the MTA or DNS says */
	MODEL_RDNS_NONE, /* none, or unconfirmed */
	MODEL_RDNS_GENERIC,
	MODEL_RDNS_DYNAMIC,
	MODEL_RDNS_NAMED,
	MODEL_RDNSS,
};
enum model_helo {
	MODEL_HELO_MATCH,   /* is the confirmed name */
	MODEL_HELO_FQDN,    /* another name that looks like a server's */
	MODEL_HELO_DYNAMIC, /* the address is in it, or it looks dynamic */
	MODEL_HELO_LITERAL, /* [its own address] */
	MODEL_HELO_ODD,     /* local, one label, bare or foreign address, bad */
	MODEL_HELO_OURS,
	MODEL_HELOS,
};
#define MODEL_NAME_CELLS (MODEL_RDNSS * MODEL_HELOS)
static inline unsigned
model_name_cell(enum model_rdns r, enum model_helo h)
{
	return (unsigned)r * MODEL_HELOS + (unsigned)h;
}

enum model_token {
	MODEL_TOKEN_SIG,     /* struct sig key */
	MODEL_TOKEN_DIALECT, /* dialogue_key() */
	MODEL_TOKENS,
};

struct model;

/* `key` keys the tables of tokens and networks.  NULL: memory is short. */
struct model *model_new(const struct hash_key *key);
void model_free(struct model *m);

/* The ratio of one value; 0 for a value out of range. */
double
model_llr(struct model *m, enum model_feature f, unsigned v, int64_t now_ms);
/*
 * Of MODEL_NAME or MODEL_NAME_V6 when only one side is known: the sum over
 * the cells of that row, or of that column.
 */
double model_rdns_llr(struct model *m, enum model_feature f, enum model_rdns r,
    int64_t now_ms);
double model_helo_llr(struct model *m, enum model_feature f, enum model_helo h,
    int64_t now_ms);
/* `base` is the ratio of what is known without the exact value. */
double model_token_llr(struct model *m, enum model_token t, uint64_t key,
    double base, int64_t now_ms);
/* How often the value was labelled here, faded: for `why`. */
void model_token_counts(struct model *m, enum model_token t, uint64_t key,
    int64_t now_ms, double *bad, double *good);

/* Before anything was learned. */
double model_shipped(enum model_feature f, unsigned v);
const char *model_feature_name(enum model_feature f);
const char *model_value_name(enum model_feature f, unsigned v);
unsigned model_values(enum model_feature f); /* how many it has */

/* What a labelled client showed. */
struct model_lesson {
	uint8_t value[MODEL_FEATURES]; /* value + 1; 0 = not seen */
	uint64_t token[MODEL_TOKENS];  /* 0 = not seen */
};
/*
 * False: this network has taught enough for today.  Bad labels are taken to be
 * of clients without a good name (MODEL_RDNS_NAMED), whatever share of zombies
 * has one: that share stays as shipped.
 */
bool model_teach(struct model *m, const struct model_lesson *lesson, bool bad,
    const struct addr *client, int64_t now_ms);

/*
 * Somebody makes zombies look like servers or servers like zombies: values
 * that mark mail servers (or zombies) have crossed to the other side.  The
 * first such, as words; NULL = none.
 */
const char *model_alarm(struct model *m, int64_t now_ms);

struct model_counts {
	double bad, good;         /* labels in force, faded */
	uint64_t taught, refused; /* refused: the network had taught enough */
};
void model_counts(struct model *m, int64_t now_ms, struct model_counts *out);

/*
 * As bytes for the store: versioned, fixed-endian, length-checked.  encode
 * returns the length, 0 when `max` is too small (MODEL_BLOB_MAX is enough);
 * decode false (and nothing changed) when the bytes are not a model's.
 */
#define MODEL_BLOB_MAX (1 << 20)
size_t model_encode(struct model *m, void *out, size_t max, int64_t now_ms);
bool model_decode(struct model *m, const void *in, size_t n);

#endif
