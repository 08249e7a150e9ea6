/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_diff.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#define ROOM_FIRST 1024 /* a power of two */
#define NAME_WIDTH 24

/* What both made of one client. */
struct blocked {
	struct net net; /* family 0: a free place */
	uint32_t blocks[DIFF_POLICIES];
	uint8_t tier[DIFF_POLICIES]; /* the highest */
	int64_t first_ms[DIFF_POLICIES];
	uint8_t reasons[DIFF_POLICIES][4]; /* of the first */
};

struct diff {
	struct blocked *v; /* open addressing, half full at most */
	size_t n, room;
	uint64_t clients[DIFF_POLICIES], cuts[DIFF_POLICIES];
	bool failed;
};

struct diff *
diff_new(void)
{
	struct diff *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->room = ROOM_FIRST;
	d->v = calloc(d->room, sizeof(*d->v));
	if (d->v != NULL)
		return d;
	free(d);
	return NULL;
}

void
diff_free(struct diff *d)
{
	if (d == NULL)
		return;
	free(d->v);
	free(d);
}

bool
diff_failed(const struct diff *d)
{
	return d->failed;
}

static struct blocked *
place_of(struct blocked *v, size_t room, const struct net *net)
{
	static const struct hash_key fixed; /* as all of a replay */
	size_t i = hash_keyed(&fixed, &net->a, sizeof(net->a)) & (room - 1);

	while (v[i].net.a.family != 0 && !addr_eq(&v[i].net.a, &net->a))
		i = (i + 1) & (room - 1);
	return &v[i];
}

static bool
grow(struct diff *d)
{
	size_t room = d->room * 2;
	struct blocked *v = calloc(room, sizeof(*v));

	if (v == NULL)
		return false;
	for (size_t i = 0; i < d->room; i++)
		if (d->v[i].net.a.family != 0)
			*place_of(v, room, &d->v[i].net) = d->v[i];
	free(d->v);
	d->v = v;
	d->room = room;
	return true;
}

/* NULL when memory is short. */
static struct blocked *
get(struct diff *d, const struct net *net)
{
	struct blocked *b = place_of(d->v, d->room, net);

	if (b->net.a.family != 0)
		return b;
	if (d->n >= d->room / 2) {
		if (!grow(d))
			return NULL;
		b = place_of(d->v, d->room, net);
	}
	b->net = *net;
	d->n++;
	return b;
}

void
diff_out(struct diff *d, size_t which, const struct engine_out *o)
{
	struct blocked *b;

	d->cuts[which] += o->kind == ENGINE_CUT;
	if (o->kind != ENGINE_BLOCK)
		return;
	b = get(d, &o->net);
	if (b == NULL) {
		d->failed = true;
		return;
	}
	if (b->blocks[which]++ == 0) {
		d->clients[which]++;
		b->first_ms[which] = o->t_ms;
		memcpy(b->reasons[which], o->client->reasons,
		    sizeof(b->reasons[which]));
	}
	if (o->client->tier > b->tier[which])
		b->tier[which] = o->client->tier;
}

/* ---- what is told ---- */

struct figure {
	const char *name, *text;
	uint64_t n[DIFF_POLICIES];
};

#define FIGURES 9

static void
figures(const struct diff *d, const struct diff_print *p,
    struct figure out[FIGURES])
{
	static const struct figure names[FIGURES] = {
		{ "clients_blocked", "clients blocked", { 0, 0 } },
		{ "blocks", "blocks", { 0, 0 } },
		{ "active", "active at the end", { 0, 0 } },
		{ "lifted", "lifted early", { 0, 0 } },
		{ "prevented", "SYNs dropped", { 0, 0 } },
		{ "cut", "sessions cut", { 0, 0 } },
		{ "known_good", "spared: known good", { 0, 0 } },
		{ "one_family", "spared: one kind of witness", { 0, 0 } },
		{ "over_rate", "spared: over the rate", { 0, 0 } },
	};

	memcpy(out, names, sizeof(names));
	for (size_t i = 0; i < DIFF_POLICIES; i++) {
		struct engine_counts n;
		size_t k = 0;

		engine_counts(p->engine[i], &n);
		out[k++].n[i] = d->clients[i];
		out[k++].n[i] = n.blocks;
		out[k++].n[i] = n.blocks_now;
		out[k++].n[i] = n.unblocks;
		out[k++].n[i] = n.syn_drops;
		out[k++].n[i] = d->cuts[i];
		out[k++].n[i] = n.immune_spared;
		out[k++].n[i] = n.one_family;
		out[k++].n[i] = n.rate_spared;
	}
}

static int
by_client(const void *a, const void *b)
{
	const struct blocked *x = *(struct blocked *const *)a;
	const struct blocked *y = *(struct blocked *const *)b;

	return addr_cmp(&x->net.a, &y->net.a);
}

