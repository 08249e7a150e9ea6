/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client - stage 6 of 8: what is remembered of one client
 *
 * The record of a client key (IPv4 address or IPv6 /64): its block and tier,
 * the evidence for and against it as decaying counts with the last raw text
 * behind each, and the good profile.  A plain value: stage 6 changes it, stage 7
 * reads it, db/record.c stores it.  Times are wall clock milliseconds since
 * 1970, 0 = never.  client_table is the bounded in-memory cache of them.
 */
#ifndef ZFW_DAEMON_CLIENT_H
#define ZFW_DAEMON_CLIENT_H

#include "daemon/evidence_kind.h"
#include "daemon/faces.h"
#include "daemon/model.h"
#include "fp/addr.h"
#include "fp/hash.h"

#define CLIENT_NAME_MAX   64  /* rDNS and HELO, cut */
#define CLIENT_SAMPLE_MAX 200 /* raw text behind a fact, cut */
#define CLIENT_NOTES_MAX  800 /* bytes of such texts in all */
#define CLIENT_SIG_MAX    128
#define CLIENT_OS_MAX     64 /* as in struct session */
#define CLIENT_TIERS_LOG  6
#define CLIENT_VISITS     4 /* sessions that are remembered one by one */
#define CLIENT_NARROW     4 /* stacks that a block is narrowed to, at most */

struct client_fact {
	float count;     /* decayed to last_ms */
	uint8_t value;   /* e.g. an enum helo_class, sig_class */
	int64_t last_ms; /* 0 = no such fact */
};

struct client_sample { /* a raw log line or packet fact */
	enum evidence_kind kind;
	int64_t t_ms;
	struct str text; /* borrowed from the client */
};

/* How sure we were of a zombie when a session had got so far. */
enum client_stage {
	CLIENT_AT_OPEN,     /* the handshake: stack, history, neighbours */
	CLIENT_AT_GREETING, /* whether it waited for it */
	CLIENT_AT_HELO,
	CLIENT_AT_RCPT, /* the latest reply to a recipient */
	CLIENT_AT_CLOSE,
	CLIENT_STAGES,
};

enum client_visit_flag {
	CLIENT_VISIT_EARLY = 1 << 0,
	CLIENT_VISIT_CUT = 1 << 1,
	CLIENT_VISIT_TLS = 1 << 2,
	CLIENT_VISIT_OVER = 1 << 3,
	CLIENT_VISIT_NULL = 1 << 4, /* a bounce or a callout */
};

struct client_visit {     /* one session */
	int64_t open_ms;  /* 0 = none */
	uint64_t dialect; /* dialogue_key(), 0 = said nothing */
	uint32_t long_ms; /* how long, once it is over */
	uint16_t port;
	uint16_t p_permille[CLIENT_STAGES]; /* UINT16_MAX = never got there */
	uint16_t rcpts_ok, rcpts_soft, rcpts_refused, commands;
	uint8_t messages, end, flags; /* enum session_end, client_visit_flag */
};

enum client_action { CLIENT_PASS, CLIENT_REJECT, CLIENT_DROP };

struct client_tier { /* history, newest first */
	uint8_t tier;
	int64_t from_ms, until_ms;
};

struct client {
	struct addr key;
	int64_t first_ms, last_ms;
	uint32_t connects; /* completed handshakes */
	uint32_t knocks;   /* SYNs while blocked */
	int64_t knock_ms;

	/* the block; active while block_until_ms > now */
	uint8_t tier;   /* of the current or last block, 0 = never */
	uint8_t action; /* enum client_action */
	bool by_admin;
	bool shadow; /* would have been: nothing was set in the kernel */
	uint16_t score_permille;
	uint8_t reasons[4]; /* enum evidence_kind, main first */
	int64_t block_from_ms, block_until_ms;
	/*
	 * The stacks that it is narrowed to; 0: the whole address, and [0] is
	 * the only stack that offended, if that is known.
	 */
	uint8_t narrow_n;
	struct stack narrow[CLIENT_NARROW];
	uint32_t narrowed_s; /* when it was made narrow; not stored */
	struct faces faces;  /* the machines behind the address */
	/* one click: when, for how long it is trusted, until when no more */
	int64_t click_ms, click_until_ms, no_link_until_ms;
	uint32_t offences;
	int64_t offence_ms; /* the last */
	struct client_tier history[CLIENT_TIERS_LOG];

	struct client_fact facts[EVIDENCE_KINDS];
	uint16_t notes_n;                /* bytes used of ... */
	uint8_t notes[CLIENT_NOTES_MAX]; /* ... see client_sample_next() */

	/* traits as the model knows them: the latest value + 1, 0 = none */
	uint8_t value[MODEL_FEATURES];
	uint64_t dialect; /* of the latest whole session */
	uint64_t way;     /* dialogue_key_rcpt() of the latest */
	uint64_t stack;   /* of its signature without what the way changes */
	uint32_t botnet;  /* id of the cluster that says most, 0 = none */
	uint16_t silent;  /* sessions that left without MAIL */
	uint16_t callouts;
	uint32_t
	    bounces_nobody; /* null sender, to recipients that do not exist */
	struct client_visit visits[CLIENT_VISITS]; /* newest first */

	/* the good side */
	uint16_t good_days;     /* days with settled accepted mail */
	uint32_t good_day_last; /* days since 1970 */
	uint32_t good_rcpts;
	uint32_t good_mails;
	bool complained; /* content rejected or reported as spam */
	int64_t login_ms, peer_ms, good_ms;
	uint64_t good_sig;  /* the profile's stack ... */
	uint32_t good_name; /* ... and name (hash of its domain) */

