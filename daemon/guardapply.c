/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardapply_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/evidence_kind.h"

#define SWEEP_SLOTS 65536 /* a second: a million blocks in a minute */

static const char *const verdict_words[GUARD_BAD + 1] = {
	[GUARD_NEVER] = "never-block",
	[GUARD_FULL] = "full",
	[GUARD_RATE] = "rate",
	[GUARD_SHADOW] = "shadow",
	[GUARD_KERNEL] = "kernel",
	[GUARD_BAD] = "malformed",
};

/* What an admin can do about it. */
static const char *const verdict_hints[GUARD_BAD + 1] = {
	[GUARD_NEVER] = "",
	[GUARD_FULL] = ", raise blocks_max",
	[GUARD_RATE] = ", raise block_rate",
	[GUARD_SHADOW] = "",
	[GUARD_KERNEL] = ", see the lines before this one",
	[GUARD_BAD] = ", a fault in the engine",
};

struct guardapply *
guardapply_new(const struct guardapply_conf *c, int64_t now_ms)
{
	struct guardapply *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->nft = c->nft;
	a->out = c->out;
	a->cut = c->cut;
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
	guardallow_fini(&a->allow);
	free(a);
}

void
guardapply_configure(struct guardapply *a, const struct guardcheck_conf *c)
{
	guardcheck_configure(&a->check, c);
}

static void
note_error(struct guardapply *a, int err)
{
	if (a->err == 0)
		a->err = err;
}

void
guardapply_note(struct guardapply *a, int err)
{
	note_error(a, err);
}

/* Did an admin ask for it, so that a refusal is an answer to him? */
static bool
by_admin(const uint8_t reasons[4])
{
	return memchr(reasons, EVIDENCE_ADMIN, 4) != NULL;
}

/* Counts, says so, and answers where the engine can do something about it. */
static void
refuse(struct guardapply *a, const struct nft_op *op, enum guard_verdict v,
    int64_t now_ms)
{
	struct msg m = { .op = MSG_REFUSED,
		.net = op->net,
		.stack = op->stack,
		.value = (int32_t)v };
	char text[ADDR_STRLEN];
	uint64_t more;

	m.action = op->action == NFT_REJECT ? MSG_REJECT : MSG_DROP;
	a->counts.refused[v]++;
	if (log_every(&a->limits[v], now_ms, &more))
		log_msg(v == GUARD_BAD ? LOG_ERR : LOG_WARNING,
		    "refused net=%s reason=%s left_out=%llu: a block%s",
		    net_print(&op->net, text), verdict_words[v],
		    (unsigned long long)more, verdict_hints[v]);
	if (v != GUARD_BAD)
		(void)guardsend_put(a->out, &m, -1);
}

/* The session goes on; nothing can be done about it later. */
static void
refuse_cut(struct guardapply *a, const struct msg *cut, enum guard_verdict v,
    int64_t now_ms)
{
	const struct msg m = { .op = MSG_REFUSED,
		.net = cut->net,
		.value = MSG_REFUSED_CUT };
	char text[ADDR_STRLEN];
	uint64_t more;

	a->counts.cuts_refused++;
	if (log_every(&a->cut_limits[v], now_ms, &more))
		log_msg(v == GUARD_BAD ? LOG_ERR : LOG_WARNING,
		    "cut-refused client=%s port=%u reason=%s left_out=%llu: "
		    "the end of a session%s",
		    addr_print(&cut->net.a, text), cut->port, verdict_words[v],
		    (unsigned long long)more,
		    v == GUARD_RATE ? ", it goes on, raise block_rate" : "");
	if (v != GUARD_BAD)
		(void)guardsend_put(a->out, &m, -1);
}

