/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/parts.h"
#include "db/store.h"
#include "db/store_series.h"

struct state {
	char *dir;
	struct store *store;
	bool shadow;
	bool begun; /* the history is */
	int64_t now_ms;
	struct tally_history h;
	char err[STATE_ERRLEN];
};

/* ---- begin and end ---- */

/* Makes it, or looks whether it is empty; 0 or -errno. */
static int
take_dir(const char *dir)
{
	const struct dirent *d;
	DIR *all;
	int rc = 0;

	if (mkdir(dir, 0750) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	all = opendir(dir);
	if (all == NULL)
		return -errno;
	while (rc == 0 && (d = readdir(all)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = -ENOTEMPTY;
	closedir(all);
	return rc;
}

/* As root, in somebody else's directory: the store is his. */
static int
give_away(const struct state *st)
{
	int dir = open(st->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	struct stat is;

	if (dir == -1)
		return -errno;
	if (geteuid() == 0 &&
	    (fstat(dir, &is) != 0 ||
		fchownat(dir, STORE_FILE, is.st_uid, is.st_gid,
		    AT_SYMLINK_NOFOLLOW) != 0))
		rc = -errno;
	close(dir);
	return rc;
}

struct state *
state_open(const char *dir, bool shadow, char err[STATE_ERRLEN])
{
	struct store_open_result res = { 0 };
	struct state *st = calloc(1, sizeof(*st));
	int rc = st == NULL ? -ENOMEM : take_dir(dir);

	if (rc == 0 && (st->dir = strdup(dir)) == NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = store_open(dir, &st->store, &res);
	if (rc == 0) {
		st->shadow = shadow;
		if ((rc = give_away(st)) == 0)
			return st;
	}
	(void)snprintf(err, STATE_ERRLEN, "%.150s: %.140s", dir,
	    rc == -ENOTEMPTY         ? "is not empty" :
		res.error[0] != '\0' ? res.error :
				       strerror(-rc));
	state_close(st);
	return NULL;
}

void
state_close(struct state *st)
{
	if (st == NULL)
		return;
	store_close(st->store);
	free(st->dir);
	free(st);
}

/* Is it one?  The first is kept. */
static bool
failed(struct state *st, const char *what, int rc)
{
	if (rc >= 0)
		return false;
	if (st->err[0] == '\0')
		(void)snprintf(st->err, sizeof(st->err), "%.150s: %s: %s",
		    st->dir, what, strerror(-rc));
	return true;
}

const char *
state_error(const struct state *st)
{
	return st == NULL || st->err[0] == '\0' ? NULL : st->err;
}

/* ---- clients ---- */

bool
state_put(struct state *st, const struct client *c)
{
	struct client copy = *c;

	copy.shadow = st->shadow;
	return !failed(st, "writing a client",
	    store_client_put(st->store, &copy));
}

bool
state_get(struct state *st, const struct addr *key, struct client *out)
{
	int rc = store_client_get(st->store, key, out);

	return !failed(st, "reading a client", rc) && rc == 1;
}

/* ---- the history ---- */

static void
hand_in(struct state *st, struct engine *e)
{
	struct tally t = *engine_tally(e);
	enum tally_mode mode = st->shadow ? TALLY_SHADOW : TALLY_ENFORCE;
	struct engine_counts counts;
	struct store_counts n;

	engine_counts(e, &counts);
	store_counts(st->store, &n);
	/* New ones are in memory only, as long as there is room. */
	t.n[TALLY_STORED_NOW] = n.records > counts.clients_now ?
	    n.records :
	    counts.clients_now;
	(void)failed(st, "writing the history",
	    store_series_add(st->store, &st->h, &t, mode, st->now_ms));
}

void
state_time(struct state *st, struct engine *e, int64_t t_ms)
{
	if (!st->begun) {
		tally_history_init(&st->h, t_ms);
		st->begun = true;
		st->now_ms = t_ms;
	}
	/* What was before is of the minute that it was in. */
	if (t_ms > st->now_ms &&
	    tally_slot_at(TALLY_MINUTE, t_ms) !=
		tally_slot_at(TALLY_MINUTE, st->now_ms))
		hand_in(st, e);
	if (t_ms > st->now_ms)
		st->now_ms = t_ms;
}

/* ---- what was learned ---- */

static void
put_learned(struct state *st, struct engine *e, enum engine_learned what,
    uint8_t *buf)
{
	const char *name = engine_learned_name[what];
	size_t n = engine_learned_encode(e, what, buf, ENGINE_LEARNED_MAX);
	struct parts parts;
	int rc = n == 0 ? -EMSGSIZE :
			  parts_begin(&parts, st->store, name,
			      (struct str){ (const char *)buf, n });

	if (rc == 0)
		while ((rc = parts_step(&parts, st->store)) == 1)
			;
	(void)failed(st, name, rc);
}

void
state_end(struct state *st, struct engine *e)
{
	uint8_t *buf = malloc(ENGINE_LEARNED_MAX);

	engine_flush(e);
	if (st->begun) {
		hand_in(st, e);
		(void)failed(st, "writing the history",
		    store_series_save(st->store, &st->h));
	}
	for (unsigned i = 0; i < ENGINE_LEARNED && buf != NULL; i++)
		put_learned(st, e, (enum engine_learned)i, buf);
	if (buf == NULL)
		(void)failed(st, "what was learned", -ENOMEM);
	free(buf);
	(void)failed(st, "sync", store_sync(st->store));
}
