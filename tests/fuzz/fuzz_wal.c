/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/kcwal
 *
 * Any bytes as a write-ahead log: what it says lies inside of it, and putting
 * it back changes only places that it names.
 */
#include <stdlib.h>

#include "db/kcwal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
names(const struct kcwal *w, uint64_t at)
{
	for (size_t i = 0; i < w->n; i++)
		if (at >= w->msg[i].at && at - w->msg[i].at < w->msg[i].old.n)
			return true;
	return false;
}

static void
check(const struct kcwal *w, uint64_t at)
{
	uint8_t buf[64];

	for (unsigned fill = 0; fill < 256; fill += 255) {
		memset(buf, (int)fill, sizeof(buf));
		kcwal_undo(w, at, buf, sizeof(buf));
		for (size_t i = 0; i < sizeof(buf); i++)
			if (buf[i] != fill && !names(w, at + i))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	struct kcwal w = { 0 };

	if (kcwal_parse(&w, data, n) == 1) {
		if (w.n < 2)
			abort();
		for (size_t i = 0; i < w.n && i < 16; i++) {
			const struct kcwal_msg *m = &w.msg[i];

			if (m->old.n > 0 &&
			    (m->old.p < p || m->old.p + m->old.n > p + n))
				abort();
			(void)kcwal_torn(m, (struct str){ p, n });
			check(&w, m->at);
			check(&w, m->at + m->old.n / 2);
			check(&w, m->at > 32 ? m->at - 32 : 0);
		}
	}
	kcwal_fini(&w);
	return 0;
}
