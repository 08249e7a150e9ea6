/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-stats - what the store knows, for people and for programs
 *
 * Reads the store past the daemon, which is not asked and need not run.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config.h"
#include "tools/stats.h"
#include "tools/stats_when.h"
#include "tools/stats_zone.h"
#include "tools/toolconf.h"
#include "tools/wholefile.h"

#define NAME      "zfw-stats"
#define SENDMAIL  "/usr/sbin/sendmail"
#define DAY_MS    ((int64_t)86400 * 1000)
#define TOP_MAX   1000
#define HOST_MAX_ 256
#define TO_MAX    254

extern char **environ;

struct format {
	const char *name;
	int (*write)(const struct stats *s, FILE *f); /* NULL: a zone */
	int64_t days;         /* of the report, when --since is not given */
	size_t top, machines; /* and of what it has without --top */
};

enum { TEXT, LETTER = 6 };
static const struct format formats[] = {
	[TEXT] = { "text", stats_text, 7, 10, 0 },
	{ "json", stats_json, 7, 20, 20 },
	{ "csv", stats_csv, 7, 100, 0 },
	{ "prom", stats_prom, 7, 10, 0 },
	{ "html", stats_html, 7, 50, 20 },
	{ "rbldnsd", NULL, 7, 1, 0 },
	[LETTER] = { "letter", stats_letter, 1, 200, 0 },
};

struct job {
	struct stats_opts o;
	const struct format *format;
	const char *conf, *out, *since, *until, *sendmail;
	size_t top; /* 0: that of the format */
	bool letter, shadow;
	const struct policy *policy;
};

static const char usage[] =
    "usage: zfw-stats [-c CONF] [--format text|json|csv|prom|html|rbldnsd]\n"
    "                 [--since T] [--until T] [--top N] [--by KIND [NAME]]\n"
    "                 [--out FILE] [--state DIR] [--geo FILE]...\n"
    "       zfw-stats --letter [--to ADDRESS] [...]\n"
    "\n"
    "  --format F     text (default), json, csv, prom (Prometheus), html, or\n"
    "                 rbldnsd: what is blocked, as a DNS zone for other MXs\n"
    "  --shadow       of rbldnsd: in shadow mode, too\n"
    "  --since T      from then on: 1h, 7d, 2026-03-01, \"2026-03-01 10:00\"\n"
    "  --until T      and until then (now)\n"
    "  --top N        so many groups of each kind, or machines of a group\n"
    "  --by KIND      only groups of botnet, domain, template, network,\n"
    "                 country, as, signature, system, helo or evidence\n"
    "  --by KIND NAME only the machines of that group\n"
    "  --out FILE     write there, the whole file or nothing\n"
    "  --letter       the daily letter; --to sends it by sendmail\n"
    "  --state DIR    the store, or a backup of it\n"
    "  --geo FILE     a MaxMind database, for countries and AS\n"
    "  -c CONF        configuration file (" TOOLCONF_DEFAULT ")\n"
    "  --sendmail F   (" SENDMAIL ")\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 usage.\n";

static int
failed(const char *what, const char *why)
{
	fprintf(stderr, NAME ": %s: %s\n", what, why);
	return 1;
}

/* ---- the letter ---- */

