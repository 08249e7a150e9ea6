/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * token - the proof in a one-click link
 *
 * Says for which client key it was made and when, signed: HMAC (libsodium)
 * over version, issue time and key, cut to 18 bytes; base64url without
 * padding, at most TOKEN_MAX characters.  Good for TOKEN_DAYS days.  Whether it
 * was used is not known here: the engine remembers when a client was let out
 * last, and an older token is used up.  Pure; time is an argument, in seconds
 * since 1970.  Any byte that is changed makes it TOKEN_BAD; the comparison
 * takes constant time.
 */
#ifndef ZFW_FRONT_TOKEN_H
#define ZFW_FRONT_TOKEN_H

#include <stddef.h>

#include "daemon/frontmsg.h"

#define TOKEN_MAX  43
#define TOKEN_DAYS 30

enum token_verdict { TOKEN_GOOD, TOKEN_BAD, TOKEN_EXPIRED };

/* `a` is masked to its client key (IPv6 /64).  Returns `out`. */
const char *token_make(const uint8_t key[FRONT_KEY_BYTES], const struct addr *a,
    int64_t now_s, char out[TOKEN_MAX + 1]);
/* Tries the keys in turn.  *a and *issued_s are set when not TOKEN_BAD. */
enum token_verdict
token_check(const uint8_t keys[2][FRONT_KEY_BYTES], const char *text, size_t n,
    int64_t now_s, struct addr *a, int64_t *issued_s);

#endif
