/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_spill - clients that the engine's cache has no room for
 *
 * What a replay remembers lies in the engine's cache as long as that is not
 * full; then the longest unused go to a temporary file and come back when
 * they are seen again.  It lies below $TMPDIR (else /tmp) and is taken out of
 * its folder as soon as it is open, so that nothing is left behind however
 * the program ends, and is at most 64 MB and twice what lives in it.  An index beside it says where each client is, so that
 * one that was never there costs no system call; it is a map of a second such
 * file, so that its pages are the system's to keep or not.  A file that cannot
 * be made or written is told once by spill_error(); what should have gone
 * there is then forgotten.
 */
#ifndef ZFW_TOOLS_REPLAY_SPILL_H
#define ZFW_TOOLS_REPLAY_SPILL_H

#include "daemon/client.h"

struct spill;

struct spill *spill_new(void); /* NULL when memory is short */
void spill_free(struct spill *s);

bool spill_put(struct spill *s, const struct client *c);
bool spill_get(struct spill *s, const struct addr *key, struct client *out);
size_t spill_count(const struct spill *s); /* clients that it holds */
/* A sentence; NULL = nothing went wrong. */
const char *spill_error(const struct spill *s);

#endif
