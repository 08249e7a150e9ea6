/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * toolconf - the configuration as a command line tool reads it
 *
 * Called once, by main().  The default file may be missing, and then the
 * defaults apply; one that was named by -c may not.  NULL when it cannot be
 * read, which was said on standard error as `TOOL: config: what`.  The caller
 * frees the result with config_free().
 */
#ifndef ZFW_TOOLS_TOOLCONF_H
#define ZFW_TOOLS_TOOLCONF_H

#include "daemon/config.h"

#define TOOLCONF_DEFAULT ZFW_SYSCONFDIR "/zfwd.conf"

/* `conf` NULL: the default file. */
struct config *toolconf_read(const char *tool, const char *conf);

/*
 * The same for what must work beside a broken file, too, as long as it can be
 * opened: with its run_dir and state_dir and else the defaults, which is said.
 */
struct config *toolconf_places(const char *tool, const char *conf);

/*
 * Wrong usage, in one line: `TOOL: ARG: what`, ARG left out when NULL.
 * Returns the exit status for it.
 */
int toolconf_usage(const char *tool, const char *what, const char *arg);

#endif
