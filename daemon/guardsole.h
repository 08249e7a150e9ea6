/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardsole - one zfwd for one kernel table
 *
 * The locks in state_dir and run_dir (places) keep two daemons of one
 * configuration apart; two configurations would still fight for one table.
 * There is one table for each network namespace, and so is there one abstract
 * socket name: the first zfwd has it.  Any user could take a name, therefore
 * only a holder who was root when he took it counts, or the guard's user.
 * Called once, before rights are given up.
 */
#ifndef ZFW_DAEMON_GUARDSOLE_H
#define ZFW_DAEMON_GUARDSOLE_H

#include <sys/types.h>

#define GUARDSOLE_NAME "zfwd-table"

/*
 * A descriptor to be kept open, -1 (after a log line) when that cannot be
 * known, or -EEXIST (after a log line): another zfwd has the table.
 */
int guardsole_take(uid_t guard);

#endif
