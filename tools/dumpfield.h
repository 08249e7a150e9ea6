/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dumpfield - members of a C struct as members of a JSON object, by a table
 *
 * For export and import of the store.  Members that are zero are left out, and
 * what is not there is zero; nothing is lost: bytes that are no UTF-8 become
 * {"base64": ...}, 64-bit hashes strings of figures in hexadecimal.  Reading
 * refuses what does not fit and members that the table does not know.  Pure;
 * NULL or false also when memory is short.
 */
#ifndef ZFW_TOOLS_DUMPFIELD_H
#define ZFW_TOOLS_DUMPFIELD_H

#include <jansson.h>
#include <stddef.h>

#include "fp/bytes.h"

enum dumptype {
	DUMP_U8,
	DUMP_U16,
	DUMP_U32,
	DUMP_HEX, /* uint64_t */
	DUMP_BOOL,
	DUMP_TIME, /* int64_t, milliseconds */
	DUMP_FLOAT,
	DUMP_TEXT, /* of at most n - 1 bytes */
};

struct dumpfield {
	const char *name;
	enum dumptype type;
	size_t at; /* in the struct */
	size_t n;  /* DUMP_U8, DUMP_U16: 0, or length of an array */
};

#define DUMP_N(table) (sizeof(table) / sizeof((table)[0]))

bool dumpfield_write(const struct dumpfield *f, size_t n, const void *from,
    json_t *to);
/* How many members it took; -1: *wrong is the name of one that is wrong. */
int dumpfield_read(const struct dumpfield *f, size_t n, const json_t *from,
    void *to, const char **wrong);
/* The same, when there may be no others. */
bool dumpfield_read_all(const struct dumpfield *f, size_t n, const json_t *from,
    void *to, const char **wrong);
/* The first member that is in none of these names; NULL: all are. */
const char *dumpfield_unknown(const struct dumpfield *f, size_t n,
    const char *const *others, const json_t *o);

json_t *dump_text(const void *p, size_t n);
json_t *dump_base64(const void *p, size_t n);
/* Bytes read into `out`, -1: no such text, or more than `max`. */
long dump_text_read(const json_t *t, void *out, size_t max);
long dump_base64_read(const json_t *t, void *out, size_t max);
bool dump_int_read(const json_t *t, int64_t min, int64_t max, int64_t *out);
json_t *dump_hex(uint64_t v);
bool dump_hex_read(const json_t *t, uint64_t *out);

#endif
