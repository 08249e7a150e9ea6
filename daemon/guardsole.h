/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardsole - one zfwd for one kernel table
 *
 * The locks in state_dir and run_dir (places) keep two daemons of one
 * configuration apart; two configurations would still fight for one table.
 * There is one table for each network namespace, and so is there one abstract
 * socket name: the first zfwd has it.  Any user could take a name, therefore
 * only a holder who was root when he took it counts.  Called once as root.
 */
#ifndef ZFW_DAEMON_GUARDSOLE_H
#define ZFW_DAEMON_GUARDSOLE_H

#define GUARDSOLE_NAME "zfwd-table"

/*
 * A descriptor to be kept open, -1 (after a log line) when that cannot be
 * known, or -EEXIST (after a log line): another zfwd has the table.
 */
int guardsole_take(void);

#endif