static bool
try_again(struct guardapply *a, const struct nft_op *op, int rc, int64_t now_ms)
{
	char text[ADDR_STRLEN];
	uint64_t more;

	if (!guardretry_put(&a->retry, op, rc))
		return false;
	if (log_every(&a->retry_limit, now_ms, &more))
		log_msg(LOG_WARNING,
		    "not-taken net=%s why=\"%s\": the kernel did not take it; "
		    "tried again left_out=%llu",
		    net_print(&op->net, text), strerror(-rc),
		    (unsigned long long)more);
	return true;
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
		if (try_again(a, &a->ops[i], rc, now_ms) ||
		    a->ops[i].kind == NFT_DEL)
			continue;
		blockset_del(a->blocks, &a->ops[i]);
		refuse(a, &a->ops[i], rc == -ENFILE ? GUARD_FULL : GUARD_KERNEL,
		    now_ms);
	}
}

/* Nothing more is tried until guardapply_table(). */
static void
table_is_lost(struct guardapply *a)
{
	note_error(a, -ENOENT);
	a->lost = true;
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
		table_is_lost(a);
	} else if (rc != 0) {
		failures(a, now_ms);
	}
	a->ops_n = 0;
	a->moving = (struct net){ .bits = 0 };
	return a->lost ? -ENOENT : 0;
}

void
guardapply_add(struct guardapply *a, const struct nft_op *op, int64_t now_ms)
{
	if (a->ops_n == NFT_BATCH_MAX)
		(void)guardapply_flush(a, now_ms);
	a->ops[a->ops_n++] = *op;
}

static bool
same_net(const struct net *a, const struct net *b)
{
	return a->bits == b->bits && addr_eq(&a->a, &b->a);
}

/* What guardcheck wants to know of a block. */
static struct guardcheck_seen
look_up(struct guardapply *a, const struct nft_op *key, int64_t now_ms)
{
	struct guardcheck_seen seen = {
		.known = blockset_has(a->blocks, key, guardapply_s(now_ms)),
		.have = blockset_count(a->blocks, key->net.a.family),
	};

	/* Of no interest in a restore, which is to be quick. */
	seen.client = seen.known || a->check.restoring ||
	    same_net(&a->moving, &key->net) ||
	    blockset_of_net(a->blocks, &key->net, guardapply_s(now_ms));
	return seen;
}

static void
block(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct guardcheck_seen seen = { .known = false };
	struct nft_op key = { .net = m->net }, op;
	enum guard_verdict v;

	/* What is no key is refused below, and nobody looks for it. */
	if (guardcheck_key(m, &key) == GUARD_OK)
		seen = look_up(a, &key, now_ms);
	v = guardcheck_block(&a->check, m, &seen, now_ms, &op);
	if (v == GUARD_OK &&
	    !blockset_put(a->blocks, &op, guardapply_s(now_ms) + op.timeout_s,
		guardapply_s(now_ms)))
		v = GUARD_FULL;
	if (v == GUARD_OK) {
		guardapply_add(a, &op, now_ms);
		return;
	}
	refuse(a, &key, v, now_ms);
	if (v == GUARD_BAD || by_admin(m->reasons))
		note_error(a, v == GUARD_BAD ? -EINVAL : -EPERM);
	/* The list may have grown since the kernel got that element. */
	if (v == GUARD_NEVER)
		guardapply_spare(a, &m->net, now_ms);
}

static void
unblock(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct nft_op op = { .net = m->net };
	enum guard_verdict v = guardcheck_unblock(m, &op);

	if (v != GUARD_OK) {
		refuse(a, &op, v, now_ms);
		note_error(a, -EINVAL);
		return;
	}
	/* A block that comes back in another form is not a new one. */
	if (blockset_has(a->blocks, &op, guardapply_s(now_ms)))
		a->moving = op.net;
	blockset_del(a->blocks, &op);
	guardapply_add(a, &op, now_ms);
}

static void
check(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	struct msg answer = { .op = MSG_CHECKED, .seq = m->seq };
	struct nft_op op;
	uint64_t left_ms = 0;
	int rc = -ESHUTDOWN;

	if (guardcheck_key(m, &op) != GUARD_OK)
		rc = -EINVAL;
	else if (a->on && guardapply_flush(a, now_ms) == 0)
		rc = nft_get(a->nft, &op, &left_ms);
	/* Without the table nothing is: that is not about this element. */
	if (rc == 0 && nft_present(a->nft) == 0)
		rc = -ENOENT;
	answer.value = rc;
	/* A part of a second is one: 0 would mean that it is not there. */
	if (rc == 1)
		answer.value = left_ms / 1000 >= INT32_MAX ?
		    INT32_MAX :
		    (int32_t)((left_ms + 999) / 1000);
	(void)guardsend_put(a->out, &answer, -1);
}

