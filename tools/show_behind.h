/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * show_behind - `zfwctl why` on the machines behind an address
 *
 * Prints what a block is narrowed to, the machines with what each did, the
 * one click, and a whole network that is blocked above it.  Called by
 * show_why.c with the daemon's answer.  Text only; nothing is owned.
 */
#ifndef ZFW_TOOLS_SHOW_BEHIND_H
#define ZFW_TOOLS_SHOW_BEHIND_H

#include <jansson.h>
#include <stdio.h>

void show_behind(FILE *out, const json_t *a);
/* The network over it, when it is blocked as a whole. */
void show_over(FILE *out, const json_t *a);

#endif
