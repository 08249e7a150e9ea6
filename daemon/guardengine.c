/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard and its engine: what is said between them, and its end. */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/log.h"

#define SLICE  64 /* messages of the engine in one go */
#define GONE_S 2  /* between a closed socket and SIGCHLD */

static void
configure(struct guard *g, const char *what)
{
	bool fresh;

	if (nft_configure(g->nft, &g->nft_conf) != 0 ||
	    (g->table.state == MSG_TABLE_ON &&
		nft_install(g->nft, &fresh) != 0))
		log_msg(LOG_ERR,
		    "rules-stay: cannot take %s out: %s (the queue ends by "
		    "itself within %d s)",
		    what, nft_error(g->nft), NFT_QUEUE_LEASE_S);
}

/*
 * Mail must not wait for a queue that nobody reads, nor for a front that does
 * not answer: who was rejected passes.  Leaves the blocks.
 */
void
guard_rules_out(struct guard *g)
{
	if (g->nft_conf.queue < 0 && g->nft_conf.front == NFT_FRONT_OFF)
		return;
	g->nft_conf.queue = -1;
	g->nft_conf.reject_passes = g->nft_conf.front != NFT_FRONT_OFF;
	g->nft_conf.front = NFT_FRONT_OFF;
	configure(g, "the rules of queue and front");
}

void
guard_front_gone(struct guard *g)
{
	if (g->nft_conf.front != NFT_FRONT_OFF) {
		g->nft_conf.front = NFT_FRONT_OFF;
		configure(g, "the rules of the front");
	}
	guardfront_close(
	    &g->front); /* it ends if the engine has no end of it */
	guard_tell(g, MSG_FRONT_GONE, 0);
}

void
guard_close_engine(struct guard *g)
{
	guard_queue_release(g);
	(void)event_del(g->ev[EV_ENGINE_READ]);
	(void)event_del(g->ev[EV_ENGINE_WRITE]);
	child_tell_end(&g->child);
}

/* The engine ended, and nobody had told it to. */
void
guard_engine_died(struct guard *g)
{
	char how[128];

	log_msg(LOG_CRIT, "engine-died: zfw-engine died: %s; %s",
	    child_how(&g->child, how, sizeof(how)),
	    g->phase == PHASE_HELLO ?
		"it never came up" :
		"blocks stay in the kernel and run out there");
	g->phase = PHASE_DEAD;
	g->exit_code = 1;
	(void)event_base_loopbreak(g->base);
}

/* The socket is closed or unusable: now it must end, or is made to look so. */
void
guard_engine_gone(struct guard *g, const char *why)
{
	if (g->phase == PHASE_STOP || g->phase == PHASE_DEAD)
		return;
	if (why != NULL)
		log_msg(LOG_CRIT, "engine-gone: zfw-engine: %s", why);
	guard_rules_out(g);
	guard_close_engine(g);
	guardfront_close(&g->front);
	if (child_reap(&g->child))
		guard_engine_died(g);
	else
		guard_timer(g, EV_DEADLINE, GONE_S * 1000);
}

void
guard_flush(struct guard *g)
{
	int rc;

	if (g->child.sock == -1)
		return;
	rc = guardsend_flush(g->out);
	if (rc == -EAGAIN)
		(void)event_add(g->ev[EV_ENGINE_WRITE], NULL);
	else if (rc != 0)
		guard_engine_gone(g,
		    rc == -EPIPE || rc == -ECONNRESET ? NULL : strerror(-rc));
	/* Who does not take answers gets no more of them. */
	if (g->child.sock != -1 && guardsend_busy(g->out))
		(void)event_del(g->ev[EV_ENGINE_READ]);
}

void
guard_put(struct guard *g, const struct msg *m, int fd)
{
	if (guardsend_put(g->out, m, fd) != 0)
		guard_engine_gone(g, "does not read its messages");
}

static void
put_value(struct guard *g, enum msg_op op, int32_t value)
{
	struct msg m = { .op = (uint8_t)op, .value = value };

	guard_put(g, &m, -1);
}

