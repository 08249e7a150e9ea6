/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_rows - clients -> rows, and the totals over them */
#include <stdlib.h>

#include "tools/stats_impl.h"

#define FIRST_ROWS 4096

_Static_assert(sizeof(struct stats_row) == 64, "a row is a cache line");

/* ---- only some of them ---- */

static bool
same_text(struct str s, const char *text)
{
	return str_eq_nocase(s, (struct str){ text, strlen(text) });
}

static bool
in_network(const struct record_brief *b, const char *text)
{
	struct net n;

	if (!net_parse((struct str){ text, strlen(text) }, &n))
		return false;
	return net_has(&n, &b->key);
}

static bool
has_reason(const struct record_brief *b, const char *text)
{
	for (size_t i = 0; i < sizeof(b->reasons); i++) {
		const char *name = stats_evidence(b->reasons[i], NULL);

		if (b->reasons[i] != 0 && name != NULL &&
		    strcmp(name, text) == 0)
			return true;
	}
	return false;
}

static bool
of_word(const struct stats_dict *d, uint32_t id, const char *text)
{
	const char *name = id == 0 ? "" : d->word[id].name;

	return id != 0 && same_text((struct str){ name, strlen(name) }, text);
}

static bool
wanted(const struct stats_in *in, const struct record_brief *b,
    const struct stats_row *r)
{
	const struct stats_opts *o = in->o;
	char buf[STATS_TEXT_MAX] STATS_UNSET;

	if (strcmp(o->only_kind, "network") == 0)
		return in_network(b, o->only_name);
	if (strcmp(o->only_kind, "evidence") == 0)
		return b->tier > 0 && has_reason(b, o->only_name);
	if (strcmp(o->only_kind, "botnet") == 0)
		return b->botnet != 0 && b->botnet == in->only_id;
	if (strcmp(o->only_kind, "country") == 0)
		return of_word(&in->dict[STATS_COUNTRY], r->country,
		    o->only_name);
	if (strcmp(o->only_kind, "as") == 0)
		return of_word(&in->dict[STATS_AS], r->as, o->only_name);
	for (unsigned k = 0; k < STATS_KINDS; k++)
		if (strcmp(o->only_kind, stats_kind_name[k]) == 0)
			return same_text(stats_name((enum stats_kind)k, b, buf),
			    o->only_name);
	return false;
}

/* ---- a row ---- */

/* What the store says to have, and some; what is not used costs nothing. */
static bool
first_rows(struct stats_in *in)
{
	struct scan_counts c;

	scan_counts(in->scan, &c);
	in->row_max = c.expected < STATS_ROWS_MAX / 2 ?
	    (size_t)c.expected * 5 / 4 + FIRST_ROWS :
	    STATS_ROWS_MAX;
	in->row = malloc(in->row_max * sizeof(*in->row));
	if (in->row == NULL)
		in->row_max = 0;
	return in->row != NULL;
}

static bool
grow(struct stats_in *in)
{
	size_t max = in->row_max < FIRST_ROWS ? FIRST_ROWS : in->row_max * 2;
	struct stats_row *row;

	if (in->row_max == 0 && first_rows(in))
		return true;
	if (in->row_n == STATS_ROWS_MAX) {
		in->wrong = "more than 16777216 clients";
		return false;
	}
	if (max > STATS_ROWS_MAX)
		max = STATS_ROWS_MAX;
	row = realloc(in->row, max * sizeof(*row));
	if (row == NULL) {
		in->wrong = "no memory";
		return false;
	}
	in->row = row;
	in->row_max = max;
	return true;
}

static uint32_t
seconds(int64_t t_ms)
{
	return t_ms <= 0             ? 0 :
	    t_ms / 1000 > UINT32_MAX ? UINT32_MAX :
				       (uint32_t)(t_ms / 1000);
}

