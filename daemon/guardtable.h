/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardtable - keeps the kernel table as it should be
 *
 * The admin wins: while the off flag is there the table is not, whoever may
 * have made it.  Anybody else who deletes or changes the table finds it
 * repaired at once; but a program that keeps fighting is left alone for a
 * while (repairs).  Called by the guard for watch events and each second.
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
	void *arg;
};

struct guardtable { /* embedded in the guard; private */
	struct guardtable_conf conf;
	enum msg_table state; /* 0 before guardtable_start() */
	struct repairs repairs;
	enum nftwatch_what seen; /* worst not yet dealt with */
	bool failed_said;
};

void guardtable_init(struct guardtable *t, const struct guardtable_conf *c);
/* First install, or not when off.  0, or -errno after a log line. */
int guardtable_start(struct guardtable *t);
/* Drains the watch; true: call guardtable_look() within some milliseconds. */
bool guardtable_event(struct guardtable *t);
/* Someone found the table gone (-ENOENT): as an event. */
void guardtable_lost(struct guardtable *t);
/* Looks, and repairs what is to be repaired. */
void guardtable_look(struct guardtable *t, int64_t now_ms);

#endif
