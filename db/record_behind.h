/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record_behind - sessions and machines behind a client's address, as bytes
 *
 * Two groups of record_client.c: the latest sessions; and faces, the stacks
 * that a block is narrowed to, and the one click.  Each part is there only if it says something; a
 * client of a single machine costs nothing.  Sets r->bad on what is no legal
 * field.  Pure; owns nothing.
 */
#ifndef ZFW_DB_RECORD_BEHIND_H
#define ZFW_DB_RECORD_BEHIND_H

#include "daemon/client.h"
#include "fp/le.h"

void record_visits_write(struct wr *w, const struct client *c);
void record_visits_read(struct rd *r, struct client *c);
void record_behind_write(struct wr *w, const struct client *c);
void record_behind_read(struct rd *r, struct client *c);

#endif