/* It stands in a header: nothing in it may end one. */
static bool
address_ok(const char *to)
{
	size_t n = strlen(to);

	if (n == 0 || n > TO_MAX || *to == '-')
		return false;
	for (; *to != '\0'; to++)
		if (!char_is_letter(*to) && !char_is_digit(*to) &&
		    strchr("@.,_+-=/!#$%&'*?^`{|}~ ", *to) == NULL)
			return false;
	return true;
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

/* The letter is whole in `text` before anybody is called. */
static int
give(const struct job *j, const char *text, size_t n)
{
	char path[256], t[] = "-t", i[] = "-i";
	char *argv[] = { path, t, i, NULL };
	posix_spawn_file_actions_t fa;
	char name[] = "/tmp/zfw-letter.XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC), rc = 0;
	pid_t pid;

	if (fd == -1)
		return -errno;
	(void)unlink(name);
	(void)snprintf(path, sizeof(path), "%s", j->sendmail);
	if (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
		rc = -EIO;
	(void)posix_spawn_file_actions_init(&fa);
	(void)posix_spawn_file_actions_adddup2(&fa, fd, STDIN_FILENO);
	if (rc == 0)
		rc = -posix_spawn(&pid, path, &fa, NULL, argv, environ);
	if (rc == 0)
		rc = wait_for(pid);
	(void)posix_spawn_file_actions_destroy(&fa);
	(void)close(fd);
	return rc;
}

static int
send_letter(const struct job *j, const struct stats *s)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int rc = f == NULL ? -ENOMEM : stats_letter(s, f);

	if (f != NULL && fclose(f) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = give(j, text, n);
	free(text);
	if (rc == -EPROTO)
		return failed(j->sendmail, "did not take the letter");
	return rc == 0 ? 0 : failed(j->sendmail, strerror(-rc));
}

/* ---- writing ---- */

static int
write_out(const struct job *j, const struct stats *s)
{
	struct wholefile w;
	int rc, rc2;

	if (j->letter && j->o.to != NULL)
		return send_letter(j, s);
	if (j->out == NULL) {
		rc = j->format->write(s, stdout);
		if (fflush(stdout) != 0 && rc == 0)
			rc = -errno;
		return rc == 0 ? 0 : failed("standard output", strerror(-rc));
	}
	rc = wholefile_begin(&w, j->out);
	if (rc == 0) {
		rc = j->format->write(s, w.f);
		rc2 = wholefile_end(&w, rc == 0);
		rc = rc == 0 ? rc2 : rc;
	}
	return rc == 0 ? 0 : failed(j->out, strerror(-rc));
}

static void
say_damaged(uint64_t n)
{
	if (n > 0)
		fprintf(stderr,
		    NAME ": store: %llu damaged records are left out\n",
		    (unsigned long long)n);
}

static int
run_zone(const struct job *j)
{
	struct stats_zone_opts o = { j->o.dir, j->o.now_ms, j->policy,
		j->shadow };
	struct wholefile w = { .f = stdout };
	struct stats_zone_counts n;
	char error[256] = "";
	int rc = j->out == NULL ? 0 : wholefile_begin(&w, j->out), rc2;

	if (rc != 0)
		return failed(j->out, strerror(-rc));
	rc = stats_zone(&o, w.f, &n, error);
	rc2 = j->out == NULL ? 0 : wholefile_end(&w, rc == 0);
	say_damaged(n.bad_records);
	if (error[0] != '\0')
		return failed("store", error);
	rc = rc == 0 ? rc2 : rc;
	if (rc != 0 && j->out == NULL)
		return failed("standard output", strerror(-rc));
	return rc == 0 ? 0 : failed(j->out, strerror(-rc));
}

static int
run(struct job *j)
{
	struct stats s;
	char error[256];
	int rc;

	if (j->format->write == NULL)
		return run_zone(j);
	if (stats_read(&j->o, &s, error) != 0)
		return failed("store", error);
	for (size_t i = 0; i < STATS_GEO_MAX; i++)
		if (s.warn[i][0] != '\0')
			fprintf(stderr, NAME ": geo: %s\n", s.warn[i]);
	say_damaged(s.bad_records);
	rc = write_out(j, &s);
	stats_free(&s);
	return rc;
}

/* ---- options ---- */

static bool
take_kind(struct job *j, const char *kind)
{
	for (unsigned k = 0; k < STATS_KINDS; k++)
		if (strcmp(kind, stats_kind_name[k]) == 0)
			j->o.only_kind = stats_kind_name[k];
	return j->o.only_kind != NULL;
}

static bool
take_format(struct job *j, const char *name)
{
	for (size_t i = 0; i < LETTER; i++)
		if (strcmp(name, formats[i].name) == 0)
			j->format = &formats[i];
	return j->format != NULL;
}

static bool
take_top(struct job *j, const char *s)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end != '\0' || v < 1 || v > TOP_MAX)
		return false;
	j->top = v;
	return true;
}

static bool
take_geo(struct job *j, const char *path)
{
	if (j->o.geo_n == STATS_GEO_MAX)
		return false;
	j->o.geo[j->o.geo_n++] = path;
	return true;
}

