/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernel - the kernel table and the off flag, without the daemon
 *
 * For `zfwctl off|on` and for zfw-whitelist while no daemon runs; as root.
 * Works with the daemon dead or hung.  0 or -errno with a sentence in `err`.
 */
#ifndef ZFW_TOOLS_KERNEL_H
#define ZFW_TOOLS_KERNEL_H

#include "daemon/config.h"

#define KERNEL_ERRLEN 512

/* Does a zfwd hold its lock? */
bool kernel_daemon_runs(const struct config *c);

/* Sets the flag, then takes the table out and sees that it stays out. */
int kernel_off(const struct config *c, char err[KERNEL_ERRLEN]);
/* Takes the flag away; *was: it was there. */
int kernel_on(const struct config *c, bool *was, char err[KERNEL_ERRLEN]);
/* 1: the table is there; waits up to `ms` for that.  0: it is not. */
int kernel_table(const struct config *c, unsigned ms, char err[KERNEL_ERRLEN]);

/*
 * The allow list becomes `nets`, blocks of `gone` are taken out.  *there:
 * is there a table at all?
 */
int kernel_allow(const struct config *c, const struct net_list *nets,
    const struct net_list *gone, bool *there, char err[KERNEL_ERRLEN]);

#endif
