/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/live_impl.h"

#define SECOND_MS     1000
#define TICK_US       200000
#define SYNC_EVERY_MS 600000
#define EARLY_EVERY   256 /* blocks */

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		zfw_panic("no clock");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
live_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
live_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

void
live_end(struct live *l, int result)
{
	l->result = result;
	(void)event_base_loopbreak(l->base);
}

/* ---- time ---- */

static void
sync_store(struct live *l, int64_t mono_ms)
{
	int64_t took_ms;
	int rc;

	if (mono_ms < l->sync_ms)
		return;
	rc = store_sync(l->conf.store);
	if (rc != 0)
		live_out_store_error(l, "sync", rc);
	took_ms = live_mono_ms() - mono_ms;
	if (took_ms > SECOND_MS)
		log_msg(LOG_WARNING,
		    "store-slow: writing to the disk took %lld ms",
		    (long long)took_ms);
	l->sync_ms = mono_ms + SYNC_EVERY_MS;
}

static void
flush_recorder(struct live *l)
{
	int rc;

	if (l->conf.recorder == NULL || l->faults.record)
		return;
	rc = recorder_flush(l->conf.recorder);
	if (rc == 0)
		return;
	l->faults.record = true;
	log_msg(LOG_ERR, "record-stopped: recording stopped: %s",
	    strerror(-rc));
}

static void
each_second(struct live *l, int64_t mono_ms)
{
	live_in_lines(l); /* a wake-up may have been lost */
	live_save_begin(l);
	flush_recorder(l);
	live_out_tick(l);
	live_top_tick(l, mono_ms);
	live_guard_send(l, &(struct msg){ .op = MSG_ALIVE });
	live_allow_tick(l, live_wall_ms());
	live_alarm_tick(l, mono_ms);
	live_names_tick(l, mono_ms);
	live_learned_tick(l, mono_ms);
	live_tally_tick(l, mono_ms);
	live_sweep_tick(l, mono_ms);
	sync_store(l, mono_ms);
	l->second_ms = mono_ms + SECOND_MS;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;
	int64_t mono_ms = live_mono_ms();

	(void)fd;
	(void)what;
	live_in_captures(l);
	engine_tick(l->engine, live_wall_ms());
	live_check_tick(l, mono_ms);
	live_reload_tick(l);
	live_queue_tick(l);
	if (l->ctl != NULL)
		ctl_tick(l->ctl, mono_ms);
	live_p0f_tick(l, mono_ms);
	live_front_tick(l, mono_ms);
	if (mono_ms >= l->second_ms)
		each_second(l, mono_ms);
	live_guard_pump(l);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)what;
	if (sig == SIGHUP)
		return; /* the terminal went away: that is not our end */
	live_end(arg, 0);
}

/* ---- start ---- */

static bool
add_signal(struct live *l, struct event **ev, int sig)
{
	*ev = evsignal_new(l->base, sig, on_signal, l);
	return *ev != NULL && event_add(*ev, NULL) == 0;
}

static bool
init_loop(struct live *l)
{
	const struct timeval tick = { 0, TICK_US };

	l->base = event_base_new();
	if (l->base == NULL)
		return false;
	l->ev_tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
	if (l->ev_tick == NULL || event_add(l->ev_tick, &tick) != 0)
		return false;
	return add_signal(l, &l->ev_term, SIGTERM) &&
	    add_signal(l, &l->ev_int, SIGINT) &&
	    add_signal(l, &l->ev_hup, SIGHUP);
}

static bool
init_engine(struct live *l)
{
	struct engine_conf ec = {
		.policy = l->policy,
		.key = hash_key_random(),
		.sigs = signatures_cache(l->conf.sigs),
		.patterns = l->conf.patterns,
		.witness = l->conf.ifaces_n > 0,
		.witness_from_ms = l->started_ms,
		.arg = l,
		.out = live_out,
		.load = live_out_load,
		.save = live_out_save,
		.cut = true, /* in mode enforce */
		.session = l->conf.p0f_fd < 0 ? NULL : live_p0f_session,
		.ask = l->conf.resolver == NULL ? NULL : live_names_ask,
	};

	l->engine = engine_new(&ec);
	return l->engine != NULL;
}

