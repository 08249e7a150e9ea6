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
	if (w->tally != NULL)
		tally_out(w->tally, o);
}

static void
on_session(void *arg, enum session_event ev, const struct session *s)
{
	struct world *w = arg;

	if (w->tally != NULL)
		tally_session(w->tally, ev, s);
}

static bool
on_save(void *arg, const struct client *c)
{
	struct world *w = arg;

	return spill_put(w->spill, c);
}

static bool
on_load(void *arg, const struct addr *key, struct client *c)
{
	struct world *w = arg;

	return spill_get(w->spill, key, c);
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
		.save_late = true };
	struct tally_conf tc = { conf->with.policy, conf->truth,
		conf->witness };

	*w = (struct world){ .conf = *conf };
	conf->with.policy->enforce = true;
	if (conf->with.policy->clients_max > WORLD_CLIENTS)
		conf->with.policy->clients_max = WORLD_CLIENTS;
	if (conf->truth != NULL) {
		ec.session = on_session;
		w->tally = tally_new(&tc);
		if (w->tally == NULL)
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
	tally_free(w->tally);
	*w = (struct world){ 0 };
}

void
world_packet(struct world *w, const struct packet *p)
{
	engine_packet(w->engine, p);
	if (w->tally != NULL)
		tally_packet(w->tally, w->engine, p);
	if (w->conf.explain != NULL)
		explain_packet(w->conf.explain, w->engine);
}

void
world_line(struct world *w, struct str line, int64_t now_ms)
{
	(void)engine_line(w->engine, line, now_ms);
	if (w->tally != NULL)
		tally_line(w->tally, w->engine, line, now_ms);
	if (w->conf.explain != NULL)
		explain_line(w->conf.explain, w->engine, line);
}

void
world_tick(struct world *w, int64_t now_ms)
{
	engine_tick(w->engine, now_ms);
	if (w->tally != NULL)
		tally_tick(w->tally, w->engine, now_ms);
}

void
world_end(struct world *w)
{
	if (w->tally != NULL)
		tally_end(w->tally, w->engine);
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
