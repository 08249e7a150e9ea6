/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soaksess - tests only: thousands of SMTP sessions through a gateway
 *
 * Makes both sides of each: a SYN goes out; when it has come through the
 * gateway the dialogue goes on step by step, with the lines that Postfix
 * would log.  Whom the gateway's front answers talks to that.  Time is
 * now_us, monotonic, set by the caller before each call.  One object, owned by
 * soakgen, which sets the fields above `now_us`.
 */
#ifndef ZFW_TESTS_TOOLS_SOAKSESS_H
#define ZFW_TESTS_TOOLS_SOAKSESS_H

#include "tests/tools/lib/soakclient.h"
#include "tests/tools/lib/soakwire.h"

#define SOAK_SLOT_US  2000
#define SOAK_SLOTS    16384 /* no step waits for longer */
#define SOAK_BUCKETS  65536
#define SOAK_LOG_ROOM (1 << 20)

struct sess;

struct soak_counts {
	uint64_t begun, passed, again, stopped, front, cut;
	uint64_t servers, servers_again, servers_lost;
	uint64_t lines, full;
};

struct soak {
	struct soakwire wire;
	struct soakclients clients;
	struct addr to[2]; /* the server: IPv4, IPv6 */
	const char *log_path;
	const volatile int64_t *clock; /* ns that the wall clock is ahead */
	int64_t now_us;
	int log_fd;
	size_t log_n;
	char *log; /* SOAK_LOG_ROOM */
	uint64_t open_n;
	uint64_t slot; /* the next to look at */
	struct sess *slots[SOAK_SLOTS], *buckets[SOAK_BUCKETS];
	struct soak_counts n;
};

/* Opens the log, anew if it was; false when that fails. */
bool soak_log_open(struct soak *g);

/* Another connection. */
void soak_begin(struct soak *g);

/* What has come to both ends; what is due; then all goes out. */
void soak_turn(struct soak *g);

int64_t soak_wall_us(void);

#endif
