/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_guard - the guard's socket, both ways */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "daemon/live_impl.h"

#define MESSAGES_SLICE 64
#define BULK_SLICE     MSG_MAX
#define EARLY_SLICES   16    /* in one go; more than are loaded meanwhile */
#define MEET_MS        1000  /* to wait for the guard, which has nothing else */
#define AGAIN_MS       60000 /* the guard's rate is by the minute */

/* ---- out ---- */

void
live_guard_send(struct live *l, const struct msg *m)
{
	uint64_t left_out;

	if (outq_push(&l->q, m))
		return;
	l->bulk.repair = true;
	if (log_every(&l->faults.guard, live_mono_ms(), &left_out))
		log_msg(LOG_ERR,
		    "guard-slow: the guard is too slow: a record was dropped, "
		    "all blocks will be sent again (%llu more)",
		    (unsigned long long)left_out);
}

/* Is there room to make more, and nothing before it that must go first? */
static bool
bulk_room(const struct live *l)
{
	return outq_idle(&l->q) && outq_room(&l->q) > 2 * BULK_SLICE;
}

static void
bulk_allow(struct live *l)
{
	struct live_bulk *b = &l->bulk;
	struct msg m = { .op = MSG_ALLOW_NET };

	if (b->allow_at == 0)
		live_guard_send(l, &(struct msg){ .op = MSG_ALLOW_BEGIN });
	for (size_t i = 0; i < BULK_SLICE; i++) {
		if (!live_allow_at(l, b->allow_at, &m.net)) {
			live_guard_send(l,
			    &(struct msg){ .op = MSG_ALLOW_END });
			b->allow = false;
			for (size_t k = 0; k < CTL_CONNS_MAX; k++)
				if (l->waits[k].state == WAIT_ALLOW)
					l->waits[k].state = WAIT_SYNC;
			return;
		}
		live_guard_send(l, &m);
		b->allow_at++;
	}
}

/* Of block_file; none in shadow mode. */
static void
bulk_list(struct live *l)
{
	struct live_bulk *b = &l->bulk;
	struct msg m = { .op = MSG_LIST_NET };

	if (b->list_at == 0)
		live_guard_send(l, &(struct msg){ .op = MSG_LIST_BEGIN });
	for (size_t i = 0; i < BULK_SLICE; i++, b->list_at++) {
		if (!l->policy->enforce ||
		    !lists_blocked(l->conf.lists, b->list_at, &m.net)) {
			live_guard_send(l, &(struct msg){ .op = MSG_LIST_END });
			b->list = false;
			return;
		}
		live_guard_send(l, &m);
	}
}

static void
bulk_block(void *arg, const struct engine_wanted *w)
{
	struct live *l = arg;
	struct msg m = live_out_wanted(l,
	    l->bulk.restore ? MSG_BLOCK : MSG_RENEW, w);

	if (l->bulk.early && w->told)
		return;
	/* What mode enforce left in the store stays there in shadow. */
	if (l->policy->enforce)
		live_guard_send(l, &m);
}

static void
restore_begin(struct live *l)
{
	live_guard_send(l,
	    &(struct msg){ .op = MSG_RESTORE_BEGIN,
		.seq = l->bulk.resync_seq });
}

/* One slice of those loaded since; false: there are none. */
static bool
early_blocks(struct live *l)
{
	struct live_bulk *b = &l->bulk;
	size_t from = b->early_at;

	if (!b->blocks_begun)
		restore_begin(l);
	b->blocks_begun = true;
	b->early = false; /* all that come now are to be sent */
	b->early_at = engine_wanted_early(l->engine, from, BULK_SLICE,
	    bulk_block, l);
	b->early = true;
	return b->early_at != from;
}

void
live_guard_early(struct live *l)
{
	struct live_bulk *b = &l->bulk;
	bool more = b->restore && l->policy->enforce;

	for (int i = 0; more && i < EARLY_SLICES; i++) {
		/* What is wrong with the socket is seen to by the loop. */
		if (outq_flush(&l->q, l->conf.guard_fd) != 0 || !bulk_room(l))
			return;
		if (b->allow)
			bulk_allow(l);
		else
			more = early_blocks(l);
	}
}

static void
bulk_blocks(struct live *l)
{
	struct live_bulk *b = &l->bulk;

	if (b->restore && !b->blocks_begun)
		restore_begin(l);
	b->blocks_begun = true;
	b->blocks_at = engine_wanted(l->engine, b->blocks_at, BULK_SLICE,
	    bulk_block, l);
	if (b->blocks_at != 0)
		return;
	if (b->restore)
		live_guard_send(l, &(struct msg){ .op = MSG_RESTORE_END });
	b->blocks = b->restore = b->blocks_begun = b->early = false;
}

