/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * policy - what the admin decided, as the pure stages 6 to 8 see it
 *
 * Filled by config.c (or a test) before the engine starts; changed while it
 * runs only by a reload, all at once, and then the engine is told.  Whoever filled it owns what it points to.  Durations are
 * seconds, probabilities 0..1, lists are NULL-terminated or counted.
 */
#ifndef ZFW_DAEMON_POLICY_H
#define ZFW_DAEMON_POLICY_H

#include "daemon/netlist.h"

#define POLICY_TIERS_MAX 8
#define POLICY_PORTS_MAX 16

struct net_list {
	struct net *v;
	size_t n;
};

struct policy {
	bool enforce; /* false: shadow, decide and record only */

	uint16_t ports[POLICY_PORTS_MAX]; /* SMTP ports */
	size_t ports_n;

	double block_p;   /* P from which a client is blocked */
	double certain_p; /* P from which a first block starts high */
	uint32_t tier_s[POLICY_TIERS_MAX]; /* [0] is tier 1 */
	size_t tiers_n;
	unsigned certain_tier; /* where a near-certain zombie starts: 3 */
	unsigned jitter_percent;
	uint32_t clean_s;  /* one tier down per so much quiet time */
	uint32_t lease_s;  /* no kernel timeout is longer */
	uint32_t settle_s; /* accepted mail counts so much later */
	uint32_t login_s;  /* immunity after a login */

	unsigned good_days, good_rcpts; /* the good profile */
	unsigned group_sites; /* a HELO from so many networks is a botnet */
	unsigned block_rate;  /* new blocks a minute at most */
	/* of so many zombies the first session may go on to its end */
	unsigned audit_permille;

	bool front;    /* tier 1 is rejected by the front, not dropped */
	uint32_t leak; /* one connection in so many; 0 = none */
	uint32_t leak_seed;
	bool inline_verdicts;  /* SYNs of spam-only stacks are dropped */
	unsigned inline_sites; /* seen bad from so many networks at least */

	size_t half_open_max, sessions_max, clients_max, blocks_max;

	const char *const *traps;      /* addresses or @domains */
	const char *const *own_names;  /* host names and domains of ours */
	const char *const *submission; /* log tags of submission services */

	const struct netlist *end_user; /* networks of end users; may be NULL */
	const struct netlist *pools;    /* of mail providers; may be NULL */
	const struct netlist *listed;   /* always blocked; may be NULL */

	struct net_list never; /* never blocked: built in + own, less lifted */
	struct net_list allow; /* the admin's, from the config */
	struct net_list ours;  /* our MXs and relays: never judged */

	int32_t log_zone_s; /* of log stamps without a zone */
	int16_t log_year;   /* 0 = guess */
};

#endif
