/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export - the store as lines of JSON */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/dump.h"
#include "tools/storetool.h"
#include "tools/wholefile.h"

struct export
{
	FILE *to;
	uint64_t lines;
	int e;
};

static bool
line(void *arg, const char *text, size_t n)
{
	struct export *x = arg;

	errno = 0;
	if (fwrite(text, 1, n, x->to) != n || putc('\n', x->to) == EOF) {
		x->e = errno != 0 ? -errno : -EIO;
		return false;
	}
	x->lines++;
	return true;
}

static bool
take(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct export *x = arg;
	int e = dump_record((struct str){ key, key_n },
	    (struct str){ value, n }, line, x);

	if (x->e == 0)
		x->e = e;
	return e == 0;
}

/*
 * Once over it: a record in two forms, or none because it moved, is worse here
 * than one that is a moment old, so what moved is looked for once more.
 */
static int
write_all(const char *what, struct export *x, char error[STORETOOL_ERRLEN])
{
	struct scan_counts n;
	struct scan *s;
	int e = scan_open(what, &s, error);

	if (e != 0)
		return e;
	e = dump_head(line, x);
	if (e == 0)
		e = scan_all(s, take, x);
	scan_counts(s, &n);
	if (e == 0 && x->e == 0 && n.in_use)
		e = scan_again(s, take, x);
	scan_close(s);
	if (x->e != 0)
		e = x->e;
	if (e == 0 && fflush(x->to) != 0)
		e = -errno;
	return storetool_failed(error, what, e);
}

int
storetool_export(const char *what, const char *file, uint64_t *lines,
    char error[STORETOOL_ERRLEN])
{
	struct export x = { .to = stdout };
	struct wholefile w;
	int e, rc;

	if (file == NULL) {
		e = write_all(what, &x, error);
		*lines = x.lines;
		return e;
	}
	e = wholefile_begin(&w, file);
	if (e != 0)
		return storetool_failed(error, file, e);
	if (w.tmp[0] != '\0')
		(void)fchmod(fileno(w.f), 0600);
	x.to = w.f;
	e = write_all(what, &x, error);
	*lines = x.lines;
	rc = wholefile_end(&w, e == 0);
	return e != 0 ? e : storetool_failed(error, file, rc);
}