/* After all that the request did. */
static void
bulk_syncs(struct live *l)
{
	for (size_t i = 0; i < CTL_CONNS_MAX; i++) {
		struct live_wait *w = &l->waits[i];

		if (w->state != WAIT_SYNC)
			continue;
		w->state = WAIT_SENT;
		w->seq = live_guard_sync(l);
	}
	live_front_syncs(l);
}

/* One slice of what is to be sent in bulk; false: nothing. */
static bool
bulk_step(struct live *l)
{
	struct live_bulk *b = &l->bulk;

	if (b->again_ms != 0 && live_mono_ms() >= b->again_ms) {
		b->again_ms = 0;
		b->repair = true;
	}
	if (b->repair && !b->blocks) {
		b->repair = b->restore = b->early = false;
		b->blocks = true;
		b->blocks_at = 0;
		live_check_forget(l);
	}
	if (b->allow)
		bulk_allow(l);
	else if (b->list)
		bulk_list(l);
	else if (b->blocks)
		bulk_blocks(l);
	else
		return false;
	return true;
}

void
live_guard_flush(struct live *l)
{
	int rc = outq_flush(&l->q, l->conf.guard_fd);

	if (rc == 0 && outq_idle(&l->q)) {
		(void)event_del(l->ev_guard_out);
	} else if (rc == 0 || rc == -EAGAIN) {
		(void)event_add(l->ev_guard_out, NULL);
	} else {
		log_msg(LOG_ERR, "guard-socket: %s", strerror(-rc));
		live_end(l, rc == -EPIPE || rc == -ECONNRESET ? 0 : rc);
	}
}

void
live_guard_pump(struct live *l)
{
	live_out_late(l);
	/* A bounded number of slices: the socket takes about 40 messages. */
	for (int i = 0; i < MESSAGES_SLICE; i++) {
		live_guard_flush(l);
		if (!bulk_room(l))
			return;
		bulk_syncs(l);
		if (!bulk_step(l))
			break;
	}
	live_guard_flush(l);
	if (l->bulk.allow || l->bulk.list || l->bulk.blocks)
		(void)event_add(l->ev_guard_out, NULL);
}

void
live_guard_find(void *arg, size_t source, uint64_t dev, uint64_t ino)
{
	live_guard_send(arg,
	    &(struct msg){ .op = MSG_LOG_FIND,
		.source = (uint16_t)source,
		.dev = dev,
		.ino = ino });
}

/* ---- in ---- */

static void
on_resync(struct live *l, uint32_t seq)
{
	struct live_bulk *b = &l->bulk;

	b->resync_seq = seq;
	b->allow = b->list = true;
	b->allow_at = b->list_at = 0;
	b->blocks = b->restore = true;
	b->blocks_begun = b->repair = b->early = false;
	b->blocks_at = 0;
	live_check_forget(l);
}

static void
on_table(struct live *l, const struct msg *m)
{
	static const char *const words[] = { "?", "on", "off", "failed" };

	if (m->value < MSG_TABLE_ON || m->value > MSG_TABLE_FAILED ||
	    l->table == (enum msg_table)m->value)
		return;
	l->table = (enum msg_table)m->value;
	engine_set_cut(l->engine, l->table != MSG_TABLE_OFF);
	log_msg(LOG_INFO, "table: the kernel table is %s", words[l->table]);
}

static void
on_refused(struct live *l, const struct msg *m)
{
	static const char *const words[REFUSALS] = { "?", "never blocked",
		"set full", "too many at once", "shadow mode",
		"the kernel refused", "the end of a session" };
	int v = m->value > 0 && m->value < REFUSALS ? m->value : 0;
	uint64_t left_out;
	char who[ADDR_STRLEN];

	l->refused[v]++;
	if (v == MSG_REFUSED_CUT)
		return; /* the guard says so; that session goes on */
	if (v == MSG_REFUSED_KERNEL && !stack_none(&m->stack))
		engine_narrow_refused(l->engine, &m->net.a);
	/* The engine takes it for blocked: so it has to become that. */
	if (l->bulk.again_ms == 0 &&
	    (v == MSG_REFUSED_RATE || v == MSG_REFUSED_FULL ||
		v == MSG_REFUSED_KERNEL))
		l->bulk.again_ms = live_mono_ms() + AGAIN_MS;
	if (log_every(&l->faults.refused, live_mono_ms(), &left_out))
		log_msg(LOG_WARNING,
		    "refused client=%s reason=\"%s\" (%llu more)",
		    net_print(&m->net, who), words[v],
		    (unsigned long long)left_out);
}

static void
on_log_fd(struct live *l, const struct msg *m)
{
	logtail_fd(l->tail, m->source, (enum msg_logfd)m->value, l->in.fd,
	    m->dev, m->ino, live_mono_ms());
	l->in.fd = -1; /* logtail's now */
	live_in_lines(l);
}