	uint8_t helo_class, name_class; /* latest */
	uint64_t helo_seen;             /* small Bloom filter of HELOs */
	char rdns[CLIENT_NAME_MAX], helo[CLIENT_NAME_MAX];
	char sig[CLIENT_SIG_MAX];
	uint64_t sig_key;
	uint8_t sig_class;
	uint8_t os_grade;       /* enum sigdb_grade */
	char os[CLIENT_OS_MAX]; /* "NAME FLAVOR", "" = none */

	/* not stored */
	bool dirty;
	bool back;              /* it has tried again: see TALLY_BACK */
	int64_t late_until_ms;  /* of the block in whose last part ... */
	uint32_t late_n;        /* ... so many tried to connect */
	int64_t cut_ms;         /* when a session of it was last ended ... */
	struct stack cut_stack; /* ... of this stack */
	int64_t wire_us;        /* open_us of the session whose ... */
	uint64_t wire_done;     /* ... once-only facts were counted */
	int64_t cross_us;       /* open_us of the session whose rejects ... */
	unsigned cross_n;       /* ... were logged: so many */
	int64_t flood_ms;       /* since when we count ... */
	unsigned flood_n;       /* ... bounces of it to nobody */
	uint32_t taught_day;    /* day on which its sessions last taught good */
	int64_t name_ms;        /* when the log last told of a confirmed name */
	uint32_t trap_hash;     /* of the trap that it asked for last */
	bool label_due;         /* it is to teach once its name is known */
	uint32_t label_day; /* day on which it last taught about its stack */
	uint64_t rcpt_seen; /* small Bloom filter of bad recipients ... */
	uint32_t rcpt_day;  /* ... of this day */
};

/* Do we know its name, or that it has none? */
static inline bool
client_name_known(const struct client *c)
{
	return c->facts[EVIDENCE_RDNS_NONE].last_ms != 0 ||
	    c->facts[EVIDENCE_RDNS_GENERIC].last_ms != 0 ||
	    c->facts[EVIDENCE_RDNS_DYNAMIC].last_ms != 0 ||
	    c->facts[EVIDENCE_NAMED].last_ms != 0;
}

/* How many entries its history has. */
static inline size_t
client_history_n(const struct client *c)
{
	size_t n = CLIENT_TIERS_LOG;

	while (n > 0 && c->history[n - 1].tier == 0)
		n--;
	return n;
}

/* A new record of that key. */
void client_init(struct client *c, const struct addr *key, int64_t now_ms);

/* The fact's count, decayed with that half-life to `now_ms`. */
double
client_count(const struct client *c, enum evidence_kind k, int64_t now_ms);
void client_add(struct client *c, enum evidence_kind k, double n, uint8_t value,
    int64_t now_ms);
/* A fact that is true or not, rather than counted: its latest value. */
void client_set(struct client *c, enum evidence_kind k, uint8_t value,
    int64_t now_ms);
void client_clear(struct client *c, enum evidence_kind k);
/*
 * Keeps the raw text behind the latest fact of that kind; the oldest of the
 * others make room.
 */
void client_sample(struct client *c, enum evidence_kind k, struct str text,
    int64_t now_ms);
/*
 * One after the other, in no order: `at` 0 starts; the next `at`, 0 when
 * there is no more (and *out is not set).
 */
size_t client_sample_next(const struct client *c, size_t at,
    struct client_sample *out);
bool client_sample_get(const struct client *c, enum evidence_kind k,
    struct client_sample *out);
/* The visit of the session opened at that moment from that port, or NULL. */
struct client_visit *
client_visit(struct client *c, int64_t open_ms, uint16_t port);
/* A new one; the oldest is forgotten. */
struct client_visit *
client_visit_new(struct client *c, int64_t open_ms, uint16_t port);

static inline bool
client_blocked(const struct client *c, int64_t now_ms)
{
	return c->block_until_ms > now_ms;
}

/* Does its block, active or not, hit SYNs of that stack? */
static inline bool
client_narrow_hits(const struct client *c, const struct stack *s)
{
	for (size_t i = 0; i < c->narrow_n && i < CLIENT_NARROW; i++)
		if (stack_eq(&c->narrow[i], s))
			return true;
	return c->narrow_n == 0;
}

#define CLIENT_TRUST_MS ((int64_t)180 * 86400 * 1000)

/* Mail of then has settled: was it after a click that is still trusted? */
static inline void
client_kept_word(struct client *c, int64_t mail_ms, int64_t now_ms)
{
	if (c->click_until_ms > now_ms && mail_ms > c->click_ms)
		c->click_until_ms = c->click_ms + CLIENT_TRUST_MS;
}

/*
 * The cache.  Fixed size; a full table evicts the client that was used
 * longest ago, through `evict`, and counts it.  Borrowed pointers live until
 * the next call.
 */
struct client_table;
struct client_table_conf {
	size_t max;
	struct hash_key key;
	/* asked before a record is made: true fills *c; may be NULL */
	bool (*load)(void *arg, const struct addr *key, struct client *c);
	/* told about every dirty record that leaves; may be NULL */
	void (*evict)(void *arg, const struct client *c);
	void *arg;
};
struct client_table *client_table_new(const struct client_table_conf *conf);
void client_table_free(struct client_table *t);
struct client *
client_get(struct client_table *t, const struct addr *a, int64_t now_ms);
/* Only if it is cached or stored; NULL otherwise. */
struct client *client_peek(struct client_table *t, const struct addr *a);
/* Goes through cached records in slices; cursor 0 starts; 0 back = round. */
size_t client_walk(struct client_table *t, size_t cursor, size_t slots,
    void (*fn)(void *arg, struct client *c), void *arg);
void client_table_counts(const struct client_table *t, size_t *used,
    uint64_t *evicted);

#endif
