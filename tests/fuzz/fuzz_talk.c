/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The front's dialogue.  The first byte says what is known of the client, the
 * second how long the pieces are in which the rest comes.  Whatever comes:
 * every line that is said is a reply of at most 200 octets, nothing is accepted
 * but MAIL, and pieces make no difference.
 *
 * zt-link: front/talk fp/addr
 */
#include <stdlib.h>

#include "front/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct talk_conf conf = { "mx.example.com",
	"https://mx.example.com" };

struct said {
	size_t n;
	char b[2 << 20];
};

static void
check_reply(const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (nl == NULL || nl - p + 1 > TALK_REPLY_MAX || nl - p < 5 ||
		    nl[-1] != '\r' || !char_is_digit(p[0]) ||
		    !char_is_digit(p[1]) || !char_is_digit(p[2]) ||
		    (p[3] != ' ' && p[3] != '-') || p[0] == '3')
			abort();
		for (const char *c = p; c < nl - 1; c++)
			if (*c < ' ' || *c > '~')
				abort();
		p = nl + 1;
	}
}

static void
converse(const struct talk_client *c, const char *in, size_t n, size_t piece,
    struct said *out)
{
	struct talk t;
	size_t at = 0;

	out->n = talk_begin(&t, &conf, c, out->b);
	while (at < n && !t.over) {
		size_t len = n - at < piece ? n - at : piece, used, got;

		(void)talk_needs_client(&t, in + at, len);
		got = talk_take(&t, in + at, len, &used, out->b + out->n);
		if (used == 0 || used > len || got > TALK_OUT_MAX)
			abort();
		check_reply(out->b + out->n, got);
		out->n += got;
		at += used;
		if (t.helo.n > TALK_NOTE_MAX || t.sender.n > TALK_NOTE_MAX ||
		    t.rcpt.n > TALK_NOTE_MAX || t.errors > TALK_ERRORS)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct said whole, pieces;
	struct talk_client c = { .told = true };

	if (size < 2)
		return 0;
	c.told = data[0] & 1;
	c.blocked = data[0] & 2;
	c.kind = (enum front_kind)(data[0] >> 4);
	if (data[0] & 4)
		memcpy(c.token, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE",
		    44);
	c.who = addr_v4(0xc0000207);
	converse(&c, (const char *)data + 2, size - 2, size, &whole);
	converse(&c, (const char *)data + 2, size - 2, (size_t)data[1] + 1,
	    &pieces);
	if (whole.n != pieces.n || memcmp(whole.b, pieces.b, whole.n) != 0)
		abort();
	return 0;
}
