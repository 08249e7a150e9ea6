/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/loghead.h"

bool
loghead_priority(struct str *line)
{
	struct str rest = *line;
	uint32_t v;

	if (!scan_eat(&rest, STR("<")) || !scan_uint(&rest, &v) || v > 191 ||
	    !scan_eat(&rest, STR(">")))
		return false;
	*line = rest;
	if (!scan_eat(&rest, STR("1 ")))
		return false;
	*line = rest;
	return true;
}

/* `-` or `[id name="value" ...]`, several of them without a blank. */
static bool
skip_data(struct str *s)
{
	bool quoted = false;

	if (scan_eat(s, STR("-")))
		return true;
	if (s->n == 0 || s->p[0] != '[')
		return false;
	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '\\')
			i++;
		else if (s->p[i] == '"')
			quoted = !quoted;
		else if (s->p[i] == ']' && !quoted &&
		    (i + 1 == s->n || s->p[i + 1] != '[')) {
			*s = str_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

bool
loghead_5424(struct str *line, struct str *app)
{
	struct str rest = *line, skip;

	if (!scan_eat(&rest, STR(" ")) || !scan_upto(&rest, ' ', &skip) ||
	    !scan_upto(&rest, ' ', app) || !scan_upto(&rest, ' ', &skip) ||
	    !scan_upto(&rest, ' ', &skip) || !skip_data(&rest) ||
	    !scan_eat(&rest, STR(" ")))
		return false;
	(void)scan_eat(&rest, STR("\xef\xbb\xbf"));
	*line = rest;
	return true;
}

/* `message repeated 3 times: [ TEXT]` */
static void
unrepeat(struct str *msg)
{
	struct str rest = *msg;
	uint32_t n;

	if (!scan_eat(&rest, STR("message repeated ")) ||
	    !scan_uint(&rest, &n) || !scan_eat(&rest, STR(" times: [ ")) ||
	    rest.n == 0 || rest.p[rest.n - 1] != ']')
		return;
	rest.n--;
	*msg = rest;
}

void
loghead_unwrap(struct str *msg)
{
	struct str rest = *msg, skip;
	uint32_t id;

	if (scan_eat(&rest, STR("[ID ")) && scan_uint(&rest, &id) &&
	    scan_eat(&rest, STR(" ")) && scan_upto_str(&rest, STR("] "), &skip))
		*msg = rest;
	unrepeat(msg);
}
