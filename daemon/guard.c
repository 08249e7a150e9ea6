/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "daemon/log.h"

#define LOOK_MS  20  /* after an event, so that a series is over */
#define END_S    5   /* for the engine to end when told */
#define BLAME_MS 300 /* until the front's end is no consequence */

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
	if (guardtable_event(&g->table, guard_now_ms()) &&
	    !event_pending(g->ev[EV_LOOK], EV_TIMEOUT, NULL))
		guard_timer(g, EV_LOOK, LOOK_MS);
	guard_apply(g, guard_now_ms()); /* what was put right */
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
		log_msg(LOG_WARNING, "own-addresses: own addresses: %s",
		    strerror(-rc));
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

void
guard_renew_queue(struct guard *g)
{
	if (g->nft_conf.queue < 0 || g->table.state != MSG_TABLE_ON)
		return;
	if (nft_queue_renew(g->nft) != 0 &&
	    log_every(&g->queue.limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING, "queue-lease: cannot renew the lease: %s",
		    nft_error(g->nft));
}

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		zfw_panic("clock %d cannot be read", (int)id);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Blocks end by the wall clock, in the kernel by one that it cannot set. */
static void
look_at_clock(struct guard *g)
{
	const struct guardclock_now now = { clock_ms(CLOCK_REALTIME),
		clock_ms(CLOCK_BOOTTIME), clock_ms(CLOCK_MONOTONIC) };
	int64_t by_ms;
	enum guardclock_what what = guardclock_look(&g->clock, &now, &by_ms);

	if (what == GUARDCLOCK_FINE)
		return;
	log_msg(LOG_NOTICE, "clock: %s by %lld s: all blocks are timed anew",
	    what == GUARDCLOCK_SET ? "the clock was set" :
				     "the machine slept, time went on",
	    (long long)(by_ms / 1000));
	guard_tell(g, MSG_CLOCK, 0);
}

/* Why it ended it has said itself, unless it was killed. */
static void
reap_journal(struct guard *g)
{
	char how[128];

	if (g->journal.pid == 0 || !child_reap(&g->journal))
		return;
	if (WIFSIGNALED(g->journal.status) ||
	    (g->journal.pid_fd != -1 && g->child.sock != -1))
		log_msg(LOG_CRIT,
		    "journal-died: zfw-journal died: %s; the journal is not "
		    "read any more",
		    child_how(&g->journal, how, sizeof(how)));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int64_t now_ms = guard_now_ms();

	(void)fd;
	(void)what;
	guardtable_look(&g->table, now_ms);
	guardapply_tick(g->apply, now_ms);
	logwatch_tick(g->logs);
	look_at_clock(g);
	if (g->journal.pid_fd !=
	    -1) /* by now we know if the engine died, too */
		reap_journal(g);
	guard_notify_tick(g, now_ms);
	guard_queue_tell(g);
	guard_apply(g, now_ms);
	/*
	 * Behind all that may make rules: it deletes elements, and with
	 * nft_compat a new rule waits until the kernel has freed what was
	 * deleted before, some 15 ms in which no verdict is given.
	 */
	guard_renew_queue(g);
}

/* Both children must have ended; a front ends when the engine does. */
static void
stop_when_alone(struct guard *g)
{
	if (child_reap(&g->child) && child_reap(&g->front.child))
		(void)event_base_loopbreak(g->base);
}

/* Blocks and drop rules stay, the rest ends in order. */
static void
stop(struct guard *g)
{
	guard_notify(g, "STOPPING=1");
	guard_rules_out(g);
	guard_flush(g);
	if (g->phase == PHASE_STOP || g->phase == PHASE_DEAD)
		return; /* flushing showed that the engine is gone, too */
	g->phase = PHASE_STOP;
	guard_close_engine(g);
	guardfront_close(&g->front);
	guard_timer(g, EV_DEADLINE, END_S * 1000);
	stop_when_alone(g);
}

/* systemd starts everything afresh, as when the engine dies. */
static void
front_died(struct guard *g)
{
	char how[128];

	log_msg(LOG_CRIT,
	    "front-died: zfw-front died: %s; blocks stay in the kernel and run "
	    "out there",
	    child_how(&g->front.child, how, sizeof(how)));
	guard_rules_out(g);
	guard_front_gone(g);
	g->exit_code = 1;
	stop(g);
}

/* Or the engine is dying, and took the front along: it is seen soon. */
static void
front_ended(struct guard *g)
{
	if (g->phase != PHASE_READY) {
		front_died(g);
		return;
	}
	guard_rules_out(g);
	guard_timer(g, EV_DEADLINE, BLAME_MS);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	if (g->phase == PHASE_STOP) {
		log_msg(LOG_WARNING, "still-runs: %s still runs",
		    g->child.pid != 0 ? "zfw-engine" : "zfw-front");
		(void)event_base_loopbreak(g->base);
	} else if (g->child.sock == -1) {
		guard_engine_died(g);
	} else if (g->phase == PHASE_READY) {
		front_died(g);
	} else {
		guard_engine_gone(g, "does not come up");
	}
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	bool had_front = g->front.child.pid != 0;

	(void)fd;
	(void)what;
	if (g->journal.pid_fd == -1)
		reap_journal(g);
	if (g->phase == PHASE_STOP) {
		stop_when_alone(g);
		return;
	}
	if (child_reap(&g->child))
		guard_engine_gone(g, NULL);
	else if (g->child.sock != -1 && child_reap(&g->front.child) &&
	    had_front && g->front.port != 0)
		front_ended(g);
}

/* SIGTERM, SIGINT */
static void
on_stop(evutil_socket_t sig, short what, void *arg)
{
	struct guard *g = arg;

	(void)what;
	if (g->phase == PHASE_STOP || g->phase == PHASE_DEAD)
		return;
	log_msg(LOG_NOTICE,
	    "stop: %s: stopping; blocks stay in the kernel and run out there",
	    strsignal((int)sig));
	stop(g);
}

/* The engine reads the file, if it can, and comes back with it. */
static void
on_hup(evutil_socket_t sig, short what, void *arg)
{
	struct guard *g = arg;

	(void)sig;
	(void)what;
	guard_tell(g, MSG_RELOAD, 0);
	guard_flush(g);
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

static void
on_join(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	join_turn_away(g->conf.child.join);
}

/* Those that joined: their ends, and who comes too late. */
static int
join_events(struct guard *g)
{
	int rc;

	if (g->conf.child.join == NULL)
		return 0;
	rc = make_event(g, EV_JOIN, g->conf.child.join->fd,
	    EV_READ | EV_PERSIST, on_join);
	if (rc == 0)
		rc = make_event(g, EV_ENGINE_END, g->child.pid_fd, EV_READ,
		    on_child);
	if (rc == 0 && g->front.child.pid_fd != -1)
		rc = make_event(g, EV_FRONT_END, g->front.child.pid_fd, EV_READ,
		    on_child);
	return rc;
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
		{ EV_LATE, -1, 0, guard_on_late },
		{ EV_AUDIT, -1, 0, guard_on_audit },
		{ EV_DEADLINE, -1, 0, on_deadline },
		{ EV_SIGTERM, SIGTERM, sig, on_stop },
		{ EV_SIGINT, SIGINT, sig, on_stop },
		{ EV_SIGCHLD, SIGCHLD, sig, on_child },
		{ EV_SIGHUP, SIGHUP, sig, on_hup },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == 0; i++)
		rc = make_event(g, all[i].e, all[i].fd, all[i].what, all[i].fn);
	if (rc == 0 && g->queue.kernel != NULL)
		rc = make_event(g, EV_QUEUE, nfqueue_fd(g->queue.kernel), in,
		    guard_on_queue);
	return rc == 0 ? join_events(g) : rc;
}

static void
say_queue(const struct guard *g)
{
	if (g->table.state == MSG_TABLE_ON &&
	    nft_queue_how(g->nft) == NFT_QUEUE_XT)
		log_msg(LOG_NOTICE,
		    "queue-xt: this kernel has no nft_queue: the xt target "
		    "NFQUEUE is used instead");
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