static void
fill_ids(struct stats_in *in, const struct record_brief *b, struct stats_row *r)
{
	uint32_t country = 0, as = 0;

	if (b->os.n > 0)
		r->system = (uint16_t)stats_dict_id(&in->dict[STATS_SYSTEM],
		    b->os.p, b->os.n);
	if (b->botnet != 0)
		r->botnet = (uint16_t)stats_dict_id(&in->dict[STATS_BOTNET],
		    &b->botnet, sizeof(b->botnet));
	if (in->geo != NULL)
		stats_geo_find(in->geo, &b->key, in->dict, &country, &as);
	r->country = (uint16_t)country;
	r->as = as;
	if (b->tier > 0)
		memcpy(r->reason, b->reasons, sizeof(r->reason));
}

static void
fill(struct stats_in *in, const struct record_brief *b, uint64_t where,
    struct stats_row *r)
{
	*r = (struct stats_row){ .at = (uint32_t)(where / STATS_AT),
		.first_s = seconds(b->first_ms),
		.last_s = seconds(b->last_ms),
		.connects = b->connects,
		.knocks = b->knocks,
		.offences = b->offences < UINT16_MAX ? (uint16_t)b->offences :
						       UINT16_MAX };
	r->flags = (uint8_t)((b->tier > 0 ? ROW_ZOMBIE : 0) |
	    (b->good_mails > 0 ? ROW_GOOD : 0) |
	    (b->block_until_ms > in->o->now_ms ? ROW_BLOCKED : 0));
	fill_ids(in, b, r);
}

static void
fill_hashes(struct stats_in *in, const struct record_brief *b,
    struct stats_row *r)
{
	for (unsigned h = 0; h < HASHED_KINDS; h++) {
		uint64_t v = stats_name_hash(&in->key, (enum stats_hashed)h, b);

		r->lo[h] = (uint32_t)v;
		r->hi[h] = (uint8_t)(v >> 32);
	}
}

/* Of few names: how many clients have each. */
static void
count_words(struct stats_in *in, const struct stats_row *r)
{
	const uint32_t z = r->flags & ROW_ZOMBIE;
	struct stats_dict *d = in->dict;

	if (r->botnet != 0)
		stats_few_add(&d[STATS_BOTNET].word[r->botnet].few, z);
	if (r->country != 0)
		stats_few_add(&d[STATS_COUNTRY].word[r->country].few, z);
	if (r->as != 0)
		stats_few_add(&d[STATS_AS].word[r->as].few, z);
	if (r->system != 0)
		stats_few_add(&d[STATS_SYSTEM].word[r->system].few, z);
	for (size_t i = 0; i < sizeof(r->reason); i++)
		stats_few_add(&in->evidence[r->reason[i]], z);
}

static void
count(struct stats *s, const struct record_brief *b, unsigned flags)
{
	size_t tiers = sizeof(s->tier_n) / sizeof(s->tier_n[0]);

	s->clients++;
	s->zombies += (flags & ROW_ZOMBIE) != 0;
	s->good += (flags & ROW_GOOD) != 0;
	s->connects += b->connects;
	s->knocks += b->knocks;
	if (flags & ROW_BLOCKED) {
		s->blocked_now++;
		s->tier_n[b->tier < tiers ? b->tier : tiers - 1]++;
	}
}

bool
stats_rows_add(struct stats_in *in, const struct record_brief *b,
    uint64_t where)
{
	struct stats_row *r;

	if (b->last_ms < in->o->since_ms || b->first_ms >= in->o->until_ms)
		return true;
	if (where / STATS_AT > UINT32_MAX) {
		in->wrong = "the store is bigger than 32 GB";
		return false;
	}
	if (in->row_n == in->row_max && !grow(in))
		return false;
	r = &in->row[in->row_n];
	fill(in, b, where, r);
	if (in->o->only_kind != NULL && in->o->only_name != NULL &&
	    !wanted(in, b, r))
		return true;
	fill_hashes(in, b, r);
	in->row_n++;
	count_words(in, r);
	count(in->out, b, r->flags);
	if (in->mem->failed)
		in->wrong = "no memory";
	return in->wrong == NULL;
}
