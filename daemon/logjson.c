/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logjson.h"

struct out {
	char *p;
	size_t n, size; /* with room for a NUL */
	bool full;
};

static void
put(struct out *o, const void *p, size_t n)
{
	if (o->full || n >= o->size - o->n) {
		o->full = true;
		return;
	}
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void
put_str(struct out *o, struct str s)
{
	put(o, s.p, s.n);
}

static void
put_uint(struct out *o, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	put(o, text + at, sizeof(text) - at);
}

/* Length of the UTF-8 character at the front of `s`, 0 if it is none. */
static size_t
utf8_length(struct str s)
{
	const uint8_t *b = (const uint8_t *)s.p;
	uint32_t v, least;
	size_t n;

	if (b[0] < 0x80)
		return 1;
	if (b[0] >= 0xc2 && b[0] < 0xe0) {
		n = 2, v = b[0] & 0x1f, least = 0x80;
	} else if (b[0] >= 0xe0 && b[0] < 0xf0) {
		n = 3, v = b[0] & 0x0f, least = 0x800;
	} else if (b[0] >= 0xf0 && b[0] < 0xf5) {
		n = 4, v = b[0] & 0x07, least = 0x10000;
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (b[i] & 0x3f);
	}
	return v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ? 0 : n;
}

static void
put_char(struct out *o, struct str c)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t b = (uint8_t)c.p[0];

	if (b == '"' || b == '\\') {
		put(o, "\\", 1);
		put(o, c.p, 1);
	} else if (b < 0x20 || b == 0x7f) {
		char u[6] = { '\\', 'u', '0', '0', hex[b >> 4], hex[b & 15] };

		put(o, u, sizeof(u));
	} else {
		put_str(o, c);
	}
}

/* How many bytes at the front of `s` stand for themselves in JSON. */
static size_t
plain_span(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '"' &&
	    s.p[n] != '\\')
		n++;
	return n;
}

/* A cut text ends with an ellipsis. */
static void
put_text(struct out *o, struct str s)
{
	size_t left = LOGJSON_TEXT_MAX;

	put(o, "\"", 1);
	while (s.n > 0 && left > 0) {
		size_t n = plain_span(
		    (struct str){ s.p, s.n < left ? s.n : left });

		if (n > 0) {
			put(o, s.p, n);
		} else if ((n = utf8_length(s)) > 0) {
			put_char(o, (struct str){ s.p, n });
		} else {
			put_str(o, STR("\\ufffd"));
			n = 1;
		}
		left -= n < left ? n : left;
		s = str_from(s, n);
	}
	if (s.n > 0)
		put_str(o, STR("\\u2026"));
	put(o, "\"", 1);
}

/* `"key":"text"` after a comma, where there is a text. */
static void
put_field(struct out *o, struct str key, struct str s)
{
	if (s.n == 0)
		return;
	put(o, ",\"", 2);
	put_str(o, key);
	put(o, "\":", 2);
	put_text(o, s);
}

static void
put_client(struct out *o, const struct log_event *ev)
{
	if (ev->client.family == 0) {
		put_str(o, STR(",\"client\":null"));
	} else {
		char text[ADDR_STRLEN];

		(void)addr_print(&ev->client, text);
		put_field(o, STR("client"), (struct str){ text, strlen(text) });
	}
	put_str(o, STR(",\"port\":"));
	if (ev->port == 0)
		put_str(o, STR("null"));
	else
		put_uint(o, ev->port);
}

/* Seconds, with milliseconds only where the stamp had a fraction. */
static void
put_time(struct out *o, const struct log_event *ev)
{
	uint64_t ms = (uint64_t)ev->t_ms;

	if (ev->t_ms < 0) {
		ms = 0 - ms;
		put(o, "-", 1);
	}
	put_uint(o, ms / 1000);
	if (ev->whole_second)
		return;
	ms %= 1000;
	put(o,
	    ms < 10      ? ".00" :
		ms < 100 ? ".0" :
			   ".",
	    ms < 10      ? 3 :
		ms < 100 ? 2 :
			   1);
	put_uint(o, ms);
}

size_t
logjson_print(const struct log_event *ev, unsigned long line, char *out,
    size_t n)
{
	const char *kind = log_kind_name[ev->kind];
	struct out o = { out, 0, n, n == 0 };

	put_str(&o, STR("{\"line\":"));
	put_uint(&o, line);
	put_str(&o, STR(",\"t\":"));
	put_time(&o, ev);
	put_str(&o, STR(",\"mta\":"));
	put_text(&o, ev->mta);
	put_field(&o, STR("event"), (struct str){ kind, strlen(kind) });
	put_client(&o, ev);
	put_field(&o, STR("helo"), ev->helo);
	if (ev->null_sender)
		put_str(&o, STR(",\"sender\":\"\""));
	put_field(&o, STR("sender"), ev->sender);
	put_field(&o, STR("rcpt"), ev->rcpt);
	put_field(&o, STR("orig_rcpt"), ev->orig_rcpt);
	put_field(&o, STR("reason"), ev->reason);
	put(&o, "}", 1);
	if (n > 0)
		out[o.full ? 0 : o.n] = '\0';
	return o.full ? 0 : o.n;
}
