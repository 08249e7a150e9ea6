/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigfake - a signature database that only writes down what it is given
 *
 * Stands in for fp/sigdb in the tests of its readers: labels, signatures and
 * MTUs in their order, -EEXIST for the same signature under the same name,
 * and any error of the test's choice.  Warnings are kept as one text, each
 * with a newline.  One file of a program includes it.
 */
#ifndef ZFW_TESTS_SIGFAKE_H
#define ZFW_TESTS_SIGFAKE_H

#include <errno.h>

#include "fp/sigfile.h"

#define FAKE_MAX 1024

struct fake_sig {
	struct sigdef def;
	size_t label; /* its number */
};

struct sigdb {
	struct {
		char name[SIGDB_NAMELEN], flavor[SIGDB_NAMELEN], file[64];
		unsigned line;
		bool generic, userland;
	} labels[FAKE_MAX];
	struct fake_sig sigs[FAKE_MAX];
	struct {
		uint16_t mtu;
		char link[SIGDB_NAMELEN];
	} mtus[FAKE_MAX];
	size_t labels_n, sigs_n, mtus_n;
	size_t reported;            /* signatures besides those */
	int label_error, add_error; /* 0 = none */
	bool compiled;
};

/* What one reading left behind. */
struct fake {
	struct sigdb *db;
	struct sigfile_report rep;
	char warnings[65536];
	int e;
};

static size_t fake_alive; /* databases; what load must free, too */
static bool fake_no_memory;

struct sigdb *
sigdb_new(void)
{
	struct sigdb *db = fake_no_memory ? NULL : calloc(1, sizeof(*db));

	fake_alive += db != NULL;
	return db;
}

void
sigdb_free(struct sigdb *db)
{
	fake_alive -= db != NULL;
	free(db);
}

int
sigdb_label(struct sigdb *db, const struct sigdb_label *l)
{
	size_t i = db->labels_n;

	if (db->label_error != 0 || i == FAKE_MAX)
		return db->label_error != 0 ? db->label_error : -ENOMEM;
	snprintf(db->labels[i].name, SIGDB_NAMELEN, "%s", l->name);
	snprintf(db->labels[i].flavor, SIGDB_NAMELEN, "%s", l->flavor);
	snprintf(db->labels[i].file, sizeof(db->labels[i].file), "%s", l->file);
	db->labels[i].line = l->line;
	db->labels[i].generic = l->generic;
	db->labels[i].userland = l->userland;
	db->labels_n++;
	return 0;
}

int
sigdb_add(struct sigdb *db, const struct sigdef *def)
{
	size_t label = db->labels_n - 1, n = db->sigs_n;

	if (db->add_error != 0 || n == FAKE_MAX || db->labels_n == 0)
		return db->add_error != 0 ? db->add_error : -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (memcmp(&db->sigs[i].def, def, sizeof(*def)) == 0 &&
		    strcmp(db->labels[db->sigs[i].label].name,
			db->labels[label].name) == 0)
			return -EEXIST;
	db->sigs[n].def = *def;
	db->sigs[n].label = label;
	db->sigs_n++;
	return 0;
}

int
sigdb_mtu(struct sigdb *db, uint16_t mtu, const char *link)
{
	size_t n = db->mtus_n;

	if (n == FAKE_MAX)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (db->mtus[i].mtu == mtu)
			return -EEXIST;
	db->mtus[n].mtu = mtu;
	snprintf(db->mtus[n].link, SIGDB_NAMELEN, "%s", link);
	db->mtus_n++;
	return 0;
}

int
sigdb_compile(struct sigdb *db)
{
	db->compiled = true;
	return 0;
}

size_t
sigdb_signatures(const struct sigdb *db)
{
	return db->reported + db->sigs_n;
}

static inline void
fake_warn(void *arg, const char *text)
{
	struct fake *f = arg;
	size_t n = strlen(f->warnings);

	snprintf(&f->warnings[n], sizeof(f->warnings) - n, "%s\n", text);
}

/* Reads `n` bytes of text as file `f` into a new database, or into `*f`'s. */
static inline void
fake_read_n(struct fake *f, const char *text, size_t n)
{
	if (f->db == NULL)
		f->db = sigdb_new();
	f->e = sigfile_read(f->db, (struct str){ text, n }, "f", fake_warn, f,
	    &f->rep);
}

static inline void
fake_read(struct fake *f, const char *text)
{
	fake_read_n(f, text, strlen(text));
}

static inline void
fake_done(struct fake *f)
{
	sigdb_free(f->db);
	memset(f, 0, sizeof(*f));
}

#endif