/* Those that only `which` blocked, by address; NULL when memory is short. */
static struct blocked **
only(const struct diff *d, size_t which, size_t *n)
{
	struct blocked **list = calloc(d->n + 1, sizeof(struct blocked *));

	*n = 0;
	for (size_t i = 0; list != NULL && i < d->room; i++)
		if (d->v[i].blocks[which] > 0 && d->v[i].blocks[1 - which] == 0)
			list[(*n)++] = &d->v[i];
	if (list != NULL)
		qsort(list, *n, sizeof(*list), by_client);
	return list;
}

/* What the truth says of it; "" when it says nothing. */
static const char *
label_of(const struct truth *t, const struct net *net)
{
	size_t i = t == NULL ? TRUTH_NONE : truth_find_net(t, net);

	return i == TRUTH_NONE ? "" : t->labels[t->v[i].label].text;
}

static const char *
client_text(const struct net *n, char buf[ADDR_STRLEN])
{
	return n->a.family == 4 ? addr_print(&n->a, buf) : net_print(n, buf);
}

/* ---- as text ---- */

static void
print_client(const struct blocked *b, size_t which, const struct diff_print *p)
{
	time_t s = (time_t)(b->first_ms[which] / 1000);
	char when[32] = "", buf[ADDR_STRLEN];
	struct tm tm;

	if (gmtime_r(&s, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(p->out, "  %-*s %s tier %u", NAME_WIDTH,
	    client_text(&b->net, buf), when, b->tier[which]);
	for (size_t i = 0; i < 4 && b->reasons[which][i] != 0; i++)
		fprintf(p->out, "%s%s", i == 0 ? " " : ",",
		    evidence_name((enum evidence_kind)b->reasons[which][i]));
	if (*label_of(p->truth, &b->net) != '\0')
		fprintf(p->out, " [%s]", label_of(p->truth, &b->net));
	fputc('\n', p->out);
}

static void
print_text(const struct diff *d, const struct diff_print *p)
{
	struct figure f[FIGURES];

	figures(d, p, f);
	fputs("What if", p->out);
	for (size_t i = 0; i < p->changes_n; i++)
		fprintf(p->out, "%s %s", i == 0 ? "" : ",", p->changes[i]);
	fprintf(p->out, "\n\n  %-*s %12s %12s\n", NAME_WIDTH + 4, "",
	    p->name[0], p->name[1]);
	for (size_t i = 0; i < FIGURES; i++)
		fprintf(p->out, "  %-*s %12" PRIu64 " %12" PRIu64 "\n",
		    NAME_WIDTH + 4, f[i].text, f[i].n[0], f[i].n[1]);
	for (size_t which = 0; which < DIFF_POLICIES; which++) {
		size_t n;
		struct blocked **list = only(d, which, &n);

		fprintf(p->out, "\nBlocked only %s: %zu\n", p->name[which], n);
		for (size_t i = 0; list != NULL && i < n; i++)
			print_client(list[i], which, p);
		free(list);
	}
}

/* ---- as JSON ---- */

static json_t *
client_json(const struct blocked *b, size_t which, const struct diff_print *p)
{
	char buf[ADDR_STRLEN];
	json_t *reasons = json_array(), *o;

	for (size_t i = 0; i < 4 && b->reasons[which][i] != 0; i++)
		json_array_append_new(reasons,
		    json_string(evidence_name(
			(enum evidence_kind)b->reasons[which][i])));
	o = json_pack("{s:s,s:f,s:i,s:i,s:o}", "client",
	    client_text(&b->net, buf), "t", (double)b->first_ms[which] / 1000,
	    "tier", (int)b->tier[which], "blocks", (int)b->blocks[which],
	    "reasons", reasons);
	if (p->truth != NULL)
		json_object_set_new(o, "label",
		    json_string(label_of(p->truth, &b->net)));
	return o;
}

static json_t *
side_json(const struct diff *d, const struct diff_print *p, size_t which)
{
	struct figure f[FIGURES];
	json_t *o = json_object(), *list = json_array();
	struct blocked **clients;
	size_t n;

	figures(d, p, f);
	for (size_t i = 0; i < FIGURES; i++)
		json_object_set_new(o, f[i].name,
		    json_integer((json_int_t)f[i].n[which]));
	clients = only(d, which, &n);
	for (size_t i = 0; clients != NULL && i < n; i++)
		json_array_append_new(list, client_json(clients[i], which, p));
	free(clients);
	json_object_set_new(o, "only", list);
	return o;
}

static void
print_json(const struct diff *d, const struct diff_print *p)
{
	json_t *changes = json_array(), *o;

	for (size_t i = 0; i < p->changes_n; i++)
		json_array_append_new(changes, json_string(p->changes[i]));
	o = json_pack("{s:o,s:o,s:o}", "what_if", changes, "configured",
	    side_json(d, p, 0), "changed", side_json(d, p, 1));
	json_dumpf(o, p->out,
	    JSON_PRESERVE_ORDER | JSON_COMPACT | JSON_REAL_PRECISION(13));
	fputc('\n', p->out);
	json_decref(o);
}

void
diff_print(struct diff *d, const struct diff_print *p)
{
	if (p->json)
		print_json(d, p);
	else
		print_text(d, p);
}
