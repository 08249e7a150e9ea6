/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_check - is in the kernel what should be?  Now and then a few elements
 * are asked for, chosen at random; and when the clock was set all is sent
 * anew.  The guard may be putting right what others did just then: so what
 * was asked before all is sent again is not judged, and an answer that is
 * wrong only counts when a second one is wrong, too.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/live_impl.h"

#define EVERY_MS 10000
#define ROW_MAX  6     /* EVERY_MS doubled so often: ten minutes */
#define AGAIN_MS 2000  /* the guard looks at its table each second */
#define STEP_MS  1000  /* the wall clock against the other one */
#define AFTER_MS 60000 /* in which blocks end that the kernel still has */
#define SLACK_MS 5000
#define SLACK_OF 100 /* and one in so many */

static int64_t
offset_ms(void)
{
	return live_wall_ms() - live_mono_ms();
}

void
live_check_init(struct live *l)
{
	l->check.offset_ms = offset_ms();
	l->check.key = hash_key_random();
}

static bool
is_set(const struct live *l)
{
	return llabs(offset_ms() - l->check.offset_ms) > STEP_MS;
}

void
live_check_forget(struct live *l)
{
	memset(l->check.asks, 0, sizeof(l->check.asks));
}

/* Blocks end some at a time, and also by what was told before the tick. */
bool
live_check_stepped(const struct live *l)
{
	return is_set(l) || live_mono_ms() < l->check.after_ms;
}

static void
set_right(struct live *l)
{
	int64_t offset = offset_ms();

	log_msg(LOG_NOTICE,
	    "clock: the clock was set by %lld s: all blocks are sent again",
	    (long long)((offset - l->check.offset_ms) / 1000));
	engine_clock(l->engine, live_wall_ms());
	l->check.offset_ms = offset;
	l->check.after_ms = live_mono_ms() + AFTER_MS;
	l->bulk.repair = true;
}

/* Whoever of the two looks first has it done; once is enough. */
void
live_check_told(struct live *l)
{
	if (is_set(l) || !live_check_stepped(l))
		set_right(l);
}

static void
ask_for(struct live *l, struct live_check_ask *ask,
    const struct engine_wanted *w)
{
	struct msg m = { .op = MSG_CHECK,
		.seq = ++l->seq,
		.net = w->at.net,
		.stack = w->at.stack,
		.action = live_out_wanted(l, MSG_CHECK, w).action };

	ask->seq = m.seq;
	ask->at = w->at;
	live_guard_send(l, &m);
}

static void
check_one(struct live *l, struct live_check_ask *ask)
{
	uint64_t n = l->check.asked++;
	struct engine_wanted w;

	*ask = (struct live_check_ask){ .seq = 0 };
	if (engine_wanted_one(l->engine,
		hash_keyed(&l->check.key, &n, sizeof(n)), &w))
		ask_for(l, ask, &w);
}

static void
check_again(struct live *l, struct live_check_ask *ask)
{
	struct engine_wanted w;

	if (engine_wanted_find(l->engine, &ask->at, &w))
		ask_for(l, ask, &w);
	else
		ask->again_ms = 0;
}

static void
tell_full(struct live *l, int64_t mono_ms)
{
	struct engine_counts n;

	engine_counts(l->engine, &n);
	if (n.evicted + n.full_spared != l->check.full &&
	    log_every(&l->check.full_said, mono_ms, NULL))
		log_msg(LOG_ALERT,
		    "full: the sets are full: %zu blocks, of which %llu had to "
		    "make room so far, and %llu clients were spared; raise "
		    "blocks_max",
		    n.blocks_now, (unsigned long long)n.evicted,
		    (unsigned long long)n.full_spared);
	l->check.full = n.evicted + n.full_spared;
}

static bool
due_again(const struct live_check_ask *ask, int64_t mono_ms)
{
	return ask->seq == 0 && ask->again_ms != 0 && mono_ms >= ask->again_ms;
}

void
live_check_tick(struct live *l, int64_t mono_ms)
{
	if (is_set(l))
		set_right(l);
	if (!l->policy->enforce || l->table != MSG_TABLE_ON || l->bulk.blocks ||
	    l->bulk.repair || !outq_idle(&l->q))
		return;
	for (size_t i = 0; i < LIVE_CHECKS; i++)
		if (due_again(&l->check.asks[i], mono_ms))
			check_again(l, &l->check.asks[i]);
	if (mono_ms < l->check.next_ms)
		return;
	l->check.next_ms = mono_ms + EVERY_MS;
	tell_full(l, mono_ms);
	for (size_t i = 0; i < LIVE_CHECKS; i++)
		if (l->check.asks[i].again_ms == 0)
			check_one(l, &l->check.asks[i]);
}

/* Of an element that is still wanted: is that how long it should be there? */
static bool
as_wanted(const struct engine_wanted *w, int32_t left_s)
{
	int64_t left_ms = (int64_t)left_s * 1000;
	int64_t most_ms = w->left_ms, least_ms = w->next_ms;

	return left_s > 0 && left_s != INT32_MAX &&
	    left_ms <= most_ms + SLACK_MS + most_ms / SLACK_OF &&
	    left_ms >= least_ms - SLACK_MS - least_ms / SLACK_OF;
}

static struct live_check_ask *
asked_as(struct live *l, uint32_t seq)
{
	for (size_t i = 0; i < LIVE_CHECKS && seq != 0; i++)
		if (l->check.asks[i].seq == seq)
			return &l->check.asks[i];
	return NULL;
}

/*
 * A kernel, or another program, that has its way whatever is sent: a million
 * blocks are not sent anew each ten seconds for it.
 */
static void
wait_longer(struct live *l)
{
	int64_t pause_ms = EVERY_MS << l->check.in_row;

	if (l->check.in_row < ROW_MAX)
		l->check.in_row++;
	l->check.next_ms = live_mono_ms() + pause_ms;
}

void
live_check_done(struct live *l, const struct msg *m)
{
	struct live_check_ask *ask = asked_as(l, m->seq);
	struct engine_wanted w;
	bool again;
	char who[ADDR_STRLEN];

	if (ask == NULL)
		return;
	again = ask->again_ms != 0;
	ask->seq = 0;
	ask->again_ms = 0;
	if (m->value < 0 || l->bulk.blocks || l->bulk.repair ||
	    !engine_wanted_find(l->engine, &ask->at, &w))
		return; /* not to be told, or not wanted any more */
	l->check.checked += !again;
	if (as_wanted(&w, m->value)) {
		l->check.in_row = 0;
		return;
	}
	/* Nearly over: whoever is first. */
	if (m->value == 0 && w.left_ms < SLACK_MS)
		return;
	if (!again) {
		ask->again_ms = live_mono_ms() + AGAIN_MS;
		return;
	}
	l->check.wrong++;
	wait_longer(l);
	l->bulk.repair = true;
	log_msg(LOG_WARNING,
	    "times-differ: the kernel has %s for %d s instead of %lld s: all "
	    "blocks are sent again",
	    net_print(&ask->at.net, who), m->value == INT32_MAX ? -1 : m->value,
	    (long long)(w.left_ms / 1000));
}
