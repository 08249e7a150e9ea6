/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/dnsmark.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER_MAX 12 /* bytes of a weight */

bool
dnsmark_name_ok(struct str name)
{
	char before = '.';

	if (name.n == 0 || name.n > DNSMARK_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '.' ? before == '.' :
			       !(char_is_letter(c) || char_is_digit(c) ||
				   c == '-' || c == '_'))
			return false;
		before = c;
	}
	return before != '.' && !str_eq(name, STR("-"));
}

size_t
dnsmark_print(const struct dnsmark *m, char buf[DNSMARK_MAX])
{
	bool none = m->kind == DNSMARK_NAME && m->name.n == 0;
	char who[ADDR_STRLEN];
	int n;

	if (!none && !dnsmark_name_ok(m->name))
		return 0;
	(void)addr_print(&m->addr, who);
	if (m->kind == DNSMARK_NAME)
		n = snprintf(buf, DNSMARK_MAX, "%cdns %s %.*s", DNSMARK_BYTE,
		    who, none ? 1 : (int)m->name.n, none ? "-" : m->name.p);
	else
		n = snprintf(buf, DNSMARK_MAX, "%clist %s %.*s %.3f",
		    DNSMARK_BYTE, who, (int)m->name.n, m->name.p, m->nats);
	return n < 0 ? 0 : (size_t)n;
}

static bool
is_word(char c)
{
	return c != ' ';
}

/* Cuts the next word off, which ends at one blank or with the line. */
static struct str
take_word(struct str *line)
{
	struct str word = { line->p, str_span(*line, is_word) };

	*line = str_from(*line, word.n + (word.n < line->n));
	return word;
}

/* `2.000`: digits and one dot */
static bool
read_nats(struct str s, double *nats)
{
	char text[NUMBER_MAX + 1] = "";
	char *end;

	if (s.n == 0 || s.n > NUMBER_MAX)
		return false;
	memcpy(text, s.p, s.n);
	if (strspn(text, "0123456789.") != s.n || text[0] == '.')
		return false;
	*nats = strtod(text, &end);
	return *end == '\0' && *nats <= DNSMARK_NATS_MAX;
}

bool
dnsmark_parse(struct str line, struct dnsmark *m)
{
	struct str verb, who;
	bool list;

	if (!dnsmark_is(line) || line.n >= DNSMARK_MAX)
		return false;
	line = str_from(line, 1);
	verb = take_word(&line);
	who = take_word(&line);
	list = str_eq(verb, STR("list"));
	*m = (struct dnsmark){ .kind = list ? DNSMARK_LIST : DNSMARK_NAME };
	if ((!list && !str_eq(verb, STR("dns"))) || !addr_parse(who, &m->addr))
		return false;
	m->name = take_word(&line);
	if (!list && str_eq(m->name, STR("-")))
		m->name.n = 0;
	else if (!dnsmark_name_ok(m->name))
		return false;
	return list ? read_nats(line, &m->nats) : line.n == 0;
}
