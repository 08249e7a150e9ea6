/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_html_impl.h"

#define UNIT_LEN  16 /* of the longest escape, with NUL */
#define MARKS_MAX 2  /* combining characters on one letter */

struct range {
	uint32_t first, last;
};

/*
 * Characters that a reader does not see, or that change what he sees of their
 * neighbours: controls, soft hyphen, fillers, zero width, line ends, direction
 * and its isolates, annotations, noncharacters, tags.
 */
static const struct range unseen[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xa0, 0xa0 },
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x61c, 0x61c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x2000, 0x200f },
	{ 0x2028, 0x202f },
	{ 0x205f, 0x206f },
	{ 0x2800, 0x2800 },
	{ 0x3000, 0x3000 },
	{ 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff },
	{ 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xffff },
	{ 0xe0000, 0x10ffff },
};

static const struct range marks[] = {
	{ 0x300, 0x36f },
	{ 0x483, 0x489 },
	{ 0x591, 0x5bd },
	{ 0x610, 0x61a },
	{ 0x64b, 0x65f },
	{ 0xe31, 0xe3a },
	{ 0xe47, 0xe4e },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff },
	{ 0xfe20, 0xfe2f },
};

static bool
within(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}
#define WITHIN(table, c) \
	within((table), sizeof(table) / sizeof((table)[0]), (c))

/* One character of valid UTF-8 and how long it is; 0: it is none. */
static size_t
decode(const unsigned char *p, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 :
	    p[0] < 0xc2        ? 0 :
	    p[0] < 0xe0        ? 2 :
	    p[0] < 0xf0        ? 3 :
	    p[0] < 0xf5        ? 4 :
				 0;

	*c = n < 2 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) /* also the NUL at the end */
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (n == 0 || *c < least[n] || *c > 0x10ffff ||
	    (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

static const char *
markup(uint32_t c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\\':
		return "\\\\";
	default:
		return NULL;
	}
}

struct reader {
	const unsigned char *p;
	size_t left;    /* bytes that may be read yet */
	unsigned marks; /* in a row, just now */
};

/*
 * The next character as HTML, for text and for attributes; false at the end.
 * `escaped`: it is not shown as it is.
 */
static bool
unit(struct reader *r, char out[UNIT_LEN], bool *escaped)
{
	uint32_t c;
	size_t n;
	const char *m;

	if (r->left == 0 || *r->p == '\0')
		return false;
	n = decode(r->p, &c);
	r->marks = n > 0 && WITHIN(marks, c) ? r->marks + 1 : 0;
	m = markup(c);
	*escaped = true;
	if (n == 0 || n > r->left) {
		(void)snprintf(out, UNIT_LEN, "\\x%02x", r->p[0]);
		n = 1;
	} else if (WITHIN(unseen, c) || r->marks > MARKS_MAX)
		(void)snprintf(out, UNIT_LEN, "\\u{%x}", c);
	else {
		*escaped = false;
		(void)snprintf(out, UNIT_LEN, "%.*s", m != NULL ? 9 : (int)n,
		    m != NULL ? m : (const char *)r->p);
	}
	r->p += n;
	r->left -= n;
	return true;
}

static struct reader
reader(const char *s)
{
	return (struct reader){ (const unsigned char *)s, HTML_NAME_MAX, 0 };
}

static size_t
units(const char *s)
{
	struct reader r = reader(s);
	char out[UNIT_LEN];
	size_t n = 0;
	bool escaped;

	while (unit(&r, out, &escaped))
		n++;
	return n;
}

/* The whole name, for an attribute. */
static void
put_title(struct html *h, const char *s)
{
	struct reader r = reader(s);
	char out[UNIT_LEN];
	bool escaped;

	while (unit(&r, out, &escaped))
		html_put(h, out);
	if (r.left == 0 && *r.p != '\0')
		html_put(h, "…");
}

/*
 * All but the characters from `from` up to `to`, which become a "…".  Escapes
 * are isolated: a letter that is written to the left would turn them around.
 */
static void
put_text(struct html *h, const char *s, size_t from, size_t to)
{
	struct reader r = reader(s);
	char out[UNIT_LEN];
	bool escaped;

	for (size_t i = 0; unit(&r, out, &escaped); i++) {
		if (i == from && i < to)
			html_put(h, "…");
		if (i >= from && i < to)
			continue;
		if (escaped)
			html_printf(h, "<bdi dir=\"ltr\">%s</bdi>", out);
		else
			html_put(h, out);
	}
}

void
html_name(struct html *h, const char *theirs, size_t max)
{
	const char *s = theirs == NULL ? "" : theirs;
	size_t n = units(s), head = max / 2;

	if (n == 0) {
		html_put(h, "<i>–</i>");
		return;
	}
	if (n <= max) {
		html_put(h, "<bdi>");
		put_text(h, s, n, n);
	} else {
		html_put(h, "<bdi title=\"");
		put_title(h, s);
		html_put(h, "\">");
		put_text(h, s, head, n - (max - head - 1));
	}
	html_put(h, "</bdi>");
}

void
html_addr(struct html *h, const struct addr *a)
{
	struct net key = addr_key_net(a);
	char text[ADDR_STRLEN];

	html_put(h,
	    a->family == 6 ? net_print(&key, text) : addr_print(a, text));
}
