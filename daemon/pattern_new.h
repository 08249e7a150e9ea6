/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pattern_new - stage 5 of 8: the site's own patterns, from text to PCRE2
 *
 * The half of pattern.h that knows nothing of log lines: `zfwd -n` needs no
 * more, and may not link more.  Called at the start, before seccomp forbids
 * to make code, and by a reload after that; the result is the caller's.
 */
#ifndef ZFW_DAEMON_PATTERN_NEW_H
#define ZFW_DAEMON_PATTERN_NEW_H

#define PATTERN_ERRLEN 512
#define PATTERN_MAX    64

struct patterns;

/*
 * `list` is NULL-terminated; NULL with a sentence in `err` that names the
 * pattern by its number from 1 and the place of the error in it, in bytes
 * from 0.  An empty list is fine.
 */
struct patterns *
patterns_new(const char *const *list, char err[PATTERN_ERRLEN]);
/* The same where no code may be made any more: matching is slower then. */
struct patterns *
patterns_plain(const char *const *list, char err[PATTERN_ERRLEN]);
void patterns_free(struct patterns *p); /* NULL is allowed */

#endif
