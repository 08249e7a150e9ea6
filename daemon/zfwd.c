/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfwd - the guard's executable: options, and the order of start and stop
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/background.h"
#include "daemon/guard.h"
#include "daemon/iface.h"
#include "daemon/lists.h"
#include "daemon/log.h"
#include "daemon/pattern_new.h"
#include "daemon/priv.h"

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };

struct options {
	bool foreground, check, verbose;
	const char *conf;
	const char *record;
};

static const char usage_text[] =
    "usage: zfwd [-f] [-n] [-v] [-c CONF] [--record FILE]\n"
    "  -c CONF         configuration (default " ZFW_SYSCONFDIR "/zfwd.conf)\n"
    "  -f              stay in the foreground, log to stderr\n"
    "  -n              check the configuration and exit\n"
    "  -v              log more; with -n: print the configuration back\n"
    "  --record FILE   have the engine record what it captures\n"
    "  --help, --version\n";

/* EXIT_DONE: go on; else the exit code, negative: exit with 0. */
static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "record", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .conf = ZFW_SYSCONFDIR "/zfwd.conf" };
	while ((c = getopt_long(argc, argv, "c:fnv", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->conf = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'n':
			o->check = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'r':
			o->record = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return -1;
		case 'V':
			puts("zfwd " ZFW_VERSION);
			return -1;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return EXIT_DONE;
	fprintf(stderr, "zfwd: %s: no argument is taken\n", argv[optind]);
	return EXIT_USAGE;
}

/* As seen from anywhere: the daemon leaves its directory. */
static bool
absolute(const char **path, char buf[PATH_MAX])
{
	char cwd[PATH_MAX];

	if (*path == NULL || (*path)[0] == '/')
		return true;
	if (getcwd(cwd, sizeof(cwd)) == NULL ||
	    snprintf(buf, PATH_MAX, "%s/%s", cwd, *path) >= PATH_MAX)
		return false;
	*path = buf;
	return true;
}

struct start { /* what is needed once the guard is ready */
	struct background background;
	const char *facility;
};

static void
on_ready(void *arg)
{
	struct start *s = arg;

	if (s->background.ready_fd == -1)
		return;
	log_open("zfwd", LOG_TO_SYSLOG, s->facility);
	background_ready(&s->background);
}

/* From a good config to the end.  Errors are logged below. */
static int
run(struct config *c, const struct options *o, struct start *s)
{
	char err[CHILD_ERRLEN];
	struct places places;
	struct join join = { .fd = -1 };
	struct guard *g = NULL;
	struct guard_conf gc = {
		.config = c,
		.places = &places,
		.child = { .conf_path = o->conf,
		    .record_path = o->record,
		    .foreground = o->foreground,
		    .join = geteuid() == 0 ? NULL : &join },
		.ready = on_ready,
		.arg = s,
	};
	int code = EXIT_FAILED;

	if (places_open(&places, c, err) != 0 ||
	    (gc.child.join != NULL &&
		join_open(&join, c->run_dir, c->user, err) != 0))
		log_msg(LOG_ERR, "places: %s", err);
	else if (guard_open(&gc, &g) == 0 && guard_confine(g) == 0)
		code = guard_run(g);
	guard_close(g);
	join_close(&join);
	places_close(&places);
	return code;
}

static int
daemon_main(struct config *c, struct options *o)
{
	struct start s = { { -1, -1 }, c->syslog_facility };
	char conf[PATH_MAX], record[PATH_MAX];
	int rc = 0;

	if (geteuid() != 0 && !priv_is(c->guard_user, PRIV_NET_ADMIN)) {
		log_msg(LOG_ERR,
		    "root: must be started as root (it gives root up)");
		return EXIT_FAILED;
	}
	if (!absolute(&o->conf, conf) || !absolute(&o->record, record)) {
		log_msg(LOG_ERR, "path: a path is too long");
		return EXIT_FAILED;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (!o->foreground) {
		rc = background_start(&s.background);
		log_open("zfwd", LOG_TO_STDERR | LOG_TO_SYSLOG, s.facility);
	}
	if (rc == 0)
		return run(c, o, &s);
	log_msg(LOG_ERR, "background: %s", strerror(-rc));
	return EXIT_FAILED;
}

/* The engine would not start with them either. */
static bool
patterns_are_fine(const struct config *c)
{
	char err[PATTERN_ERRLEN];
	struct patterns *p = patterns_new((const char *const *)c->patterns,
	    err);

	if (p == NULL)
		fprintf(stderr, "zfwd: %s: patterns: %s\n", c->path, err);
	patterns_free(p);
	return p != NULL;
}

/* Nor with lists that it cannot read. */
static bool
lists_are_fine(struct config *c)
{
	char err[NETLIST_ERRLEN];
	struct lists *l = lists_new(c, err);

	if (l == NULL)
		fprintf(stderr, "zfwd: lists: %s\n", err);
	lists_free(l);
	return l != NULL;
}

/* Nor without an interface; but this file may be for another machine. */
static bool
ifaces_are_there(const struct config *c)
{
	char err[CONFIG_ERRLEN];
	const bool there = iface_all_there(c, NULL, err);

	if (!there)
		fprintf(stderr, "zfwd: %s\n", err);
	return there;
}

/* 0, or 1 after saying why zfwd would not start with it. */
static int
check_only(struct config *c, bool print)
{
	int code = EXIT_DONE;

	if (!lists_are_fine(c))
		return EXIT_FAILED;
	if (!ifaces_are_there(c))
		code = EXIT_FAILED;
	if (print)
		config_print(c, stdout);
	return code;
}

int
main(int argc, char **argv)
{
	char err[CONFIG_ERRLEN];
	struct options o;
	struct config *c;
	int code = parse_options(argc, argv, &o);

	if (code != EXIT_DONE)
		return code < 0 ? EXIT_DONE : code;
	log_open("zfwd", LOG_TO_STDERR, NULL);
	log_level(o.verbose ? LOG_DEBUG : LOG_INFO);
	c = config_read(o.conf, err);
	if (c == NULL) {
		fprintf(stderr, "zfwd: %s\n", err);
		return EXIT_FAILED;
	}
	if (!patterns_are_fine(c))
		code = EXIT_FAILED;
	else if (o.check)
		code = check_only(c, o.verbose);
	else
		code = daemon_main(c, &o);
	config_free(c);
	return code;
}
