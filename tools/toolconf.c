/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "tools/toolconf.h"

struct config *
toolconf_read(const char *tool, const char *conf)
{
	char err[CONFIG_ERRLEN];
	struct config *c;

	if (conf == NULL && access(TOOLCONF_DEFAULT, F_OK) == 0)
		conf = TOOLCONF_DEFAULT;
	c = config_read(conf, err);
	if (c == NULL)
		fprintf(stderr, "%s: config: %s\n", tool, err);
	return c;
}

int
toolconf_usage(const char *tool, const char *what, const char *arg)
{
	fprintf(stderr, "%s: %s%s%s (see %s --help)\n", tool,
	    arg == NULL ? "" : arg, arg == NULL ? "" : ": ", what, tool);
	return 2;
}
