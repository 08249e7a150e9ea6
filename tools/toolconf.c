/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/toolconf.h"

static const char *
path_of(const char *conf)
{
	if (conf == NULL && access(TOOLCONF_DEFAULT, F_OK) == 0)
		return TOOLCONF_DEFAULT;
	return conf;
}

struct config *
toolconf_read(const char *tool, const char *conf)
{
	char err[CONFIG_ERRLEN];
	struct config *c = config_read(path_of(conf), err);

	if (c == NULL)
		fprintf(stderr, "%s: config: %s\n", tool, err);
	return c;
}

static bool
is_place(const char *line)
{
	line += strspn(line, " \t");
	return strncmp(line, "run_dir", 7) == 0 ||
	    strncmp(line, "state_dir", 9) == 0;
}

/* Its lines that say where things are, such as are right by themselves. */
static struct config *
only_places(FILE *f)
{
	char *line = NULL, err[CONFIG_ERRLEN];
	struct config *all = config_parse("", "", err), *next;
	char text[1024] = "", more[1024];
	size_t max = 0;

	while (all != NULL && getline(&line, &max, f) > 0) {
		if (!is_place(line) ||
		    snprintf(more, sizeof(more), "%s%s\n", text, line) >=
			(int)sizeof(more))
			continue;
		next = config_parse("", more, err);
		if (next == NULL)
			continue;
		config_free(all);
		all = next;
		(void)strcpy(text, more);
	}
	free(line);
	return all;
}

struct config *
toolconf_places(const char *tool, const char *conf)
{
	struct config *c = toolconf_read(tool, conf);
	FILE *f;

	if (c != NULL)
		return c;
	conf = path_of(conf);
	f = conf == NULL ? NULL : fopen(conf, "re");
	if (f == NULL)
		return NULL;
	c = only_places(f);
	(void)fclose(f);
	if (c != NULL)
		fprintf(stderr,
		    "%s: only run_dir and state_dir of it are used\n", tool);
	return c;
}

int
toolconf_usage(const char *tool, const char *what, const char *arg)
{
	fprintf(stderr, "%s: %s%s%s (see %s --help)\n", tool,
	    arg == NULL ? "" : arg, arg == NULL ? "" : ": ", what, tool);
	return 2;
}
