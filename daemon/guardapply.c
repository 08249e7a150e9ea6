/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardapply.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/blockset.h"
#include "daemon/evidence_kind.h"
#include "daemon/log.h"

#define ALLOW_MAX   (2 * (size_t)NFT_ALLOW_MAX)
#define SWEEP_SLOTS 65536 /* a second: a million blocks in a minute */

struct guardapply {
	struct nft *nft;
	struct guardsend *out;
	struct guardcheck check;
	struct blockset *blocks;
	bool on;
	bool lost; /* the kernel said that the table is gone */
	int err;   /* first since the last MSG_SYNC, or 0 */
	struct nft_op ops[NFT_BATCH_MAX];
	size_t ops_n;
	struct net *allow; /* the list that is being received */
	size_t allow_n, allow_room;
	bool allowing; /* between ALLOW_BEGIN and _END, no error so far */
	struct guardapply_counts counts;
	struct log_limit limits[GUARD_BAD + 1];
};

static const char *const verdict_words[GUARD_BAD + 1] = {
	[GUARD_NEVER] = "never-block",
	[GUARD_FULL] = "full",
	[GUARD_RATE] = "rate",
	[GUARD_SHADOW] = "shadow",
	[GUARD_KERNEL] = "kernel",
	[GUARD_BAD] = "malformed",
};

struct guardapply *
guardapply_new(const struct guardapply_conf *c, int64_t now_ms)
{
	struct guardapply *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->nft = c->nft;
	a->out = c->out;
	guardcheck_init(&a->check, &c->check, now_ms);
	a->blocks = blockset_new(c->check.blocks_max);
	if (a->blocks == NULL) {
		free(a);
		return NULL;
	}
	return a;
}

void
guardapply_free(struct guardapply *a)
{
	if (a == NULL)
		return;
	blockset_free(a->blocks);
	free(a->allow);
	free(a);
}

static uint32_t
seconds(int64_t now_ms)
{
	return (uint32_t)(now_ms / 1000);
}

static void
note_error(struct guardapply *a, int err)
{
	if (a->err == 0)
		a->err = err;
}

/* Did an admin ask for it, so that a refusal is an answer to him? */
static bool
by_admin(const uint8_t reasons[4])
{
	return memchr(reasons, EVIDENCE_ADMIN, 4) != NULL;
}

/* Counts, says so, and answers where the engine can do something about it. */
static void
refuse(struct guardapply *a, const struct net *n, enum guard_verdict v,
    int64_t now_ms)
{
	struct msg m = { .op = MSG_REFUSED, .net = *n, .value = (int32_t)v };
	char text[ADDR_STRLEN];
	uint64_t more;

	a->counts.refused[v]++;
	if (log_every(&a->limits[v], now_ms, &more))
		log_msg(v == GUARD_BAD ? LOG_ERR : LOG_WARNING,
		    "refused net=%s reason=%s left_out=%llu",
		    net_print(n, text), verdict_words[v],
		    (unsigned long long)more);
	if (v != GUARD_BAD)
		(void)guardsend_put(a->out, &m, -1);
}

/* The kernel's answers to a batch that did not go in whole. */
static void
failures(struct guardapply *a, int64_t now_ms)
{
	for (size_t i = 0; i < a->ops_n; i++) {
		int rc = nft_result(a->nft, i);

		if (rc == 0)
			continue;
		if (a->ops[i].kind == NFT_DEL || by_admin(a->ops[i].reasons))
			note_error(a, rc);
		if (a->ops[i].kind == NFT_DEL)
			continue;
		blockset_del(a->blocks, &a->ops[i].net);
		refuse(a, &a->ops[i].net,
		    rc == -ENFILE ? GUARD_FULL : GUARD_KERNEL, now_ms);
	}
}

int
guardapply_flush(struct guardapply *a, int64_t now_ms)
{
	size_t done = 0;
	int rc = 0;

	if (a->ops_n > 0 && a->on && !a->lost)
		rc = nft_apply(a->nft, a->ops, a->ops_n, &done);
	a->counts.applied += done;
	if (rc == -ENOENT) {
		note_error(a, rc);
		a->lost = true; /* until guardapply_table() */
	} else if (rc != 0) {
		failures(a, now_ms);
	}
	a->ops_n = 0;
	return a->lost ? -ENOENT : 0;
}

static void
add_op(struct guardapply *a, const struct nft_op *op, int64_t now_ms)
{
	if (a->ops_n == NFT_BATCH_MAX)
		(void)guardapply_flush(a, now_ms);
	a->ops[a->ops_n++] = *op;
}

