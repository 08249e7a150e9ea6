/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfwctl - asks the daemon, gives it orders, takes the firewall out
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/ctlreq.h"
#include "daemon/log.h"
#include "tools/check.h"
#include "tools/ctlclient.h"
#include "tools/kernel.h"
#include "tools/show.h"
#include "tools/storecmd.h"
#include "tools/toolconf.h"
#include "tools/top.h"

#define FOR_DEFAULT_S 86400
#define BACK_MS       5000 /* for the guard to put the table back */

struct ctl {
	const struct config *config;
	const char *verb, *arg; /* arg: NULL = none */
	const char *more;       /* the word after it; NULL = none */
	bool json, once, all;
	uint32_t for_s; /* 0 = not given */
};

struct verb {
	const char *name;
	int args, spare; /* words, and how many of them may be left out */
	int (*run)(const struct ctl *c);
	int (*store)(const struct storecmd *c); /* and its word is a file */
	bool whole; /* needs more of the configuration than places */
};

static const char usage[] =
    "usage: zfwctl [-c CONF] [--format text|json] COMMAND\n"
    "\n"
    "  status [--all]              how zfw is doing; all its counters\n"
    "  why ADDRESS                 what zfw thinks of a client, and why\n"
    "  blocks                      all blocks in force\n"
    "  block ADDRESS [--for TIME]  block it now (1d; 10min, 2h, 3d, ...)\n"
    "  unblock ADDRESS|NET         lift blocks now\n"
    "  report ADDRESS spam|ham     say what mail came from it\n"
    "  botnets                     what zombies have in common\n"
    "  reload                      read the configuration and its files again\n"
    "  top [--once]                what is going on, a frame a second\n"
    "  check                       prove with test packets that it works "
    "here\n"
    "  backup FILE                 a copy of the store, while zfw runs\n"
    "  check-db [FILE]             what is in the store, or in a backup\n"
    "  export [FILE]               the store as lines of JSON\n"
    "  import [FILE]               such lines into the store of a stopped "
    "zfw\n"
    "  off                         take all rules out and keep them out\n"
    "  on                          let zfw put them back\n"
    "\n"
    "  -c CONF    configuration file (" TOOLCONF_DEFAULT ")\n"
    "  --help, --version\n"
    "\n"
    "An IPv6 address stands for its /64.  Exit status: 0 done, 1 failed, "
    "2 usage.\n";

static int
failed(const struct ctl *c, const char *why)
{
	fprintf(stderr, "zfwctl: %s: %s\n", c->verb, why);
	return 1;
}

/* ---- questions and orders to the daemon ---- */

/* 0 and an answer that is ok, or 1 after saying why not. */
static int
ask(const struct ctl *c, const char *line, json_t **answer)
{
	int rc = ctlclient_ask(c->config->run_dir, line, answer);
	char text[SHOW_LEN];

	if (rc != 0)
		return failed(c, ctlclient_what(rc));
	if (ctlclient_error(*answer) == NULL)
		return 0;
	(void)failed(c,
	    json_is_string(json_object_get(*answer, "error")) ?
		show_text(*answer, "error", text) :
		ctlclient_error(*answer));
	json_decref(*answer);
	return 1;
}

static int
print_json(json_t *answer)
{
	int rc = json_dumpf(answer, stdout,
	    JSON_INDENT(2) | JSON_REAL_PRECISION(6));

	putchar('\n');
	json_decref(answer);
	return rc == 0 ? 0 : 1;
}

