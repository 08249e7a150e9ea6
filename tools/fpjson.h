/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fpjson - beside all stages: members of a JSON object as text, fast
 *
 * Writers like those of fptext: each puts a value at `p` and returns the
 * place behind it.  Keys are literals of ours and are not escaped.  A string
 * takes six bytes for each of its own at most: what is no printable ASCII
 * and no valid UTF-8 is written as \u00XX, byte by byte.  Pure.
 */
#ifndef ZFW_TOOLS_FPJSON_H
#define ZFW_TOOLS_FPJSON_H

#include "tools/fptext.h"

#define FPJSON_GROWTH 6

/* `,"key":` of a literal. */
#define FPJSON_KEY(p, key) FPTEXT_LIT((p), ",\"" key "\":")

/* The string with its quotes. */
char *fpjson_text(char *p, const char *s, size_t n);
/* A NULL is null. */
char *fpjson_string(char *p, const char *s);

static inline char *
fpjson_bool(char *p, bool v)
{
	return v ? FPTEXT_LIT(p, "true") : FPTEXT_LIT(p, "false");
}

/* Microseconds as milliseconds with three decimals. */
char *fpjson_ms(char *p, int64_t us);

/*
 * The same text for a log line in p0f's way: what would end a line or a field
 * there becomes \xNN.  Takes four bytes for one at most.
 */
char *fpjson_field(char *p, const char *s, size_t n);

#endif
