/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard's queue: packets to the engine, verdicts to the kernel, counters.
 *
 * Each slice that the kernel hands over goes to the engine in as few messages
 * as hold it.  While the engine wants to judge (MSG_INLINE) the packets wait
 * for its verdicts, else they are accepted at once.  Whatever does not reach
 * the engine, or is not answered in time, is accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/guard_impl.h"
#include "daemon/log.h"

#define LATE_MS    5    /* how often we look for who waits too long */
#define DRAIN_MAX  8192 /* four times what the kernel lets wait */
#define PROC_FILE  "/proc/self/net/netfilter/nfnetlink_queue"
#define PROC_BYTES 4096

int
guard_queue_open(struct guard *g)
{
	struct guardqueue *q = &g->queue;
	int e;

	q->proc_fd = -1;
	if (g->nft_conf.queue < 0)
		return 0;
	q->num = (uint16_t)g->nft_conf.queue;
	q->kernel = nfqueue_open(q->num, guard_on_packet, g);
	if (q->kernel == NULL) {
		e = errno;
		log_msg(LOG_ERR, "queue-open: queue %d: %s", g->nft_conf.queue,
		    e == EPERM ? "another program has it" : strerror(e));
		return -e;
	}
	/* For its length only. */
	q->proc_fd = open(PROC_FILE, O_RDONLY | O_CLOEXEC);
	return 0;
}

static uint64_t
packets(const struct nfqueue *q)
{
	struct nfqueue_counts c;

	nfqueue_counts(q, &c);
	return c.packets;
}

/* Nobody will judge them any more. */
void
guard_queue_release(struct guard *g)
{
	g->queue.wait = false;
	if (g->queue.kernel != NULL)
		(void)nfqueue_tick(g->queue.kernel, INT64_MAX / 2);
}

/*
 * The kernel drops what is left in a queue that is closed, so all of it is
 * answered before.  The rule is out, or nothing could be done about it: then
 * there is an end to this, too.
 */
static void
drain(struct guard *g)
{
	struct nfqueue *q = g->queue.kernel;
	uint64_t first, before, now;

	guard_queue_release(g);
	first = now = packets(q);
	do {
		before = now;
		(void)nfqueue_read(q);
		now = packets(q);
	} while (now != before && now - first < DRAIN_MAX);
	(void)nfqueue_tick(q, INT64_MAX / 2);
}

void
guard_queue_close(struct guard *g)
{
	if (g->queue.kernel != NULL)
		drain(g);
	nfqueue_close(g->queue.kernel);
	g->queue.kernel = NULL;
	if (g->queue.proc_fd != -1)
		close(g->queue.proc_fd);
	g->queue.proc_fd = -1;
}

