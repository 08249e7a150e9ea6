/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * why_words - one term of a score in words, for people
 *
 * What it says (which differs with its sign: the same trait may speak for a
 * zombie or for a mail server) and what it was made from.  Called by why for
 * each term.  Pure; `buf` is the caller's, other texts are static.  Texts of
 * strangers are in it as they are: the caller makes them safe.
 */
#ifndef ZFW_DAEMON_WHY_WORDS_H
#define ZFW_DAEMON_WHY_WORDS_H

#include "daemon/score.h"

#define WHY_TEXT_LEN 256

const char *why_words(const struct score_term *t);
const char *why_value(const struct client *c, enum evidence_kind k,
    int64_t now_ms, char buf[WHY_TEXT_LEN]);

/* The name of its HELO's class. */
const char *why_helo(const struct client *c);

#endif
