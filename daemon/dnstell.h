/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnstell - what DNS answered, into the engine
 *
 * The one way from a mark to the engine, for live_names and zfw-replay alike,
 * so that a recording replays to what was.  Pure; owns nothing.
 */
#ifndef ZFW_DAEMON_DNSTELL_H
#define ZFW_DAEMON_DNSTELL_H

#include "daemon/dnsmark.h"
#include "daemon/engine.h"

void dnstell(struct engine *e, const struct dnsmark *m, int64_t now_ms);
/*
 * The same of a recording's line.  False: not a mark, the line is something
 * else.  What begins as a mark and is none is passed over: true.
 */
bool dnstell_line(struct engine *e, struct str line, int64_t now_ms);

#endif
