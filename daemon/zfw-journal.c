/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-journal - the mail server's entries of the systemd journal, as a log
 *
 * Started by zfwd, which gives it a socket to the engine as standard input
 * and output, or by hand.  A program of its own, because libsystemd and what
 * it brings along should not be in the engine.  Gives up what it does not
 * need, then waits to be told where to begin, then reads.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/journalread.h"
#include "daemon/log.h"
#include "daemon/logtime.h"
#include "daemon/priv.h"

#define FILES_MAX 64
#define PATHS_MAX (FILES_MAX + 4)
#define AGAIN_S   1 /* after a fault of libsystemd */

struct options {
	const char *files[FILES_MAX + 1];
	size_t files_n;
	const char *units, *uids, *since, *user, *group, *facility;
	bool follow;
};

struct reader {
	struct options opt;
	struct journal_conf who;
	struct log_limit person, fault;
	int64_t since_us;
	bool gone; /* nobody reads any more */
};

static const char usage_text[] =
    "usage: zfw-journal [--units UNIT,...] [--since TIME] [--follow]\n"
    "                   [--file FILE...] [--uids UID,...]\n"
    "                   [--user USER --group GROUP] [--syslog FACILITY]\n"
    "\n"
    "Prints what the mail server wrote to the systemd journal as a mail log.\n"
    "\n"
    "  --units UNIT,...  of these units only; else those of known servers\n"
    "  --since TIME      entries after it: 2026-01-31, \"2026-01-31 "
    "18:30:00\",\n"
    "                    microseconds since 1970, or - to read that, or\n"
    "                    `end`, from standard input\n"
    "  --follow          wait for more; without --since for new ones only\n"
    "  --file FILE...    of these journal files, not of this machine\n"
    "  --uids UID,...    of mail servers, besides root; else looked up\n"
    "  --user, --group   become that, when started by root; else be it\n"
    "  --syslog FACILITY say what is wrong to syslog, too\n"
    "  --help, --version\n";

static int
usage(const char *what, const char *arg)
{
	fprintf(stderr, "zfw-journal: %s%s\n", what, arg);
	fputs("try `zfw-journal --help`\n", stderr);
	return 2;
}

/* ---- options ---- */

/* The option's file, and all words up to the next option. */
static bool
take_files(struct options *o, int argc, char **argv)
{
	o->files[o->files_n++] = optarg;
	while (optind < argc && argv[optind][0] != '-') {
		if (o->files_n == FILES_MAX)
			return false;
		o->files[o->files_n++] = argv[optind++];
	}
	return true;
}

enum { OPT_GO = -1 };

/* OPT_GO, or the exit status. */
static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "follow", no_argument, NULL, 'F' },
		{ "group", required_argument, NULL, 'g' },
		{ "help", no_argument, NULL, 'h' },
		{ "since", required_argument, NULL, 's' },
		{ "syslog", required_argument, NULL, 'l' },
		{ "uids", required_argument, NULL, 'i' },
		{ "units", required_argument, NULL, 'u' },
		{ "user", required_argument, NULL, 'U' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char **const texts[] = { ['g'] = &o->group,
		['s'] = &o->since,
		['l'] = &o->facility,
		['i'] = &o->uids,
		['u'] = &o->units,
		['U'] = &o->user };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		if (c == '?')
			return usage("unknown option or missing value: ",
			    argv[optind - 1]);
		if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? usage_text :
					 "zfw-journal " ZFW_VERSION "\n",
			    stdout);
			return 0;
		}
		if (c == 'F')
			o->follow = true;
		else if (c != 'f')
			*texts[c] = optarg;
		else if (o->files_n == FILES_MAX || !take_files(o, argc, argv))
			return usage("too many files", "");
	}
	if (optind != argc)
		return usage("what is this? ", argv[optind]);
	if ((o->user == NULL) != (o->group == NULL))
		return usage("--user and --group go together", "");
	return OPT_GO;
}

static bool
add_uid(struct journal_conf *who, unsigned long uid)
{
	if (who->uids_n == JOURNAL_UIDS_MAX || uid > UINT32_MAX)
		return false;
	who->uids[who->uids_n++] = (uint32_t)uid;
	return true;
}