static void
on_record(struct live *l, const struct msg *m)
{
	switch (m->op) {
	case MSG_DONE:
		live_ctl_synced(l, m->seq, m->value);
		live_front_synced(l, m->seq, m->value);
		live_reload_synced(l, m->seq, m->value);
		break;
	case MSG_RELOAD:
		live_reload_begin(l, NULL);
		break;
	case MSG_CONFIGURED:
		live_reload_configured(l, m->value);
		if (m->value == 1)
			on_resync(l, m->seq);
		break;
	case MSG_RESYNC:
		on_resync(l, m->seq);
		break;
	case MSG_TABLE:
		on_table(l, m);
		break;
	case MSG_OWN_ADD:
		engine_never_add(l->engine, &m->net);
		break;
	case MSG_OWN_DEL:
		engine_never_del(l->engine, &m->net);
		break;
	case MSG_REFUSED:
		on_refused(l, m);
		break;
	case MSG_LOG_FD:
		on_log_fd(l, m);
		break;
	case MSG_CHECKED:
		live_check_done(l, m);
		break;
	case MSG_CLOCK:
		live_check_told(l);
		break;
	case MSG_QUEUE:
		live_queue_count(l, m);
		break;
	case MSG_FRONT_FD:
		live_front_fd(l, l->in.fd);
		l->in.fd = -1;
		break;
	case MSG_FRONT_GONE:
		live_front_gone(l, m->value != 0);
		break;
	case MSG_HELLO:
		break;
	default:
		l->faults.bad_msgs++;
		break;
	}
}

static void
on_message(struct live *l)
{
	if (l->in.m[0].op == MSG_PACKET) {
		live_queue_packets(l);
		return;
	}
	for (size_t i = 0; i < l->in.n; i++)
		on_record(l, &l->in.m[i]);
	if (l->in.fd >= 0)
		close(l->in.fd);
}

enum taken { TAKEN_ONE, TAKEN_NONE, TAKEN_END };

static enum taken
take_message(struct live *l)
{
	int rc = msg_recv(l->conf.guard_fd, &l->in);

	if (rc > 0) {
		on_message(l);
	} else if (rc == -EAGAIN) {
		return TAKEN_NONE;
	} else if (rc == -EBADMSG) {
		l->faults.bad_msgs++;
		if (log_every(&l->faults.bad_msg, live_mono_ms(), NULL))
			log_msg(LOG_ERR, "guard-message: a bad message");
	} else {
		/* 0: the guard is gone: so are we */
		if (rc < 0)
			log_msg(LOG_ERR, "guard-socket: %s", strerror(-rc));
		live_end(l, rc == -ECONNRESET ? 0 : rc);
		return TAKEN_END;
	}
	return TAKEN_ONE;
}

static void
on_guard(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;
	enum taken is = TAKEN_ONE;

	(void)fd;
	(void)what;
	for (int i = 0; i < MESSAGES_SLICE && is == TAKEN_ONE; i++)
		is = take_message(l);
	if (is != TAKEN_END)
		live_guard_pump(l);
}

/* It has asked for the blocks, or has no table to put them into. */
static bool
guard_met(const struct live *l)
{
	return l->bulk.restore || (l->table != 0 && l->table != MSG_TABLE_ON);
}

void
live_guard_meet(struct live *l)
{
	struct pollfd p = { .fd = l->conf.guard_fd, .events = POLLIN };
	int64_t now_ms = live_mono_ms(), end_ms = now_ms + MEET_MS;
	enum taken is = TAKEN_NONE;

	live_guard_send(l, &(struct msg){ .op = MSG_HELLO, .value = 1 });
	live_guard_flush(l);
	while (is != TAKEN_END && now_ms < end_ms && !guard_met(l)) {
		(void)poll(&p, 1, (int)(end_ms - now_ms));
		is = take_message(l);
		now_ms = live_mono_ms();
	}
}

static void
on_guard_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	live_guard_pump(arg);
}

bool
live_guard_init(struct live *l)
{
	int fd = l->conf.guard_fd;

	l->ev_guard = event_new(l->base, fd, EV_READ | EV_PERSIST, on_guard, l);
	l->ev_guard_out = event_new(l->base, fd, EV_WRITE, on_guard_writable,
	    l);
	return l->ev_guard != NULL && l->ev_guard_out != NULL &&
	    event_add(l->ev_guard, NULL) == 0;
}

void
live_guard_fini(struct live *l)
{
	if (l->ev_guard != NULL)
		event_free(l->ev_guard);
	if (l->ev_guard_out != NULL)
		event_free(l->ev_guard_out);
}
