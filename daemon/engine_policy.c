/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_policy - a reload, and networks that the policy blocks for ever */
#include "daemon/engine_impl.h"

/* Blocks of clients that nobody may block any more. */
static void
lift_exempt(struct engine *e)
{
	size_t i = blocks_n(e->blocks);

	/* From the end; the place of one taken out is looked at again. */
	while (i > 0) {
		struct addr key = blocks_at(e->blocks, i - 1)->key;

		if (engine_exempt(e, &key))
			(void)engine_unset(e,
			    client_get(e->clients, &key, e->now_ms), "reload");
		else
			i--;
		if (i > blocks_n(e->blocks))
			i = blocks_n(e->blocks);
	}
}

/* Whole networks: those around an address that is spared now. */
static void
lift_over(struct engine *e, const struct net_list *nets)
{
	for (size_t i = 0; i < nets->n; i++)
		engine_climb_spoil(e, &nets->v[i], "reload");
}

void
engine_reload(struct engine *e, struct patterns *patterns, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	e->conf.patterns = patterns;
	e->logconf.time.zone_s = e->policy->log_zone_s;
	e->logconf.submission = e->policy->submission;
	logline_reader_set(e->reader, &e->logconf);
	evidence_reload(e->evidence);
	engine_spared_learn(e);
	lift_exempt(e);
	lift_over(e, &e->policy->never);
	lift_over(e, &e->policy->ours);
	lift_over(e, &e->policy->allow);
}

bool
engine_listed(const struct engine *e, const struct addr *a, struct net *which)
{
	return e->policy->listed != NULL &&
	    netlist_has(e->policy->listed, a, which) &&
	    !engine_allowed(e, a, NULL) && !engine_spared(e, a);
}

bool
engine_listed_stopped(struct engine *e, const struct traits *t)
{
	static const uint8_t reasons[sizeof(e->over.reasons)] = {
		EVIDENCE_ADMIN
	};
	struct engine_out o = { .address = t->src, .port = t->sport };
	struct client *c = &e->over;

	if (!engine_listed(e, &t->src, NULL))
		return false;
	*c = (struct client){ .key = addr_key(&t->src),
		.action = CLIENT_DROP,
		.by_admin = true };
	memcpy(c->reasons, reasons, sizeof(c->reasons));
	engine_tally_attempt(e, t, TALLY_LISTED);
	e->n.syn_drops++;
	e->n.listed++;
	engine_emit(e, ENGINE_SYN_DROP, c, &o);
	/* In shadow the connection goes on. */
	return e->policy->enforce;
}
