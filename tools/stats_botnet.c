/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_botnet - names of botnets, from what the engine learned
 *
 * It is stored in pieces (db/parts.h) that come in any order: they are kept
 * until the scan is over.  Clusters that are forgotten have their number for
 * a name.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/botnet.h"
#include "db/parts.h"
#include "db/record.h"
#include "tools/stats_impl.h"

#define BLOB      "botnets" /* engine_learned_name[ENGINE_BOTNETS] */
#define GONE      "not in the store: new, or forgotten"
#define LIST_MAX  8192
#define GROUP_ANY 2
#define NAME_MAX_ 32

struct stats_blob {
	struct stats_blob *next;
	char name[NAME_MAX_];
	size_t n;
	uint8_t b[];
};

void
stats_blob_add(struct stats_in *in, const void *key, size_t key_n,
    struct str value)
{
	struct str name = { (const char *)key, key_n };
	struct record_key k = { .n = key_n };
	struct stats_blob *b;
	struct rd r;

	if (key_n < 2 || key_n > NAME_MAX_ || key_n > sizeof(k.b))
		return;
	name = str_from(name, 1);
	if (!str_starts(name, STR(BLOB)))
		return;
	memcpy(k.b, key, key_n);
	r = record_open(&k, value.p, value.n);
	b = r.bad ? NULL : calloc(1, sizeof(*b) + r.n + 1);
	if (b == NULL)
		return;
	memcpy(b->name, name.p, name.n);
	b->n = r.n;
	memcpy(b->b, r.p, r.n);
	b->next = in->blob;
	in->blob = b;
}

void
stats_blob_free(struct stats_in *in)
{
	while (in->blob != NULL) {
		struct stats_blob *next = in->blob->next;

		free(in->blob);
		in->blob = next;
	}
}

static const struct stats_blob *
part(const struct stats_in *in, const char *name)
{
	const struct stats_blob *b = in->blob;

	while (b != NULL && strcmp(b->name, name) != 0)
		b = b->next;
	return b;
}

/* The whole blob, to be freed; NULL: none, or not all of it is there. */
static uint8_t *
join(const struct stats_in *in, size_t *n)
{
	const struct stats_blob *b = part(in, BLOB);
	char name[NAME_MAX_];
	struct rd r;
	uint8_t *all;
	unsigned set;

	if (b == NULL || b->n != 5)
		return NULL;
	r = rd_init(b->b, b->n);
	set = rd_u8(&r);
	*n = rd_u8(&r);
	*n |= (size_t)rd_u8(&r) << 8;
	*n |= (size_t)rd_u8(&r) << 16;
	*n |= (size_t)rd_u8(&r) << 24;
	if (*n == 0 || *n > BOTNET_BLOB_MAX)
		return NULL;
	all = malloc(*n);
	for (size_t at = 0; all != NULL && at < *n; at += PARTS_SIZE) {
		size_t want = *n - at < PARTS_SIZE ? *n - at : PARTS_SIZE;

		(void)snprintf(name, sizeof(name), BLOB "-%u-%zu", set,
		    at / PARTS_SIZE);
		b = part(in, name);
		if (b == NULL || b->n != want) {
			free(all);
			return NULL;
		}
		memcpy(all + at, b->b, want);
	}
	return all;
}

/* ---- names ---- */

static const char *const kind_words[BOTNET_KINDS] = {
	[BOTNET_HELO] = "the same HELO",
	[BOTNET_TEMPLATE] = "HELOs of one pattern",
	[BOTNET_WAY] = "one TCP stack and way to speak SMTP",
	[BOTNET_SENDER] = "the same sender address",
	[BOTNET_RDNS] = "reverse names of one pattern",
};

struct info { /* of one cluster, by its number */
	uint32_t id;
	const struct botnet_info *b;
};

static int
by_id(const void *x, const void *y)
{
	const struct info *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

static void
name_word(struct stats_in *in, struct stats_word *w, const struct info *v,
    size_t n)
{
	struct info want = { 0 }, *is;
	char text[128];

	memcpy(&want.id, w->key, sizeof(want.id));
	is = n == 0 ? NULL : bsearch(&want, v, n, sizeof(*v), by_id);
	if (is == NULL) {
		(void)snprintf(text, sizeof(text), "%08x", want.id);
		w->name = stats_copy(in->mem,
		    (struct str){ text, strlen(text) });
		w->note = GONE;
		return;
	}
	w->name = stats_copy(in->mem,
	    (struct str){ is->b->hit.name, strlen(is->b->hit.name) });
	w->first_ms = is->b->first_ms;
	(void)snprintf(text, sizeof(text), "%s, %u networks in all",
	    kind_words[is->b->hit.kind], is->b->hit.networks);
	w->note = stats_copy(in->mem, (struct str){ text, strlen(text) });
}

static size_t
list(struct botnets *b, const struct stats_in *in, struct botnet_info *v,
    struct info *by)
{
	size_t n = botnets_list(b, -HUGE_VAL, in->o->now_ms, v, LIST_MAX);

	for (size_t i = 0; i < n; i++)
		by[i] = (struct info){ v[i].hit.id, &v[i] };
	qsort(by, n, sizeof(*by), by_id);
	return n;
}

static uint32_t
id_named(const struct info *by, size_t n, const char *name)
{
	char *end;
	unsigned long id = strtoul(name, &end, 16);

	for (size_t i = 0; i < n; i++)
		if (strcmp(by[i].b->hit.name, name) == 0)
			return by[i].id;
	return *name != '\0' && *end == '\0' ? (uint32_t)id : 0;
}

int
stats_botnets_end(struct stats_in *in)
{
	struct stats_dict *d = &in->dict[STATS_BOTNET];
	const struct botnets_conf conf = { in->key, GROUP_ANY };
	struct botnet_info *v = calloc(LIST_MAX, sizeof(*v));
	struct info *by = calloc(LIST_MAX, sizeof(*by));
	struct botnets *b = NULL;
	size_t n = 0, found = 0;
	uint8_t *bytes = join(in, &n);

	stats_blob_free(in);
	if (bytes != NULL)
		b = botnets_new(&conf);
	if (b != NULL && v != NULL && by != NULL && botnets_decode(b, bytes, n))
		found = list(b, in, v, by);
	for (uint32_t i = 1; i <= d->n; i++)
		name_word(in, &d->word[i], by, found);
	if (in->o->only_kind != NULL && in->o->only_name != NULL &&
	    strcmp(in->o->only_kind, stats_kind_name[STATS_BOTNET]) == 0)
		in->only_id = id_named(by, found, in->o->only_name);
	botnets_free(b);
	free(bytes);
	free(by);
	free(v);
	return in->mem->failed ? -ENOMEM : 0;
}

/* ---- new ones ---- */

void
stats_botnets_new(struct stats_in *in)
{
	struct stats *s = in->out;
	const struct stats_list *l = &s->list[STATS_BOTNET];

	s->new_botnet = stats_alloc(in->mem, l->n + 1, sizeof(*s->new_botnet));
	for (size_t i = 0; s->new_botnet != NULL && i < l->n; i++)
		if (l->group[i].first_ms >= s->opts.since_ms &&
		    strcmp(l->group[i].note, GONE) != 0)
			s->new_botnet[s->new_botnet_n++] = l->group[i];
}
