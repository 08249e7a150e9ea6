/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fp/sigfile_p0f.h"
#include "fp/sigfile_pfos.h"

#define CHUNK 65536U

/* Told by the first line that is of one form alone. */
static bool
is_pfos(struct sigread probe)
{
	while (sigread_next(&probe)) {
		if (probe.line.p[0] == ';' || probe.line.p[0] == '#')
			continue;
		if (sigfile_p0f_is(probe.line))
			return false;
		if (sigfile_pfos_is(probe.line))
			return true;
	}
	return false;
}

int
sigfile_read(struct sigdb *db, struct str text, const char *name,
    sigfile_warn *warn, void *arg, struct sigfile_report *rep)
{
	struct sigread in = {
		.db = db,
		.name = name,
		.warn = warn,
		.arg = arg,
		.rep = rep,
		.first = sigdb_signatures(db) == 0,
		.left = text,
	};
	const size_t before = rep->warnings;
	char more[SIGFILE_ERRLEN];
	int e;

	/* A mark that some editors put before UTF-8. */
	if (str_starts(text, STR("\xef\xbb\xbf")))
		in.left = str_from(text, 3);
	e = is_pfos(in) ? sigfile_pfos(&in) : sigfile_p0f(&in);
	if (warn != NULL && rep->warnings - before > in.shown) {
		snprintf(more, sizeof(more), "%.300s: %zu more warnings", name,
		    rep->warnings - before - in.shown);
		warn(arg, more);
	}
	return e;
}

/* --- files --- */

/* All that is in it; 0 or -errno, -EFBIG when it is too much. */
static int
slurp(int fd, char **buf, size_t *n)
{
	size_t room = 0;
	ssize_t got;

	*buf = NULL;
	*n = 0;
	do {
		if (*n == room) {
			char *more = realloc(*buf, room = room * 2 + CHUNK);

			if (more == NULL)
				return -ENOMEM;
			*buf = more;
		}
		got = read(fd, *buf + *n, room - *n);
		if (got > 0)
			*n += (size_t)got;
		if (*n > SIGFILE_MAX)
			return -EFBIG;
	} while (got > 0 || (got == -1 && errno == EINTR));
	return got == -1 ? -errno : 0;
}

struct load {
	struct sigdb *db;
	sigfile_warn *warn;
	void *arg;
	struct sigfile_report *rep;
};

static int
read_text(const struct load *l, struct str text, const char *name)
{
	return sigfile_read(l->db, text, name, l->warn, l->arg, l->rep);
}

static int
read_file(const struct load *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), e;
	char *buf;
	size_t n;

	if (fd == -1)
		return -errno;
	e = slurp(fd, &buf, &n);
	close(fd);
	if (e == 0)
		e = read_text(l, (struct str){ buf, n }, path);
	free(buf);
	return e;
}

/* True when it gave the database something; else `err` says why not. */
static bool
load_one(const struct load *l, const char *path, char err[SIGFILE_ERRLEN])
{
	const struct sigfile_report *rep = l->rep, before = *rep;
	const char *name = path == NULL ? SIGFILE_OURS : path;
	int e = path == NULL ? read_text(l, sigfile_ours(), name) :
			       read_file(l, path);

	if (e == 0 &&
	    (rep->signatures > before.signatures || rep->mtus > before.mtus ||
		rep->covered > before.covered))
		return true;
	if (e == 0)
		snprintf(err, SIGFILE_ERRLEN,
		    "%.400s: no signature in it (%zu warnings)", name,
		    rep->warnings - before.warnings);
	else if (e == -EFBIG)
		snprintf(err, SIGFILE_ERRLEN, "%.400s: larger than %d MB", name,
		    SIGFILE_MAX >> 20);
	else
		snprintf(err, SIGFILE_ERRLEN, "%.400s: %s", name, strerror(-e));
	return false;
}

struct sigdb *
sigfile_load(const char *const *paths, size_t n, sigfile_warn *warn, void *arg,
    struct sigfile_report *rep, char err[SIGFILE_ERRLEN])
{
	struct sigfile_report own;
	struct load l = { sigdb_new(), warn, arg, rep == NULL ? &own : rep };
	bool ok = n > 0 && l.db != NULL;

	memset(l.rep, 0, sizeof(*l.rep));
	snprintf(err, SIGFILE_ERRLEN, "%s",
	    l.db == NULL ? "out of memory" : "no signature file is named");
	for (size_t i = 0; ok && i < n; i++)
		ok = load_one(&l, paths[i], err);
	if (ok && sigdb_compile(l.db) != 0) {
		snprintf(err, SIGFILE_ERRLEN, "out of memory");
		ok = false;
	}
	if (ok)
		return l.db;
	sigdb_free(l.db);
	return NULL;
}
