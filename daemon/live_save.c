/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_save - clients and log positions into the store, in rounds
 *
 * A position in a log may be stored only when all that the lines before it
 * have changed is stored.  So a round takes the positions first, then writes
 * the changed clients, a slice a turn of the loop, and stores the positions
 * that it took when it is through.  Who is killed meanwhile reads the lines
 * since the last whole round again and misses none.  Where a client could not
 * be written, on a full disk, the positions stay behind as well.
 */
#include <stdio.h>

#include "daemon/live_impl.h"

#define ROUND_SLOTS 512           /* a turn: some milliseconds at most */
#define OLD_SUFFIX  "\n(rotated)" /* no path of the config has a newline */

static bool
same_pos(const struct store_logpos *a, const struct store_logpos *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->offset == b->offset &&
	    a->head_n == b->head_n && a->head_hash == b->head_hash;
}

static const char *
pos_key(const struct live *l, size_t i, size_t which, char *buf, size_t n)
{
	(void)snprintf(buf, n, "%s%s", l->cfg->logs[i],
	    which == 0 ? "" : OLD_SUFFIX);
	return buf;
}

static void
take_positions(struct live *l)
{
	for (size_t i = 0; i < l->logs_n; i++)
		l->logs[i].has_taken = logtail_position(l->tail, i,
		    &l->logs[i].taken);
	l->lines_read = false;
}

static void
store_position(struct live *l, size_t i)
{
	struct live_log *s = &l->logs[i];
	char key[4096];

	if (!s->has_taken)
		return;
	/* The old file's first: what it says is only then left behind. */
	for (size_t k = 2; k-- > 0;) {
		int rc;

		if (same_pos(&s->taken.p[k], &s->stored.p[k]))
			continue;
		rc = store_logpos_put(l->conf.store,
		    pos_key(l, i, k, key, sizeof(key)), &s->taken.p[k]);
		if (rc != 0) {
			l->faults.unsaved++;
			live_out_store_error(l, "log position", rc);
			return;
		}
		l->faults.saved++;
		s->stored.p[k] = s->taken.p[k];
	}
}

static void
store_positions(struct live *l)
{
	for (size_t i = 0; i < l->logs_n; i++)
		store_position(l, i);
	l->round_on = false;
	/* A small change may find room where a new client does not. */
	if (l->faults.unsaved == l->round_unsaved &&
	    l->faults.saved != l->round_saved)
		live_out_store_good(l);
}

static void
on_round(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	struct live *l = arg;

	(void)fd;
	(void)what;
	l->round_at = engine_flush_some(l->engine, l->round_at, ROUND_SLOTS);
	if (l->faults.unsaved != l->round_unsaved) {
		l->round_on = false; /* tried again in a second */
		l->lines_read = true;
	} else if (l->round_at == 0)
		store_positions(l);
	else
		(void)event_add(l->ev_round, &at_once);
}

void
live_save_begin(struct live *l)
{
	bool lines = l->lines_read;

	if (l->round_on)
		return;
	take_positions(l);
	l->round_on = true;
	l->round_at = 0;
	l->round_unsaved = l->faults.unsaved;
	l->round_saved = l->faults.saved;
	if (lines)
		on_round(-1, 0, l);
	else /* nothing to write first: a file has come or gone at most */
		store_positions(l);
}

void
live_save_all(struct live *l)
{
	uint64_t unsaved = l->faults.unsaved;

	engine_flush(l->engine);
	take_positions(l);
	if (l->faults.unsaved == unsaved)
		store_positions(l);
}

bool
live_save_source(struct live *l, size_t i)
{
	struct logtail_pos pos = { 0 };
	char key[4096];

	for (size_t k = 0; k < 2; k++)
		if (store_logpos_get(l->conf.store,
			pos_key(l, i, k, key, sizeof(key)), &pos.p[k]) < 0)
			return false;
	l->logs[i].stored = pos;
	if (config_is_journal(l->cfg->logs[i])) {
		l->logs[i].catching_up = true;
		if (pos.p[0].ino == 0) /* never read: from now on */
			pos.p[0] = (struct store_logpos){ .ino = 1,
				.offset = (uint64_t)l->started_ms * 1000 };
	}
	logtail_resume(l->tail, i, &pos);
	return true;
}

bool
live_save_init(struct live *l)
{
	for (size_t i = 0; i < l->logs_n; i++)
		if (!live_save_source(l, i))
			return false;
	l->ev_round = evtimer_new(l->base, on_round, l);
	return l->ev_round != NULL;
}

void
live_save_fini(struct live *l)
{
	if (l->ev_round != NULL)
		event_free(l->ev_round);
}
