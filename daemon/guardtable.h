/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardtable - keeps the kernel table as it should be
 *
 * The admin wins: while the off flag is there the table is not, whoever may
 * have made it.  Anybody else who deletes or changes the table finds it
 * repaired at once; but a program that keeps fighting is left alone for a
 * while (repairs).  Elements that others made or deleted are put right one by
 * one, many of them by sending all blocks again.  Called by the guard for watch events and each second.
 * Tells by its callback when the state changes and when the blocks have to be
 * sent again; logs what it did.  `now_ms` is monotonic.
 */
#ifndef ZFW_DAEMON_GUARDTABLE_H
#define ZFW_DAEMON_GUARDTABLE_H

#include "daemon/log.h"
#include "daemon/msg.h"
#include "daemon/places.h"
#include "daemon/repairs.h"
#include "nft/nft.h"
#include "nft/nftwatch.h"

struct guardtable_conf {
	struct nft *nft;
	struct nftwatch *watch;
	const struct places *places;
	/* `fresh`: the sets are empty; `resync`: send every block again. */
	void (
	    *changed)(void *arg, enum msg_table state, bool fresh, bool resync);
	/* Others changed these: how many had to be put right. */
	size_t (*elements)(void *arg, const struct nft_op *ops, size_t n);
	/* Events were lost, or we were deaf: the sets may have anything. */
	void (*looked)(void *arg);
	void *arg;
};

struct guardtable { /* embedded in the guard; private */
	struct guardtable_conf conf;
	enum msg_table state; /* 0 before guardtable_start() */
	struct repairs repairs;
	enum nftwatch_what seen; /* worst not yet dealt with */
	struct repairs elements;
	int64_t deaf_ms; /* since when it does not listen; 0 = it does */
	bool resync;     /* elements were changed that we cannot name */
	bool failed_said;
	struct log_limit elements_limit;
};

void guardtable_init(struct guardtable *t, const struct guardtable_conf *c);
/* First install, or not when off.  0, or -errno after a log line. */
int guardtable_start(struct guardtable *t);
/* Drains the watch; true: call guardtable_look() within some milliseconds. */
bool guardtable_event(struct guardtable *t, int64_t now_ms);
/*
 * A bulk restore begins or ends: meanwhile nobody listens to events, most of
 * which would be our own, and then it looks once.
 */
void guardtable_restoring(struct guardtable *t, bool on, int64_t now_ms);
/* Someone found the table gone (-ENOENT): as an event. */
void guardtable_lost(struct guardtable *t);
/* Looks, and repairs what is to be repaired. */
void guardtable_look(struct guardtable *t, int64_t now_ms);

#endif
