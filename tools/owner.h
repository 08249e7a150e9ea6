/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * owner - makes files as the owner of the state directory does
 *
 * A tool that root runs must leave files that the daemon can use: between
 * owner_become() and owner_leave() the process has the effective user and
 * group of the directory.  0 or -errno.
 */
#ifndef ZFW_TOOLS_OWNER_H
#define ZFW_TOOLS_OWNER_H

int owner_become(const char *dir);
void owner_leave(void);

#endif
