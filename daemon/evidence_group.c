/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_group - what a client has in common with many others */
#include <math.h>

#include "daemon/evidence_impl.h"

#define GROUP_GOOD_DAYS 2 /* days of accepted mail: no member of a botnet */
#define SAYS_SOMETHING  0.05

/*
 * May this HELO make a cluster?  Not words that everybody says, nor as long
 * as we do not know whether it is the client's own name.
 */
static bool
groupable(const struct client *c)
{
	switch (c->helo_class) {
	case HELO_RDNS: /* its owner: nobody's cluster any more */
	case HELO_FQDN:
	case HELO_SINGLE:
	case HELO_BAD:
	case HELO_OURS:
		return client_name_known(c);
	default:
		return false;
	}
}

struct botnet_client
evidence_member(const struct client *c)
{
	return (struct botnet_client){
		.key = c->key,
		.name_known = client_name_known(c),
		.good = c->good_days >= GROUP_GOOD_DAYS ||
		    c->facts[EVIDENCE_PEER].last_ms != 0 ||
		    c->facts[EVIDENCE_POOL].last_ms != 0,
		.helo_class = c->helo_class,
		.name_class = c->name_class,
		.helo = groupable(c) ? evidence_str(c->helo) : STR(""),
		.rdns = evidence_str(c->rdns),
		.sig_key = c->stack,
		.way = c->way,
	};
}

/* A cluster's opinion becomes a fact, or the fact goes. */
static void
take_hit(struct client *c, enum evidence_kind k, const struct botnet_hit *h,
    int64_t now_ms)
{
	struct client_fact *f = &c->facts[k];
	bool new = fabs((double)f->count - h->llr) > SAYS_SOMETHING;

	/* What it was known by is not always asked about again. */
	if (k == EVIDENCE_BOTNET && f->last_ms != 0 &&
	    f->value == BOTNET_SENDER &&
	    fabs(h->llr) < fabs((double)f->count) &&
	    now_ms - f->last_ms < EVIDENCE_DAY_MS)
		return;
	if (fabs(h->llr) <= SAYS_SOMETHING) {
		client_clear(c, k);
		return;
	}
	client_set(c, k, (uint8_t)h->kind, now_ms);
	f->count = (float)h->llr; /* what it says, not how often */
	if (new)
		evidence_note(c, k, now_ms,
		    "botnet %08x %s: about %u networks, labelled %.1f bad and "
		    "%.1f good",
		    h->id, h->name, h->networks, h->bad, h->good);
}

/* The strongest of those that tell the same story. */
static const struct botnet_hit *
strongest(const struct botnet_hit hit[BOTNET_KINDS])
{
	const struct botnet_hit *best = &hit[BOTNET_TEMPLATE];

	if (fabs(hit[BOTNET_WAY].llr) > fabs(best->llr))
		best = &hit[BOTNET_WAY];
	if (fabs(hit[BOTNET_SENDER].llr) > fabs(best->llr))
		best = &hit[BOTNET_SENDER];
	return best;
}

void
evidence_grouped(struct evidence *e, struct client *c, struct str sender,
    int64_t now_ms)
{
	struct botnet_client m = evidence_member(c);
	struct botnet_hit hit[BOTNET_KINDS] = { 0 };
	const struct botnet_hit *best;

	/* Lists and forwarders have names of their own. */
	if (client_name_known(c) && !name_is_own(c->name_class))
		m.sender = sender;
	botnets_see(e->botnets, &m, now_ms, hit);
	best = strongest(hit);
	take_hit(c, EVIDENCE_HELO_GROUP, &hit[BOTNET_HELO], now_ms);
	take_hit(c, EVIDENCE_TEMPLATE, &hit[BOTNET_RDNS], now_ms);
	take_hit(c, EVIDENCE_BOTNET, best, now_ms);
	if (hit[BOTNET_HELO].llr > best->llr)
		best = &hit[BOTNET_HELO];
	c->botnet = best->llr > SAYS_SOMETHING ? best->id : 0;
}
