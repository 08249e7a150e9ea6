/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigtext - signatures and packets from text, for the tests of sigdb
 *
 * sigtext_def() reads `[reply |shape |strict ]SIGNATURE`; sigtext_packet()
 * makes the traits of a packet that has just these values (a window of
 * `mss*N` is N times its MSS).  What cannot be read ends the test program.
 */
#ifndef ZFW_TESTS_UNIT_FP_SIGTEXT_H
#define ZFW_TESTS_UNIT_FP_SIGTEXT_H

#include "fp/sigdb.h"
#include "fp/sigline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline bool
sigtext_eat(struct str *s, struct str word)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_from(*s, word.n);
	return true;
}

static inline struct sigdef
sigtext_def(const char *text)
{
	struct sigline_how how = { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 };
	struct str s = { text, strlen(text) };
	struct sigline_fault f;
	struct sigdef d;

	if (sigtext_eat(&s, STR("reply ")))
		how.kind = SIGDEF_REPLY;
	if (sigtext_eat(&s, STR("shape ")))
		how.kind = SIGDEF_SHAPE;
	if (sigtext_eat(&s, STR("strict ")))
		how.ttl = SIGDEF_TTL_STRICT;
	f = sigline_parse(s, &how, &d);
	if (f.field != NULL) {
		printf("sigtext: %s in %s\n", f.field, text);
		exit(2);
	}
	return d;
}

static inline struct traits
sigtext_packet(const char *text)
{
	struct sigdef d = sigtext_def(text);
	struct traits t = { .ver = (uint8_t)d.ver,
		.ttl = d.ittl,
		.ip_optlen = (uint8_t)d.olen,
		.hdrlen = (uint16_t)((d.ver == 6 ? 60 : 40) + d.olen),
		.window = (uint16_t)d.window,
		.mss = (uint16_t)d.mss,
		.wscale = (uint8_t)d.scale,
		.opts_n = d.opts_n,
		.eol_pad = d.eol_pad,
		.quirks = d.quirks,
		.payload_len = d.payload == 1 };

	memcpy(t.opts, d.opts, sizeof(t.opts));
	if (d.win == SIGDEF_WIN_MSS)
		t.window = (uint16_t)(d.window * t.mss);
	for (unsigned i = 0; i < t.opts_n; i++) {
		static const uint8_t sizes[] = { 1, 1, 4, 3, 2, 10, 2, 2, 10 };
		uint8_t kind = t.opts[i];

		t.hdrlen = (uint16_t)(t.hdrlen + (kind < 9 ? sizes[kind] : 2));
		t.has_mss |= kind == 2;
		t.has_ws |= kind == 3;
		t.has_sok |= kind == 4;
		t.has_ts |= kind == 8;
	}
	t.hdrlen = (uint16_t)((t.hdrlen + 3) & ~3);
	t.ts_val = t.has_ts && !(d.quirks & Q_TS_ZERO);
	return t;
}

/* `s:NAME:FLAVOR`, `g:` for generic, `!:` for a tool. */
static inline int
sigtext_label(struct sigdb *db, const char *text)
{
	char buf[2 * SIGDB_NAMELEN], *flavor;
	struct sigdb_label l = { .file = "test",
		.line = 1,
		.generic = text[0] == 'g',
		.userland = text[0] == '!' };

	snprintf(buf, sizeof(buf), "%s", text + 2);
	flavor = strchr(buf, ':');
	if (flavor != NULL)
		*flavor++ = '\0';
	l.name = buf;
	l.flavor = flavor;
	return sigdb_label(db, &l);
}

/* Adds `LABEL SIGNATURE`; the label may hold blanks in its flavour. */
static inline int
sigtext_add(struct sigdb *db, const char *text)
{
	char label[SIGDB_NAMELEN];
	const char *colon = strchr(strchr(text, ':') + 1, ':');
	const char *sig = strchr(colon, ' ');
	struct sigdef d = sigtext_def(sig + 1);

	snprintf(label, sizeof(label), "%.*s", (int)(sig - text), text);
	if (sigtext_label(db, label) != 0)
		return -ENOMEM;
	return sigdb_add(db, &d);
}

#endif
