/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hosts - stage 4 of 8: what was seen of each address, for who asks later
 *
 * A fixed table by address (IPv6: all 128 bits, not the /64): when it was
 * seen, how often, the system and link that its latest SYN told, uptime, and
 * whether several stacks stand behind it.  A host whose handshake was never
 * completed is a stranger; completing one makes it known.  Only strangers
 * make room, the longest unseen first, and they always have an eighth of the
 * table: a new known host beyond that makes the longest unseen of the others
 * a stranger again.  So a flood of forged SYNs evicts no known host, nor does
 * a forged SYN change what is said of one: its label waits for the handshake.
 * Where handshakes cannot be seen everybody is a stranger, and all else works
 * alike.
 *
 * Called by whoever reads packets, in time order; time is the packets' clock.
 * Allocates only in hosts_new(), copies what it keeps, never fails later.
 */
#ifndef ZFW_FP_HOSTS_H
#define ZFW_FP_HOSTS_H

#include "fp/sigcache.h"
#include "fp/uptime.h"

#define HOSTS_TEXTLEN  32 /* of a name, with NUL: as in p0f's API */
#define HOSTS_STACKS   4
#define HOSTS_SHARE_US (3600 * 1000000LL)

/* What a SYN told, copied. */
struct host_os {
	uint64_t key;  /* sig.key, 0 = none seen */
	uint8_t cls;   /* enum sig_class */
	uint8_t kind;  /* what counts as one system; 0 = cannot say */
	uint8_t grade; /* enum sigdb_grade */
	bool generic, fuzzy;
	uint8_t dist;               /* hops */
	char name[HOSTS_TEXTLEN];   /* "" = no label */
	char flavor[HOSTS_TEXTLEN]; /* may be "" */
	char link[HOSTS_TEXTLEN];   /* "" = not known */
};

/* One of the latest distinct signatures, the last seen first. */
struct host_stack {
	uint64_t key;
	uint8_t cls, kind;
	int64_t first_us, last_us;
};

struct host {
	struct addr addr;
	bool known; /* a handshake was completed */
	int64_t first_us, last_us;
	uint32_t conn_n;   /* SYNs that began a connection */
	int64_t change_us; /* another system than before; 0 = never */
	int64_t share_us;  /* back to one seen shortly before; 0 = never */
	struct host_os os; /* the latest label stays when a SYN has none */
	struct uptime up;
	uint8_t stacks_n;
	struct host_stack stacks[HOSTS_STACKS];
};

struct hosts_counts {
	size_t strangers_now, known_now;
	uint64_t evicted; /* strangers that made room */
	uint64_t demoted; /* known hosts that count as strangers again */
};

struct hosts;

/* `slots` hosts at most (at least 8); NULL when memory is short. */
struct hosts *hosts_new(size_t slots, const struct hash_key *key);
void hosts_free(struct hosts *h); /* NULL is allowed */

/*
 * A SYN (or SYN+ACK), of the sender `t->src`.  `hit` is from sigcache_get(),
 * `link` from sigdb_link(), NULL = not known.  One sent again (same port and
 * sequence number) is no further connection.
 */
struct hosts_look {
	const struct sigcache_hit *hit;
	const char *link;
};
void hosts_syn(struct hosts *h, const struct traits *t,
    const struct hosts_look *look, int64_t t_us);
/* `addr` has completed the handshake of its connection from `port`. */
void hosts_open(struct hosts *h, const struct addr *addr, uint16_t port,
    int64_t t_us);
/* Any later packet; cheap when it has no timestamp. */
void hosts_packet(struct hosts *h, const struct traits *t, int64_t t_us);

/* Borrowed until the next call; NULL = never seen, or no more. */
const struct host *hosts_get(const struct hosts *h, const struct addr *addr);

void hosts_counts(const struct hosts *h, struct hosts_counts *out);

#endif
