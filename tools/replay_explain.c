/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_explain.h"

#include <string.h>
#include <time.h>

#include "daemon/why.h"
#include "tools/show.h"

bool
explain_add(struct explain *x, const char *address)
{
	struct explain_one *one = &x->v[x->n];
	struct str text = { address, strlen(address) };

	if (x->n == EXPLAIN_MAX || !addr_parse(text, &one->addr))
		return false;
	(void)addr_print(&one->addr, one->text);
	x->n++;
	return true;
}

static const struct net *
has(const struct net_list *l, const struct addr *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (net_has(&l->v[i], a))
			return &l->v[i];
	return NULL;
}

/* NULL when memory is short. */
static json_t *
why(const struct explain *x, struct engine *e, const struct addr *a)
{
	struct score score = { 0 };
	struct addr key = addr_key(a);
	struct net by;
	struct why_ask ask = { .policy = x->policy,
		.addr = *a,
		.score = &score,
		.now_ms = engine_now_ms(e) };

	if (engine_allowed(e, a, &by))
		ask.allowed = &by;
	ask.never = has(&x->policy->never, a);
	if (ask.never == NULL)
		ask.never = has(&x->policy->ours, a);
	ask.client = engine_client(e, &key, ask.now_ms, &score);
	return why_json(&ask);
}

/* Says so when the verdict is another. */
static void
look(struct explain *x, struct engine *e, struct explain_one *one)
{
	json_t *o = why(x, e, &one->addr);
	const char *verdict = json_string_value(json_object_get(o, "verdict"));
	time_t s = (time_t)(engine_now_ms(e) / 1000);
	char when[32] = "";
	struct tm tm;

	if (verdict != NULL && strcmp(verdict, one->verdict) != 0) {
		(void)snprintf(one->verdict, sizeof(one->verdict), "%s",
		    verdict);
		if (gmtime_r(&s, &tm) != NULL)
			strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
		fprintf(x->out, "%s.%03dZ %-8s %-22s %s, probability %.3f\n",
		    when, (int)(engine_now_ms(e) % 1000), "verdict", one->text,
		    verdict, json_number_value(json_object_get(o, "p")));
	}
	json_decref(o);
}

static bool
same(const struct addr *a, const struct addr *b)
{
	struct addr x = addr_key(a), y = addr_key(b);

	return addr_eq(&x, &y);
}

void
explain_packet(struct explain *x, struct engine *e)
{
	const struct traits *t = x->n == 0 ? NULL : engine_last_traits(e);

	for (size_t i = 0; t != NULL && i < x->n; i++)
		if (same(&t->src, &x->v[i].addr) ||
		    same(&t->dst, &x->v[i].addr))
			look(x, e, &x->v[i]);
}

void
explain_line(struct explain *x, struct engine *e, struct str line)
{
	for (size_t i = 0; i < x->n; i++)
		if (memmem(line.p, line.n, x->v[i].text,
			strlen(x->v[i].text)) != NULL)
			look(x, e, &x->v[i]);
}

void
explain_end(struct explain *x, struct engine *e)
{
	for (size_t i = 0; i < x->n; i++) {
		json_t *o = why(x, e, &x->v[i].addr);

		fputc('\n', x->out);
		show_why(x->out, o);
		json_decref(o);
	}
}