static const struct option longs[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "since", required_argument, NULL, 's' },
	{ "until", required_argument, NULL, 'u' },
	{ "top", required_argument, NULL, 'n' },
	{ "by", required_argument, NULL, 'b' },
	{ "out", required_argument, NULL, 'o' },
	{ "letter", no_argument, NULL, 'l' },
	{ "to", required_argument, NULL, 't' },
	{ "state", required_argument, NULL, 'd' },
	{ "geo", required_argument, NULL, 'g' },
	{ "sendmail", required_argument, NULL, 'm' },
	{ "shadow", no_argument, NULL, 'S' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* What is wrong with it, or NULL. */
static const char *
take(struct job *j, int o, char *arg)
{
	switch (o) {
	case 'c':
		j->conf = arg;
		return NULL;
	case 'f':
		return take_format(j, arg) ? NULL : "no such format";
	case 's':
		j->since = arg;
		return NULL;
	case 'u':
		j->until = arg;
		return NULL;
	case 'n':
		return take_top(j, arg) ? NULL : "not a number from 1 to 1000";
	case 'b':
		return take_kind(j, arg) ? NULL : "no such kind";
	case 'o':
		j->out = arg;
		return NULL;
	case 'l':
		j->letter = true;
		return NULL;
	case 't':
		j->o.to = arg;
		return address_ok(arg) ? NULL : "not an address";
	case 'd':
		j->o.dir = arg;
		return NULL;
	case 'S':
		j->shadow = true;
		return NULL;
	case 'g':
		return take_geo(j, arg) ? NULL : "too many databases";
	default:
		j->sendmail = arg;
		return NULL;
	}
}

/* -1 go on, else the exit status. */
static int
options(struct job *j, int argc, char **argv)
{
	int o;

	while ((o = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		const char *wrong;

		if (o == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (o == 'V') {
			puts(NAME " " ZFW_VERSION);
			return 0;
		}
		if (o == '?') {
			fputs(usage, stderr);
			return 2;
		}
		wrong = take(j, o, optarg);
		if (wrong != NULL)
			return toolconf_usage(NAME, wrong, optarg);
	}
	return -1;
}

/* What does not go together, or NULL. */
static const char *
check(struct job *j, char **words, int n)
{
	if (n > 1 || (n == 1 && j->o.only_kind == NULL))
		return "too many words";
	if (n == 1)
		j->o.only_name = words[0];
	if (n == 1 && j->o.only_kind == stats_kind_name[STATS_NETWORK] &&
	    !net_parse((struct str){ words[0], strlen(words[0]) },
		&(struct net){ 0 }))
		return "not a network";
	if (j->letter && (j->format != NULL || j->o.only_kind != NULL))
		return "--letter goes with neither --format nor --by";
	if (!j->letter && j->o.to != NULL)
		return "--to is for --letter";
	if (j->letter && j->o.to != NULL && j->out != NULL)
		return "--to and --out do not go together";
	if (j->shadow && (j->format == NULL || j->format->write != NULL))
		return "--shadow is for --format rbldnsd";
	if (j->format != NULL && j->format->write == NULL &&
	    (j->o.only_kind != NULL || j->since != NULL || j->top > 0))
		return "--by, --since and --top are not for rbldnsd";
	if (j->format == NULL)
		j->format = &formats[j->letter ? LETTER : TEXT];
	j->o.top = j->top > 0 ? j->top : j->format->top;
	j->o.machines = j->format->machines;
	/* Of one group what counts is its machines. */
	if (j->o.only_name != NULL)
		j->o.machines = j->top > 0 ? j->top : TOP_MAX / 10;
	return NULL;
}

static const char *
times(struct job *j)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	j->o.now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	/* What is being written this moment is of the time, too. */
	j->o.until_ms = j->o.now_ms + 1;
	if (j->until != NULL &&
	    !stats_when(j->until, j->o.now_ms, &j->o.until_ms))
		return "--until: not a time";
	/* Of a time that is past: who was blocked then. */
	if (j->o.until_ms < j->o.now_ms)
		j->o.now_ms = j->o.until_ms;
	j->o.since_ms = j->o.until_ms - j->format->days * DAY_MS;
	if (j->since != NULL &&
	    !stats_when(j->since, j->o.now_ms, &j->o.since_ms))
		return "--since: not a time";
	return j->o.since_ms < j->o.until_ms ? NULL :
					       "--since is not before --until";
}

static void
from_config(struct job *j, const struct config *c)
{
	if (j->o.dir == NULL)
		j->o.dir = c->state_dir;
	j->o.enforce = c->policy.enforce;
	j->policy = &c->policy;
	for (size_t i = 0; j->o.geo_n == 0 && c->geo_databases[i] != NULL; i++)
		if (i < STATS_GEO_MAX)
			j->o.geo[i] = c->geo_databases[i];
	while (j->o.geo_n < STATS_GEO_MAX && j->o.geo[j->o.geo_n] != NULL)
		j->o.geo_n++;
	if (j->letter && j->out == NULL && j->o.to == NULL &&
	    c->letter_to[0] != '\0')
		j->o.to = c->letter_to;
}

static void
terminal(struct job *j)
{
	const char *cols = getenv("COLUMNS");
	struct winsize w;

	j->o.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (cols != NULL && *cols != '\0')
		j->o.width = (size_t)strtoul(cols, NULL, 10);
	else if (j->out == NULL && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		j->o.width = w.ws_col;
}

int
main(int argc, char **argv)
{
	struct job j = { .sendmail = SENDMAIL };
	char host[HOST_MAX_] = "";
	struct config *config;
	const char *wrong;
	int rc;

	(void)setlocale(LC_CTYPE, "");
	rc = options(&j, argc, argv);
	if (rc >= 0)
		return rc;
	wrong = check(&j, argv + optind, argc - optind);
	if (wrong == NULL)
		wrong = times(&j);
	if (wrong != NULL)
		return toolconf_usage(NAME, wrong, NULL);
	config = toolconf_read(NAME, j.conf);
	if (config == NULL)
		return 1;
	from_config(&j, config);
	terminal(&j);
	(void)gethostname(host, sizeof(host) - 1);
	j.o.host = host;
	rc = run(&j);
	config_free(config);
	return rc;
}