static bool
parse_uids(struct journal_conf *who, const char *text)
{
	char *end;

	for (; *text != '\0'; text = *end == ',' ? end + 1 : end) {
		unsigned long v = strtoul(text, &end, 10);

		if (end == text || (*end != ',' && *end != '\0') ||
		    text[0] == '-' || text[0] == '+' || !add_uid(who, v))
			return false;
	}
	return who->uids_n > 0;
}

/* Those of this machine; nobody's account is one of a mail server. */
static void
find_uids(struct journal_conf *who)
{
	for (size_t i = 0; journal_accounts[i] != NULL; i++) {
		const struct passwd *pw = getpwnam(journal_accounts[i]);

		if (pw != NULL && pw->pw_uid != 65534)
			(void)add_uid(who, pw->pw_uid);
	}
}

static int32_t
zone_s(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

static int64_t
now_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		zfw_panic("no clock");
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Microseconds, a date, a date and time, "end"; negative: none of them. */
static int64_t
parse_since(const char *text)
{
	const struct logtime_conf tc = { .zone_s = zone_s() };
	size_t n = strlen(text);
	char full[40];
	int64_t t_ms;
	bool whole;

	if (strcmp(text, "end") == 0)
		return now_us();
	if (n > 0 && n < 18 && strspn(text, "0123456789") == n)
		return strtoll(text, NULL, 10);
	(void)snprintf(full, sizeof(full), "%s%s", text,
	    n == 10 ? " 00:00:00" : "");
	n = strlen(full);
	if (logtime_parse(&tc, (struct str){ full, n }, 0, &t_ms, &whole) != n)
		return -1;
	return t_ms * 1000 - 1; /* that moment included */
}

/* One line from whoever started us; false: he is gone, or says nonsense. */
static bool
read_since(int64_t *since_us)
{
	char text[40];
	size_t n = 0;

	while (n < sizeof(text) - 1) {
		ssize_t got = read(STDIN_FILENO, text + n, 1);

		if (got == -1 && errno == EINTR)
			continue;
		if (got != 1)
			return false;
		if (text[n] == '\n')
			break;
		n++;
	}
	text[n] = '\0';
	*since_us = parse_since(text);
	return *since_us >= 0;
}

/* ---- giving up rights ---- */

/* Where journals are, and by what libsystemd knows which are this machine's */
static size_t
journal_paths(const struct options *o, struct priv_path *paths,
    char dirs[FILES_MAX][PATH_MAX])
{
	static const char *const places[] = { "/run/log/journal",
		"/var/log/journal", "/etc/machine-id",
		"/proc/sys/kernel/random/boot_id" };
	size_t n = 0;

	for (size_t i = 0; i < o->files_n; i++) {
		(void)snprintf(dirs[i], PATH_MAX, "%s", o->files[i]);
		paths[n++] = (struct priv_path){ dirname(dirs[i]), false };
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], F_OK) == 0)
			paths[n++] = (struct priv_path){ places[i], false };
	return n;
}

static bool
confine(const struct options *o)
{
	static char dirs[FILES_MAX][PATH_MAX];
	struct priv_path paths[PATHS_MAX];
	size_t n = journal_paths(o, paths, dirs);
	char err[PRIV_ERRLEN];
	int rc = 0;

	if (o->user != NULL)
		rc = priv_become(o->user, *o->group == '\0' ? NULL : o->group,
		    0, err);
	if (rc == 0)
		rc = priv_landlock(paths, n, err);
	if (rc == 0 || rc == -ENOTSUP)
		rc = priv_seccomp(PRIV_JOURNAL, err);
	if (rc != 0)
		log_msg(LOG_ERR, "root: %s", err);
	return rc == 0;
}

/* ---- reading ---- */

static bool
on_line(void *arg, const char *line, size_t n)
{
	struct reader *r = arg;

	r->gone = fwrite(line, 1, n, stdout) != n;
	return !r->gone;
}

static void
on_person(void *arg, struct str unit, struct str uid)
{
	struct reader *r = arg;
	char u[2 * JOURNAL_UNIT_LEN], id[32];
	uint64_t left_out;

	if (log_every(&r->person, now_us() / 1000, &left_out))
		log_msg(LOG_NOTICE,
		    "journal-person: an entry of %s by user %s is passed over: "
		    "no account of a mail server (%llu more)",
		    log_escape(unit, u, sizeof(u)),
		    log_escape(uid, id, sizeof(id)),
		    (unsigned long long)left_out);
}