static void
cut(struct guardapply *a, const struct msg *m, int64_t now_ms)
{
	enum guard_verdict v;

	if (a->off)
		return; /* the engine will know in a moment */
	v = guardcheck_cut(&a->check, m, now_ms);
	if (v != GUARD_OK) {
		refuse_cut(a, m, v, now_ms);
		return;
	}
	/* The block first: it comes back at once. */
	(void)guardapply_flush(a, now_ms);
	if (guardcut_do(a->cut, m, a->on && !a->lost, now_ms) == -ENOENT)
		table_is_lost(a);
}

static void
allow_end(struct guardapply *a, int64_t now_ms)
{
	int rc;

	(void)guardapply_flush(a, now_ms);
	rc = guardallow_end(&a->allow, a->nft, a->on);
	if (rc != 0)
		note_error(a, rc);
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
restore_begin(struct guardapply *a, uint32_t seq)
{
	if (!guardcheck_restore_begin(&a->check, seq))
		log_msg(LOG_ERR,
		    "engine-restores: the engine restores blocks unasked: "
		    "taken as new ones");
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
		guardallow_begin(&a->allow);
		return false;
	case MSG_ALLOW_NET:
		if (guardallow_net(&a->allow, &m->net) != 0)
			note_error(a, -ENFILE);
		return false;
	case MSG_ALLOW_END:
		allow_end(a, now_ms);
		return false;
	case MSG_RESTORE_BEGIN:
		restore_begin(a, m->seq);
		return false;
	case MSG_RESTORE_END:
		return guardcheck_restore_end(&a->check);
	case MSG_SYNC:
		sync_done(a, m, now_ms);
		return false;
	case MSG_CHECK:
		check(a, m, now_ms);
		return false;
	case MSG_CUT:
		cut(a, m, now_ms);
		return false;
	default:
		return false;
	}
}

void
guardapply_soon(const struct guardapply *a, const struct msg *m, size_t n)
{
	for (size_t i = 0; a->check.restoring && i < n; i++)
		if (m[i].op == MSG_BLOCK)
			blockset_soon(a->blocks, &m[i].net);
}

void
guardapply_table(struct guardapply *a, enum msg_table state, bool fresh)
{
	a->on = state == MSG_TABLE_ON;
	a->off = state == MSG_TABLE_OFF;
	a->lost = false;
	a->ops_n = 0;
	guardretry_clear(&a->retry);
	if (!fresh)
		return;
	a->err = 0; /* of the table before this: all is sent again */
	blockset_clear(a->blocks);
}

bool
guardapply_restoring(const struct guardapply *a)
{
	return a->check.restoring;
}

uint32_t
guardapply_resync(struct guardapply *a)
{
	return guardcheck_resync(&a->check);
}

void
guardapply_tick(struct guardapply *a, int64_t now_ms)
{
	const size_t max = a->check.conf.blocks_max;
	const size_t n4 = blockset_count(a->blocks, 4);
	const size_t n6 = blockset_count(a->blocks, 6);

	guardapply_retry(a, now_ms);
	blockset_sweep(a->blocks, SWEEP_SLOTS, guardapply_s(now_ms));
	if (!a->full_said && (n4 >= max || n6 >= max))
		log_msg(LOG_ALERT,
		    "full: %zu blocks of IPv%c are all that blocks_max allows; "
		    "new ones only take the place of lesser ones",
		    max, n4 >= max ? '4' : '6');
	/* Said again only once a tenth of it was free. */
	if (n4 >= max || n6 >= max)
		a->full_said = true;
	else if (n4 < max / 10 * 9 && n6 < max / 10 * 9)
		a->full_said = false;
}

void
guardapply_counts(const struct guardapply *a, struct guardapply_counts *out)
{
	*out = a->counts;
	out->blocks = blockset_count(a->blocks, 4) +
	    blockset_count(a->blocks, 6);
}
