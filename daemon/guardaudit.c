/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard looks through the sets for what should not be there: elements
 * that an earlier zfwd left, or that were made when nobody could tell.
 */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <string.h>

#include "daemon/log.h"

#define SLICE_MS   5
#define REST       50  /* so many times what a slice took: 2 % of a processor */
#define RESTORE_MS 100 /* while blocks are being restored */

static void
one(void *arg, const struct nft_op *op)
{
	struct guard *g = arg;

	g->audit_wrong += guardapply_audit(g->apply, op, guard_now_ms());
}

void
guard_audit(void *guard)
{
	struct guard *g = guard;

	if (g->walk == NULL || !g->conf.config->policy.enforce)
		return;
	nftwalk_begin(g->walk);
	if (!event_pending(g->ev[EV_AUDIT], EV_TIMEOUT, NULL))
		guard_timer(g, EV_AUDIT, 0);
}

void
guard_on_audit(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int64_t began_ms = guard_now_ms(), took_ms = 0;
	int rc = 1;

	(void)fd;
	(void)what;
	if (g->table.state != MSG_TABLE_ON)
		return; /* the next restore begins anew */
	/* What is not restored yet is not known yet. */
	if (g->table.deaf_ms != 0 || g->phase != PHASE_READY) {
		guard_timer(g, EV_AUDIT, RESTORE_MS);
		return;
	}
	guard_apply(g, began_ms);
	while (rc == 1 && took_ms < SLICE_MS) {
		rc = nftwalk_step(g->walk, one, g);
		took_ms = guard_now_ms() - began_ms;
	}
	guard_apply(g, guard_now_ms());
	if (rc == 1) {
		guard_timer(g, EV_AUDIT, (took_ms + 1) * REST);
		return;
	}
	if (rc < 0)
		log_msg(LOG_WARNING, "audit: looking through the sets: %s",
		    strerror(-rc));
	if (g->audit_wrong > 0)
		log_msg(LOG_WARNING,
		    "audit-repaired: table inet " NFT_TABLE
		    ": %zu elements were not what they should be: put right",
		    g->audit_wrong);
	g->audit_wrong = 0;
}
