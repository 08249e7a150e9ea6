/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storecmd - the commands of zfwctl about the store as a whole
 *
 * backup, check-db, export and import: does it and says what was done, in
 * words or as JSON.  Returns the exit status.
 */
#ifndef ZFW_TOOLS_STORECMD_H
#define ZFW_TOOLS_STORECMD_H

#include "daemon/config.h"

struct storecmd {
	const struct config *config;
	const char *verb;
	const char *file; /* NULL: none was named */
	bool json;
};

int storecmd_backup(const struct storecmd *c);
int storecmd_check(const struct storecmd *c);
int storecmd_export(const struct storecmd *c);
int storecmd_import(const struct storecmd *c);

#endif
