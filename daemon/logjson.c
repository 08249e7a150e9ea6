/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logjson.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

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

__attribute__((format(printf, 2, 3))) static void
putf(struct out *o, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		o->full = true;
	else
		put(o, text, (size_t)n);
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
	if (c.p[0] == '"' || c.p[0] == '\\') {
		put(o, "\\", 1);
		put(o, c.p, 1);
	} else if ((uint8_t)c.p[0] < 0x20 || c.p[0] == 0x7f) {
		putf(o, "\\u%04x", (unsigned)(uint8_t)c.p[0]);
	} else {
		put(o, c.p, c.n);
	}
}

/* A cut text ends with an ellipsis. */
static void
put_text(struct out *o, struct str s)
{
	size_t used = 0;

	put(o, "\"", 1);
	while (s.n > 0 && used < LOGJSON_TEXT_MAX) {
		size_t n = utf8_length(s);

		if (n == 0)
			put(o, "\\ufffd", 6);
		else
			put_char(o, (struct str){ s.p, n });
		n += n == 0;
		used += n;
		s = str_from(s, n);
	}
	if (s.n > 0)
		put(o, "\\u2026", 6);
	put(o, "\"", 1);
}

/* `"key":"text"` after a comma, where there is a text. */
static void
put_field(struct out *o, const char *key, struct str s)
{
	if (s.n == 0)
		return;
	putf(o, ",\"%s\":", key);
	put_text(o, s);
}

static void
put_client(struct out *o, const struct log_event *ev)
{
	if (ev->client.family == 0) {
		putf(o, ",\"client\":null");
	} else {
		char text[ADDR_STRLEN];

		putf(o, ",\"client\":\"%s\"", addr_print(&ev->client, text));
	}
	if (ev->port == 0)
		putf(o, ",\"port\":null");
	else
		putf(o, ",\"port\":%u", (unsigned)ev->port);
}

/* Seconds, with milliseconds only where the stamp had a fraction. */
static void
put_time(struct out *o, const struct log_event *ev)
{
	uint64_t ms = (uint64_t)ev->t_ms;

	if (ev->t_ms < 0)
		ms = 0 - ms;
	putf(o, "%s%" PRIu64, ev->t_ms < 0 ? "-" : "", ms / 1000);
	if (!ev->whole_second)
		putf(o, ".%03" PRIu64, ms % 1000);
}

size_t
logjson_print(const struct log_event *ev, unsigned long line, char *out,
    size_t n)
{
	struct out o = { out, 0, n, n == 0 };

	putf(&o, "{\"line\":%lu,\"t\":", line);
	put_time(&o, ev);
	put(&o, ",\"mta\":", 7);
	put_text(&o, ev->mta);
	putf(&o, ",\"event\":\"%s\"", log_kind_name[ev->kind]);
	put_client(&o, ev);
	put_field(&o, "helo", ev->helo);
	if (ev->null_sender)
		put(&o, ",\"sender\":\"\"", 12);
	put_field(&o, "sender", ev->sender);
	put_field(&o, "rcpt", ev->rcpt);
	put_field(&o, "reason", ev->reason);
	put(&o, "}", 1);
	if (n > 0)
		out[o.full ? 0 : o.n] = '\0';
	return o.full ? 0 : o.n;
}