void
guard_tell(struct guard *g, enum msg_op op, int32_t value)
{
	if (g->phase == PHASE_RESTORE || g->phase == PHASE_READY)
		put_value(g, op, value);
}

static void
put_resync(struct guard *g)
{
	const struct msg m = { .op = MSG_RESYNC,
		.seq = guardapply_resync(g->apply) };

	guard_put(g, &m, -1);
}

void
guard_look_lacks(struct guard *g)
{
	const char *lacks = nft_error(g->nft);

	if (strncmp(g->lacks, lacks, sizeof(g->lacks) - 1) != 0) {
		(void)snprintf(g->lacks, sizeof(g->lacks), "%s", lacks);
		if (*lacks != '\0')
			log_msg(LOG_WARNING, "table-lacks: %s", lacks);
	}
	if (g->nft_conf.front != NFT_FRONT_OFF &&
	    nft_front_how(g->nft) == NFT_FRONT_OFF) {
		log_msg(LOG_ERR,
		    "front-off: front: off; who would be rejected is dropped");
		guard_front_gone(g);
	}
}

void
guard_on_table(void *arg, enum msg_table state, bool fresh, bool resync)
{
	struct guard *g = arg;

	guardapply_table(g->apply, state, fresh);
	guardlist_table(&g->list, state == MSG_TABLE_ON, fresh || resync);
	if (state == MSG_TABLE_ON)
		guard_look_lacks(g);
	guard_renew_queue(g);
	if (g->phase != PHASE_RESTORE && g->phase != PHASE_READY)
		return;
	put_value(g, MSG_TABLE, (int32_t)state);
	if (resync)
		put_resync(g);
	guard_flush(g);
}

size_t
guard_on_elements(void *arg, const struct nft_op *ops, size_t n)
{
	struct guard *g = arg;

	return guardapply_foreign(g->apply, ops, n, guard_now_ms());
}

void
guard_on_log(void *arg, const struct msg *m, int fd)
{
	guard_put(arg, m, fd);
}

bool
guard_on_never(void *arg, const struct net *n)
{
	const struct guard *g = arg;

	return neverblock_has(g->never, n);
}

void
guard_on_own(void *arg, const struct net *n, bool added)
{
	struct guard *g = arg;
	struct msg m = { .op = added ? MSG_OWN_ADD : MSG_OWN_DEL, .net = *n };

	if (g->phase != PHASE_HELLO)
		guard_put(g, &m, -1);
	if (!added)
		return;
	guardapply_spare(g->apply, n, guard_now_ms());
	guardlist_spare(&g->list, n);
}

static void
ready(struct guard *g)
{
	static const char *const how[] = { [NFT_QUEUE_OFF] = "off",
		[NFT_QUEUE_NATIVE] = "native",
		[NFT_QUEUE_XT] = "xt" };
	static const char *const front[] = { [NFT_FRONT_OFF] = "off",
		[NFT_FRONT_TPROXY] = "tproxy",
		[NFT_FRONT_REDIRECT] = "redirect" };
	struct guardapply_counts c;

	if (g->phase != PHASE_RESTORE)
		return;
	g->phase = PHASE_READY;
	(void)event_del(g->ev[EV_DEADLINE]);
	guardapply_counts(g->apply, &c);
	log_msg(LOG_NOTICE,
	    "ready mode=%s table=%s queue=%s front=%s blocks=%zu",
	    g->conf.config->policy.enforce ? "enforce" : "shadow",
	    g->table.state == MSG_TABLE_ON ? "on" : "off",
	    how[nft_queue_how(g->nft)], front[g->nft_conf.front], c.blocks);
	guard_notify(g, "READY=1");
	if (g->conf.ready != NULL)
		g->conf.ready(g->conf.arg);
}

/* Its socket to the front; or that there is none, if it hopes for one. */
static void
tell_front(struct guard *g)
{
	const struct msg m = { .op = MSG_FRONT_FD };

	if (g->front.port != 0 && g->front.engine_fd != -1) {
		guard_put(g, &m, g->front.engine_fd);
		g->front.engine_fd = -1; /* the queue's now */
	} else if (g->conf.config->policy.front) {
		put_value(g, MSG_FRONT_GONE, 0);
	}
}

