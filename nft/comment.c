/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "nft/nft.h"
#include "nft/reason.h"

#define COMMENT_BYTES 128 /* with NUL: nft(8) takes no more */

/* snprintf onto the end; what does not fit is cut off. */
static void __attribute__((format(printf, 3, 4)))
append(char *buf, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int put;

	va_start(ap, fmt);
	put = vsnprintf(buf + *len, COMMENT_BYTES - *len, fmt, ap);
	va_end(ap);
	if (put > 0)
		*len += (size_t)put;
	if (*len >= COMMENT_BYTES)
		*len = COMMENT_BYTES - 1;
}

const char *
nft_comment(const struct nft_op *op, char buf[128])
{
	const unsigned score = op->score > 1000 ? 1000 : op->score;
	const char *name, *sep = " ";
	size_t len = 0;

	append(buf, &len, "tier %u score %u.%03u", op->tier, score / 1000,
	    score % 1000);
	for (size_t i = 0; i < sizeof(op->reasons); i++) {
		name = reason_name(op->reasons[i]);
		if (name == NULL)
			continue;
		append(buf, &len, "%s%s", sep, name);
		sep = ", ";
	}
	return buf;
}
