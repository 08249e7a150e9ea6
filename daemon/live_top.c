/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_top - what is going on just now, for `zfwctl top`; bounded in all ways */
#include <stdlib.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"

#define FADE_MS  10000
#define NETS_MAX 16
#define INT(x)   ((json_int_t)(x))

void
live_top_init(struct live *l)
{
	l->top.key = hash_key_random();
}

static void
knocked(struct live *l, const struct addr *a)
{
	struct net net = { addr_site(a), a->family == 4 ? 24 : 48 };
	struct live_hot *h =
	    &l->top.hot[hash_keyed(&l->top.key, &net.a, sizeof(net.a)) %
		TOP_SLOTS];

	if (h->n == 0)
		h->net = net;
	if (addr_eq(&h->net.a, &net.a))
		h->n += h->n < UINT32_MAX;
	else
		h->n--;
}

static void
decided(struct live *l, const struct engine_out *o)
{
	struct live_decided *d = &l->top.latest[l->top.latest_n++ % TOP_LATEST];
	const struct client *c = o->client;

	*d = (struct live_decided){ .t_ms = o->t_ms,
		.net = o->net,
		.kind = (uint8_t)o->kind,
		.tier = c->tier,
		.action = o->action,
		.score = c->score_permille,
		.narrow = !stack_none(&o->stack),
		.shadow = o->shadow };
	if (o->kind == ENGINE_BLOCK)
		d->for_s = (uint32_t)((c->block_until_ms - c->block_from_ms) /
		    1000);
	memcpy(d->reasons, c->reasons, sizeof(d->reasons));
	if (o->why != NULL)
		(void)snprintf(d->why, sizeof(d->why), "%s", o->why);
}

void
live_top_note(struct live *l, const struct engine_out *o)
{
	if (o->kind == ENGINE_SYN_DROP)
		knocked(l, &o->address);
	else if ((o->kind == ENGINE_BLOCK || o->kind == ENGINE_UNBLOCK) &&
	    o->client != NULL)
		decided(l, o);
}

void
live_top_tick(struct live *l, int64_t mono_ms)
{
	if (mono_ms < l->top.fade_ms)
		return;
	l->top.fade_ms = mono_ms + FADE_MS;
	for (size_t i = 0; i < TOP_SLOTS; i++)
		l->top.hot[i].n /= 2;
}

static int
by_n(const void *a, const void *b)
{
	const struct live_hot *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) :
			      memcmp(&x->net, &y->net, sizeof(x->net));
}

static json_t *
networks_json(const struct live *l)
{
	struct live_hot v[TOP_SLOTS];
	json_t *a = json_array();

	memcpy(v, l->top.hot, sizeof(v));
	qsort(v, TOP_SLOTS, sizeof(v[0]), by_n);
	for (size_t i = 0; i < NETS_MAX && v[i].n > 0; i++)
		json_array_append_new(a,
		    json_pack("{s:o,s:I}", "net", jtext_net(&v[i].net),
			"knocks", INT(v[i].n)));
	return a;
}

static json_t *
reasons_json(const uint8_t reasons[4])
{
	json_t *a = json_array();

	for (size_t i = 0; i < 4 && reasons[i] != EVIDENCE_NONE; i++)
		json_array_append_new(a,
		    json_string(evidence_name((enum evidence_kind)reasons[i])));
	return a;
}

static json_t *
decided_json(const struct live_decided *d)
{
	return json_pack("{s:o,s:s,s:o,s:i,s:s,s:f,s:I,s:b,s:b,s:o,s:o}", "t",
	    jtext_time(d->t_ms), "event",
	    d->kind == ENGINE_BLOCK ? "block" : "unblock", "client",
	    jtext_net(&d->net), "tier", (int)d->tier, "action",
	    d->action == CLIENT_REJECT ? "reject" : "drop", "score",
	    d->score / 1000.0, "for_s", INT(d->for_s), "narrow", (int)d->narrow,
	    "shadow", (int)d->shadow, "reasons", reasons_json(d->reasons),
	    "why", jtext(d->why));
}

/* The latest first. */
static json_t *
latest_json(const struct live *l)
{
	const struct live_top *t = &l->top;
	size_t n = t->latest_n < TOP_LATEST ? t->latest_n : TOP_LATEST;
	json_t *a = json_array();

	for (size_t i = 1; i <= n; i++)
		json_array_append_new(a,
		    decided_json(&t->latest[(t->latest_n - i) % TOP_LATEST]));
	return a;
}

json_t *
live_top(struct live *l)
{
	json_t *o = live_status(l);
	struct engine_counts n;

	if (o == NULL)
		return NULL;
	engine_counts(l->engine, &n);
	json_object_set_new(o, "mono_ms", json_integer(live_mono_ms()));
	json_object_set_new(o, "accepted",
	    json_integer(INT(n.kinds[LOG_ACCEPT])));
	json_object_set_new(o, "networks", networks_json(l));
	json_object_set_new(o, "latest", latest_json(l));
	return o;
}
