/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zfw-replay - try a policy on a recording, in virtual time, without root */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/signatures.h"
#include "tools/replay.h"

#define CLIENTS_MAX (1 << 20) /* memory is only touched as it is needed */

static const char usage_text[] =
    "usage: zfw-replay [-c CONF] [--pcap FILE...] [--log FILE...]\n"
    "                  [--format text|jsonl] [--year YEAR] [--events]\n"
    "\n"
    "Runs captures and mail logs through the engine of zfw and prints what\n"
    "it decides; a summary goes to standard error.\n"
    "\n"
    "  -c CONF         take the policy from this zfwd.conf\n"
    "  --pcap FILE...  pcap or pcapng files, e.g. of `zfwd --record`\n"
    "  --log FILE...   mail logs of the same time\n"
    "  --format F      text (default) or jsonl, one JSON object a line\n"
    "  --year YEAR     of log stamps that have none\n"
    "  --events        print what was understood of each log line\n"
    "  --help, --version\n";

struct options {
	const char *conf;
	struct replay_conf r;
	bool events;
	int year;
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
	while (*i + 1 < argc && argv[*i + 1][0] != '-' && n < REPLAY_FILES_MAX)
		to[n++] = argv[++*i];
	return n;
}

/* 0 go on, else exit with the value - 1. */
static int
parse_one(struct options *o, char **argv, int argc, int *i)
{
	const char *a = argv[*i];
	const char *v = *i + 1 < argc ? argv[*i + 1] : NULL;

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
	if (v == NULL)
		return 1 + usage("unknown option or missing value: ", a);
	++*i;
	if (strcmp(a, "-c") == 0)
		o->conf = v;
	else if (strcmp(a, "--year") == 0)
		o->year = atoi(v);
	else if (strcmp(a, "--format") == 0 && strcmp(v, "jsonl") == 0)
		o->r.jsonl = true;
	else if (strcmp(a, "--format") != 0 || strcmp(v, "text") != 0)
		return 1 + usage("not an option: ", a);
	return 0;
}

/* Packets and lines through the engine. */
static int
judge(struct options *o, const struct config *conf, char err[REPLAY_ERRLEN])
{
	const struct hash_key fixed = { 0 }; /* as all of a replay */
	struct signatures *sigs = signatures_new(conf->signature_files, &fixed,
	    err);
	int rc;

	if (sigs == NULL)
		return -1;
	o->r.sigs = signatures_cache(sigs);
	rc = replay_run(&o->r, stderr, err);
	signatures_free(sigs);
	return rc;
}

static int
run(struct options *o)
{
	char err[CONFIG_ERRLEN];
	struct config *conf = config_read(o->conf, err);
	int rc;

	if (conf == NULL) {
		fprintf(stderr, "zfw-replay: %s\n", err);
		return 1;
	}
	conf->policy.log_year = (int16_t)o->year;
	if (conf->policy.clients_max < CLIENTS_MAX)
		conf->policy.clients_max = CLIENTS_MAX;
	o->r.policy = &conf->policy;
	o->r.out = stdout;
	rc = o->events ? replay_events(&o->r, err) : judge(o, conf, err);
	if (rc != 0)
		fprintf(stderr, "zfw-replay: %s\n", err);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "zfw-replay: standard output: write error\n");
		rc = -1;
	}
	config_free(conf);
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
	return run(&o);
}
