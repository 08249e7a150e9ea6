/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fprun - stages 2 to 4 in a row, from a packet to its lines
 *
 * What zfw-fp does with each packet, whether it comes from a file or from an
 * interface: traits, signature, label, connection, clock, session, and what
 * is told of them.  Time is the packets'; no I/O but the output's.  Memory is
 * taken in fprun_new() and does not grow.  Borrows the database.
 */
#ifndef ZFW_TOOLS_FPRUN_H
#define ZFW_TOOLS_FPRUN_H

#include "fp/hosts.h"
#include "tools/fpform.h"

struct fprun;

struct fprun_conf {
	enum fpform_kind kind;
	int fd;      /* where lines go */
	bool prompt; /* each at once */
	bool sessions;
	const uint16_t *ports; /* the servers' of sessions */
	size_t ports_n;
	bool hosts; /* remember hosts, for queries */
	const struct sigdb *db;
	struct hash_key key;
};

struct fprun_counts {
	uint64_t packets;
	uint64_t verdicts[TRAITS_VERDICTS];
	uint64_t seen[FLOWS_WHATS]; /* SYNs and SYN+ACKs only */
	uint64_t sessions;
	uint64_t labelled; /* SYNs and SYN+ACKs with a label */
	uint64_t evicted;  /* connections that made room for others */
};

/* NULL when memory is short. */
struct fprun *fprun_new(const struct fprun_conf *conf);
void fprun_free(struct fprun *r); /* NULL is allowed; flushes nothing */

/*
 * One packet; `arg` is the struct fprun: made for capture_dispatch().  It may
 * be told only with a later one.
 */
void fprun_packet(void *arg, const struct packet *p);
/* What fprun_packet() was given and has not told yet is told. */
void fprun_settle(struct fprun *r);
/* Live, when no packet came: sessions fall silent all the same. */
void fprun_tick(struct fprun *r, int64_t now_us);
/* No more packets: sessions that are still open are told as they are. */
void fprun_end(struct fprun *r);

/* From now on another database. */
void fprun_set(struct fprun *r, const struct sigdb *db);

struct fpout *fprun_out(struct fprun *r);
const struct hosts *fprun_hosts(const struct fprun *r); /* NULL: none kept */
void fprun_counts(const struct fprun *r, struct fprun_counts *out);

#endif