static void
say_fault(struct guard *g, int rc)
{
	if (rc != 0 && log_every(&g->queue.limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING, "queue-read: %s", strerror(-rc));
}

/* The engine does not take them: they pass without it. */
static void
unseen(struct guard *g, size_t n)
{
	struct guardqueue *q = &g->queue;

	for (size_t i = 0; i < q->asked_n; i++)
		nfqueue_answer(q->kernel, q->asked[i], true);
	q->unseen += n;
	if (log_every(&q->relay_limit, guard_now_ms(), NULL))
		log_msg(LOG_WARNING,
		    "queue-slow: the engine is slow: %llu packets were "
		    "accepted without it",
		    (unsigned long long)q->unseen);
}

static void
send_packets(struct guard *g)
{
	struct guardqueue *q = &g->queue;
	size_t n = q->out.n;

	if (msg_packets_send(g->child.sock, &q->out) != 0)
		unseen(g, n);
	q->asked_n = 0;
}

enum nfqueue_verdict
guard_on_packet(void *arg, const struct packet *p, uint32_t id)
{
	struct guard *g = arg;
	struct guardqueue *q = &g->queue;

	if (g->phase != PHASE_READY || g->child.sock == -1)
		return NFQUEUE_ACCEPT;
	if (!msg_packets_add(&q->out, p->t_us, id, p->data, p->caplen)) {
		send_packets(g);
		if (!msg_packets_add(&q->out, p->t_us, id, p->data, p->caplen))
			return NFQUEUE_ACCEPT;
	}
	if (!q->wait)
		return NFQUEUE_ACCEPT;
	q->asked[q->asked_n++] = id;
	return NFQUEUE_LATER;
}

/* Somebody waits: see to it that it is not for long. */
static void
arm(struct guard *g)
{
	struct nfqueue_counts c;

	nfqueue_counts(g->queue.kernel, &c);
	if (c.waiting > 0 && !event_pending(g->ev[EV_LATE], EV_TIMEOUT, NULL))
		guard_timer(g, EV_LATE, LATE_MS);
}

void
guard_on_queue(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;
	int rc = nfqueue_read(g->queue.kernel);

	(void)fd;
	(void)what;
	if (g->queue.out.n > 0) {
		send_packets(g);
		if (rc == 0)
			rc = nfqueue_send(g->queue.kernel);
	}
	say_fault(g, rc);
	arm(g);
}

void
guard_on_late(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	say_fault(g, nfqueue_tick(g->queue.kernel, guard_now_ms()));
	arm(g);
}

/* Only where the admin wants it, and never in shadow mode. */
void
guard_queue_inline(struct guard *g, bool on)
{
	const struct policy *p = &g->conf.config->policy;

	g->queue.wait = on && p->enforce && p->inline_verdicts;
}

void
guard_queue_verdict(struct guard *g, const struct msg *m)
{
	if (g->queue.kernel == NULL)
		return;
	nfqueue_answer(g->queue.kernel, m->seq, m->value == 1);
	g->queue.answered = true;
}

void
guard_queue_verdicts(struct guard *g)
{
	if (!g->queue.answered)
		return;
	g->queue.answered = false;
	say_fault(g, nfqueue_send(g->queue.kernel));
}

/* The third number of our queue's line in /proc. */
static uint64_t
kernel_length(const struct guardqueue *q)
{
	char text[PROC_BYTES + 1], *line, *rest = text;
	ssize_t n;

	if (q->proc_fd == -1 || lseek(q->proc_fd, 0, SEEK_SET) != 0)
		return 0;
	n = read(q->proc_fd, text, PROC_BYTES);
	text[n > 0 ? n : 0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strtoul(line, &line, 10) != q->num)
			continue;
		(void)strtoul(line, &line, 10);
		return strtoul(line, NULL, 10);
	}
	return 0;
}

/* What met the rule since the start; its counter begins anew at times. */
static uint64_t
matched(struct guard *g)
{
	struct guardqueue *q = &g->queue;
	uint64_t now;

	if (nft_queue_counted(g->nft, &now) != 0)
		return q->matched;
	q->matched += now >= q->matched_last ? now - q->matched_last : now;
	q->matched_last = now;
	return q->matched;
}

/* Once a second: tells the engine what has changed. */
void
guard_queue_tell(struct guard *g)
{
	struct guardqueue *q = &g->queue;
	struct nfqueue_counts c;
	uint64_t now[MSG_QUEUES] = { 0 }, met, came;

	if (q->kernel == NULL || g->phase != PHASE_READY)
		return;
	met = matched(g); /* before the others: what comes in between is ours */
	nfqueue_counts(q->kernel, &c);
	came = c.packets + c.overruns;
	now[MSG_QUEUE_PACKETS] = c.packets;
	now[MSG_QUEUE_DROPPED] = c.dropped;
	now[MSG_QUEUE_WAITED] = c.waited;
	now[MSG_QUEUE_LATE] = c.late;
	now[MSG_QUEUE_OVERRUNS] = c.overruns;
	now[MSG_QUEUE_UNSEEN] = q->unseen;
	now[MSG_QUEUE_LENGTH] = kernel_length(q);
	now[MSG_QUEUE_PASSED] = q->told[MSG_QUEUE_PASSED];
	/* Those in the queue's socket have met the rule and come yet. */
	if (met > came + now[MSG_QUEUE_LENGTH] + now[MSG_QUEUE_PASSED])
		now[MSG_QUEUE_PASSED] = met - came - now[MSG_QUEUE_LENGTH];
	now[MSG_QUEUE_LONGEST] = q->told[MSG_QUEUE_LONGEST];
	if (now[MSG_QUEUE_LONGEST] < now[MSG_QUEUE_LENGTH])
		now[MSG_QUEUE_LONGEST] = now[MSG_QUEUE_LENGTH];
	for (int32_t i = 1; i < MSG_QUEUES; i++) {
		struct msg m = { .op = MSG_QUEUE, .value = i, .count = now[i] };

		if (now[i] != q->told[i] && guardsend_put(g->out, &m, -1) == 0)
			q->told[i] = now[i];
	}
}
