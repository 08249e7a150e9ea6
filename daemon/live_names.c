/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_names - what the engine asks of DNS, and what DNS says */
#include <stdio.h>

#include "daemon/dnstell.h"
#include "daemon/live_impl.h"

#define EVERY_MS 600000
#define FEW      10 /* questions without a reply say nothing */

#define INT(x) ((json_int_t)(x))

/* The config was checked: what is no list is not there. */
static void
take_lists(const struct config *c, struct resolver_conf *rc)
{
	double nats;

	for (char **s = c->dns_lists; *s != NULL; s++)
		if (rc->zones_n < RESOLVER_LISTS_MAX &&
		    config_dns_list((struct str){ *s, strlen(*s) },
			&rc->zones[rc->zones_n], &nats))
			rc->zones_n++;
}

struct resolver *
live_names_open(const struct config *c, char err[RESOLVER_ERRLEN])
{
	struct resolver_conf rc = { .key = hash_key_random() };

	for (char **s = c->resolver_servers; *s != NULL; s++)
		if (rc.servers_n < RESOLVER_SERVERS_MAX &&
		    addr_parse((struct str){ *s, strlen(*s) },
			&rc.servers[rc.servers_n]))
			rc.servers_n++;
	take_lists(c, &rc);
	return resolver_new(&rc, err);
}

/* ---- answers ---- */

/*
 * Notes it in the recording and tells the engine what was noted, so that a
 * replay tells it the same.
 */
static void
tell(struct live *l, const struct dnsmark *m, int64_t now_ms)
{
	char text[DNSMARK_MAX];
	struct str line = { text, dnsmark_print(m, text) };

	if (line.n == 0)
		return;
	if (l->conf.recorder != NULL)
		(void)recorder_mark(l->conf.recorder, now_ms * 1000, line.p,
		    line.n);
	(void)dnstell_line(l->engine, line, now_ms);
}

static void
on_answer(void *arg, const struct resolver_answer *a)
{
	struct dnsmark m = { .kind = DNSMARK_NAME,
		.addr = a->addr,
		.name = a->name };
	struct live *l = arg;
	int64_t now_ms = live_wall_ms();

	if (a->what != RESOLVER_FAILED)
		tell(l, &m, now_ms);
	m.kind = DNSMARK_LIST;
	for (size_t i = 0; i < RESOLVER_LISTS_MAX; i++) {
		const char *s;

		if ((a->listed >> i & 1U) == 0)
			continue;
		s = l->cfg->dns_lists[i];
		if (config_dns_list((struct str){ s, strlen(s) }, &m.name,
			&m.nats))
			tell(l, &m, now_ms);
	}
	live_guard_pump(l);
}

/* ---- questions ---- */

static bool
is_in(const struct net_list *list, const struct addr *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (net_has(&list->v[i], a))
			return true;
	return false;
}

/* Called by the engine in the middle of a packet. */
void
live_names_ask(void *arg, const struct addr *a)
{
	struct live *l = arg;

	if (l->conf.resolver != NULL && !is_in(&l->policy->never, a) &&
	    !is_in(&l->policy->ours, a))
		resolver_ask(l->conf.resolver, a);
}

/* ---- start, time, end ---- */

bool
live_names_init(struct live *l)
{
	struct resolver_user u = { .base = l->base,
		.arg = l,
		.answer = on_answer,
		.mono_ms = live_mono_ms };

	return l->conf.resolver == NULL || resolver_start(l->conf.resolver, &u);
}

void
live_names_fini(struct live *l)
{
	resolver_free(l->conf.resolver);
	l->conf.resolver = NULL;
}

/* A server that never replies is found by nobody else. */
void
live_names_tick(struct live *l, int64_t mono_ms)
{
	struct live_names *s = &l->names;
	struct resolver_counts n;
	uint64_t asked;

	if (l->conf.resolver == NULL || mono_ms < s->next_ms)
		return;
	resolver_counts(l->conf.resolver, &n);
	asked = n.questions - s->questions;
	if (s->next_ms != 0 && asked >= FEW && n.replies == s->replies)
		log_msg(LOG_WARNING,
		    "resolver-silent: %llu questions in ten minutes and no "
		    "reply: are the servers right?",
		    (unsigned long long)asked);
	s->questions = n.questions;
	s->replies = n.replies;
	s->next_ms = mono_ms + EVERY_MS;
}

json_t *
live_names_status(const struct live *l)
{
	struct resolver_counts n;

	if (l->conf.resolver == NULL)
		return json_null();
	resolver_counts(l->conf.resolver, &n);
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
	    "asked", INT(n.asked), "cached", INT(n.cached), "named",
	    INT(n.named), "unnamed", INT(n.unnamed), "failed", INT(n.failed),
	    "listed", INT(n.listed), "dropped", INT(n.dropped), "questions",
	    INT(n.questions), "replies", INT(n.replies), "list_errors",
	    INT(n.list_errors), "queued_now", INT(n.queued_now),
	    "in_flight_now", INT(n.in_flight_now));
}
