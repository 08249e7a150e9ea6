/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view - stage 7 of 8: a client as it must be seen to be judged fairly
 *
 * An address may have a mail server and a zombie behind it: what speaks for
 * the one must not save the other, nor what the other did hurt the first.  A
 * view is a copy of the record with less in it, which score_client() then
 * reads as any other.  Called by the engine in the few cases that need it.
 * Pure.
 */
#ifndef ZFW_DAEMON_VIEW_H
#define ZFW_DAEMON_VIEW_H

#include "daemon/client.h"

/*
 * As if that face were alone: its own deeds, nothing that was earned by
 * others, no name (whose it is cannot be known).
 */
void view_face(const struct client *c, const struct face *f, int64_t now_ms,
    struct client *out);

/*
 * Somebody has said that it is a mail server: only what it did to recipients
 * counts then, and what speaks for it.
 */
void view_clicked(const struct client *c, struct client *out);

#endif
