/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigfile_p0f - stage 3 of 8: the p0f 3 form of a signature file
 *
 * Called by sigfile_read() for files of that form; docs/ADDING-SIGNATURES.md
 * has what we add to it.  A line that cannot be used is a warning and has no
 * effect.  Keeps to the contract of sigread.
 */
#ifndef ZFW_FP_SIGFILE_P0F_H
#define ZFW_FP_SIGFILE_P0F_H

#include "fp/sigread.h"

/* Reads to the end; 0 or -ENOMEM. */
int sigfile_p0f(struct sigread *in);

/* True when the line is one that only this form has. */
bool sigfile_p0f_is(struct str line);

#endif
