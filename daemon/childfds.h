/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * childfds - descriptors at the numbers that a new program expects
 *
 * Called in a process that is about to execute another program: by child
 * after fork(), by zfw-join.
 */
#ifndef ZFW_DAEMON_CHILDFDS_H
#define ZFW_DAEMON_CHILDFDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHILDFDS_MAX 8 /* numbers are below it */

/*
 * Puts fds[i] at number at[i] (-1: none there), open over exec, and closes
 * all others but 0-2.  false: it failed, half done.
 */
bool childfds_place(const int *fds, const uint8_t *at, size_t n);

#endif
