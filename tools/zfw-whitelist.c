/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-whitelist - the admin's allow list: in the kernel before it returns
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/ctlreq.h"
#include "daemon/jtext.h"
#include "daemon/log.h"
#include "tools/allowtext.h"
#include "tools/ctlclient.h"
#include "tools/offline.h"
#include "tools/show.h"
#include "tools/toolconf.h"

#define DAYS_MAX 36500
#define DAY_S    86400

struct job {
	const struct config *config;
	const char *verb, *comment;
	struct net net;        /* add, del */
	struct addr addr;      /* check */
	char arg[ADDR_STRLEN]; /* either, as the daemon reads it */
	int64_t until_s;       /* 0 = for ever */
};

struct verb {
	const char *name;
	bool takes_arg;
	int (*ask)(const struct job *j);     /* the daemon: 0, 1, or ... */
	int (*offline)(const struct job *j); /* ... this, while it is down */
};

#define DOWN (-1) /* of `ask`: nobody there */

static const char usage[] =
    "usage: zfw-whitelist [-c CONF] COMMAND\n"
    "\n"
    "  add ADDRESS|NET [--days N] [--comment TEXT]\n"
    "                     never block it, for N days (for ever)\n"
    "  del ADDRESS|NET    take it off the list\n"
    "  list               the whole list\n"
    "  check ADDRESS      is it allowed?  Exit status 1: no\n"
    "\n"
    "  -c CONF    configuration file (" TOOLCONF_DEFAULT ")\n"
    "  --help, --version\n"
    "\n"
    "An IPv6 address stands for its /64.  Exit status: 0 done, 1 failed, "
    "2 usage.\n";

static int
failed(const struct job *j, const char *why)
{
	fprintf(stderr, "zfw-whitelist: %s: %s\n", j->verb, why);
	return 1;
}

/* ---- with the daemon ---- */

static int
ask(const struct job *j, const char *line, json_t **answer)
{
	int rc = ctlclient_ask(j->config->run_dir, line, answer);
	char text[SHOW_LEN];

	if (ctlclient_down(rc))
		return DOWN;
	if (rc != 0)
		return failed(j, ctlclient_what(rc));
	if (ctlclient_error(*answer) == NULL)
		return 0;
	(void)failed(j, show_text(*answer, "error", text));
	json_decref(*answer);
	return 1;
}

static const char *
table_words(const json_t *a)
{
	return json_object_get(a, "table") == NULL ?
	    "" :
	    " (the kernel table is off)";
}

static int
ask_add(const struct job *j)
{
	char line[CTLREQ_LINE_MAX];
	json_t *a;
	int rc;

	(void)snprintf(line, sizeof(line), "allow-add %s %lld%s%s", j->arg,
	    (long long)j->until_s, j->comment[0] == '\0' ? "" : " ",
	    j->comment);
	rc = ask(j, line, &a);
	if (rc != 0)
		return rc;
	allowtext_added(a, table_words(a));
	json_decref(a);
	return 0;
}

static int
ask_del(const struct job *j)
{
	char line[CTLREQ_LINE_MAX], net[SHOW_LEN];
	json_t *a;
	int rc;

	(void)snprintf(line, sizeof(line), "allow-del %s", j->arg);
	rc = ask(j, line, &a);
	if (rc != 0)
		return rc;
	printf("%s is off the allow list%s\n", show_text(a, "net", net),
	    table_words(a));
	json_decref(a);
	return 0;
}

static int
ask_list(const struct job *j)
{
	const json_t *list;
	json_t *a;
	int rc = ask(j, "allow-list", &a);

	if (rc != 0)
		return rc;
	list = json_object_get(a, "allow");
	allowtext_head();
	for (size_t i = 0; i < json_array_size(list); i++)
		allowtext_entry(json_array_get(list, i));
	json_decref(a);
	return 0;
}

static int
ask_check(const struct job *j)
{
	char line[CTLREQ_LINE_MAX];
	json_t *a;
	int rc;

	(void)snprintf(line, sizeof(line), "allow-check %s", j->arg);
	rc = ask(j, line, &a);
	if (rc != 0)
		return rc;
	rc = allowtext_checked(a);
	json_decref(a);
	return rc;
}

/* ---- without it ---- */

static const char *
where(const struct offline *o)
{
	return o->table ?
	    " (zfwd is not running: written to the store and the kernel)" :
	    " (zfwd is not running: written to the store; there is no "
	    "kernel table)";
}

static int
offline_failed(const struct job *j, struct offline *o)
{
	offline_close(o);
	return failed(j, o->err);
}

static int
off_add(const struct job *j)
{
	struct store_allow a = { .net = j->net,
		.since_ms = (int64_t)time(NULL) * 1000,
		.until_ms = j->until_s * 1000 };
	struct offline o;
	json_t *e;

	(void)snprintf(a.comment, sizeof(a.comment), "%s", j->comment);
	if (offline_open(&o, j->config) != 0)
		return failed(j, o.err);
	if (offline_add(&o, &a) != 0)
		return offline_failed(j, &o);
	offline_close(&o);
	e = allowtext_json(&a);
	json_object_set_new(e, "lifted", json_integer((json_int_t)o.lifted));
	allowtext_added(e, where(&o));
	json_decref(e);
	return 0;
}

