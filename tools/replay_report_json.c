/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tools/replay_report_impl.h"

#define PATH_LEN 64
#define DIGITS   1e6 /* shares are rounded to this */

static json_t *
number(double x)
{
	double scaled = x * DIGITS;

	return json_real(
	    (double)(int64_t)(scaled + (x < 0 ? -0.5 : 0.5)) / DIGITS);
}

static json_t *
count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
share_json(uint64_t k, uint64_t n, struct stat_bounds b)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "k", count(k), "n", count(n),
	    "share", n == 0 ? json_null() : number(report_share(k, n)), "low",
	    number(b.low), "high", number(b.high));
}

static json_t *
row_json(const struct row *row)
{
	if (row->kind == ROW_COUNT)
		return count(row->k);
	if (row->kind == ROW_SHARE)
		return share_json(row->k, row->n, stat_exact(row->k, row->n));
	return json_pack("{s:o,s:o,s:o}", "k", count(row->k), "n",
	    count(row->n), "share",
	    row->n == 0 ? json_null() : number(report_share(row->k, row->n)));
}

/* At "OBJECT.MEMBER" of `o`. */
static void
set_path(json_t *o, const char *path, json_t *value)
{
	char object[PATH_LEN];
	const char *dot = strchr(path, '.');
	json_t *in;

	(void)snprintf(object, sizeof(object), "%.*s", (int)(dot - path), path);
	in = json_object_get(o, object);
	if (in == NULL) {
		json_object_set_new(o, object, json_object());
		in = json_object_get(o, object);
	}
	json_object_set_new(in, dot + 1, value);
}

static json_t *
classes_json(const struct report *r, const struct effect *t)
{
	static const char *const kinds[TRUTH_KINDS] = {
		[TRUTH_NEUTRAL] = "neutral",
		[TRUTH_ZOMBIE] = "zombie",
		[TRUTH_GOOD] = "good",
		[TRUTH_VICTIM] = "victim",
	};
	json_t *list = json_array();

	for (size_t l = 0; l < r->truth->labels_n; l++) {
		const struct truth_label *label = &r->truth->labels[l];
		const struct effect_sum *s = effect_of_label(t, l);

		json_array_append_new(list,
		    json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			"label", label->text, "kind", kinds[label->kind],
			"addresses", count(label->n), "clients",
			count(s->clients), "clients_hit", count(s->hit_clients),
			"blocked", count(s->blocked), "connections",
			count(s->conns), "prevented", count(s->dropped), "cut",
			count(s->cut), "messages", count(s->taken.all),
			"arrived", count(s->taken.through)));
	}
	return list;
}

static json_t *
bins_json(const struct stat_calib *c)
{
	json_t *list = json_array();
	struct stat_bin bins[STAT_BINS];
	size_t n = stat_calib_bins(c, bins);

	for (size_t i = 0; i < n; i++) {
		json_t *o = share_json(bins[i].bad, bins[i].n,
		    stat_wilson(bins[i].bad, bins[i].n));

		json_object_set_new(o, "p", number(bins[i].p));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
calib_json(const struct stat_calib *c)
{
	struct stat_brier b = stat_calib_brier(c);
	json_t *tails = json_array();

	for (size_t i = 0; i < STAT_TAILS; i++) {
		json_t *o = share_json(c->tail_good[i], c->tail_n[i],
		    stat_exact(c->tail_good[i], c->tail_n[i]));

		json_object_set_new(o, "from_p", json_real(stat_tail_p[i]));
		json_array_append_new(tails, o);
	}
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "n",
	    count(c->n), "zombies", count(c->bad), "brier", number(b.score),
	    "reliability", number(b.reliability), "resolution",
	    number(b.resolution), "uncertainty", number(b.uncertainty),
	    "log_loss", number(b.log_loss), "calibration_error",
	    number(b.calibration_error), "good_among", tails, "bins",
	    bins_json(c));
}

static void
add_policy(const struct report *r, size_t which, json_t *o)
{
	struct rows rows;

	report_rows(r, which, &rows);
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].kind != ROW_HEAD)
			set_path(o, rows.v[i].path, row_json(&rows.v[i]));
	json_object_set_new(o, "classes", classes_json(r, r->effect[which]));
	json_object_set_new(o, "first_sessions",
	    calib_json(effect_firsts(r->effect[which])));
	json_object_set_new(o, "all_sessions",
	    calib_json(effect_all(r->effect[which])));
}

json_t *
report_json(const struct report *r)
{
	json_t *o = json_pack("{s:s%}", "truth", r->path, strlen(r->path));
	json_t *changed;

	if (o == NULL) /* a path that is not UTF-8 */
		o = json_object();
	if (o == NULL)
		return NULL;
	add_policy(r, 0, o);
	if (r->n > 1) {
		changed = json_object();
		add_policy(r, 1, changed);
		json_object_set_new(o, "what_if", changed);
	}
	return o;
}
