/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ctlclient - asks the daemon: one line to run_dir/ctl, one JSON object back
 *
 * Used by zfwctl and zfw-whitelist.  Blocks, but not for ever: a daemon that
 * does not answer within CTLCLIENT_WAIT_S is -ETIMEDOUT.  -ENOENT and
 * -ECONNREFUSED mean that none runs.  The caller owns what it gets.
 */
#ifndef ZFW_TOOLS_CTLCLIENT_H
#define ZFW_TOOLS_CTLCLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define CTLCLIENT_WAIT_S 15

/* Sends the line; the answer can be read from *out.  0 or -errno. */
int ctlclient_open(const char *run_dir, const char *line, FILE **out);

/*
 * The whole answer of a verb that is not `blocks`.  0 or -errno; -EPROTO: no
 * answer that makes sense.  *out may say {"ok":false,"error":...}.
 */
int ctlclient_ask(const char *run_dir, const char *line, json_t **out);

/* The error in an answer, NULL when it is ok. */
const char *ctlclient_error(const json_t *answer);

/* No daemon there to ask? */
bool ctlclient_down(int rc);

/* A sentence for an -errno of these. */
const char *ctlclient_what(int rc);

#endif
