/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * allowtext - what zfw-whitelist prints, whoever answered
 *
 * The daemon's answers and the store's entries have the same shape (JSON
 * with net, until, comment, from); they are printed here, on stdout.
 */
#ifndef ZFW_TOOLS_ALLOWTEXT_H
#define ZFW_TOOLS_ALLOWTEXT_H

#include <jansson.h>

#include "db/store.h"

void allowtext_head(void);
void allowtext_entry(const json_t *e);
/* `where`: words about what was changed. */
void allowtext_added(const json_t *a, const char *where);
/* {address, by}; returns the exit status: 0 allowed, 1 not. */
int allowtext_checked(const json_t *a);

json_t *allowtext_json(const struct store_allow *a);
json_t *allowtext_config(const struct net *n);

#endif
