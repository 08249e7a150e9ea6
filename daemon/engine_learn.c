/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_learn - what others tell the engine, and what it has learned */
#include <errno.h>

#include "daemon/engine_impl.h"

#define BOTNET_LLR 0.7 /* nats from which a cluster is shown */

const char *const engine_learned_name[ENGINE_LEARNED] = {
	[ENGINE_MODEL] = "model",
	[ENGINE_BOTNETS] = "botnets",
};

size_t
engine_learned_encode(struct engine *e, enum engine_learned what, void *out,
    size_t max)
{
	if (what == ENGINE_MODEL)
		return model_encode(evidence_model(e->evidence), out, max,
		    e->now_ms);
	return botnets_encode(evidence_botnets(e->evidence), out, max,
	    e->now_ms);
}

bool
engine_learned_decode(struct engine *e, enum engine_learned what,
    const void *in, size_t n)
{
	if (what == ENGINE_MODEL)
		return model_decode(evidence_model(e->evidence), in, n);
	return botnets_decode(evidence_botnets(e->evidence), in, n);
}

size_t
engine_botnets(struct engine *e, struct botnet_info *out, size_t n)
{
	return botnets_list(evidence_botnets(e->evidence), BOTNET_LLR,
	    e->now_ms, out, n);
}

const char *
engine_alarm(struct engine *e)
{
	return model_alarm(evidence_model(e->evidence), e->now_ms);
}

int
engine_report(struct engine *e, const struct addr *a, bool spam, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	if (engine_spared(e, a))
		return -EPERM;
	evidence_report(e->evidence, a, spam, e->now_ms);
	if (!spam) {
		struct net net = addr_key_net(a);
		int rc = engine_lift(e, &net, "reported as wanted");

		tally_add(&e->tally, TALLY_MISTAKES);
		return rc == -ENOENT ? 0 : rc;
	}
	return 0;
}

void
engine_dns_name(struct engine *e, const struct addr *a, struct str name,
    int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	if (!engine_spared(e, a))
		evidence_dns_name(e->evidence, a, name, e->now_ms);
}

void
engine_dns_listed(struct engine *e, const struct addr *a, struct str zone,
    double nats, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	if (!engine_spared(e, a))
		evidence_dns_listed(e->evidence, a, zone, nats, e->now_ms);
}