static int
off_del(const struct job *j)
{
	struct offline o;

	if (offline_open(&o, j->config) != 0)
		return failed(j, o.err);
	if (offline_del(&o, &j->net) != 0)
		return offline_failed(j, &o);
	offline_close(&o);
	printf("%s is off the allow list%s\n", j->arg, where(&o));
	return 0;
}

static void
print_one(void *arg, const struct store_allow *a)
{
	json_t *e = allowtext_json(a);

	(void)arg;
	allowtext_entry(e);
	json_decref(e);
}

static int
off_list(const struct job *j)
{
	const struct net_list *conf = &j->config->policy.allow;
	struct offline o;

	if (offline_open(&o, j->config) != 0)
		return failed(j, o.err);
	allowtext_head();
	for (size_t i = 0; i < conf->n; i++) {
		json_t *e = allowtext_config(&conf->v[i]);

		allowtext_entry(e);
		json_decref(e);
	}
	if (offline_list(&o, print_one, NULL) != 0)
		return offline_failed(j, &o);
	offline_close(&o);
	return 0;
}

struct found {
	const struct job *job;
	json_t *by;
};

static void
look_at(void *arg, const struct store_allow *a)
{
	struct found *f = arg;
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	if (f->by == NULL && net_has(&a->net, &f->job->addr) &&
	    (a->until_ms == 0 || a->until_ms > now_ms))
		f->by = allowtext_json(a);
}

static int
off_check(const struct job *j)
{
	const struct net_list *conf = &j->config->policy.allow;
	struct found f = { j, NULL };
	struct offline o;
	json_t *a;
	int rc;

	if (offline_open(&o, j->config) != 0)
		return failed(j, o.err);
	rc = offline_list(&o, look_at, &f);
	if (rc != 0)
		return offline_failed(j, &o);
	offline_close(&o);
	for (size_t i = 0; i < conf->n && f.by == NULL; i++)
		if (net_has(&conf->v[i], &j->addr))
			f.by = allowtext_config(&conf->v[i]);
	a = json_pack("{s:o,s:o}", "address", jtext_addr(&j->addr), "by",
	    f.by == NULL ? json_null() : f.by);
	rc = allowtext_checked(a);
	json_decref(a);
	return rc;
}

/* ---- options ---- */

static const struct verb verbs[] = {
	{ "add", true, ask_add, off_add },
	{ "del", true, ask_del, off_del },
	{ "list", false, ask_list, off_list },
	{ "check", true, ask_check, off_check },
};

/* An address for `check`, an address or network for the others. */
static bool
take_arg(struct job *j, const char *word)
{
	struct str s = { word, strlen(word) };

	if (strcmp(j->verb, "check") == 0) {
		if (!addr_parse(s, &j->addr))
			return false;
		(void)addr_print(&j->addr, j->arg);
		return true;
	}
	if (!ctlreq_net(s, &j->net))
		return false;
	if (j->net.bits == 32 && j->net.a.family == 4)
		(void)addr_print(&j->net.a, j->arg);
	else
		(void)net_print(&j->net, j->arg);
	return true;
}

static const char *
check_words(struct job *j, const struct verb **verb, char **words, int n)
{
	if (n == 0)
		return "no command";
	j->verb = words[0];
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(words[0], verbs[i].name) == 0)
			*verb = &verbs[i];
	if (*verb == NULL)
		return "no such command";
	if (n != 1 + (*verb)->takes_arg)
		return (*verb)->takes_arg ? "one address or network, please" :
					    "too many words";
	if ((*verb)->takes_arg && !take_arg(j, words[1]))
		return "not an address or network";
	if (strlen(j->comment) > CTLREQ_COMMENT_MAX)
		return "the comment is too long";
	for (const char *p = j->comment; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "the comment has a control character";
	if (strcmp(j->verb, "add") != 0 &&
	    (j->until_s != 0 || j->comment[0] != '\0'))
		return "--days and --comment are only for add";
	return NULL;
}

static bool
take_days(struct job *j, const char *s)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*s < '0' || *s > '9' || *end != '\0' || v < 1 || v > DAYS_MAX)
		return false;
	j->until_s = (int64_t)time(NULL) + (int64_t)v * DAY_S;
	return true;
}

/* -1 go on, else the exit status */
static int
options(struct job *j, int argc, char **argv, const char **conf)
{
	static const struct option longs[] = {
		{ "days", required_argument, NULL, 'd' },
		{ "comment", required_argument, NULL, 'm' },
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
		case 'd':
			if (!take_days(j, optarg))
				return toolconf_usage("zfw-whitelist",
				    "not a number of days", optarg);
			break;
		case 'm':
			j->comment = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("zfw-whitelist " ZFW_VERSION);
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
	struct job j = { .comment = "" };
	const struct verb *verb = NULL;
	const char *conf = NULL, *wrong;
	struct config *config;
	int rc = options(&j, argc, argv, &conf);

	if (rc >= 0)
		return rc;
	wrong = check_words(&j, &verb, argv + optind, argc - optind);
	if (wrong != NULL)
		return toolconf_usage("zfw-whitelist", wrong,
		    optind + 1 < argc ? argv[optind + 1] : j.verb);
	config = toolconf_places("zfw-whitelist", conf);
	if (config == NULL)
		return 1;
	j.config = config;
	rc = verb->ask(&j);
	if (rc == DOWN)
		rc = verb->offline(&j);
	config_free(config);
	if (fflush(stdout) != 0 && rc == 0)
		rc = failed(&j, strerror(errno));
	return rc;
}
