/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * backup - a copy of the store while the daemon writes to it
 *
 * All records, then what has changed meanwhile, again until that is little:
 * each record is as it was at some moment during the backup, and no older than
 * its begin.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "db/storemake.h"
#include "tools/storetool.h"
#include "tools/wholefile.h"

#define AGAIN_MIN 2 /* a record that moves can be missed once */
#define AGAIN_MAX 5
#define FEW       100

struct copy {
	struct storemake *to;
	uint64_t n;
	int e;
};

static bool
take(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct copy *c = arg;

	c->e = storemake_put(c->to, key, key_n, value, n);
	c->n++;
	return c->e == 0;
}

static int
copy_all(struct scan *from, struct copy *c)
{
	uint64_t before;
	int e = scan_all(from, take, c);

	for (unsigned i = 0; i < AGAIN_MAX && e == 0 && c->e == 0; i++) {
		before = c->n;
		e = scan_again(from, take, c);
		if (i + 1 >= AGAIN_MIN && c->n - before < FEW)
			break;
	}
	return c->e != 0 ? c->e : e;
}

static int
make(struct scan *from, const char *tmp, struct storetool_backup *out,
    char error[STORETOOL_ERRLEN])
{
	struct copy c = { 0 };
	struct stat st;
	int e;

	scan_counts(from, &out->scan);
	e = storemake_begin(tmp, out->scan.expected, &c.to);
	if (e == 0)
		e = copy_all(from, &c);
	if (e == 0)
		e = storemake_end(c.to, 1);
	else
		(void)storemake_end(c.to, 0);
	scan_counts(from, &out->scan);
	out->records = c.n;
	if (e == 0 && stat(tmp, &st) == 0)
		out->bytes = (uint64_t)st.st_size;
	return storetool_failed(error, tmp, e);
}

int
storetool_backup(const char *what, const char *file,
    struct storetool_backup *out, char error[STORETOOL_ERRLEN])
{
	struct wholefile w;
	struct scan *from;
	int e, rc;

	memset(out, 0, sizeof(*out));
	e = scan_open(what, &from, error);
	if (e != 0)
		return e;
	e = storetool_failed(error, file, wholefile_begin(&w, file));
	if (e == 0) {
		if (w.tmp[0] == '\0')
			e = storetool_failed(error, file, -EINVAL); /* a pipe */
		else if (fchmod(fileno(w.f), 0600) == -1)
			e = storetool_failed(error, file, -errno);
		else
			e = make(from, w.tmp, out, error);
		rc = wholefile_end(&w, e == 0);
		if (e == 0)
			e = storetool_failed(error, file, rc);
	}
	scan_close(from);
	return e;
}