static bool
init_ctl(struct live *l)
{
	struct ctl_conf cc = { l->base, l->conf.ctl_fd, l, live_ctl_request,
		live_ctl_gone };

	if (l->conf.ctl_fd < 0)
		return true;
	l->ctl = ctl_new(&cc, live_mono_ms());
	return l->ctl != NULL;
}

struct live *
live_new(const struct live_conf *conf)
{
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->conf = *conf;
	l->cfg = conf->config;
	l->policy = &conf->config->policy;
	l->started_ms = live_wall_ms();
	l->begun_ms = live_mono_ms();
	l->sync_ms = live_mono_ms() + SYNC_EVERY_MS;
	live_front_init(l);
	live_check_init(l);
	live_top_init(l);
	if (!outq_init(&l->q) || !init_loop(l) || !init_engine(l) ||
	    !live_in_init(l) || !live_guard_init(l) || !init_ctl(l) ||
	    !live_p0f_init(l) || !live_names_init(l) || !live_learned_init(l) ||
	    !live_sweep_init(l)) {
		live_free(l);
		return NULL;
	}
	return l;
}

struct load {
	struct live *l;
	int64_t now_ms;
	size_t restored;
};

/* May not use the store: nor does engine_restore(). */
static void
load_one(void *arg, const struct client *c)
{
	struct load *ld = arg;

	engine_seen(ld->l->engine, c);
	if (!client_blocked(c, ld->now_ms) ||
	    engine_allowed(ld->l->engine, &c->key, NULL) ||
	    !engine_restore(ld->l->engine, c, ld->now_ms))
		return;
	if (++ld->restored % EARLY_EVERY == 0)
		live_guard_early(ld->l);
}

int
live_load(struct live *l)
{
	struct load ld = { .l = l, .now_ms = live_wall_ms() };
	int64_t began_ms = live_mono_ms();
	int rc;

	engine_tick(l->engine, ld.now_ms);
	live_tally_load(l);
	rc = live_learned_load(l);
	if (rc == 0)
		rc = live_allow_load(l, ld.now_ms);
	if (rc == 0) {
		live_guard_meet(l);
		rc = store_blocked(l->conf.store, load_one, &ld);
	}
	if (rc != 0)
		return rc;
	log_msg(LOG_NOTICE,
	    "loaded: ready: %zu blocks in force, %zu networks allowed by hand, "
	    "loaded in %lld ms",
	    ld.restored, l->allow_n, (long long)(live_mono_ms() - began_ms));
	live_guard_send(l, &(struct msg){ .op = MSG_HELLO });
	live_guard_pump(l);
	return 0;
}

int
live_run(struct live *l)
{
	if (event_base_dispatch(l->base) < 0)
		l->result = -EIO;
	live_save_all(l);
	live_learned_save_all(l);
	live_tally_save_all(l);
	flush_recorder(l);
	(void)store_sync(l->conf.store);
	return l->result;
}

static void
free_event(struct event *ev)
{
	if (ev != NULL)
		event_free(ev);
}

void
live_free(struct live *l)
{
	if (l == NULL)
		return;
	ctl_free(l->ctl);
	live_names_fini(l);
	live_learned_fini(l);
	live_sweep_fini(l);
	live_p0f_fini(l);
	live_front_fini(l);
	live_guard_fini(l);
	live_in_fini(l);
	engine_free(l->engine);
	live_reload_fini(l);
	free_event(l->ev_tick);
	free_event(l->ev_term);
	free_event(l->ev_int);
	free_event(l->ev_hup);
	if (l->base != NULL)
		event_base_free(l->base);
	outq_fini(&l->q);
	free(l->allow);
	free(l);
}
