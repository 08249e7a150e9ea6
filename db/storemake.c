/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/storemake.h"

#include <errno.h>
#include <kclangc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/record.h"

#define BUCKETS_MIN 524288 /* as in storefile.c */

struct storemake {
	KCDB *db;
};

static int
failed(const struct storemake *m, int e)
{
	if (kcdbecode(m->db) == KCESYSTEM &&
	    (e == ENOSPC || e == EDQUOT || e == EFBIG))
		return -ENOSPC;
	return e != 0 ? -e : -EIO;
}

static int
put(struct storemake *m, const void *key, size_t key_n, const void *value,
    size_t n)
{
	errno = 0;
	return kcdbset(m->db, key, key_n, value, n) ? 0 : failed(m, errno);
}

int
storemake_begin(const char *path, uint64_t records, struct storemake **out)
{
	struct record_key k = record_meta_key();
	struct storemake *m;
	char full[4096 + 100], mark[RECORD_META_MAX];
	int e;

	*out = NULL;
	/* Kyoto Cabinet reads tuning from behind it. */
	if (strchr(path, '#') != NULL || strlen(path) > 4096)
		return -EINVAL;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return -ENOMEM;
	(void)snprintf(full, sizeof(full), "%s#type=kch#bnum=%llu#msiz=0", path,
	    (unsigned long long)(records * 2 > BUCKETS_MIN ? records * 2 :
							     BUCKETS_MIN));
	m->db = kcdbnew();
	errno = 0;
	if (kcdbopen(m->db, full, KCOWRITER | KCOCREATE | KCONOLOCK))
		e = put(m, k.b, k.n, mark,
		    record_meta_encode(RECORD_FORMAT, mark, sizeof(mark)));
	else
		e = failed(m, errno);
	if (e == 0)
		*out = m;
	else
		(void)storemake_end(m, 0);
	return e;
}

int
storemake_put(struct storemake *m, const void *key, size_t key_n,
    const void *value, size_t n)
{
	return put(m, key, key_n, value, n);
}

int
storemake_end(struct storemake *m, int whole)
{
	int e = 0;

	if (m == NULL)
		return 0;
	errno = 0;
	if (whole && !kcdbsync(m->db, 1, NULL, NULL))
		e = failed(m, errno);
	errno = 0;
	if (!kcdbclose(m->db) && e == 0 && whole)
		e = failed(m, errno);
	kcdbdel(m->db);
	free(m);
	return e;
}
