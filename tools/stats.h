/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats - what zfw-stats knows, between reading and writing
 *
 * stats_read() makes one struct stats of a store (db/scan.h: the daemon may
 * run or not, and is not asked); each writer turns it into one format and
 * changes nothing.  Names come from strangers: bytes of any kind, and each
 * writer escapes them for its format.  Times are wall clock milliseconds UTC;
 * hours and weekdays are those of the local time zone.  Owned by the caller:
 * stats_free().  Errors: 0 or -errno with a sentence.
 */
#ifndef ZFW_TOOLS_STATS_H
#define ZFW_TOOLS_STATS_H

#include <stdio.h>

#include "daemon/tally.h"
#include "fp/addr.h"

#define STATS_GEO_MAX 4

struct stats_opts {
	const char *dir; /* state_dir */
	int64_t now_ms;  /* not after until_ms: who is blocked then */
	int64_t since_ms, until_ms;     /* clients seen and slots in between */
	size_t top;                     /* groups of each kind, at most */
	size_t machines;                /* of each group, at most */
	const char *geo[STATS_GEO_MAX]; /* MaxMind databases */
	size_t geo_n;
	/* drill-down: only the machines of that group; else NULL */
	const char *only_kind, *only_name;
	/* for writers: columns of the terminal (0 = 80), may it show UTF-8 */
	size_t width;
	bool utf8;
	const char *host, *to; /* the letter's; to may be NULL */
	bool enforce;          /* what zfwd.conf has as mode now */
};

enum stats_kind { /* by what clients are grouped */
	STATS_BOTNET,
	STATS_DOMAIN,   /* the registered domain of the reverse name */
	STATS_TEMPLATE, /* the reverse name with '#' for figures */
	STATS_NETWORK,  /* IPv4 /24, IPv6 /48 */
	STATS_COUNTRY,  /* with a database */
	STATS_AS,       /* with a database */
	STATS_SIGNATURE,
	STATS_SYSTEM, /* the label of the signature */
	STATS_HELO,
	STATS_EVIDENCE, /* the main reasons of blocks: up to four each */
	STATS_KINDS,
};
extern const char *const stats_kind_name[STATS_KINDS];  /* "botnet" ... */
extern const char *const stats_kind_title[STATS_KINDS]; /* "Botnets" ... */

struct stats_machine {
	struct addr key;
	int64_t first_ms, last_ms, knock_ms, block_until_ms;
	uint32_t connects, knocks, offences, messages;
	uint16_t score_permille;
	uint8_t tier;
	bool blocked, shadow, good;
	const char *rdns, *helo, *sig, *os; /* "" = none */
};

struct stats_group {
	const char *name;
	const char *note; /* of botnets: kind and what they share; of countries
			     and AS: their name; else "" */
	uint32_t machines, networks;
	uint32_t zombies; /* were ever blocked */
	uint32_t blocked_now;
	uint32_t good; /* delivered accepted mail */
	uint64_t connects, knocks, offences;
	int64_t first_ms, last_ms;
	struct stats_machine *machine; /* the busiest zombies first */
	size_t machine_n;
};

struct stats_list {
	struct stats_group *group; /* most zombies first */
	size_t n;
	uint64_t all; /* how many there are, shown or not */
};

struct stats_mistake { /* a blocked client that speaks for itself */
	struct stats_machine who;
	const char *why; /* words: "had accepted mail on 4 days" ... */
	uint32_t good_mails;
	int64_t click_ms; /* 0 = none */
};

struct stats {
	struct stats_opts opts;
	bool daemon_runs;
	uint8_t modes;    /* enum tally_mode in the time shown */
	int64_t first_ms; /* of the history, as exactly as it is kept */
	/* of the clients seen in the time */
	uint64_t clients, zombies, blocked_now, good, tier_n[8];
	uint64_t connects, knocks;
	/* of the history: totals, and slots of one step, oldest first */
	struct tally total; /* gauges: latest */
	struct stats_series {
		enum tally_step step;
		uint32_t first; /* number of slot[0] */
		struct tally_slot *slot;
		size_t n;
	} series[TALLY_STEPS];
	struct tally by_hour[24], by_weekday[7]; /* 0 = Sunday; averages
						    are left to the writer */
	uint32_t hour_n[24], weekday_n[7];       /* how many hours are in it */
	struct stats_list list[STATS_KINDS];
	struct stats_mistake *mistake; /* the likeliest first */
	size_t mistake_n;
	struct stats_group
	    *new_botnet; /* borrowed from list: new in the time */
	size_t new_botnet_n;
	uint64_t bad_records; /* of the file, that could not be read */
	void *mem;            /* of all names and arrays */
	uint64_t mistake_all; /* shown or not */
	/* totals of all kept history; of as long a time just before; and of
	   the same time a week earlier */
	struct tally ever, before, week;
	bool before_known, week_known;
	char warn[STATS_GEO_MAX][256]; /* databases that are not used; "" */
};

int stats_read(const struct stats_opts *o, struct stats *out, char error[256]);
void stats_free(struct stats *s);

/* Writers: 0 or -errno. */
int stats_text(const struct stats *s, FILE *f);
int stats_json(const struct stats *s, FILE *f);
int stats_csv(const struct stats *s, FILE *f);
int stats_prom(const struct stats *s, FILE *f);
int stats_html(const struct stats *s, FILE *f); /* one page, whole in itself */
int stats_letter(const struct stats *s, FILE *f); /* headers and body */

#endif
