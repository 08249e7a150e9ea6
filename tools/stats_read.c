/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_read - one scan of the store -> struct stats */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "db/record.h"
#include "db/store_series.h"
#include "tools/stats_impl.h"

#define WORDS_MAX   UINT16_MAX /* of dictionaries whose numbers are so big */
#define COUNTRY_MAX 1000
#define AS_MAX      1000000

/*
 * Fixed for a store, so that what is in a list does not change from run to
 * run; and unknown to strangers, so that they cannot make names that collide.
 */
static struct hash_key
store_key(const char *dir)
{
	char path[4096];
	struct hash_key k = { 0 };
	struct stat st;
	uint64_t v[2];

	(void)snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
	if (stat(path, &st) == -1 && stat(dir, &st) == -1)
		return k;
	v[0] = hash_stable(&st.st_ino, sizeof(st.st_ino));
	v[1] = hash_stable(&st.st_dev, sizeof(st.st_dev));
	memcpy(k.k, v, sizeof(k.k));
	return k;
}

static bool
on_client(struct stats_in *in, const void *key, size_t key_n, struct str value)
{
	uint64_t where = scan_where(in->scan);
	size_t before = in->row_n;
	struct record_brief b;

	if (!record_brief(key, key_n, value.p, value.n, &b)) {
		in->out->bad_records++;
		return true;
	}
	if (!stats_rows_add(in, &b, where))
		return false;
	if (in->row_n > before)
		stats_marks_add(in, &b, key, key_n, value, where);
	return true;
}

static void
on_series(struct stats_in *in, const void *key, size_t key_n, struct str value)
{
	struct tally_chunk chunk STATS_UNSET;
	enum tally_step step;

	if (store_series_parse(key, key_n, value.p, value.n, &step, &chunk))
		stats_series_add(in, step, &chunk);
	else
		in->out->bad_records++;
}

static bool
on_record(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct stats_in *in = arg;
	struct str v = { value, n };

	if (key_n == 0)
		return true;
	switch (*(const char *)key) {
	case 'c':
		return on_client(in, key, key_n, v);
	case 's':
		on_series(in, key, key_n, v);
		break;
	case 'b':
		stats_blob_add(in, key, key_n, v);
		break;
	default:
		break;
	}
	return true;
}

static bool
on_blob(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	if (key_n > 0 && *(const char *)key == 'b')
		stats_blob_add(arg, key, key_n, (struct str){ value, n });
	return true;
}

/* ---- around it ---- */

static bool
begin(struct stats_in *in)
{
	for (unsigned k = 0; k < STATS_KINDS; k++)
		in->dict[k] = (struct stats_dict){ .limit = WORDS_MAX,
			.key = in->key,
			.mem = in->mem };
	in->dict[STATS_COUNTRY].limit = COUNTRY_MAX;
	in->dict[STATS_AS].limit = AS_MAX;
	in->geo = stats_geo_open(in->o, in->out, in->mem);
	return stats_series_new(in) && stats_marks_new(in) && !in->mem->failed;
}

static void
end(struct stats_in *in)
{
	for (unsigned k = 0; k < STATS_KINDS; k++)
		stats_dict_free(&in->dict[k]);
	stats_geo_close(in->geo);
	stats_series_free(in);
	stats_marks_free(in);
	stats_blob_free(in);
	free(in->row);
	scan_close(in->scan);
}

/* The number of a botnet is known only after all was read once. */
static int
find_only(struct stats_in *in, char error[256])
{
	const struct stats_opts *o = in->o;
	int rc;

	if (o->only_kind == NULL || o->only_name == NULL ||
	    strcmp(o->only_kind, stats_kind_name[STATS_BOTNET]) != 0)
		return 0;
	rc = scan_all(in->scan, on_blob, in);
	if (rc == 0)
		rc = stats_botnets_end(in);
	if (rc != 0)
		return rc;
	/* A scan hands out what it has not handed out before. */
	scan_close(in->scan);
	in->scan = NULL;
	return scan_open(o->dir, &in->scan, error);
}

static void
take_counts(struct stats_in *in)
{
	struct scan_counts c;

	scan_counts(in->scan, &c);
	in->out->daemon_runs = c.in_use;
	in->out->bad_records += c.bad + (c.lost > 0);
}

static int
read_all(struct stats_in *in, char error[256])
{
	int rc = find_only(in, error);

	if (rc == 0)
		rc = scan_all(in->scan, on_record, in);
	if (rc == 0 && in->wrong != NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = stats_botnets_end(in);
	if (rc == 0)
		rc = stats_lists(in);
	if (rc != 0)
		return rc;
	take_counts(in);
	stats_marks_end(in);
	stats_series_end(in);
	stats_botnets_new(in);
	stats_geo_told(in->geo, in->out);
	return in->mem->failed ? -ENOMEM : 0;
}

int
stats_read(const struct stats_opts *o, struct stats *out, char error[256])
{
	struct stats_in in = { .o = o, .out = out, .key = store_key(o->dir) };
	int rc;

	*out = (struct stats){ .opts = *o };
	error[0] = '\0';
	rc = scan_open(o->dir, &in.scan, error);
	if (rc != 0)
		return rc;
	out->mem = calloc(1, sizeof(struct stats_mem));
	in.mem = out->mem;
	rc = in.mem != NULL && begin(&in) ? read_all(&in, error) : -ENOMEM;
	if (rc != 0 && error[0] == '\0')
		(void)snprintf(error, 256, "%.200s: %s", o->dir,
		    in.wrong != NULL ? in.wrong : strerror(-rc));
	end(&in);
	if (rc != 0)
		stats_free(out);
	return rc;
}

void
stats_free(struct stats *s)
{
	if (s->mem != NULL)
		stats_mem_free(s->mem);
	free(s->mem);
	s->mem = NULL;
}
