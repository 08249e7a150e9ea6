/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet - stage 6 of 8: what clients of unrelated networks have in common
 *
 * Clusters of clients that share a trait which strangers do not share by
 * chance.  Each cluster knows how many networks (addr_site()) it was seen in,
 * how many of its clients were labelled zombies or senders of wanted mail
 * (labels come from the caller, never from our own blocks), first and last
 * time, and its growth.  Bounded tables; of a full set the entry unused for
 * longest makes room, small ones first; what is unused for BOTNET_DAYS is
 * forgotten.  docs/BOTNETS.md says what makes a cluster and what it weighs.
 *
 * Never a cluster out of a name that resolves forward to a client: once a
 * client whose confirmed name is of the same domain has said a HELO, it is
 * its owner's, and nobody is held to be of a botnet for saying it, too;
 * likewise a reverse template under a domain some of whose clients have
 * confirmed names that are not made from the address.  Clients with wanted
 * mail or a good name count for a cluster's good side only.
 *
 * Called by evidence; pure; times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_BOTNET_H
#define ZFW_DAEMON_BOTNET_H

#include "daemon/names.h"
#include "fp/hash.h"

#define BOTNET_DAYS     30
#define BOTNET_NAME_MAX 64

enum botnet_kind {
	BOTNET_HELO,     /* the same HELO */
	BOTNET_TEMPLATE, /* HELOs with one template (name_template()) */
	BOTNET_WAY,      /* one TCP signature, dialect and kind of HELO */
	BOTNET_SENDER,   /* the same sender address */
	BOTNET_RDNS,     /* reverse names with one template */
	BOTNET_KINDS,
};
extern const char *const botnet_kind_name[BOTNET_KINDS];

/* What is known of a client so far; what is not, is empty or 0. */
struct botnet_client {
	struct addr key;
	bool name_known; /* the MTA or DNS has told, maybe that it has none */
	bool good;       /* wanted mail on several days, or a peer of ours */
	uint8_t helo_class, name_class;
	struct str helo, rdns, sender;
	uint64_t sig_key;
	uint64_t way; /* dialogue_key_rcpt() */
};

struct botnet_hit {
	enum botnet_kind kind;
	uint32_t id;       /* of the cluster, stable; for humans in hex */
	unsigned networks; /* about */
	double bad, good;  /* labelled clients, faded */
	double llr;        /* what membership says, in nats; 0 = nothing */
	char name[BOTNET_NAME_MAX]; /* "helo:ylmf-pc", printable */
};

struct botnets;

struct botnets_conf {
	struct hash_key key;
	unsigned group_networks; /* from so many a HELO is a botnet's */
};
struct botnets *botnets_new(const struct botnets_conf *conf);
void botnets_free(struct botnets *b);
/* Another group_networks, for what comes from now on. */
void botnets_group(struct botnets *b, unsigned group_networks);

/*
 * The client showed these traits: it is counted once per network and cluster.
 * Fills hit[kind] for every kind (llr 0: none).  May be called at every new
 * trait of a session.
 */
void botnets_see(struct botnets *b, const struct botnet_client *c,
    int64_t now_ms, struct botnet_hit hit[BOTNET_KINDS]);

/* A label for all clusters that the client is in, once a day and network. */
void botnets_label(struct botnets *b, const struct botnet_client *c, bool bad,
    int64_t now_ms);

struct botnet_info {
	struct botnet_hit hit;
	int64_t first_ms, last_ms;
	unsigned networks_day; /* new networks within the last 24 h: growth */
	double clients_day;    /* sightings within the last 24 h, about */
};
/*
 * Clusters that convict (llr >= min_llr), biggest first, at most n; returns
 * how many.
 */
size_t botnets_list(struct botnets *b, double min_llr, int64_t now_ms,
    struct botnet_info *out, size_t n);

/* As bytes for the store, as in model.h. */
#define BOTNET_BLOB_MAX (8 << 20)
size_t botnets_encode(struct botnets *b, void *out, size_t max, int64_t now_ms);
bool botnets_decode(struct botnets *b, const void *in, size_t n);

#endif
