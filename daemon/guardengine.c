/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard and its engine: what is said between them, and its end. */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <string.h>

#include "daemon/log.h"

#define SLICE       64  /* messages of the engine in one go */
#define GONE_S      2   /* between a closed socket and SIGCHLD */
#define RELAY_OFTEN 100 /* lost packets worth a line */

/* Mail must not wait for a queue that nobody reads; leaves the blocks. */
void
guard_queue_out(struct guard *g)
{
	bool fresh;

	if (g->nft_conf.queue < 0)
		return;
	g->nft_conf.queue = -1;
	if (nft_configure(g->nft, &g->nft_conf) != 0 ||
	    (g->table.state == MSG_TABLE_ON &&
		nft_install(g->nft, &fresh) != 0))
		log_msg(LOG_ERR,
		    "cannot take the queue rule out: %s "
		    "(it ends by itself within %d s)",
		    nft_error(g->nft), NFT_QUEUE_LEASE_S);
}

void
guard_close_engine(struct guard *g)
{
	(void)event_del(g->ev[EV_ENGINE_READ]);
	(void)event_del(g->ev[EV_ENGINE_WRITE]);
	child_tell_end(&g->child);
}

/* The engine ended, and nobody had told it to. */
void
guard_engine_died(struct guard *g)
{
	char how[128];

	log_msg(LOG_CRIT, "zfw-engine died: %s; %s",
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
		log_msg(LOG_CRIT, "zfw-engine: %s", why);
	guard_queue_out(g);
	guard_close_engine(g);
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

static void
put(struct guard *g, const struct msg *m, int fd)
{
	if (guardsend_put(g->out, m, fd) != 0)
		guard_engine_gone(g, "does not read its messages");
}

static void
put_value(struct guard *g, enum msg_op op, int32_t value)
{
	struct msg m = { .op = (uint8_t)op, .value = value };

	put(g, &m, -1);
}

static void
put_resync(struct guard *g)
{
	guardapply_resync(g->apply);
	put_value(g, MSG_RESYNC, 0);
}

void
guard_on_table(void *arg, enum msg_table state, bool fresh, bool resync)
{
	struct guard *g = arg;

	guardapply_table(g->apply, state == MSG_TABLE_ON, fresh);
	guard_renew_queue(g);
	if (g->phase != PHASE_RESTORE && g->phase != PHASE_READY)
		return;
	put_value(g, MSG_TABLE, (int32_t)state);
	if (resync)
		put_resync(g);
	guard_flush(g);
}

void
guard_on_log(void *arg, const struct msg *m, int fd)
{
	put(arg, m, fd);
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
		put(g, &m, -1);
	if (added)
		guardapply_spare(g->apply, n, guard_now_ms());
}

bool
guard_on_packet(void *arg, const struct packet *p)
{
	struct guard *g = arg;
	uint64_t more;

	if (g->phase != PHASE_READY || g->child.sock == -1)
		return true;
	if (msg_send_packet(g->child.sock, p->t_us, p->data, p->caplen) == 0)
		return true;
	g->relay_lost++;
	if (g->relay_lost % RELAY_OFTEN == 1 &&
	    log_every(&g->relay_limit, guard_now_ms(), &more))
		log_msg(LOG_WARNING,
		    "queue: the engine is slow: %llu packets "
		    "were accepted without it",
		    (unsigned long long)g->relay_lost);
	return true;
}

static void
ready(struct guard *g)
{
	static const char *const how[] = { [NFT_QUEUE_OFF] = "off",
		[NFT_QUEUE_NATIVE] = "native",
		[NFT_QUEUE_XT] = "xt" };
	struct guardapply_counts c;

	if (g->phase != PHASE_RESTORE)
		return;
	g->phase = PHASE_READY;
	(void)event_del(g->ev[EV_DEADLINE]);
	guardapply_counts(g->apply, &c);
	log_msg(LOG_NOTICE, "ready mode=%s table=%s queue=%s blocks=%zu",
	    g->conf.config->policy.enforce ? "enforce" : "shadow",
	    g->table.state == MSG_TABLE_ON ? "on" : "off",
	    how[nft_queue_how(g->nft)], c.blocks);
	guard_notify(g, "READY=1");
	if (g->conf.ready != NULL)
		g->conf.ready(g->conf.arg);
}

/* The engine is there: tell it all that it has to know. */
static void
hello(struct guard *g)
{
	if (g->phase != PHASE_HELLO)
		return;
	g->phase = PHASE_RESTORE;
	put_value(g, MSG_HELLO, 0);
	neverblock_each(g->never, guard_on_own, g);
	put_value(g, MSG_TABLE, (int32_t)g->table.state);
	logwatch_announce(g->logs);
	if (g->table.state == MSG_TABLE_ON)
		put_resync(g);
	else
		ready(g);
}

static void
dispatch(struct guard *g, const struct msg *m, int64_t now_ms)
{
	switch (m->op) {
	case MSG_HELLO:
		hello(g);
		break;
	case MSG_LOG_FIND:
		logwatch_find(g->logs, m->source, m->dev, m->ino);
		break;
	default:
		if (m->op >= MSG_DONE) /* only we say that */
			log_msg(LOG_ERR, "the engine sent op %u", m->op);
		else if (guardapply_msg(g->apply, m, now_ms)) {
			(void)guardapply_flush(g->apply, now_ms);
			ready(g);
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
		if (in.fd != -1)
			(void)evutil_closesocket(in.fd); /* none is due */
		for (size_t k = 0; k < in.n && g->child.sock != -1; k++)
			dispatch(g, &in.m[k], now_ms);
		if (g->child.sock == -1)
			return;
	}
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
