/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigfile_pfos - stage 3 of 8: the pf.os form of a signature file
 *
 * Called by sigfile_read() for files of the form that pf, and nftables' osf,
 * read: `window:ttl:df:length:options:OS:version:subtype:details`, SYNs of
 * IPv4 alone.  docs/ADDING-SIGNATURES.md has what becomes of each field.  The
 * same signature on several lines of one system is one with all their names.
 * An entry that cannot be used is a warning.  Keeps to the contract of sigread.
 */
#ifndef ZFW_FP_SIGFILE_PFOS_H
#define ZFW_FP_SIGFILE_PFOS_H

#include "fp/sigread.h"

/* Reads to the end; 0 or -ENOMEM. */
int sigfile_pfos(struct sigread *in);

/* True when the line is one that only this form has. */
bool sigfile_pfos_is(struct str line);

#endif
