/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_inline - verdicts on SYNs that wait for one */
#include "daemon/engine_impl.h"
#include "daemon/names.h"

#define LOOK_MS 60000

void
engine_inline_tick(struct engine *e)
{
	const struct policy *p = e->policy;

	if (!p->inline_verdicts || !p->enforce ||
	    (e->inline_ms != 0 && e->now_ms < e->inline_ms))
		return;
	e->inline_ms = e->now_ms + LOOK_MS;
	stacks_look(evidence_stacks(e->evidence), evidence_model(e->evidence),
	    p->inline_sites, e->now_ms);
}

bool
engine_inline(struct engine *e)
{
	return stacks_only_n(evidence_stacks(e->evidence)) > 0;
}

/* Does anything speak for it? */
static bool
spoken_for(struct engine *e, const struct addr *a)
{
	const struct client *c;

	if (engine_spared(e, a) || engine_allowed(e, a, NULL) ||
	    netlist_has(e->policy->pools, a, NULL))
		return true;
	c = client_peek(e->clients, a);
	return c != NULL &&
	    (engine_exempt(e, &c->key) || name_is_own(c->name_class) ||
		c->facts[EVIDENCE_ACCEPTED].last_ms != 0 || engine_good(e, c));
}

static uint64_t
stack_of(const struct engine *e, const struct traits *t)
{
	const struct sigcache_hit *hit;
	struct sig sig;

	if (e->conf.sigs == NULL) {
		sig_make(t, &sig);
		return evidence_stack_key(&sig, t);
	}
	hit = sigcache_get(e->conf.sigs, t, false, 0);
	return evidence_stack_key(&hit->sig, t);
}

bool
engine_syn(struct engine *e, const struct packet *p)
{
	struct traits t;

	if (!engine_inline(e) || traits_parse(p, &t) != TRAITS_OK ||
	    !traits_is_syn(&t) || !engine_port(e->policy, t.dport))
		return true;
	if (!stacks_only(evidence_stacks(e->evidence), stack_of(e, &t)) ||
	    spoken_for(e, &t.src))
		return true;
	e->n.inline_drops++;
	tally_add(&e->tally, TALLY_INLINE);
	return false;
}
