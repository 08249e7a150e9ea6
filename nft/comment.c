/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "nft/nft.h"
#include "nft/reason.h"

#define COMMENT_BYTES 128 /* with NUL: nft(8) takes no more */

struct text { /* what does not fit is cut off */
	char *buf;
	size_t len;
};

static void
add(struct text *t, const char *s, size_t n)
{
	if (n > COMMENT_BYTES - 1 - t->len)
		n = COMMENT_BYTES - 1 - t->len;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
}

/* At least `digits` of them.  printf would cost as much as the kernel. */
static void
add_number(struct text *t, unsigned v, unsigned digits)
{
	char s[12];
	size_t at = sizeof(s);

	do {
		s[--at] = (char)('0' + v % 10);
		v /= 10;
		if (digits > 0)
			digits--;
	} while ((v > 0 || digits > 0) && at > 0);
	add(t, s + at, sizeof(s) - at);
}

const char *
nft_comment(const struct nft_op *op, char buf[128])
{
	const unsigned score = op->score > 1000 ? 1000 : op->score;
	struct text t = { buf, 0 };
	const char *name, *sep = " ";

	add(&t, "tier ", 5);
	add_number(&t, op->tier, 1);
	add(&t, " score ", 7);
	add_number(&t, score / 1000, 1);
	add(&t, ".", 1);
	add_number(&t, score % 1000, 3);
	for (size_t i = 0; i < sizeof(op->reasons); i++) {
		name = reason_name(op->reasons[i]);
		if (name == NULL)
			continue;
		add(&t, sep, strlen(sep));
		add(&t, name, strlen(name));
		sep = ", ";
	}
	buf[t.len] = '\0';
	return buf;
}
