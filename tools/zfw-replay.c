/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zfw-replay - try a policy on a recording, in virtual time, without root */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/lists.h"
#include "daemon/signatures.h"
#include "tools/replay.h"

#define CHANGES_MAX 32

static const char usage_text[] =
    "usage: zfw-replay [-c CONF] [--pcap FILE...] [--log FILE...]\n"
    "                  [--format text|jsonl] [--year YEAR] [--events]\n"
    "                  [--truth FILE] [--report FILE]\n"
    "                  [--explain ADDRESS]... [--what-if KEY=VALUE]...\n"
    "                  [--state DIR]\n"
    "\n"
    "Runs captures and mail logs through the engine of zfw and prints what\n"
    "it decides; a summary goes to standard error.\n"
    "\n"
    "  -c CONF             take the policy from this zfwd.conf\n"
    "  --pcap FILE...      pcap or pcapng files, e.g. of `zfwd --record`;\n"
    "                      - is standard input\n"
    "  --log FILE...       mail logs of the same time\n"
    "  --format F          text (default) or jsonl, one JSON object a line\n"
    "  --year YEAR         of log stamps that have none\n"
    "  --events            print what was understood of each log line\n"
    "  --truth FILE        lines `ADDRESS LABEL`: report how good it was\n"
    "  --report FILE       write that report there, too, as JSON\n"
    "  --explain ADDRESS   tell all that led to what zfw thinks of it\n"
    "  --what-if KEY=VALUE compare with that setting, and print what "
    "differs\n"
    "  --state DIR         leave what was learned there, as a state_dir; it\n"
    "                      must be empty or not there\n"
    "  --help, --version\n";

struct options {
	const char *conf;
	struct replay_conf r;
	const char *changes[CHANGES_MAX];
	bool events;
	int year;
};

/* A config and what is made of it. */
struct setup {
	struct config *conf;
	struct signatures *sigs;
	struct patterns *patterns;
	struct lists *lists;
};

static int
usage(const char *what, const char *arg)
{
	fprintf(stderr, "zfw-replay: %s%s\n", what, arg);
	fputs("try `zfw-replay --help`\n", stderr);
	return 2;
}

/* Takes all words up to the next option. */
static size_t
take_files(char **argv, int argc, int *i, const char **to, size_t n)
{
	while (*i + 1 < argc && n < REPLAY_FILES_MAX &&
	    (argv[*i + 1][0] != '-' || argv[*i + 1][1] == '\0'))
		to[n++] = argv[++*i];
	return n;
}

/* An option with a value: 0, else exit with the value - 1. */
static int
parse_value(struct options *o, const char *a, const char *v)
{
	if (strcmp(a, "-c") == 0)
		o->conf = v;
	else if (strcmp(a, "--year") == 0)
		o->year = atoi(v);
	else if (strcmp(a, "--truth") == 0)
		o->r.truth_path = v;
	else if (strcmp(a, "--report") == 0)
		o->r.report_path = v;
	else if (strcmp(a, "--state") == 0)
		o->r.state_dir = v;
	else if (strcmp(a, "--explain") == 0) {
		if (!explain_add(&o->r.explain, v))
			return 1 +
			    usage("--explain: not an address, or too "
				  "many: ",
				v);
	} else if (strcmp(a, "--what-if") == 0) {
		if (strchr(v, '=') == NULL || o->r.changes_n == CHANGES_MAX)
			return 1 +
			    usage("--what-if: not KEY=VALUE, or too "
				  "many: ",
				v);
		o->changes[o->r.changes_n++] = v;
	} else if (strcmp(a, "--format") == 0 && strcmp(v, "jsonl") == 0)
		o->r.jsonl = true;
	else if (strcmp(a, "--format") != 0 || strcmp(v, "text") != 0)
		return 1 + usage("not an option: ", a);
	return 0;
}

/* 0 go on, else exit with the value - 1. */
static int
parse_one(struct options *o, char **argv, int argc, int *i)
{
	const char *a = argv[*i];

	if (strcmp(a, "--help") == 0) {
		fputs(usage_text, stdout);
		return 1;
	}
	if (strcmp(a, "--version") == 0) {
		puts("zfw-replay " ZFW_VERSION);
		return 1;
	}
	if (strcmp(a, "--pcap") == 0) {
		o->r.pcaps_n = take_files(argv, argc, i, o->r.pcaps,
		    o->r.pcaps_n);
		return 0;
	}
	if (strcmp(a, "--log") == 0) {
		o->r.logs_n = take_files(argv, argc, i, o->r.logs, o->r.logs_n);
		return 0;
	}
	if (strcmp(a, "--events") == 0) {
		o->events = true;
		return 0;
	}
	if (*i + 1 >= argc)
		return 1 + usage("unknown option or missing value: ", a);
	return parse_value(o, a, argv[++*i]);
}

/* ---- the configs ---- */

static void
setup_fini(struct setup *s)
{
	signatures_free(s->sigs);
	patterns_free(s->patterns);
	lists_free(s->lists);
	config_free(s->conf);
}

