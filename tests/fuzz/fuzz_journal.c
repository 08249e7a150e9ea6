/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal entry with anything in its fields: always one line, whose stamp is
 * the entry's; and any text for a list of units or a line with a stamp.
 *
 * zt-link: daemon/journal daemon/logtime
 */
#include <stdlib.h>

#include "daemon/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to the next '|'. */
static struct str
take(struct str *s)
{
	const char *end = memchr(s->p, '|', s->n);
	struct str got = { s->p, end == NULL ? s->n : (size_t)(end - s->p) };

	*s = str_from(*s, end == NULL ? s->n : got.n + 1);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct journal_entry e = { .t_us = (int64_t)size * 123456789 };
	static struct journal_conf c;
	char out[JOURNAL_LINE_MAX];
	size_t n;

	if (size == 0)
		return 0;
	(void)journal_stamp_us(s);
	(void)journal_units(&c.units, s);
	e.unit = take(&s);
	e.transport = take(&s);
	e.uid = take(&s);
	e.comm = take(&s);
	e.host = take(&s);
	e.pid = take(&s);
	e.tag = take(&s);
	e.tag_pid = take(&s);
	e.message = s;
	if (!journal_units(&c.units, (struct str){ "", 0 }))
		abort();
	(void)journal_judge(&c, &e);
	n = journal_line(&e, out);
	if (n > JOURNAL_LINE_MAX || memchr(out, '\n', n) != out + n - 1)
		abort();
	if (journal_stamp_us((struct str){ out, n }) != e.t_us)
		abort();
	return 0;
}
