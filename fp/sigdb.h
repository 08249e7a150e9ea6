/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigdb - stage 3 of 8: the compiled signature database
 *
 * Filled once (sigdb_label, sigdb_add, sigdb_mtu) by the readers of signature
 * files, then compiled and never changed: a reload makes a new one and swaps.
 * A lookup does not scan: signatures are hashed by layout and by the fields
 * that they fix.  Order of adding is order of preference, as in p0f: first
 * exact specific, else first exact generic, else first fuzzy that is no
 * userland tool, else first shape (which must match fully).  Owns its strings;
 * matches borrow labels until sigdb_free().  Building returns 0 or -errno;
 * matching is pure, allocates nothing and cannot fail.
 *
 * When is an answer ambiguous?  When at the level that won (exact, generic,
 * fuzzy, shape) another name matches too, and not more weakly than the best.
 * Weaker is: it deviates (quirks, TTL) in more ways than the best does; or it
 * deviates in the same ways and is strictly wider: nowhere narrower, and at
 * least one field of the best is open, or a mere multiple for a number, or
 * some quirk does not count, or the label is generic while the best's is not.
 * So a catch-all behind a narrow signature leaves the answer clear, while a
 * narrower one behind a wide one of another name, which would never be heard
 * otherwise, makes it ambiguous.  A file is not contested by one behind it:
 * who puts a file on top means it.  `best` stays the first, as in p0f.
 */
#ifndef ZFW_FP_SIGDB_H
#define ZFW_FP_SIGDB_H

#include "fp/sig.h"
#include "fp/sigdef.h"

#define SIGDB_CANDIDATES 4  /* names that an ambiguous answer lists at most */
#define SIGDB_NAMELEN    80 /* longest "NAME FLAVOR", with NUL */

/* Operating systems of one make. */
enum sigdb_family {
	SIGDB_F_UNKNOWN,
	SIGDB_F_WINDOWS,
	SIGDB_F_LINUX, /* Android and ChromeOS too */
	SIGDB_F_APPLE, /* macOS, iOS */
	SIGDB_F_BSD,
	SIGDB_F_OTHER, /* printers, routers, consoles, old Unix */
	SIGDB_F_TOOL,  /* a program, not a system: nmap */
	SIGDB_FAMILIES,
};
extern const char *const sigdb_family_name[SIGDB_FAMILIES];

enum sigdb_grade {
	SIGDB_UNKNOWN,   /* nothing matches */
	SIGDB_AMBIGUOUS, /* equally good matches name different systems */
	SIGDB_FUZZY,     /* matches but for quirks, TTL, or padding (shape) */
	SIGDB_GENERIC,   /* a catch-all matches fully */
	SIGDB_EXACT,     /* a specific signature matches fully */
	SIGDB_GRADES,
};
extern const char *const sigdb_grade_name[SIGDB_GRADES];

struct sigdb_label {
	const char *name;   /* "Windows" */
	const char *flavor; /* "10 or 11", may be "" */
	const char *file;   /* where it is from, borrowed like the rest */
	unsigned line;
	uint8_t family; /* enum sigdb_family */
	bool generic;
	bool userland; /* p0f's class `!` */
};

struct sigdb_match {
	const struct sigdb_label *best; /* p0f's answer; NULL = none */
	uint8_t grade;                  /* enum sigdb_grade */
	bool generic, fuzzy;            /* p0f's params, whatever the grade */
	bool shape;                     /* only the order of options matched */
	bool random_ttl;                /* it randomises: at most `dist` hops */
	uint8_t dist;                   /* hops, as p0f counts them */
	uint8_t cand_n;                 /* ambiguous: best first */
	const struct sigdb_label *cand[SIGDB_CANDIDATES];
};

struct sigdb;

struct sigdb *sigdb_new(void); /* NULL: out of memory */
void sigdb_free(struct sigdb *db);

/*
 * A label that the following sigdb_add() belong to; the family is told from
 * the name, whatever `l` says.  Strings are copied.
 */
int sigdb_label(struct sigdb *db, const struct sigdb_label *l);
/*
 * -EEXIST: an earlier signature of the same label, or of another label with
 * the same name, covers it entirely (it is left out; the caller may warn).
 * The same signature under two names is how a file says "ambiguous".
 * -EINVAL: no label yet, compiled already, or a field is out of its range.
 */
int sigdb_add(struct sigdb *db, const struct sigdef *def);
/* -EEXIST: that one has a link already, which stays. */
int sigdb_mtu(struct sigdb *db, uint16_t mtu, const char *link);
int sigdb_compile(struct sigdb *db); /* then no more adding */

size_t sigdb_signatures(const struct sigdb *db);
size_t sigdb_labels(const struct sigdb *db);

/*
 * What a lookup costs at most: one probe for each pattern (set of fields that
 * are fixed, and modulus) of the packet's layout, `probe` steps each, and
 * then a list of signatures that differ in quirks, TTL or name only.
 */
struct sigdb_stats {
	size_t layouts, patterns, list; /* in all; the most; the longest */
	size_t probe;
};
void sigdb_stats(const struct sigdb *db, struct sigdb_stats *out);

/*
 * `peer_mss`: for a SYN+ACK the MSS of its SYN, else 0.  `reply` says which
 * signatures apply.
 */
void sigdb_match(const struct sigdb *db, const struct traits *t, bool reply,
    uint16_t peer_mss, struct sigdb_match *out);

/*
 * The name of the link by the MTU that the MSS tells, NULL when unknown.
 * `*mtu` is 0 without an MSS, and 65535 when it is more.
 */
const char *
sigdb_link(const struct sigdb *db, const struct traits *t, uint16_t *mtu);

/* "NAME FLAVOR", or "???"; into `buf`, which it returns. */
const char *sigdb_text(const struct sigdb_label *l, char buf[SIGDB_NAMELEN]);

#endif
