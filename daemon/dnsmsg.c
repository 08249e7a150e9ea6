/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/dnsmsg.h"

#include <stdio.h>

#include "daemon/dnsmark.h"

#define FLAG_REPLY     0x8000
#define FLAG_CUT       0x0200
#define CLASS_IN       1
#define LABEL_POINTER  0xc0 /* the label's two top bits: elsewhere */
#define LABELS_MAX     128  /* and jumps; more is a loop */
#define QUESTION_EXTRA 4    /* type and class */

struct message {
	const uint8_t *p;
	size_t n;
};

/* A reader of the message from byte `at` on. */
static struct rd
reader_at(const struct message *m, size_t at)
{
	struct rd r = rd_init(m->p, m->n);

	rd_skip(&r, at);
	return r;
}

/* Passes over a name; `r` becomes bad when there is none. */
static void
skip_name(struct rd *r)
{
	for (int i = 0; i < LABELS_MAX && !r->bad; i++) {
		uint8_t len = rd_u8(r);

		if (len == 0)
			return;
		if ((len & LABEL_POINTER) == LABEL_POINTER) {
			rd_skip(r, 1);
			return;
		}
		rd_skip(r, (len & LABEL_POINTER) != 0 ? r->n + 1 : len);
	}
	rd_skip(r, r->n + 1);
}

/* Appends a label in lower case; false: no room. */
static bool
put_label(char *out, size_t *at, struct rd *r, size_t len)
{
	const uint8_t *label = rd_take(r, len);

	if (label == NULL || *at + len + 2 > DNSMSG_NAME_LEN)
		return false;
	if (*at > 0)
		out[(*at)++] = '.';
	for (size_t i = 0; i < len; i++) {
		char c = (char)label[i];

		/* A dot within a label would make two of it. */
		out[(*at)++] = c == '.' ? '?' : char_lower(c);
	}
	return true;
}

/* The name that `r` is at, with its pointers; false: it is no host name. */
static bool
take_name(const struct message *m, struct rd r, char out[DNSMSG_NAME_LEN])
{
	size_t at = 0;

	for (int i = 0; i < LABELS_MAX; i++) {
		uint8_t len = rd_u8(&r);

		if (r.bad)
			return false;
		if (len == 0) {
			out[at] = '\0';
			return dnsmark_name_ok((struct str){ out, at });
		}
		if ((len & LABEL_POINTER) == LABEL_POINTER) {
			r = reader_at(m,
			    (size_t)(len & ~LABEL_POINTER & 0xff) << 8 |
				rd_u8(&r));
			continue;
		}
		if ((len & LABEL_POINTER) != 0 || !put_label(out, &at, &r, len))
			return false;
	}
	return false;
}

/* One record's data, which begins at byte `at` of the message. */
static bool
take_data(const struct message *m, size_t at, struct rd data,
    enum dnsmsg_type type, struct dnsmsg *out)
{
	const uint8_t *b;

	if (type == DNSMSG_PTR) {
		if (out->names_n == DNSMSG_NAMES ||
		    !take_name(m, reader_at(m, at), out->names[out->names_n]))
			return false;
		out->names_n++;
		return true;
	}
	if (out->addrs_n == DNSMSG_ADDRS ||
	    data.n != (type == DNSMSG_A ? 4 : 16))
		return false;
	b = rd_take(&data, data.n);
	out->addrs[out->addrs_n++] = type == DNSMSG_A ? addr_v4_bytes(b) :
							addr_v6_bytes(b);
	return true;
}

static void
take_record(const struct message *m, struct rd *r, enum dnsmsg_type type,
    struct dnsmsg *out)
{
	uint16_t have, class;
	uint32_t ttl_s;
	struct rd data;

	skip_name(r);
	have = rd_be16(r);
	class = rd_be16(r);
	ttl_s = rd_be32(r);
	data = rd_sub(r, rd_be16(r));
	if (data.bad) {
		rd_skip(r, r->n + 1);
		return;
	}
	if (have == type && class == CLASS_IN && data.n > 0 &&
	    take_data(m, m->n - r->n - data.n, data, type, out) &&
	    ttl_s < out->ttl_s)
		out->ttl_s = ttl_s;
}

bool
dnsmsg_parse(const void *p, size_t n, enum dnsmsg_type type, struct dnsmsg *out)
{
	struct message m = { p, n };
	struct rd r = rd_init(p, n);
	unsigned flags, questions, answers;

	*out = (struct dnsmsg){ .ttl_s = UINT32_MAX };
	rd_skip(&r, 2);
	flags = rd_be16(&r);
	questions = rd_be16(&r);
	answers = rd_be16(&r);
	rd_skip(&r, 4);
	out->rcode = flags & 0xf;
	out->truncated = (flags & FLAG_CUT) != 0;
	if (r.bad || (flags & FLAG_REPLY) == 0)
		return false;
	for (; questions > 0 && !r.bad; questions--) {
		skip_name(&r);
		rd_skip(&r, QUESTION_EXTRA);
	}
	for (; answers > 0 && !r.bad; answers--)
		take_record(&m, &r, type, out);
	return !r.bad;
}

bool
dnsmsg_has(const struct dnsmsg *m, const struct addr *a)
{
	for (size_t i = 0; i < m->addrs_n; i++)
		if (addr_eq(&m->addrs[i], a))
			return true;
	return false;
}

bool
dnsmsg_reverse(const struct addr *a, struct str zone, char buf[DNSMSG_NAME_LEN])
{
	static const char hex[] = "0123456789abcdef";
	char digits[64 + 1] = "";
	int n;

	if (zone.n == 0)
		zone = a->family == 4 ? STR("in-addr.arpa") : STR("ip6.arpa");
	if (zone.n >= DNSMSG_NAME_LEN)
		return false;
	if (a->family == 4)
		(void)snprintf(digits, sizeof(digits), "%u.%u.%u.%u.", a->b[3],
		    a->b[2], a->b[1], a->b[0]);
	for (size_t i = 0; a->family != 4 && i < 16; i++) {
		uint8_t b = a->b[15 - i];

		digits[4 * i] = hex[b & 0xf];
		digits[4 * i + 1] = '.';
		digits[4 * i + 2] = hex[b >> 4];
		digits[4 * i + 3] = '.';
	}
	n = snprintf(buf, DNSMSG_NAME_LEN, "%s%.*s", digits, (int)zone.n,
	    zone.p);
	return n > 0 && n < DNSMSG_NAME_LEN;
}
