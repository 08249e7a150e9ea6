/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * field - the fields that records of all kinds are made of
 *
 * Shared by record.c and record_client.c only.  Pure; errors stick to the
 * reader or writer: what is not a legal field sets `bad`.
 */
#ifndef ZFW_DB_FIELD_H
#define ZFW_DB_FIELD_H

#include "fp/addr.h"
#include "fp/le.h"

/* Milliseconds since 1970 in six bytes; others are cut to that. */
void wr_time(struct wr *w, int64_t ms);
int64_t rd_time(struct rd *r);

/* A string of at most `max` - 1 bytes, `max` <= 256, behind its length. */
void wr_text(struct wr *w, const char *s, size_t max);
void rd_text(struct rd *r, char *out, size_t max);

/* A byte that is 0 or 1. */
bool rd_bool(struct rd *r);

/* The family and 4 or `v6_bytes` bytes, the others are zero. */
void wr_addr(struct wr *w, const struct addr *a, size_t v6_bytes);
bool rd_addr(struct rd *r, struct addr *out, size_t v6_bytes);

#endif