/*
 * The engine is there: tell it all that it has to know, and first what it
 * waits for to send blocks while it loads them.
 */
static void
tell_all(struct guard *g)
{
	g->phase = PHASE_RESTORE;
	put_value(g, MSG_HELLO, 0);
	neverblock_each(g->never, guard_on_own, g);
	put_value(g, MSG_TABLE, (int32_t)g->table.state);
	if (g->table.state == MSG_TABLE_ON)
		put_resync(g);
	logwatch_announce(g->logs);
	tell_front(g);
}

static void
hello(struct guard *g, bool loaded)
{
	if (g->phase == PHASE_HELLO)
		tell_all(g);
	/* Else when the restore is over. */
	if (loaded && g->table.state != MSG_TABLE_ON)
		ready(g);
}

static void
dispatch(struct guard *g, const struct msg *m, int64_t now_ms)
{
	switch (m->op) {
	case MSG_HELLO:
		hello(g, m->value == 0);
		break;
	case MSG_RESTORE_BEGIN:
		(void)guardapply_msg(g->apply, m, now_ms);
		if (guardapply_restoring(g->apply))
			guardtable_restoring(&g->table, true, now_ms);
		break;
	case MSG_VERDICT:
		guard_queue_verdict(g, m);
		break;
	case MSG_INLINE:
		guard_queue_inline(g, m->value == 1);
		break;
	case MSG_LOG_FIND:
		logwatch_find(g->logs, m->source, m->dev, m->ino);
		break;
	case MSG_LIST_BEGIN:
		guardlist_begin(&g->list);
		break;
	case MSG_LIST_NET:
		guardlist_net(&g->list, &m->net);
		break;
	case MSG_LIST_END:
		(void)guardapply_flush(g->apply, now_ms);
		if (guardlist_end(&g->list) != 0)
			guardapply_note(g->apply, -EIO);
		break;
	case MSG_ALIVE:
		g->alive_ms = now_ms;
		break;
	case MSG_CONFIG: /* with its descriptor: take_config() */
		break;
	default:
		if (m->op >= MSG_DONE) /* only we say that */
			log_msg(LOG_ERR, "engine-op: the engine sent op %u",
			    m->op);
		else if (guardapply_msg(g->apply, m, now_ms)) {
			(void)guardapply_flush(g->apply, now_ms);
			guardtable_restoring(&g->table, false, now_ms);
			ready(g);
			guard_audit(g);
		}
	}
}

void
guard_apply(struct guard *g, int64_t now_ms)
{
	if (guardapply_flush(g->apply, now_ms) == -ENOENT) {
		guardtable_lost(&g->table);
		guard_timer(g, EV_LOOK, 0);
	}
	guard_flush(g);
}

/* Only the file of the configuration comes with a descriptor. */
static void
take_config(struct guard *g, const struct msg_in *in)
{
	if (in->fd == -1)
		return;
	if (in->m[0].op == MSG_CONFIG)
		guard_reload(g, in->fd, in->m[0].count);
	(void)evutil_closesocket(in->fd);
}

void
guard_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int64_t now_ms = guard_now_ms();
	struct msg_in in;
	int n = -EAGAIN;

	(void)what;
	for (int i = 0; i < SLICE && !guardsend_busy(g->out); i++) {
		n = msg_recv(fd, &in);
		if (n <= 0)
			break;
		take_config(g, &in);
		guardapply_soon(g->apply, in.m, in.n);
		for (size_t k = 0; k < in.n && g->child.sock != -1; k++)
			dispatch(g, &in.m[k], now_ms);
		if (g->child.sock == -1)
			return;
	}
	guard_queue_verdicts(g); /* there somebody waits */
	guard_apply(g, now_ms);
	if (n == 0)
		guard_engine_gone(g, NULL);
	else if (n < 0 && n != -EAGAIN)
		guard_engine_gone(g,
		    n == -EBADMSG ? "sent a malformed message" : strerror(-n));
}

void
guard_on_write(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	guard_flush(g);
	if (g->child.sock != -1 && !guardsend_busy(g->out))
		(void)event_add(g->ev[EV_ENGINE_READ], NULL);
}
