/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "tools/replay_report_impl.h"

#define CELL_LEN   64
#define TEXT_WIDTH 42
#define CELL_WIDTH 36

static const char *
percent(double x, char buf[16])
{
	(void)snprintf(buf, 16, x > 0 && x < 0.01 ? "%.3f" : "%.1f", x * 100);
	return buf;
}

static const char *
cell(const struct row *row, char buf[CELL_LEN])
{
	struct stat_bounds b;
	char p[16], low[16], high[16];

	if (row->kind == ROW_HEAD) {
		buf[0] = '\0';
	} else if (row->kind == ROW_COUNT) {
		(void)snprintf(buf, CELL_LEN, "%" PRIu64, row->k);
	} else if (row->n == 0) {
		(void)snprintf(buf, CELL_LEN, "%" PRIu64 "/0", row->k);
	} else if (row->kind == ROW_RATIO) {
		(void)snprintf(buf, CELL_LEN, "%" PRIu64 "/%" PRIu64 " %s %%",
		    row->k, row->n, percent(report_share(row->k, row->n), p));
	} else {
		b = stat_exact(row->k, row->n);
		(void)snprintf(buf, CELL_LEN,
		    "%" PRIu64 "/%" PRIu64 " %s %% (%s-%s)", row->k, row->n,
		    percent(report_share(row->k, row->n), p),
		    percent(b.low, low), percent(b.high, high));
	}
	return buf;
}

static void
line(FILE *out, const char *text, const char *a, const char *b)
{
	if (b != NULL)
		fprintf(out, "  %-*s %-*s %s\n", TEXT_WIDTH, text, CELL_WIDTH,
		    a, b);
	else
		fprintf(out, "  %-*s %s\n", TEXT_WIDTH, text, a);
}

static void
rows_text(const struct report *r, FILE *out)
{
	struct rows rows[REPORT_POLICIES] = { 0 };
	char a[CELL_LEN], b[CELL_LEN];

	for (size_t i = 0; i < r->n; i++)
		report_rows(r, i, &rows[i]);
	if (r->n > 1)
		line(out, "", r->name[0], r->name[1]);
	for (size_t i = 0; i < rows[0].n; i++) {
		const struct row *row = &rows[0].v[i];

		if (row->kind == ROW_HEAD)
			fprintf(out, "\n%s\n", row->text);
		else
			line(out, row->text, cell(row, a),
			    r->n > 1 ? cell(&rows[1].v[i], b) : NULL);
	}
	fputs("\n* an oracle blocks every zombie for ever after its first "
	      "contact\n"
	      "** bodies that the server accepted; others it, or a filter, "
	      "refused\n",
	    out);
}

static void
class_cells(const struct effect_sum *s, FILE *out)
{
	char a[16], b[16], c[16];

	fprintf(out, " %8s %8s %8s %8" PRIu64,
	    percent(report_share(s->dropped, s->conns), a),
	    percent(report_share(s->cut, s->conns), b),
	    percent(report_share(s->taken.through, s->taken.all), c),
	    s->blocked);
}

static void
classes_text(const struct report *r, FILE *out)
{
	fprintf(out, "\n%-28s %8s %8s %8s", "Classes", "clients", "connects",
	    "messages");
	for (size_t i = 0; i < r->n; i++)
		fprintf(out, " %8s %8s %8s %8s", "prev. %", "cut %", "arr. %",
		    "blocked");
	fputc('\n', out);
	for (size_t l = 0; l < r->truth->labels_n; l++) {
		const struct effect_sum *s = effect_of_label(r->effect[0], l);

		fprintf(out, "  %-26s %8" PRIu64 " %8" PRIu64 " %8" PRIu64,
		    r->truth->labels[l].text, s->clients, s->conns,
		    s->taken.all);
		for (size_t i = 0; i < r->n; i++)
			class_cells(effect_of_label(r->effect[i], l), out);
		fputc('\n', out);
	}
}

static void
calib_text(const struct stat_calib *c, const char *title, FILE *out)
{
	struct stat_brier b = stat_calib_brier(c);
	struct stat_bin bins[STAT_BINS];
	size_t n = stat_calib_bins(c, bins);

	fprintf(out, "\n%s: %" PRIu64 ", %" PRIu64 " of zombies\n", title, c->n,
	    c->bad);
	if (c->n == 0)
		return;
	fprintf(out,
	    "  Brier score %.4f = reliability %.4f - resolution %.4f + "
	    "uncertainty %.4f\n  log loss %.4f nats, calibration error %.4f\n",
	    b.score, b.reliability, b.resolution, b.uncertainty, b.log_loss,
	    b.calibration_error);
	for (size_t i = 0; i < STAT_TAILS; i++)
		fprintf(out,
		    "  good among those of probability %.3f or more: "
		    "%" PRIu64 " of %" PRIu64 "\n",
		    stat_tail_p[i], c->tail_good[i], c->tail_n[i]);
	fputs("      said   were zombies (95 % bounds)      of\n", out);
	for (size_t i = 0; i < n; i++) {
		struct stat_bounds w = stat_wilson(bins[i].bad, bins[i].n);

		fprintf(out, "    %.4f   %.4f (%.4f-%.4f) %13" PRIu64 "\n",
		    bins[i].p, report_share(bins[i].bad, bins[i].n), w.low,
		    w.high, bins[i].n);
	}
}

void
report_text(const struct report *r, FILE *out)
{
	char title[128];

	fprintf(out, "\nAgainst %s (95 %% bounds in brackets)\n", r->path);
	rows_text(r, out);
	classes_text(r, out);
	for (size_t i = 0; i < r->n; i++) {
		const char *name = r->n > 1 ? r->name[i] : "";
		const char *gap = r->n > 1 ? ": " : "";

		(void)snprintf(title, sizeof(title),
		    "%.60s%sFirst sessions, soon after their end", name, gap);
		calib_text(effect_firsts(r->effect[i]), title, out);
		(void)snprintf(title, sizeof(title),
		    "%.60s%sAll sessions, as they ended on the wire", name,
		    gap);
		calib_text(effect_all(r->effect[i]), title, out);
	}
}
