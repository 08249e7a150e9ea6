/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * toolconf: what a tool takes from a configuration with an error in it
 *
 * zt-link: tools/toolconf
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_shape daemon/config_text
 * zt-link: daemon/config_value
 * zt-link: daemon/log fp/addr
 * zt-libs: libconfuse
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/zt.h"
#include "tools/toolconf.h"

static const struct {
	const char *name; /* a sentence: it is the failure message */
	const char *text;
	const char *run_dir, *state_dir; /* NULL: the default */
} cases[] = {
	{ "a whole file is taken as it is",
	    "mode = \"shadow\"\nrun_dir = \"/r\"\n", "/r", NULL },
	{ "an unknown key", "modus = 1\nrun_dir = \"/r\"\n", "/r", NULL },
	{ "a list without end before it",
	    "own_names = {\nrun_dir = \"/r\"\n  state_dir=\"/s\"\n", "/r",
	    "/s" },
	{ "a place that is wrong itself",
	    "run_dir = \"/r\nstate_dir = \"/s\"\n", NULL, "/s" },
	{ "a place that is no path", "run_dir = 7 8\nstate_dir = \"/s\"", NULL,
	    "/s" },
	{ "a place that stands there twice",
	    "run_dir = \"/r\"\nrun_dir = \"/q\"\n", "/r", NULL },
	{ "nothing but rubbish", "\001\002{{{{\n}}\n\n=", NULL, NULL },
	{ "a line without end", "x\nrun_dir = \"/r\"", "/r", NULL },
};

static struct config *
places_of(const char *text)
{
	char path[] = "/tmp/zt-toolconf.XXXXXX";
	int fd = mkstemp(path);
	struct config *c;

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	c = toolconf_places("zt", path);
	(void)unlink(path);
	return c;
}

static void
test_table(void)
{
	char err[CONFIG_ERRLEN];
	struct config *none = config_read(NULL, err);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *c = places_of(cases[i].text);
		const char *run = cases[i].run_dir != NULL ? cases[i].run_dir :
							     none->run_dir;
		const char *state = cases[i].state_dir != NULL ?
		    cases[i].state_dir :
		    none->state_dir;

		ZT_CASE(cases[i].name,
		    c != NULL && strcmp(c->run_dir, run) == 0 &&
			strcmp(c->state_dir, state) == 0);
		config_free(c);
	}
	config_free(none);
}

static void
test_long(void)
{
	char text[4096] = "modus = 1\nrun_dir = \"/";
	struct config *c;

	memset(text + strlen(text), 'x', 2000);
	strcpy(text + strlen(text), "\"\nstate_dir = \"/s\"\n");
	c = places_of(text);
	ZT_CASE("an endless place is none",
	    c != NULL && strlen(c->run_dir) < 100 &&
		strcmp(c->state_dir, "/s") == 0);
	config_free(c);
	ZT_CASE("a file that is not there is none",
	    toolconf_places("zt", "/nonexistent/zfwd.conf") == NULL);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "long", test_long },
};
ZT_MAIN("toolconf", tests)
