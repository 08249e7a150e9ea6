/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jtext - text from outside as JSON strings (jansson)
 *
 * jansson refuses bytes that are not UTF-8, and strangers choose what is in a
 * HELO.  Bytes that are no part of a valid character become U+FFFD, controls
 * stay (JSON escapes them); the tools escape again for the terminal.  Used by
 * why.c and the answers of the control socket.  Pure; NULL only when memory
 * is short.
 */
#ifndef ZFW_DAEMON_JTEXT_H
#define ZFW_DAEMON_JTEXT_H

#include <jansson.h>

#include "fp/addr.h"

json_t *jtext(const char *s); /* at most 4095 bytes of it */
json_t *jtext_addr(const struct addr *a);
/* An IPv4 /32 without its length, as everybody writes it. */
json_t *jtext_net(const struct net *n);
/* Milliseconds since 1970 -> seconds; 0 -> null: never. */
json_t *jtext_time(int64_t t_ms);

#endif
