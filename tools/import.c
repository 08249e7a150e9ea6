/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import - lines of JSON into the store
 *
 * Twice over the file: nothing is stored before every line was found good.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/dump.h"
#include "tools/owner.h"
#include "tools/storetool.h"

struct import {
	FILE *from;
	struct store *to; /* NULL: only look */
	struct storetool_import *n;
	char *error;
};

static int
wrong(struct import *x, uint64_t line, int e, const char *why)
{
	x->n->line = line;
	(void)snprintf(x->error, STORETOOL_ERRLEN, "line %llu: %.300s",
	    (unsigned long long)line, why);
	return e;
}

static int
store(struct import *x, uint64_t line, struct dump_item *item)
{
	int e = 0;

	if (item->kind == DUMP_ALLOW)
		e = store_allow_put(x->to, &item->allow);
	else if (item->kind == DUMP_RECORD)
		e = store_record_put(x->to, item->key.b, item->key.n,
		    item->value, item->n);
	if (e == 0)
		x->n->lines++;
	return e == 0 ? 0 : wrong(x, line, e, strerror(-e));
}

static int
take(struct import *x, uint64_t line, struct str text)
{
	struct dump_item item;
	int e = 0;

	if (!dump_parse(text, &item))
		e = wrong(x, line, -EINVAL, item.error);
	else if ((line == 1) != (item.kind == DUMP_HEAD))
		e = wrong(x, line, -EINVAL,
		    line == 1 ? "the first line must be of kind store" :
				"a second line of kind store");
	else if (x->to != NULL && item.kind != DUMP_HEAD)
		e = store(x, line, &item);
	dump_item_fini(&item);
	return e;
}

static int
pass(struct import *x)
{
	uint64_t line = 0;
	char *text = NULL;
	size_t max = 0;
	ssize_t n;
	int e = 0;

	rewind(x->from);
	while (e == 0 && (n = getline(&text, &max, x->from)) > 0) {
		size_t len = (size_t)n - (text[n - 1] == '\n');

		e = take(x, ++line, (struct str){ text, len });
	}
	free(text);
	if (e == 0 && ferror(x->from))
		return wrong(x, line + 1, -EIO, "cannot be read");
	if (e == 0 && line == 0)
		return wrong(x, 1, -EINVAL, "there is nothing");
	return e;
}

/* A pipe can be read only once. */
static FILE *
spool(FILE *from)
{
	FILE *to = tmpfile();
	char buf[65536];
	size_t n;

	while (to != NULL && (n = fread(buf, 1, sizeof(buf), from)) > 0)
		if (fwrite(buf, 1, n, to) != n) {
			(void)fclose(to);
			return NULL;
		}
	if (to != NULL && (ferror(from) || fflush(to) != 0)) {
		(void)fclose(to);
		return NULL;
	}
	return to;
}

static int
fill(struct import *x, const char *dir)
{
	struct store_open_result res = { 0 };
	int e = owner_become(dir), rc;

	if (e == 0)
		e = store_open(dir, &x->to, &res);
	else
		(void)snprintf(res.error, sizeof(res.error), "%.150s: %s", dir,
		    strerror(-e));
	if (e != 0)
		(void)snprintf(x->error, STORETOOL_ERRLEN, "%.300s%s",
		    res.error[0] == '\0' ? strerror(-e) : res.error,
		    e == -EBUSY ? " (stop zfwd first)" : "");
	if (e == 0) {
		e = pass(x);
		rc = store_sync(x->to);
		if (e == 0 && rc != 0)
			e = wrong(x, 0, rc, strerror(-rc));
		store_close(x->to);
	}
	owner_leave();
	return e;
}

int
storetool_import(const char *dir, const char *file,
    struct storetool_import *out, char error[STORETOOL_ERRLEN])
{
	struct import x = { .n = out, .error = error };
	int e;

	memset(out, 0, sizeof(*out));
	x.from = file == NULL ? spool(stdin) : fopen(file, "re");
	if (x.from == NULL) {
		e = errno != 0 ? -errno : -EIO;
		(void)snprintf(error, STORETOOL_ERRLEN, "%.300s: %s",
		    file == NULL ? "standard input" : file, strerror(-e));
		return e;
	}
	e = pass(&x);
	if (e == 0)
		e = fill(&x, dir);
	(void)fclose(x.from);
	return e;
}
