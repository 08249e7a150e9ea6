/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_spill.h"

#include <errno.h>
#include <kclangc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/record.h"

/* Buckets for two million records; 8 MB of the file, none of memory. */
#define TUNING "#bnum=2000003#msiz=0#dfunit=8#opts=l"

struct spill {
	KCDB *db; /* NULL: not needed so far, or failed */
	bool failed;
	char error[256];
};

struct spill *
spill_new(void)
{
	return calloc(1, sizeof(struct spill));
}

void
spill_free(struct spill *s)
{
	if (s == NULL)
		return;
	if (s->db != NULL) {
		(void)kcdbclose(s->db);
		kcdbdel(s->db);
	}
	free(s);
}

const char *
spill_error(const struct spill *s)
{
	return s->failed ? s->error : NULL;
}

static bool
fail(struct spill *s, const char *where, const char *why)
{
	if (!s->failed)
		(void)snprintf(s->error, sizeof(s->error),
		    "%.100s: no room for clients: %.100s", where, why);
	s->failed = true;
	if (s->db != NULL)
		kcdbdel(s->db);
	s->db = NULL;
	return false;
}

static bool
open_in(struct spill *s, const char *dir)
{
	char path[PATH_MAX + 16], tuned[sizeof(path) + sizeof(TUNING)];

	/* Kyoto Cabinet reads tuning from behind it. */
	if (strchr(dir, '#') != NULL)
		return fail(s, dir, "there is a '#' in the path");
	(void)snprintf(path, sizeof(path), "%s/clients.kch", dir);
	(void)snprintf(tuned, sizeof(tuned), "%s" TUNING, path);
	s->db = kcdbnew();
	if (kcdbopen(s->db, tuned, KCOWRITER | KCOCREATE | KCONOLOCK)) {
		(void)unlink(path);
		return true;
	}
	(void)fail(s, path, kcdbemsg(s->db));
	(void)unlink(path);
	return false;
}

static bool
open_file(struct spill *s)
{
	const char *tmp = getenv("TMPDIR");
	char dir[PATH_MAX];
	bool ok;

	if (tmp == NULL || *tmp == '\0')
		tmp = "/tmp";
	(void)snprintf(dir, sizeof(dir), "%.4000s/zfw-replay.XXXXXX", tmp);
	if (mkdtemp(dir) == NULL)
		return fail(s, tmp, strerror(errno));
	ok = open_in(s, dir);
	(void)rmdir(dir);
	return ok;
}

bool
spill_put(struct spill *s, const struct client *c)
{
	struct record_key k = record_client_key(&c->key);
	uint8_t buf[RECORD_MAX];
	size_t n = record_client_encode(c, buf, sizeof(buf));

	if (n == 0 || s->failed || (s->db == NULL && !open_file(s)))
		return false;
	if (kcdbset(s->db, (const char *)k.b, k.n, (const char *)buf, n))
		return true;
	return fail(s, "temporary file", kcdbemsg(s->db));
}

bool
spill_get(struct spill *s, const struct addr *key, struct client *out)
{
	struct record_key k;
	uint8_t buf[RECORD_MAX];
	int32_t n;

	if (s->db == NULL)
		return false;
	k = record_client_key(key);
	n = kcdbgetbuf(s->db, (const char *)k.b, k.n, (char *)buf, sizeof(buf));
	return n > 0 && (size_t)n <= sizeof(buf) &&
	    record_client_decode(&k, buf, (size_t)n, out);
}

size_t
spill_count(const struct spill *s)
{
	int64_t n = s->db == NULL ? 0 : kcdbcount(s->db);

	return n < 0 ? 0 : (size_t)n;
}
