/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_exim.h"
#include "daemon/logrule.h"

#define NAME_MAX_BYTES 255 /* of a host name */

/* What a host name may be made of: never a blank or a bracket. */
static size_t
name_span(struct str s)
{
	size_t n = 0;

	while (n < s.n &&
	    (char_is_letter(s.p[n]) || char_is_digit(s.p[n]) || s.p[n] == '-' ||
		s.p[n] == '.' || s.p[n] == '_'))
		n++;
	return n;
}

/* `ADDRESS]`, with the bracket before it already taken. */
static bool
take_address(struct str *s, struct addr *a)
{
	struct str rest = *s, text;

	if (rest.n > ADDR_STRLEN)
		rest.n = ADDR_STRLEN;
	if (!scan_upto(&rest, ']', &text) || !addr_parse(text, a))
		return false;
	*s = str_from(*s, text.n + 1);
	return true;
}

/* `:PORT`; 0 = there is none. */
static uint32_t
take_port(struct str *s)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_eat(&rest, STR(":")) || !scan_uint(&rest, &v) ||
	    v > UINT16_MAX)
		return 0;
	*s = rest;
	return v;
}

/*
 * `HELO) [ADDRESS]`.  A HELO may hold `) [192.0.2.1]` itself, and so may the
 * sender and the recipient behind the true address: in a line with two such
 * addresses nobody can say which one Exim wrote.
 */
static bool
helo_address(struct str *s, struct log_event *ev)
{
	struct str rest = *s, after = *s, helo = *s, skip;
	struct addr a, client = { 0 };
	bool found = false;

	if (s->n > EXIM_WHOLE_MAX)
		return false;
	while (scan_upto_str(&rest, STR(") ["), &skip)) {
		struct str here = rest;

		if (!take_address(&here, &a))
			continue;
		if (found && !addr_eq(&a, &client))
			return false;
		if (found)
			continue;
		found = true;
		client = a;
		helo.n = s->n - rest.n - 3;
		after = here;
	}
	if (!found)
		return false;
	ev->client = client;
	ev->helo = helo;
	*s = after;
	return true;
}

/* ` I=[ADDRESS]:PORT`, our end of the connection. */
static void
take_interface(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	struct addr ours;

	if (!scan_eat(&rest, STR(" I=[")) || !take_address(&rest, &ours))
		return;
	if (logrule_is_submission(take_port(&rest)))
		ev->submission = true;
	*s = rest;
}

/* `[ADDRESS]` where no second one follows: the first would be a name. */
static bool
only_address(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	struct addr a;

	if (!scan_eat(&rest, STR("[")) || !take_address(&rest, &a) ||
	    str_starts(rest, STR(" [")) ||
	    (str_starts(rest, STR(" (")) && scan_has(rest, STR(") ["))))
		return false;
	ev->client = a;
	*s = rest;
	return true;
}

bool
logline_exim_host(struct str *s, struct log_event *ev)
{
	struct str name = { s->p, name_span(*s) };
	struct str rest = str_from(*s, name.n);

	if (name.n > NAME_MAX_BYTES ||
	    (name.n > 0 && !scan_eat(&rest, STR(" "))))
		return false;
	if (scan_eat(&rest, STR("("))) {
		if (!helo_address(&rest, ev))
			return false;
	} else if (!only_address(&rest, ev)) {
		return false;
	}
	ev->name = name;
	ev->port = (uint16_t)take_port(&rest);
	take_interface(&rest, ev);
	*s = rest;
	return true;
}

bool
logline_exim_host_after(struct str *s, struct str mark, struct str *before,
    struct log_event *ev)
{
	struct str rest = *s;

	if (s->n > EXIM_WHOLE_MAX || !scan_upto_str(&rest, mark, before) ||
	    scan_has(rest, mark) || !logline_exim_host(&rest, ev))
		return false;
	*s = rest;
	return true;
}

/* `NAME [ADDRESS][:PORT]`; a relay without a name has its address there. */
bool
logline_exim_relay(struct str *s, struct log_event *ev)
{
	struct str name = { s->p, name_span(*s) };
	struct str rest = str_from(*s, name.n);
	struct addr a;

	if (name.n > NAME_MAX_BYTES ||
	    (name.n > 0 && !scan_eat(&rest, STR(" "))) ||
	    !scan_eat(&rest, STR("[")) || !take_address(&rest, &ev->client))
		return false;
	(void)take_port(&rest); /* the relay's, never that of a client */
	if (!addr_parse(name, &a))
		ev->name = name;
	*s = rest;
	return true;
}

struct str
logline_exim_word(struct str *s)
{
	struct str word = *s;
	bool quoted = false;
	size_t i = 0;

	for (; i < s->n && (quoted || s->p[i] != ' '); i++) {
		if (s->p[i] == '"')
			quoted = !quoted;
		else if (s->p[i] == '\\' && i + 1 < s->n)
			i++;
	}
	word.n = i;
	*s = str_from(*s, i);
	return word;
}
