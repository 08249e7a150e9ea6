/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dump - records of the store as lines of JSON, and back
 *
 * For `zfwctl export` and `import`.  One record is one line, but for the
 * allow list, where one entry is; the first line of all says the format.
 * docs/STORE.md has all kinds and members.  What this version cannot read is
 * told byte for byte, so that nothing is lost.  A line is taken whole or not
 * at all.  Pure; clients, allow entries, positions in logs, blobs, history.
 */
#ifndef ZFW_TOOLS_DUMP_H
#define ZFW_TOOLS_DUMP_H

#include "db/record.h"

/* A line without its newline; false: stop. */
typedef bool dump_fn(void *arg, const char *line, size_t n);

/* 0, -ECANCELED = was told to stop, -ENOMEM. */
int dump_head(dump_fn *fn, void *arg);
int dump_record(struct str key, struct str value, dump_fn *fn, void *arg);

enum dump_kind { DUMP_HEAD, DUMP_RECORD, DUMP_ALLOW };

struct dump_item {
	enum dump_kind kind;
	struct record_key key; /* RECORD ... */
	uint8_t *value;        /* ... owned */
	size_t n;
	struct store_allow allow;
	char error[160];
};

/* False: item->error says why.  In any case to be given to dump_item_fini(). */
bool dump_parse(struct str line, struct dump_item *item);
void dump_item_fini(struct dump_item *item);

#endif
