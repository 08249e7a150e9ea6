/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_world.h"

static void
on_out(void *arg, const struct engine_out *o)
{
	struct world *w = arg;

	if (w->conf.out != NULL)
		replay_out_event(w->conf.out, o);
	if (w->conf.diff != NULL)
		diff_out(w->conf.diff, w->conf.which, o);
	if (w->effect != NULL)
		effect_out(w->effect, o);
}

static void
on_session(void *arg, enum session_event ev, const struct session *s)
{
	struct world *w = arg;

	if (w->effect != NULL)
		effect_session(w->effect, ev, s);
}

static bool
on_save(void *arg, const struct client *c)
{
	struct world *w = arg;

	return w->conf.state != NULL ? state_put(w->conf.state, c) :
				       spill_put(w->spill, c);
}

static bool
on_load(void *arg, const struct addr *key, struct client *c)
{
	struct world *w = arg;

	return w->conf.state != NULL ? state_get(w->conf.state, key, c) :
				       spill_get(w->spill, key, c);
}

bool
world_init(struct world *w, const struct world_conf *conf)
{
	struct engine_conf ec = { .policy = conf->with.policy,
		.sigs = conf->with.sigs,
		.patterns = conf->with.patterns,
		.witness = conf->witness,
		.witness_from_ms = conf->witness_from_ms,
		.cut = true,
		.arg = w,
		.out = on_out,
		.load = on_load,
		.save = on_save,
		.save_late = conf->state == NULL };
	struct effect_conf tc = { conf->with.policy, conf->truth,
		conf->witness };

	*w = (struct world){ .conf = *conf };
	conf->with.policy->enforce = true;
	if (conf->with.policy->clients_max > WORLD_CLIENTS)
		conf->with.policy->clients_max = WORLD_CLIENTS;
	if (conf->truth != NULL) {
		ec.session = on_session;
		w->effect = effect_new(&tc);
		if (w->effect == NULL)
			return false;
	}
	w->spill = spill_new();
	if (w->spill == NULL)
		return false;
	w->engine = engine_new(&ec);
	return w->engine != NULL;
}

void
world_fini(struct world *w)
{
	engine_free(w->engine);
	spill_free(w->spill);
	effect_free(w->effect);
	*w = (struct world){ 0 };
}

static void
time_passes(struct world *w, int64_t t_ms)
{
	if (w->conf.state != NULL)
		state_time(w->conf.state, w->engine, t_ms);
}

void
world_packet(struct world *w, const struct packet *p)
{
	time_passes(w, p->t_us / 1000);
	engine_packet(w->engine, p);
	if (w->effect != NULL)
		effect_packet(w->effect, w->engine, p);
	if (w->conf.explain != NULL)
		explain_packet(w->conf.explain, w->engine);
}

void
world_line(struct world *w, struct str line, int64_t now_ms)
{
	time_passes(w, now_ms);
	(void)engine_line(w->engine, line, now_ms);
	if (w->effect != NULL)
		effect_line(w->effect, w->engine, line, now_ms);
	if (w->conf.explain != NULL)
		explain_line(w->conf.explain, w->engine, line);
}

void
world_tick(struct world *w, int64_t now_ms)
{
	time_passes(w, now_ms);
	engine_tick(w->engine, now_ms);
	if (w->effect != NULL)
		effect_tick(w->effect, w->engine, now_ms);
}

void
world_end(struct world *w)
{
	if (w->conf.state != NULL)
		state_end(w->conf.state, w->engine);
	if (w->effect != NULL)
		effect_end(w->effect, w->engine);
	if (w->conf.explain != NULL)
		explain_end(w->conf.explain, w->engine);
}

size_t
world_clients(const struct world *w)
{
	struct engine_counts n;
	size_t spilled = spill_count(w->spill);

	/* Some in the cache have a record beside; new ones do not yet. */
	engine_counts(w->engine, &n);
	return spilled > n.clients_now ? spilled : n.clients_now;
}
