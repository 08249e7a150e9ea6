/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_geo - country and AS of an address, from MaxMind databases
 *
 * Many addresses share an entry: what an entry says is read once and kept by
 * its place in the file.  A database that turns out to be broken is not asked
 * again.
 */
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/stats_impl.h"

#define CACHE ((size_t)1 << 13) /* entries kept; a newer one takes the place */
#define ISO   2

struct entry {
	uint32_t offset; /* + 1; 0 = unused */
	uint32_t country, as;
};

struct base {
	MMDB_s mmdb;
	bool open;
	unsigned number; /* in opts.geo */
	int broken;      /* the error that ended its use */
	struct entry *cache;
};

struct stats_geo {
	struct base base[STATS_GEO_MAX];
	size_t n;
};

static void
told(struct stats *s, size_t i, int rc)
{
	(void)snprintf(s->warn[i], sizeof(s->warn[i]), "%.180s: %s",
	    s->opts.geo[i], MMDB_strerror(rc));
}

static void
open_one(struct base *b, struct stats *s, size_t i, struct stats_mem *mem)
{
	int rc = MMDB_open(s->opts.geo[i], MMDB_MODE_MMAP, &b->mmdb);

	b->number = (unsigned)i;
	if (rc != MMDB_SUCCESS) {
		told(s, i, rc);
		return;
	}
	b->open = true;
	b->cache = stats_alloc(mem, CACHE, sizeof(*b->cache));
	if (b->cache == NULL)
		b->broken = MMDB_OUT_OF_MEMORY_ERROR;
}

struct stats_geo *
stats_geo_open(const struct stats_opts *o, struct stats *s,
    struct stats_mem *mem)
{
	struct stats_geo *g;

	if (o->geo_n == 0)
		return NULL;
	g = stats_alloc(mem, 1, sizeof(*g));
	if (g == NULL)
		return NULL;
	g->n = o->geo_n < STATS_GEO_MAX ? o->geo_n : STATS_GEO_MAX;
	for (size_t i = 0; i < g->n; i++)
		open_one(&g->base[i], s, i, mem);
	return g;
}

void
stats_geo_close(struct stats_geo *g)
{
	for (size_t i = 0; g != NULL && i < g->n; i++)
		if (g->base[i].open)
			MMDB_close(&g->base[i].mmdb);
}

void
stats_geo_told(const struct stats_geo *g, struct stats *s)
{
	for (size_t i = 0; g != NULL && i < g->n; i++)
		if (g->base[i].broken != 0)
			told(s, g->base[i].number, g->base[i].broken);
}

/* ---- entries ---- */

static struct str
text_at(MMDB_entry_s *e, const char *const *path)
{
	MMDB_entry_data_s d;

	if (MMDB_aget_value(e, &d, path) != MMDB_SUCCESS || !d.has_data ||
	    d.type != MMDB_DATA_TYPE_UTF8_STRING)
		return STR("");
	return (struct str){ d.utf8_string, d.data_size };
}

static uint32_t
number_at(MMDB_entry_s *e, const char *const *path)
{
	MMDB_entry_data_s d;

	if (MMDB_aget_value(e, &d, path) != MMDB_SUCCESS || !d.has_data ||
	    d.type != MMDB_DATA_TYPE_UINT32)
		return 0;
	return d.uint32;
}

static uint32_t
country_of(MMDB_entry_s *e, struct stats_dict *d)
{
	static const char *const iso[] = { "country", "iso_code", NULL };
	static const char *const name[] = { "country", "names", "en", NULL };
	struct str code = text_at(e, iso);
	uint32_t id;

	if (code.n != ISO)
		return 0;
	id = stats_dict_id(d, code.p, code.n);
	if (id != 0 && d->word[id].name[0] == '\0') {
		d->word[id].name = stats_copy(d->mem, code);
		d->word[id].note = stats_copy(d->mem, text_at(e, name));
	}
	return id;
}

static uint32_t
as_of(MMDB_entry_s *e, struct stats_dict *d)
{
	static const char *const number[] = { "autonomous_system_number",
		NULL };
	static const char *const org[] = { "autonomous_system_organization",
		NULL };
	uint32_t n = number_at(e, number), id;
	char text[16];

	if (n == 0)
		return 0;
	id = stats_dict_id(d, &n, sizeof(n));
	if (id != 0 && d->word[id].name[0] == '\0') {
		(void)snprintf(text, sizeof(text), "AS%u", n);
		d->word[id].name = stats_copy(d->mem,
		    (struct str){ text, strlen(text) });
		d->word[id].note = stats_copy(d->mem, text_at(e, org));
	}
	return id;
}

static const struct entry *
look(struct base *b, const struct addr *a, struct stats_dict *dict)
{
	struct sockaddr_storage sa = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sa;
	MMDB_lookup_result_s r;
	struct entry *e;
	int rc = MMDB_SUCCESS;

	sa.ss_family = a->family == 4 ? AF_INET : AF_INET6;
	if (a->family == 4)
		memcpy(&v4->sin_addr, a->b, 4);
	else
		memcpy(&v6->sin6_addr, a->b, 16);
	r = MMDB_lookup_sockaddr(&b->mmdb, (struct sockaddr *)&sa, &rc);
	/* IPv6 in a database of IPv4 only is no fault. */
	if (rc == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
		return NULL;
	if (rc != MMDB_SUCCESS)
		b->broken = rc;
	if (rc != MMDB_SUCCESS || !r.found_entry)
		return NULL;
	e = &b->cache[r.entry.offset % CACHE];
	if (e->offset != r.entry.offset + 1)
		*e = (struct entry){ r.entry.offset + 1,
			country_of(&r.entry, &dict[STATS_COUNTRY]),
			as_of(&r.entry, &dict[STATS_AS]) };
	return e;
}

void
stats_geo_find(struct stats_geo *g, const struct addr *a,
    struct stats_dict dict[STATS_KINDS], uint32_t *country, uint32_t *as)
{
	*country = *as = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct base *b = &g->base[i];
		const struct entry *e = b->open && b->broken == 0 ?
		    look(b, a, dict) :
		    NULL;

		if (e != NULL && *country == 0)
			*country = e->country;
		if (e != NULL && *as == 0)
			*as = e->as;
	}
}
