/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tallydump - the history of a store, for tests that count again
 *
 * zt-link: @SCAN db/record db/record_client db/record_behind db/record_series
 * zt-link: daemon/tally daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * usage: tallydump DIR.  One line a slot that zfw ran in, in no order: its
 * step, when it begins in seconds since 1970, its modes, then NAME=NUMBER for
 * each kind of tally.h.  zfwd may run.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/scan.h"
#include "db/store_series.h"

static const char *const step_name[TALLY_STEPS] = { "minute", "hour", "day" };

static void
print(enum tally_step step, const struct tally_chunk *c)
{
	for (uint32_t i = 0; i < tally_chunk_slots[step]; i++) {
		const struct tally_slot *s = &c->slot[i];

		if (s->modes == 0)
			continue;
		printf("%s %lld %u", step_name[step],
		    (long long)((c->first + i) * tally_step_ms[step] / 1000),
		    s->modes);
		for (size_t k = 0; k < TALLY_KINDS; k++)
			printf(" %s=%u", tally_name[k], s->n[k]);
		putchar('\n');
	}
}

static bool
one(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	static struct tally_chunk c;
	enum tally_step step;

	(void)arg;
	if (store_series_parse(key, key_n, value, n, &step, &c))
		print(step, &c);
	return true;
}

int
main(int argc, char **argv)
{
	char error[256];
	struct scan *s;
	int rc;

	if (argc != 2)
		errx(2, "usage: tallydump DIR");
	rc = scan_open(argv[1], &s, error);
	if (rc != 0)
		errx(1, "%s: %s", argv[1], error);
	rc = scan_all(s, one, NULL);
	scan_close(s);
	if (rc != 0)
		errx(1, "%s: cannot be read", argv[1]);
	return 0;
}
