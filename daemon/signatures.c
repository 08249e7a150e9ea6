/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/signatures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/log.h"

#define CACHE_SLOTS 4096 /* a busy gateway sees some hundred shapes */
#define FILES_MAX   64

struct signatures {
	struct sigdb *db, *next; /* NULL: nothing is staged */
	struct sigcache *cache;
	struct sigfile_report report, next_report;
};

static void
on_warning(void *arg, const char *text)
{
	unsigned *n = arg;

	if (++*n < SIGNATURES_WARN_MAX)
		log_msg(LOG_WARNING, "signature: %s", text);
	else if (*n == SIGNATURES_WARN_MAX)
		log_msg(LOG_WARNING,
		    "signature: %s; further ones are not shown", text);
}

static struct sigdb *
load(char *const *files, struct sigfile_report *rep, char err[SIGFILE_ERRLEN])
{
	const char *paths[FILES_MAX + 1];
	unsigned warnings = 0;
	size_t n = 0;

	for (; files != NULL && files[n] != NULL; n++) {
		if (n == FILES_MAX) {
			(void)snprintf(err, SIGFILE_ERRLEN,
			    "more than %d signature files", FILES_MAX);
			return NULL;
		}
		paths[n] = files[n];
	}
	paths[n++] = NULL; /* the shipped ones come last */
	return sigfile_load(paths, n, on_warning, &warnings, rep, err);
}

struct signatures *
signatures_new(char *const *files, const struct hash_key *key,
    char err[SIGFILE_ERRLEN])
{
	struct signatures *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)snprintf(err, SIGFILE_ERRLEN, "not enough memory");
		return NULL;
	}
	s->db = load(files, &s->report, err);
	if (s->db == NULL) {
		free(s);
		return NULL;
	}
	s->cache = sigcache_new(s->db, CACHE_SLOTS, key);
	if (s->cache != NULL)
		return s;
	(void)snprintf(err, SIGFILE_ERRLEN, "not enough memory");
	signatures_free(s);
	return NULL;
}

void
signatures_free(struct signatures *s)
{
	if (s == NULL)
		return;
	sigcache_free(s->cache);
	sigdb_free(s->db);
	sigdb_free(s->next);
	free(s);
}

int
signatures_stage(struct signatures *s, char *const *files,
    char err[SIGFILE_ERRLEN])
{
	signatures_drop(s);
	s->next_report = (struct sigfile_report){ 0 };
	s->next = load(files, &s->next_report, err);
	return s->next == NULL ? -EINVAL : 0;
}

void
signatures_drop(struct signatures *s)
{
	sigdb_free(s->next);
	s->next = NULL;
}

void
signatures_swap(struct signatures *s)
{
	if (s->next == NULL)
		return;
	sigcache_set(s->cache, s->next);
	sigdb_free(s->db);
	s->db = s->next;
	s->report = s->next_report;
	s->next = NULL;
}

struct sigcache *
signatures_cache(struct signatures *s)
{
	return s->cache;
}

const struct sigdb *
signatures_db(const struct signatures *s)
{
	return s->db;
}

void
signatures_report(const struct signatures *s, struct sigfile_report *out)
{
	*out = s->report;
}
