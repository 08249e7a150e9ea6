/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/storecmd.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "tools/storetool.h"

#define INT(x) ((json_int_t)(x))

static int
failed(const struct storecmd *c, const char *why)
{
	fprintf(stderr, "zfwctl: %s: %s\n", c->verb, why);
	return 1;
}

static void
print_json(json_t *o)
{
	(void)json_dumpf(o, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(o);
}

static void
warn_damage(const struct scan_counts *n)
{
	if (n->bad > 0 || n->lost > 0)
		fprintf(stderr,
		    "zfwctl: %llu damaged records and %llu lost bytes of the "
		    "store are not in it\n",
		    (unsigned long long)n->bad, (unsigned long long)n->lost);
	if (n->unsure > 0)
		fprintf(stderr,
		    "zfwctl: zfwd was writing to %llu places of the store, and "
		    "what was there is not in it\n",
		    (unsigned long long)n->unsure);
}

int
storecmd_backup(const struct storecmd *c)
{
	char error[STORETOOL_ERRLEN];
	struct storetool_backup b;

	if (storetool_backup(c->config->state_dir, c->file, &b, error) != 0)
		return failed(c, error);
	warn_damage(&b.scan);
	if (c->json)
		print_json(json_pack("{s:b,s:s,s:I,s:I,s:b,s:I,s:I}", "ok", 1,
		    "file", c->file, "records", INT(b.records), "bytes",
		    INT(b.bytes), "in_use", (int)b.scan.in_use, "damaged",
		    INT(b.scan.bad), "lost_bytes", INT(b.scan.lost)));
	else
		printf("%s: %llu records, %llu bytes\n", c->file,
		    (unsigned long long)b.records, (unsigned long long)b.bytes);
	return 0;
}

static json_t *
check_json(const char *what, const struct storetool_check *n)
{
	json_t *o = json_pack("{s:b,s:s,s:I,s:I,s:b,s:I}", "ok",
	    (int)!storetool_damaged(n), "store", what, "format",
	    INT(n->scan.format), "bytes", INT(n->scan.bytes), "in_use",
	    (int)n->scan.in_use, "records", INT(n->scan.records));
	json_t *kinds = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
	    "clients", INT(n->clients), "blocked", INT(n->blocked), "good",
	    INT(n->good), "allowed", INT(n->allowed), "positions",
	    INT(n->positions), "blobs", INT(n->blobs), "history",
	    INT(n->history), "other", INT(n->other));
	json_t *bad = json_pack("{s:I,s:I,s:I,s:I,s:I}", "damaged",
	    INT(n->scan.bad), "lost_bytes", INT(n->scan.lost), "undecodable",
	    INT(n->undecodable), "read_again", INT(n->scan.anew), "unsure",
	    INT(n->scan.unsure));

	if (o != NULL && kinds != NULL && bad != NULL) {
		(void)json_object_update(o, kinds);
		(void)json_object_update(o, bad);
	}
	json_decref(kinds);
	json_decref(bad);
	return o;
}

static void
check_text(const char *what, const struct storetool_check *n)
{
	const struct {
		const char *name, *note;
		uint64_t v;
	} rows[] = {
		{ "clients", "", n->clients },
		{ "  blocked", "", n->blocked },
		{ "  good", "with accepted mail", n->good },
		{ "allowed", "entries of the allow list", n->allowed },
		{ "positions", "in logs", n->positions },
		{ "blobs", "learned of many clients", n->blobs },
		{ "history", "pieces of the time series", n->history },
		{ "other", "of kinds that this version does not know",
		    n->other },
		{ "damaged", "records whose check bytes are wrong",
		    n->scan.bad },
		{ "lost", "bytes that are no record", n->scan.lost },
		{ "undecodable", "whole records that make no sense",
		    n->undecodable },
		{ "read again", "places that zfwd was writing to",
		    n->scan.anew },
		{ "unsure", "places left out: being written, or damaged",
		    n->scan.unsure },
	};

	printf("%s: format %u, %llu bytes, %s\n", what, n->scan.format,
	    (unsigned long long)n->scan.bytes,
	    n->scan.in_use ? "in use" : "not in use");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].v > 0 || i < 3)
			printf("%-12s %10llu%s%s\n", rows[i].name,
			    (unsigned long long)rows[i].v,
			    rows[i].note[0] == '\0' ? "" : "  ", rows[i].note);
	puts(storetool_damaged(n)  ? "DAMAGED" :
		n->scan.unsure > 0 ? "ok, as far as can be told while zfwd "
				     "writes" :
				     "ok");
}

int
storecmd_check(const struct storecmd *c)
{
	const char *what = c->file != NULL ? c->file : c->config->state_dir;
	char error[STORETOOL_ERRLEN];
	struct storetool_check n;

	if (storetool_check(what, (int64_t)time(NULL) * 1000, &n, error) != 0)
		return failed(c, error);
	if (c->json)
		print_json(check_json(what, &n));
	else
		check_text(what, &n);
	return storetool_damaged(&n) ? 1 : 0;
}

int
storecmd_export(const struct storecmd *c)
{
	char error[STORETOOL_ERRLEN];
	uint64_t lines = 0;

	if (storetool_export(c->config->state_dir, c->file, &lines, error) != 0)
		return failed(c, error);
	/* Without a file they went to standard output themselves. */
	if (c->file != NULL && c->json)
		print_json(json_pack("{s:b,s:s,s:I}", "ok", 1, "file", c->file,
		    "lines", INT(lines)));
	else if (c->file != NULL)
		printf("%s: %llu lines\n", c->file, (unsigned long long)lines);
	return 0;
}

int
storecmd_import(const struct storecmd *c)
{
	char error[STORETOOL_ERRLEN];
	struct storetool_import n;

	if (storetool_import(c->config->state_dir, c->file, &n, error) != 0) {
		if (n.lines > 0)
			fprintf(stderr,
			    "zfwctl: import: %llu lines were stored\n",
			    (unsigned long long)n.lines);
		return failed(c, error);
	}
	if (c->json)
		print_json(
		    json_pack("{s:b,s:I}", "ok", 1, "lines", INT(n.lines)));
	else
		printf("%llu lines stored\n", (unsigned long long)n.lines);
	return 0;
}
