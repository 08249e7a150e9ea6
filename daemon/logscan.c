/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logscan.h"

#define NAME_MAX_BYTES 255 /* of a host name */

/*
 * Where `needle`, which is short and not empty, stands first; NULL: nowhere.
 * memmem() makes a table for each call, which costs more than all else here.
 */
static const char *
find(struct str s, struct str needle)
{
	size_t last = needle.n - 1;

	while (s.n >= needle.n) {
		const char *p = memchr(s.p, needle.p[0], s.n - last);

		if (p == NULL)
			return NULL;
		/* The last byte nearly always tells. */
		if (p[last] == needle.p[last] &&
		    memcmp(p, needle.p, needle.n) == 0)
			return p;
		s = str_from(s, (size_t)(p - s.p) + 1);
	}
	return NULL;
}

bool
scan_upto_str(struct str *s, struct str needle, struct str *out)
{
	const char *e = find(*s, needle);

	if (e == NULL)
		return false;
	*out = (struct str){ s->p, (size_t)(e - s->p) };
	*s = str_from(*s, out->n + needle.n);
	return true;
}

bool
scan_has(struct str s, struct str needle)
{
	return find(s, needle) != NULL;
}

bool
scan_has_nocase(struct str s, struct str lower_needle)
{
	for (size_t i = 0; i + lower_needle.n <= s.n; i++) {
		size_t k = 0;

		/* The first letter nearly always tells. */
		while ((s.p[i + k] | 0x20) == lower_needle.p[k])
			if (++k == lower_needle.n)
				return true;
	}
	return false;
}

/* Where the quoted string at the front of `s` ends; 0 = it does not. */
static size_t
quoted_end(struct str s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

bool
scan_mailbox(struct str *s, struct str *out)
{
	struct str rest = *s, skip;
	size_t quoted;

	if (!scan_eat(&rest, STR("<")))
		return false;
	*out = rest;
	quoted = rest.n > 0 && rest.p[0] == '"' ? quoted_end(rest) : 0;
	rest = str_from(rest, quoted);
	if (!scan_upto(&rest, '>', &skip))
		return false;
	out->n = quoted + skip.n;
	*s = rest;
	return true;
}

/* `[ADDRESS]`; the address may be `unknown`, which is family 0. */
static bool __attribute__((noinline))
other_bracket(struct str *s, struct addr *a)
{
	struct str rest = str_from(*s, 1), text;
	struct addr got = { 0 };

	if (rest.n > ADDR_STRLEN)
		rest.n = ADDR_STRLEN;
	if (!scan_upto(&rest, ']', &text))
		return false;
	if (!str_eq(text, STR("unknown")) && !addr_parse(text, &got))
		return false;
	*a = got;
	*s = str_from(*s, text.n + 2);
	return true;
}

static inline bool __attribute__((always_inline))
bracket(struct str *s, struct addr *a)
{
	struct str rest = *s;
	uint32_t v4;
	size_t n;

	if (!scan_eat(&rest, STR("[")))
		return false;
	n = addr_scan_v4(rest, &v4); /* as nearly always */
	if (n == 0 || n == rest.n || rest.p[n] != ']')
		return other_bracket(s, a);
	addr_set_v4(a, v4);
	*s = str_from(rest, n + 1);
	return true;
}

/* `:PORT`, `:unknown` or nothing; 0 = none. */
static inline uint16_t
take_port(struct str *s)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_eat(&rest, STR(":")))
		return 0;
	if (scan_number(&rest, &v) && v <= UINT16_MAX) {
		*s = rest;
		return (uint16_t)v;
	}
	if (scan_eat(&rest, STR("unknown")))
		*s = rest;
	return 0;
}

/* A table: this is the hottest loop of the parser. */
static const bool name_bytes[256] = {
	// clang-format off
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true,
	['-'] = true, ['.'] = true, ['_'] = true,
	// clang-format on
};

static size_t
name_span(struct str s)
{
	size_t n = 0;

	while (n < s.n && name_bytes[(uint8_t)s.p[n]])
		n++;
	return n;
}

bool
scan_namaddr(struct str *s, struct log_event *ev)
{
	bool unknown = str_starts(*s, STR("unknown["));
	size_t n = unknown ? sizeof("unknown") - 1 : name_span(*s);
	struct str rest = str_from(*s, n);

	if (n == 0 || n > NAME_MAX_BYTES || !bracket(&rest, &ev->client))
		return false;
	ev->port = take_port(&rest);
	if (!unknown)
		ev->name = (struct str){ s->p, n };
	else
		ev->rdns_none = ev->client.family != 0;
	*s = rest;
	return true;
}

bool
scan_name_addr(struct str *s, struct log_event *ev)
{
	size_t n = name_span(*s);
	struct str rest = str_from(*s, n);
	struct str name = { s->p, n };
	struct addr a, twice;

	if (n > NAME_MAX_BYTES || (n > 0 && !scan_eat(&rest, STR(" "))) ||
	    !bracket(&rest, &a) || a.family == 0)
		return false;
	/* `[ADDRESS] [ADDRESS]`: in place of a name. */
	if (n == 0 && str_starts(rest, STR(" ["))) {
		rest = str_from(rest, 1);
		if (!bracket(&rest, &twice) || !addr_eq(&a, &twice))
			return false;
	}
	ev->client = a;
	ev->rdns_none = n == 0;
	if (scan_eat(&rest, STR(" (may be forged)")))
		ev->rdns_unconfirmed = n > 0;
	else
		ev->name = name;
	*s = rest;
	return true;
}

bool
scan_sockaddr(struct str *s, struct log_event *ev)
{
	struct str rest = *s;

	if (!bracket(&rest, &ev->client) || ev->client.family == 0)
		return false;
	ev->port = take_port(&rest);
	*s = rest;
	return true;
}

struct scan_dsn
scan_dsn(struct str *s)
{
	struct str rest = *s;
	struct scan_dsn d;

	if (!scan_uint(&rest, &d.cls) || !scan_eat(&rest, STR(".")) ||
	    !scan_uint(&rest, &d.subject) || !scan_eat(&rest, STR(".")) ||
	    !scan_uint(&rest, &d.detail) || !scan_eat(&rest, STR(" ")))
		return (struct scan_dsn){ 0, 0, 0 };
	*s = rest;
	return d;
}
