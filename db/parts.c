/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/parts.h"

#include <errno.h>
#include <stdio.h>

#include "fp/le.h"

#define HEAD_BYTES 5 /* set:1 length:4 */
#define NAME_LEN   32

static int
part_name(char out[NAME_LEN], const char *name, unsigned set, size_t i)
{
	int n = snprintf(out, NAME_LEN, "%.*s-%u-%zu", PARTS_NAME_MAX, name,
	    set, i);

	return n > 0 && n < NAME_LEN && strlen(name) <= PARTS_NAME_MAX ?
	    0 :
	    -EINVAL;
}

/* 1, 0 = none, -EBADMSG, -errno. */
static int
get_head(struct store *s, const char *name, uint8_t *set, size_t *n)
{
	uint8_t buf[HEAD_BYTES];
	long got = store_blob_get(s, name, buf, sizeof(buf));
	struct rd r = rd_init(buf, sizeof(buf));

	if (got <= 0)
		return (int)got;
	*set = rd_u8(&r);
	*n = rd_le32(&r);
	return got == HEAD_BYTES && *set <= 1 ? 1 : -EBADMSG;
}

static int
put_head(struct store *s, const struct parts *w)
{
	uint8_t buf[HEAD_BYTES];
	struct wr head = wr_init(buf, sizeof(buf));

	wr_u8(&head, w->set);
	wr_le32(&head, (uint32_t)w->n);
	return store_blob_put(s, w->name, buf, head.n);
}

int
parts_begin(struct parts *w, struct store *s, const char *name,
    struct str bytes)
{
	char part[NAME_LEN];
	uint8_t set = 1;
	size_t n = 0;
	int rc = part_name(part, name, 0, 0);

	if (rc == 0)
		rc = get_head(s, name, &set, &n);
	if (rc < 0 && rc != -EBADMSG)
		return rc;
	*w = (struct parts){ name, (const uint8_t *)bytes.p, bytes.n, 0,
		rc == 1 && set == 0 };
	return bytes.n > UINT32_MAX ? -EINVAL : 0;
}

int
parts_step(struct parts *w, struct store *s)
{
	size_t n = w->n - w->at;
	char part[NAME_LEN];
	int rc;

	if (n == 0)
		return put_head(s, w);
	if (n > PARTS_SIZE)
		n = PARTS_SIZE;
	rc = part_name(part, w->name, w->set, w->at / PARTS_SIZE);
	if (rc == 0)
		rc = store_blob_put(s, part, w->p + w->at, n);
	if (rc != 0)
		return rc;
	w->at += n;
	return 1;
}

long
parts_get(struct store *s, const char *name, void *out, size_t max)
{
	struct wr w = wr_init(out, max);
	uint8_t set = 0;
	size_t n = 0;
	int rc = get_head(s, name, &set, &n);

	if (rc <= 0)
		return rc;
	if (n > max)
		return -EBADMSG;
	while (w.n < n) {
		size_t want = n - w.n < PARTS_SIZE ? n - w.n : PARTS_SIZE;
		char part[NAME_LEN];
		long got;

		rc = part_name(part, name, set, w.n / PARTS_SIZE);
		if (rc != 0)
			return rc;
		got = store_blob_get(s, part, w.p + w.n, want);
		if (got < 0)
			return got;
		if ((size_t)got != want)
			return -EBADMSG;
		w.n += want;
	}
	return (long)n;
}