/* What a config needs besides, for replay_run(). */
static bool
setup_init(struct setup *s, const struct options *o, struct world_policy *with,
    char err[CONFIG_ERRLEN])
{
	const struct hash_key fixed = { 0 }; /* as all of a replay */
	struct policy *p = &s->conf->policy;
	char why[PATTERN_ERRLEN];

	s->patterns = patterns_new((const char *const *)s->conf->patterns, why);
	if (s->patterns == NULL) {
		(void)snprintf(err, CONFIG_ERRLEN, "%.150s: patterns: %.300s",
		    s->conf->path, why);
		return false;
	}
	if ((s->lists = lists_new(s->conf, err)) == NULL ||
	    (s->sigs = signatures_new(s->conf->signature_files, &fixed, err)) ==
		NULL)
		return false;
	p->log_year = (int16_t)o->year;
	*with = (struct world_policy){ p, signatures_cache(s->sigs),
		s->patterns };
	return true;
}

/* A config as it is printed; NULL when memory is short. */
static char *
printed(const struct config *conf)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return NULL;
	fputc('\n', f); /* every line is between two of these */
	config_print(conf, f);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

/* Is this line about a key that one of the changes sets? */
static bool
is_changed(const char *line, const struct options *o)
{
	size_t n = strcspn(line, " =");

	for (size_t i = 0; i < o->r.changes_n; i++) {
		const char *change = o->changes[i];

		if (strcspn(change, " =") == n && strncmp(line, change, n) == 0)
			return true;
	}
	return false;
}

/*
 * The changes, each on the line of its number, which errors name; then what
 * the config sets besides.  Defaults are left out: they give way where keys
 * depend on each other.
 */
static void
print_changed(char *conf, const char *defaults, const struct options *o,
    FILE *f)
{
	char *line, *next = conf;

	for (size_t i = 0; i < o->r.changes_n; i++)
		fprintf(f, "%s\n", o->changes[i]);
	while ((line = next) != NULL) {
		size_t n = strcspn(line + 1, "\n");
		char after = line[n + 1];
		bool is_default;

		/* With the newlines around it, so that it is a whole line. */
		next = after == '\0' ? NULL : line + n + 1;
		line[n + 1] = '\0';
		is_default = strstr(defaults, line) != NULL;
		line[n + 1] = after;
		if (n > 0 && !is_default && !is_changed(line + 1, o))
			fprintf(f, "%.*s\n", (int)n, line + 1);
	}
}

static struct config *
changed_config(const struct config *conf, const struct options *o,
    char err[CONFIG_ERRLEN])
{
	struct config *none = config_read(NULL, err), *c = NULL;
	char *defaults = none == NULL ? NULL : printed(none);
	char *base = printed(conf), *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)snprintf(err, CONFIG_ERRLEN, "no memory");
	if (f != NULL && defaults != NULL && base != NULL)
		print_changed(base, defaults, o, f);
	if (f != NULL && fclose(f) == 0 && defaults != NULL && base != NULL)
		c = config_parse("--what-if", text, err);
	free(text);
	free(base);
	free(defaults);
	config_free(none);
	return c;
}

static bool
make_setups(struct options *o, struct setup s[REPLAY_POLICIES],
    char err[CONFIG_ERRLEN])
{
	s[0].conf = config_read(o->conf, err);
	if (s[0].conf == NULL || !setup_init(&s[0], o, &o->r.with[0], err))
		return false;
	o->r.policies_n = 1;
	if (o->r.changes_n == 0)
		return true;
	s[1].conf = changed_config(s[0].conf, o, err);
	o->r.policies_n = 2;
	return s[1].conf != NULL && setup_init(&s[1], o, &o->r.with[1], err);
}

static int
run(struct options *o)
{
	struct setup s[REPLAY_POLICIES] = { 0 };
	char err[CONFIG_ERRLEN];
	int rc = -1;

	o->r.out = stdout;
	o->r.changes = o->changes;
	/* Of JSON lines nothing else gets in between. */
	o->r.explain.out = o->r.jsonl ? stderr : stdout;
	if (make_setups(o, s, err))
		rc = o->events ? replay_events(&o->r, err) :
				 replay_run(&o->r, stderr, err);
	if (rc != 0)
		fprintf(stderr, "zfw-replay: %s\n", err);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "zfw-replay: standard output: write error\n");
		rc = -1;
	}
	for (size_t i = 0; i < REPLAY_POLICIES; i++)
		setup_fini(&s[i]);
	return rc == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };

	for (int i = 1; i < argc; i++) {
		int rc = parse_one(&o, argv, argc, &i);

		if (rc != 0)
			return rc - 1;
	}
	if (o.r.pcaps_n + o.r.logs_n == 0)
		return usage("nothing to read: give --pcap or --log", "");
	if (o.year != 0 && (o.year < 1970 || o.year > 9999))
		return usage("--year: not a year", "");
	if (o.r.report_path != NULL && o.r.truth_path == NULL)
		return usage("--report: needs --truth", "");
	if (o.r.state_dir != NULL && (o.r.changes_n > 0 || o.events))
		return usage("--state: not with --what-if or --events", "");
	return run(&o);
}
