/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_sweep - forgets clients that are not worth their place in the store
 *
 * A round visits all of them, some milliseconds at a time with pauses between,
 * and deletes those that ageing.h says may go.  One begins every six hours;
 * while there are more than store_clients_max, as soon as the last is over.
 * What it learned of their ages decides then who else must go.  A client that
 * the engine has in memory is written again if anything happens to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/ageing.h"
#include "daemon/live_impl.h"

#define FIRST_MS 10000 /* after the start */
#define EVERY_MS ((int64_t)6 * 3600 * 1000)
#define HURRY_MS 10000 /* between rounds while there are too many */
#define RETRY_MS 600000
#define FLOOD_MS 60000
#define SLICE_US 3000
#define PAUSE_US 20000
#define A_TIME   16 /* clients that are read at once */

struct sweep {
	struct ageing ages;      /* of this round, so far */
	struct addr old[A_TIME]; /* to be deleted */
	size_t old_n;
	struct store_cursor *cursor;
	int64_t now_ms; /* wall clock, of this slice */
	int64_t limit_ms;
	bool on, visited; /* visited: all were, but `old` waits */
};

static int64_t
mono_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
look(void *arg, const struct client *c)
{
	struct live *l = arg;
	struct sweep *s = l->sweep.round;
	int64_t left_ms = ageing_left_ms(c, l->policy->clean_s, s->now_ms);

	if ((left_ms == 0 || left_ms < s->limit_ms) && s->old_n < A_TIME)
		s->old[s->old_n++] = c->key;
	else
		ageing_count(&s->ages, left_ms);
}

/* As many as there is time for. */
static int
forget(struct live *l, int64_t until_us)
{
	struct sweep *s = l->sweep.round;

	while (s->old_n > 0 && mono_us() < until_us) {
		int rc = store_client_del(l->conf.store, &s->old[--s->old_n]);

		if (rc == 0)
			l->sweep.forgotten++;
		else if (rc != -ENOENT) {
			live_out_store_error(l, "forgetting a client", rc);
			return rc;
		}
	}
	return 0;
}

/* The round is over: when is the next, and who must go then? */
static void
end(struct live *l, bool whole)
{
	struct sweep *s = l->sweep.round;
	int64_t wait_ms = EVERY_MS;

	store_cursor_free(s->cursor);
	s->cursor = NULL;
	s->on = false;
	s->old_n = 0;
	s->limit_ms = 0;
	if (!whole)
		wait_ms = RETRY_MS;
	else {
		l->sweep.rounds++;
		l->sweep.clients = s->ages.n;
		s->limit_ms = ageing_limit_ms(&s->ages,
		    l->cfg->store_clients_max);
		if (s->limit_ms > 0)
			wait_ms = HURRY_MS;
	}
	l->sweep.ended_ms = live_mono_ms();
	l->sweep.next_ms = l->sweep.ended_ms + wait_ms;
}

/* True: there is more. */
static bool
slice(struct live *l)
{
	struct sweep *s = l->sweep.round;
	int64_t began_us = mono_us(), until_us = began_us + SLICE_US, took_us;
	bool all = false; /* were visited */
	int rc = 0;

	s->now_ms = live_wall_ms();
	do {
		rc = forget(l, until_us);
		all = s->visited && s->old_n == 0;
		if (rc != 0 || all || s->old_n > 0)
			break;
		rc = store_clients(l->conf.store, &s->cursor, A_TIME, look, l);
		if (rc != 0)
			live_out_store_error(l, "the sweep", rc);
		s->visited = s->cursor == NULL;
	} while (rc == 0 && mono_us() < until_us);
	took_us = mono_us() - began_us;
	if (took_us > l->sweep.longest_us)
		l->sweep.longest_us = took_us;
	if (rc == 0 && !all)
		return true;
	end(l, rc == 0);
	return false;
}

static void
on_slice(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval pause = { 0, PAUSE_US };
	struct live *l = arg;

	(void)fd;
	(void)what;
	if (slice(l))
		(void)event_add(l->sweep.ev, &pause);
}

void
live_sweep_tick(struct live *l, int64_t mono_ms)
{
	struct sweep *s = l->sweep.round;
	struct store_counts n;

	if (s->on)
		return;
	store_counts(l->conf.store, &n);
	/* A flood of new ones does not wait for six hours. */
	if (mono_ms < l->sweep.next_ms &&
	    (n.records <= l->cfg->store_clients_max / 20 * 21 ||
		mono_ms < l->sweep.ended_ms + FLOOD_MS))
		return;
	ageing_begin(&s->ages);
	s->on = true;
	s->visited = false;
	on_slice(-1, 0, l);
}

bool
live_sweep_init(struct live *l)
{
	l->sweep.round = calloc(1, sizeof(*l->sweep.round));
	l->sweep.ev = evtimer_new(l->base, on_slice, l);
	l->sweep.ended_ms = live_mono_ms();
	l->sweep.next_ms = l->sweep.ended_ms + FIRST_MS;
	return l->sweep.round != NULL && l->sweep.ev != NULL;
}

void
live_sweep_fini(struct live *l)
{
	if (l->sweep.ev != NULL)
		event_free(l->sweep.ev);
	if (l->sweep.round != NULL)
		store_cursor_free(l->sweep.round->cursor);
	free(l->sweep.round);
}

json_t *
live_sweep_status(const struct live *l)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:b,s:I}", "max",
	    (json_int_t)l->cfg->store_clients_max, "clients",
	    (json_int_t)l->sweep.clients, "forgotten",
	    (json_int_t)l->sweep.forgotten, "rounds",
	    (json_int_t)l->sweep.rounds, "running", (int)l->sweep.round->on,
	    "longest_us", (json_int_t)l->sweep.longest_us);
}