static int
run_status(const struct ctl *c)
{
	json_t *a;

	if (ask(c, "status", &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	show_status(stdout, a, c->all);
	json_decref(a);
	return 0;
}

static int
run_why(const struct ctl *c)
{
	char line[128];
	json_t *a;

	(void)snprintf(line, sizeof(line), "why %s", c->arg);
	if (ask(c, line, &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	show_why(stdout, a);
	json_decref(a);
	return 0;
}

static int
run_reload(const struct ctl *c)
{
	json_t *a;

	if (ask(c, "reload", &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	show_reload(stdout, a);
	json_decref(a);
	return 0;
}

/* One line of the answer is one block; there may be a million of them. */
static void
block_line(char *line, ssize_t n)
{
	json_t *b;

	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == ','))
		n--;
	b = json_loadb(line, (size_t)n, 0, NULL);
	if (json_is_object(b))
		show_block(stdout, b);
	json_decref(b);
}

static int
run_blocks(const struct ctl *c)
{
	char *line = NULL, last[4] = "";
	size_t max = 0, lines = 0;
	ssize_t n;
	FILE *f;
	int rc = ctlclient_open(c->config->run_dir, "blocks", &f);

	if (rc != 0)
		return failed(c, ctlclient_what(rc));
	if (!c->json)
		show_blocks_head(stdout);
	for (; (n = getline(&line, &max, f)) > 0; lines++) {
		(void)snprintf(last, sizeof(last), "%.3s", line);
		if (c->json)
			fwrite(line, 1, (size_t)n, stdout);
		else if (lines > 0)
			block_line(line, n);
	}
	free(line);
	(void)fclose(f);
	/* The end of the list is there, or the answer was cut short. */
	return strcmp(last, "]}\n") == 0 ?
	    0 :
	    failed(c, "the answer ends too early");
}

static int
order(const struct ctl *c, const char *line, const char *done)
{
	char who[SHOW_LEN], t[SHOW_LEN];
	json_t *a;

	if (ask(c, line, &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	printf("%s: %s", show_text(a, "client", who), done);
	if (json_is_integer(json_object_get(a, "until")))
		printf(" until %s", show_time(a, "until", "-", t));
	if (show_int(a, "lifted") > 1)
		printf(" (%lld blocks)", (long long)show_int(a, "lifted"));
	if (json_is_true(json_object_get(a, "shadow")))
		printf(", but only on paper: zfw is in mode shadow");
	if (json_object_get(a, "table") != NULL)
		printf(" (the kernel table is off)");
	putchar('\n');
	json_decref(a);
	return 0;
}

static int
run_block(const struct ctl *c)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "block %s %u", c->arg,
	    c->for_s == 0 ? FOR_DEFAULT_S : c->for_s);
	return order(c, line, "blocked");
}

static int
run_unblock(const struct ctl *c)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "unblock %s", c->arg);
	return order(c, line, "not blocked any more");
}

static int
run_report(const struct ctl *c)
{
	char line[128], who[SHOW_LEN], as[SHOW_LEN];
	json_t *a;

	(void)snprintf(line, sizeof(line), "report %s %s", c->arg, c->more);
	if (ask(c, line, &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	printf("%s: reported as %s\n", show_text(a, "client", who),
	    show_text(a, "reported", as));
	json_decref(a);
	return 0;
}

static int
run_top(const struct ctl *c)
{
	json_t *a;

	if (!c->json)
		return top_run(c->config->run_dir, c->once);
	return ask(c, "top", &a) != 0 ? 1 : print_json(a);
}

static int
run_botnets(const struct ctl *c)
{
	json_t *a;

	if (ask(c, "botnets", &a) != 0)
		return 1;
	if (c->json)
		return print_json(a);
	show_botnets(stdout, a);
	json_decref(a);
	return 0;
}

/* ---- off and on: without the daemon ---- */

static int
report(const struct ctl *c, const char *state, bool runs, const char *words)
{
	if (c->json)
		printf("{\"ok\":true,\"table\":\"%s\",\"running\":%s}\n", state,
		    runs ? "true" : "false");
	else
		printf("%s\n", words);
	return 0;
}

static int
run_off(const struct ctl *c)
{
	char err[KERNEL_ERRLEN];

	if (kernel_off(c->config, err) != 0)
		return failed(c, err);
	return report(c, "off", kernel_daemon_runs(c->config),
	    "zfw is off: its table is gone and stays away until zfwctl on");
}

static int
run_on(const struct ctl *c)
{
	char err[KERNEL_ERRLEN];
	bool was, runs;
	int rc = kernel_on(c->config, &was, err);

	if (rc != 0)
		return failed(c, err);
	runs = kernel_daemon_runs(c->config);
	if (!runs)
		return report(c, "off", false,
		    "zfw may come back, but zfwd is not running: start it");
	rc = kernel_table(c->config, BACK_MS, err);
	if (rc < 0)
		return failed(c, err);
	if (rc == 0)
		return failed(c, "zfwd runs, but did not put its table back");
	return report(c, "on", true,
	    was ? "zfw is on again" : "zfw was not off");
}

/* ---- check: without the daemon, too ---- */

static int
run_check(const struct ctl *c)
{
	struct check_list *l;
	int rc;

	if (geteuid() != 0)
		return failed(c, "you must be root");
	/* A child process writes to it. */
	l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l == MAP_FAILED)
		return failed(c, strerror(errno));
	check_kernel(l, c->config);
	check_system(l, c->config);
	rc = check_print(l, c->json, stdout) == 0 ? check_status(l) : 1;
	(void)munmap(l, sizeof(*l));
	return rc;
}

/* ---- options ---- */

static const struct verb verbs[] = {
	{ "status", 0, 0, run_status, NULL, false },
	{ "reload", 0, 0, run_reload, NULL, true },
	{ "why", 1, 0, run_why, NULL, false },
	{ "blocks", 0, 0, run_blocks, NULL, false },
	{ "block", 1, 0, run_block, NULL, false },
	{ "unblock", 1, 0, run_unblock, NULL, false },
	{ "report", 2, 0, run_report, NULL, false },
	{ "botnets", 0, 0, run_botnets, NULL, false },
	{ "top", 0, 0, run_top, NULL, false },
	{ "check", 0, 0, run_check, NULL, true },
	{ "off", 0, 0, run_off, NULL, false },
	{ "on", 0, 0, run_on, NULL, false },
	{ "backup", 1, 0, NULL, storecmd_backup, true },
	{ "check-db", 1, 1, NULL, storecmd_check, true },
	{ "export", 1, 1, NULL, storecmd_export, true },
	{ "import", 1, 1, NULL, storecmd_import, true },
};

/* NULL, or what is wrong with the words after the options. */
static const char *
check_words(struct ctl *c, const struct verb **verb, char **words, int n)
{
	struct net net;

	if (n == 0)
		return "no command";
	c->verb = words[0];
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(words[0], verbs[i].name) == 0)
			*verb = &verbs[i];
	if (*verb == NULL)
		return "no such command";
	if (n > 1 + (*verb)->args || n < 1 + (*verb)->args - (*verb)->spare)
		return (*verb)->store != NULL ? "one file, please" :
		    (*verb)->args == 2        ? "an address and spam or ham, "
						"please" :
		    (*verb)->args == 1        ? "one address, please" :
						"too many words";
	c->arg = n > 1 ? words[1] : NULL;
	c->more = (*verb)->args > 1 ? words[2] : NULL;
	if (c->arg != NULL && (*verb)->store == NULL &&
	    !ctlreq_net((struct str){ c->arg, strlen(c->arg) }, &net))
		return "not an address or network";
	if (c->more != NULL && strcmp(c->more, "spam") != 0 &&
	    strcmp(c->more, "ham") != 0)
		return "say spam or ham";
	if (c->for_s != 0 && (*verb)->run != run_block)
		return "--for is only for block";
	if (c->once && (*verb)->run != run_top)
		return "--once is only for top";
	if (c->all && (*verb)->run != run_status)
		return "--all is only for status";
	return NULL;
}

/* -1 go on, else the exit status */
static int
options(struct ctl *c, int argc, char **argv, const char **conf)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "for", required_argument, NULL, 't' },
		{ "once", no_argument, NULL, '1' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (o) {
		case 'c':
			*conf = optarg;
			break;
		case 'f':
			c->json = strcmp(optarg, "json") == 0;
			if (!c->json && strcmp(optarg, "text") != 0)
				return toolconf_usage("zfwctl",
				    "no such format", optarg);
			break;
		case 't':
			if (!config_duration((struct str){ optarg,
						 strlen(optarg) },
				&c->for_s) ||
			    c->for_s == 0 || c->for_s > CTLREQ_FOR_MAX_S)
				return toolconf_usage("zfwctl", "not a time",
				    optarg);
			break;
		case '1':
			c->once = true;
			break;
		case 'a':
			c->all = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("zfwctl " ZFW_VERSION);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct ctl c = { 0 };
	const struct verb *verb = NULL;
	const char *conf = NULL, *wrong;
	struct config *config;
	int rc = options(&c, argc, argv, &conf);

	if (rc >= 0)
		return rc;
	wrong = check_words(&c, &verb, argv + optind, argc - optind);
	if (wrong != NULL)
		return toolconf_usage("zfwctl", wrong,
		    c.arg != NULL ? c.arg : c.verb);
	config = verb->whole ? toolconf_read("zfwctl", conf) :
			       toolconf_places("zfwctl", conf);
	if (config == NULL && strcmp(c.verb, "reload") == 0)
		fputs("zfwctl: reload: everything stays as it was\n", stderr);
	if (config == NULL)
		return 1;
	c.config = config;
	rc = verb->store == NULL ?
	    verb->run(&c) :
	    verb->store(&(struct storecmd){ config, c.verb, c.arg, c.json });
	config_free(config);
	if (fflush(stdout) != 0 && rc == 0)
		rc = failed(&c, strerror(errno));
	return rc;
}