static void
block(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct guardcheck_seen seen = {
		.known = blockset_has(a->blocks, &m->net, seconds(now_ms)),
		.have = blockset_count(a->blocks, m->net.a.family),
	};
	enum guard_verdict v;
	struct nft_op op;

	v = guardcheck_block(&a->check, m, &seen, now_ms, &op);
	if (v == GUARD_OK &&
	    !blockset_put(a->blocks, &op.net, seconds(now_ms) + op.timeout_s,
		seconds(now_ms)))
		v = GUARD_FULL;
	if (v == GUARD_OK) {
		add_op(a, &op, now_ms);
		return;
	}
	refuse(a, &m->net, v, now_ms);
	if (v == GUARD_BAD || by_admin(m->reasons))
		note_error(a, v == GUARD_BAD ? -EINVAL : -EPERM);
	/* The list may have grown since the kernel got that element. */
	if (v == GUARD_NEVER)
		guardapply_spare(a, &m->net, now_ms);
}

static void
unblock(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct nft_op op;
	enum guard_verdict v = guardcheck_unblock(m, &op);

	if (v != GUARD_OK) {
		refuse(a, &m->net, v, now_ms);
		note_error(a, -EINVAL);
		return;
	}
	blockset_del(a->blocks, &op.net);
	add_op(a, &op, now_ms);
}

void
guardapply_spare(struct guardapply *a, const struct net *n, int64_t now_ms)
{
	struct nft_op op = { .kind = NFT_DEL, .net = addr_key_net(&n->a) };

	blockset_del(a->blocks, &op.net);
	add_op(a, &op, now_ms);
}

static void
allow_begin(struct guardapply *a)
{
	a->allow_n = 0;
	a->allowing = true;
}

static void
allow_net(struct guardapply *a, const struct net *n)
{
	size_t room = a->allow_room == 0 ? 64 : a->allow_room * 2;
	struct net *v;

	if (!a->allowing)
		return;
	if (a->allow_n == a->allow_room) {
		v = room > ALLOW_MAX ? NULL :
				       realloc(a->allow, room * sizeof(*v));
		if (v == NULL) {
			log_msg(LOG_ERR,
			    "allow list: more than %zu networks, "
			    "the old list stays",
			    a->allow_n);
			note_error(a, -ENFILE);
			a->allowing = false;
			return;
		}
		a->allow = v;
		a->allow_room = room;
	}
	a->allow[a->allow_n++] = *n;
}

static void
allow_end(struct guardapply *a, int64_t now_ms)
{
	int rc = 0;

	if (a->allowing && a->on) {
		(void)guardapply_flush(a, now_ms);
		rc = nft_allow_replace(a->nft, a->allow, a->allow_n);
	}
	if (rc != 0) {
		log_msg(LOG_ERR, "allow list: %s", nft_error(a->nft));
		note_error(a, rc);
	}
	a->allowing = false;
}

static void
sync_done(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct msg done = { .op = MSG_DONE, .seq = m->seq };

	(void)guardapply_flush(a, now_ms);
	done.value = a->on ? a->err : -ESHUTDOWN;
	a->err = 0;
	(void)guardsend_put(a->out, &done, -1);
}

static void
restore_begin(struct guardapply *a)
{
	if (!guardcheck_restore_begin(&a->check))
		log_msg(LOG_ERR,
		    "the engine restores blocks unasked: taken "
		    "as new ones");
}

bool
guardapply_msg(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	switch (m->op) {
	case MSG_BLOCK:
	case MSG_RENEW:
		if (a->on)
			block(a, m, now_ms);
		return false;
	case MSG_UNBLOCK:
		if (a->on)
			unblock(a, m, now_ms);
		return false;
	case MSG_ALLOW_BEGIN:
		allow_begin(a);
		return false;
	case MSG_ALLOW_NET:
		allow_net(a, &m->net);
		return false;
	case MSG_ALLOW_END:
		allow_end(a, now_ms);
		return false;
	case MSG_RESTORE_BEGIN:
		restore_begin(a);
		return false;
	case MSG_RESTORE_END:
		return guardcheck_restore_end(&a->check);
	case MSG_SYNC:
		sync_done(a, m, now_ms);
		return false;
	default:
		return false;
	}
}

void
guardapply_table(struct guardapply *a, bool on, bool fresh)
{
	a->on = on;
	a->lost = false;
	a->ops_n = 0;
	if (fresh)
		blockset_clear(a->blocks);
}

void
guardapply_resync(struct guardapply *a)
{
	guardcheck_resync(&a->check);
}

void
guardapply_tick(struct guardapply *a, int64_t now_ms)
{
	blockset_sweep(a->blocks, SWEEP_SLOTS, seconds(now_ms));
}

void
guardapply_counts(const struct guardapply *a, struct guardapply_counts *out)
{
	*out = a->counts;
	out->blocks = blockset_count(a->blocks, 4) +
	    blockset_count(a->blocks, 6);
}
