/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "daemon/log.h"

#define LOOK_MS 20 /* after an event, so that a series is over */
#define END_S   5  /* for the engine to end when told */

/* Monotonic: for intervals only. */
int64_t
guard_now_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		zfw_panic("no monotonic clock");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
guard_timer(struct guard *g, enum guard_event e, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (event_add(g->ev[e], &tv) != 0)
		zfw_panic("event_add failed");
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	if (guardtable_event(&g->table) &&
	    !event_pending(g->ev[EV_LOOK], EV_TIMEOUT, NULL))
		guard_timer(g, EV_LOOK, LOOK_MS);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	guardtable_look(&g->table, guard_now_ms());
}

static void
on_own(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int rc;

	(void)fd;
	(void)what;
	rc = neverblock_read(g->never);
	if (rc != 0 && log_every(&g->own_limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING, "own addresses: %s", strerror(-rc));
	guard_apply(g, guard_now_ms());
}

static void
on_logs(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	logwatch_read(g->logs);
	guard_flush(g);
}

static void
on_queue(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int rc = nfqueue_read(g->queue);

	(void)fd;
	(void)what;
	if (rc != 0 && log_every(&g->queue_limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING, "queue: %s", strerror(-rc));
}

void
guard_renew_queue(struct guard *g)
{
	if (g->nft_conf.queue < 0 || g->table.state != MSG_TABLE_ON)
		return;
	if (nft_queue_renew(g->nft) != 0 &&
	    log_every(&g->queue_limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING, "queue: cannot renew the lease: %s",
		    nft_error(g->nft));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int64_t now_ms = guard_now_ms();

	(void)fd;
	(void)what;
	guard_renew_queue(g);
	guardtable_look(&g->table, now_ms);
	guardapply_tick(g->apply, now_ms);
	logwatch_tick(g->logs);
	guard_apply(g, now_ms);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	if (g->phase == PHASE_STOP) {
		log_msg(LOG_WARNING, "zfw-engine still runs");
		(void)event_base_loopbreak(g->base);
	} else if (g->child.sock == -1) {
		guard_engine_died(g);
	} else {
		guard_engine_gone(g, "does not come up");
	}
}

/* Why it ended it has said itself, unless it was killed. */
static void
reap_journal(struct guard *g)
{
	char how[128];

	if (g->journal.pid == 0 || !child_reap(&g->journal))
		return;
	if (WIFSIGNALED(g->journal.status))
		log_msg(LOG_CRIT,
		    "zfw-journal died: %s; the journal is not read any more",
		    child_how(&g->journal, how, sizeof(how)));
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	reap_journal(g);
	if (!child_reap(&g->child))
		return;
	if (g->phase == PHASE_STOP)
		(void)event_base_loopbreak(g->base);
	else
		guard_engine_gone(g, NULL);
}

/* SIGTERM, SIGINT: blocks and drop rules stay, the rest ends in order. */
static void
on_stop(evutil_socket_t sig, short what, void *arg)
{
	struct guard *g = arg;

	(void)what;
	if (g->phase == PHASE_STOP || g->phase == PHASE_DEAD)
		return;
	log_msg(LOG_NOTICE,
	    "%s: stopping; blocks stay in the kernel and run "
	    "out there",
	    strsignal((int)sig));
	guard_notify(g, "STOPPING=1");
	guard_queue_out(g);
	g->phase = PHASE_STOP;
	guard_close_engine(g);
	if (child_reap(&g->child))
		(void)event_base_loopbreak(g->base);
	else
		guard_timer(g, EV_DEADLINE, END_S * 1000);
}

/* What the loop waits for; a file descriptor or signal, or -1: a timer. */
static int
make_event(struct guard *g, enum guard_event e, int fd, short what,
    event_callback_fn fn)
{
	g->ev[e] = event_new(g->base, fd, what, fn, g);
	if (g->ev[e] == NULL)
		return -ENOMEM;
	if (what & (EV_READ | EV_SIGNAL))
		return event_add(g->ev[e], NULL) == 0 ? 0 : -ENOMEM;
	return 0;
}

int
guard_events(struct guard *g)
{
	const short in = EV_READ | EV_PERSIST, sig = EV_SIGNAL | EV_PERSIST;
	const struct {
		enum guard_event e;
		int fd;
		short what;
		event_callback_fn fn;
	} all[] = {
		{ EV_ENGINE_READ, g->child.sock, in, guard_on_read },
		{ EV_ENGINE_WRITE, g->child.sock, EV_WRITE, guard_on_write },
		{ EV_WATCH, nftwatch_fd(g->watch), in, on_watch },
		{ EV_OWN, neverblock_fd(g->never), in, on_own },
		{ EV_LOGS, logwatch_fd(g->logs), in, on_logs },
		{ EV_TICK, -1, EV_PERSIST, on_tick },
		{ EV_LOOK, -1, 0, on_look },
		{ EV_DEADLINE, -1, 0, on_deadline },
		{ EV_SIGTERM, SIGTERM, sig, on_stop },
		{ EV_SIGINT, SIGINT, sig, on_stop },
		{ EV_SIGCHLD, SIGCHLD, sig, on_child },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == 0; i++)
		rc = make_event(g, all[i].e, all[i].fd, all[i].what, all[i].fn);
	if (rc == 0 && g->queue != NULL)
		rc = make_event(g, EV_QUEUE, nfqueue_fd(g->queue), in,
		    on_queue);
	return rc;
}

/* What the kernel lacks for the queue, and what is done instead. */
static void
say_queue(const struct guard *g)
{
	if (g->queue == NULL || g->table.state != MSG_TABLE_ON)
		return;
	if (nft_queue_how(g->nft) == NFT_QUEUE_OFF)
		log_msg(LOG_WARNING, "queue: %s", nft_error(g->nft));
	if (nft_queue_how(g->nft) == NFT_QUEUE_XT)
		log_msg(LOG_NOTICE,
		    "queue: this kernel has no nft_queue: "
		    "the xt target NFQUEUE is used instead");
}

int
guard_run(struct guard *g)
{
	guard_timer(g, EV_DEADLINE, GUARD_START_S * 1000);
	guard_timer(g, EV_TICK, 1000);
	if (guardtable_start(&g->table) != 0)
		return 1;
	say_queue(g);
	if (event_base_dispatch(g->base) != 0)
		zfw_panic("the event loop failed");
	return g->exit_code;
}
