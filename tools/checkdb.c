/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkdb - what is in a store, and whether all of it can be read */
#include <errno.h>
#include <string.h>

#include "db/record.h"
#include "db/record_series.h"
#include "tools/storetool.h"

struct check {
	struct storetool_check *n;
	int64_t now_ms;
};

static void
count_client(struct check *c, const struct record_key *k, struct str value)
{
	struct client is;

	if (!record_client_decode(k, value.p, value.n, &is)) {
		c->n->undecodable++;
		return;
	}
	c->n->clients++;
	c->n->blocked += client_blocked(&is, c->now_ms);
	c->n->good += is.good_mails > 0;
}

static void
count_allow(struct check *c, const struct record_key *k, struct str value)
{
	struct rd r = record_open(k, value.p, value.n);
	struct store_allow a;

	while (record_allow_next(&r, &a))
		c->n->allowed++;
	c->n->undecodable += r.bad;
}

static void
count_pos(struct check *c, const struct record_key *k, struct str value)
{
	struct store_logpos p;

	if (record_logpos_decode(k, value.p, value.n, &p))
		c->n->positions++;
	else
		c->n->undecodable++;
}

static void
count_blob(struct check *c, const struct record_key *k, struct str value)
{
	if (record_open(k, value.p, value.n).bad)
		c->n->undecodable++;
	else
		c->n->blobs++;
}

static void
count_series(struct check *c, const struct record_key *k, struct str value)
{
	struct tally_chunk chunk;

	if (record_series_decode(k, value.p, value.n, &chunk))
		c->n->history++;
	else
		c->n->undecodable++;
}

static bool
count(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct str v = { value, n };
	struct check *c = arg;
	struct record_key k;

	memcpy(k.b, key, key_n); /* no longer than that: scan.h */
	k.n = key_n;
	switch (k.b[0]) {
	case 'c':
		count_client(c, &k, v);
		break;
	case 'a':
		count_allow(c, &k, v);
		break;
	case 'p':
		count_pos(c, &k, v);
		break;
	case 'b':
		count_blob(c, &k, v);
		break;
	case 's':
		count_series(c, &k, v);
		break;
	default:
		c->n->other++;
	}
	return true;
}

bool
storetool_damaged(const struct storetool_check *c)
{
	return c->scan.bad > 0 || c->scan.lost > 0 || c->undecodable > 0 ||
	    (c->scan.format == 0 && c->scan.unsure == 0);
}

int
storetool_check(const char *what, int64_t now_ms, struct storetool_check *out,
    char error[STORETOOL_ERRLEN])
{
	struct check c = { out, now_ms };
	struct scan *s;
	int e = scan_open(what, &s, error);

	if (e != 0)
		return e;
	memset(out, 0, sizeof(*out));
	e = scan_all(s, count, &c);
	scan_counts(s, &out->scan);
	scan_close(s);
	/* A later format is an answer, too: the caller sees it. */
	if (e == -ENOTSUP)
		(void)snprintf(error, STORETOOL_ERRLEN,
		    "%.300s: format %u, written by a later version of zfw",
		    what, out->scan.format);
	else if (e != 0)
		(void)snprintf(error, STORETOOL_ERRLEN, "%.300s: %s", what,
		    strerror(-e));
	return e;
}