static bool
on_idle(void *arg, int fd, short events, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = fd, .events = events },
		{ .fd = STDOUT_FILENO } };
	struct reader *r = arg;

	if (fflush(stdout) != 0 ||
	    (poll(p, 2, timeout_ms) == -1 && errno != EINTR) ||
	    (p[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		r->gone = true;
	return !r->gone;
}

/* Until the end; 0 or -errno of libsystemd. */
static int
read_once(struct reader *r)
{
	struct journalread_conf c = { .who = &r->who,
		.files = r->opt.files_n > 0 ? r->opt.files : NULL,
		.since_us = r->since_us,
		.follow = r->opt.follow,
		.arg = r,
		.line = on_line,
		.person = on_person,
		.idle = on_idle };
	struct journalread *jr = NULL;
	int rc = journalread_open(&c, &jr);

	if (rc < 0)
		return rc;
	if (r->opt.facility != NULL)
		log_open("zfw-journal", LOG_TO_SYSLOG, r->opt.facility);
	rc = journalread_run(jr);
	if (journalread_last_us(jr) > 0)
		r->since_us = journalread_last_us(jr);
	journalread_close(jr);
	return rc;
}

static bool
say_fault(const struct options *o, int rc)
{
	if (o->files_n > 0)
		log_msg(LOG_ERR, "journal-file: %s%s: %s", o->files[0],
		    o->files_n > 1 ? " and more" : "",
		    rc == -EBADMSG || rc == -ENODATA ? "not a journal" :
						       strerror(-rc));
	else if (rc == -ENOENT || rc == -EACCES || rc == -EPERM)
		log_msg(LOG_ERR,
		    "journal-none: no journal that may be read: does "
		    "systemd-journald run, may the group read it?");
	else
		log_msg(LOG_ERR, "journal-fault: %s", strerror(-rc));
	return false;
}

/* A fault in the midst of it is tried again, from behind the last entry. */
static bool
read_all(struct reader *r)
{
	int rc;

	for (;;) {
		rc = read_once(r);
		if (rc == 0)
			break;
		if (!r->opt.follow || rc == -ENOENT)
			return say_fault(&r->opt, rc);
		if (log_every(&r->fault, now_us() / 1000, NULL))
			log_msg(LOG_WARNING, "journal-again: %s; trying again",
			    strerror(-rc));
		if (!on_idle(r, -1, 0, AGAIN_S * 1000))
			break;
	}
	return r->gone ? r->opt.follow : fflush(stdout) == 0;
}

/* Where to begin, when nobody waits for us to be told. */
static bool
set_since(struct reader *r)
{
	const char *since = r->opt.since;

	if (since == NULL)
		since = r->opt.follow ? "end" : "0";
	if (strcmp(since, "-") != 0)
		r->since_us = parse_since(since);
	return r->since_us >= 0;
}

int
main(int argc, char **argv)
{
	struct reader r = { 0 };
	const struct options *o = &r.opt;
	int rc = parse_options(&r.opt, argc, argv);
	struct str units;

	if (rc != OPT_GO)
		return rc;
	units = (struct str){ o->units,
		o->units == NULL ? 0 : strlen(o->units) };
	if (!journal_units(&r.who.units, units))
		return usage("--units: not a list of units: ", o->units);
	if (o->uids != NULL && !parse_uids(&r.who, o->uids))
		return usage("--uids: not a list of numbers: ", o->uids);
	if (!set_since(&r))
		return usage("--since: not a time: ", o->since);
	if (o->uids == NULL)
		find_uids(&r.who);
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("zfw-journal",
	    LOG_TO_STDERR | (o->facility == NULL ? 0 : LOG_TO_SYSLOG),
	    o->facility);
	if (!confine(o))
		return 1;
	if (o->since != NULL && strcmp(o->since, "-") == 0 &&
	    !read_since(&r.since_us))
		return 1;
	return read_all(&r) ? 0 : 1;
}
