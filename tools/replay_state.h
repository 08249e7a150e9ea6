/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_state - what a replay leaves behind as a state_dir of zfwd
 *
 * A store in a directory of its own: clients go there when memory is full and
 * at the end, with what was learned of many and the history of tally.h, so
 * that an old recording teaches a new installation.  Begun in a directory that
 * is empty or not there; one that is not brought to its end (state_end()) is
 * to be thrown away.  Its files are those of the directory's owner.  A store
 * that fails is told once, by state_error(); what should have gone there is
 * then forgotten.  Called by replay; times are those of the recording.
 */
#ifndef ZFW_TOOLS_REPLAY_STATE_H
#define ZFW_TOOLS_REPLAY_STATE_H

#include "daemon/engine.h"

#define STATE_ERRLEN 300

struct state;

/* NULL with a sentence.  `shadow`: the policy's mode, enforced or not. */
struct state *state_open(const char *dir, bool shadow, char err[STATE_ERRLEN]);
void state_close(struct state *st); /* NULL is allowed */

bool state_put(struct state *st, const struct client *c);
bool state_get(struct state *st, const struct addr *key, struct client *out);
/* The engine is about to be given something of that time. */
void state_time(struct state *st, struct engine *e, int64_t t_ms);
/* There is no more: all that the engine has is written. */
void state_end(struct state *st, struct engine *e);
/* A sentence; NULL = nothing went wrong. */
const char *state_error(const struct state *st);

#endif
