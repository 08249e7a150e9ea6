/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario - runs *.zs files: promises as small plays in virtual time
 *
 * zt-link: tests/tools/lib/zs_text tests/tools/lib/zs_world
 * zt-link: tests/tools/lib/zs_net tests/tools/lib/zs_mail tests/tools/lib/zs_trait
 * zt-link: tests/tools/lib/zs_expect tests/tools/lib/zs_people
 * zt-link: tests/tools/lib/zs_front tests/tools/lib/stack
 * zt-link: @ENGINE @SIGFILE @CONFIG daemon/log daemon/signatures
 * zt-libs: libsodium libconfuse libm libpcre2-8
 *
 * Each file is one world of its own.  tests/scenario/README has the language.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>

#include "tests/tools/lib/zs.h"

#define START_S 1740988800 /* 2025-03-03 08:00:00 UTC */

struct script {
	char **lines;
	size_t n, max;
	int depth;
};

/* ---- words that make something happen ---- */

static const struct os_stack *
take_stack(const struct zs *z, struct zs_words *w)
{
	const struct os_stack *st;
	const char *name;

	if (!zs_is(w, "stack"))
		return stack_named("linux");
	name = zs_next(z, w, "a stack");
	st = stack_named(name);
	if (st == NULL)
		zs_die(z, "no stack %s", name);
	return st;
}

static void
do_conf(struct zs *z, struct zs_words *w)
{
	const char *name = zs_next(z, w, "a setting");

	if (!zs_is(w, "="))
		zs_die(z, "conf NAME = VALUE");
	zs_conf(z, name, zs_next(z, w, "a value"));
}

static void
do_at(struct zs *z, struct zs_words *w)
{
	zs_time(z, z->start_us + zs_duration(z, zs_next(z, w, "a time")));
}

static void
do_after(struct zs *z, struct zs_words *w)
{
	zs_pass(z, zs_duration(z, zs_next(z, w, "a time")));
}

static void
do_clock(struct zs *z, struct zs_words *w)
{
	bool back = zs_is(w, "back");
	int64_t us = zs_duration(z, zs_next(z, w, "a time"));

	zs_clock(z, back ? -us : us);
}

static void
do_syn(struct zs *z, struct zs_words *w)
{
	uint16_t port;
	struct addr a = zs_peer(z, zs_next(z, w, "an address"), &port);

	if (!zs_is(w, "again")) {
		zs_syn(z, &a, port, take_stack(z, w));
		return;
	}
	if (zs_flow(z, &a, port) == NULL)
		zs_die(z, "it has not sent any");
	zs_syn_again(z, zs_flow(z, &a, port));
}

static void
do_open(struct zs *z, struct zs_words *w)
{
	uint16_t port;
	struct addr a = zs_peer(z, zs_next(z, w, "an address"), &port);

	zs_open(z, &a, port, take_stack(z, w));
}

static struct zs_flow *
take_flow(struct zs *z, struct zs_words *w)
{
	uint16_t port;
	const char *word = zs_next(z, w, "an address");
	struct addr a = zs_peer(z, word, &port);
	struct zs_flow *f = zs_flow(z, &a, port);

	if (f == NULL)
		zs_die(z, "%s has no connection", word);
	return f;
}

static enum zs_fate
take_fate(struct zs_words *w)
{
	if (zs_is(w, "lost"))
		return ZS_LOST;
	if (zs_is(w, "late"))
		return ZS_LATE;
	return zs_is(w, "again") ? ZS_AGAIN : ZS_SEEN;
}

static void
do_side(struct zs *z, struct zs_words *w, bool client)
{
	struct zs_flow *f = take_flow(z, w);
	bool rst = zs_is(w, "resets");
	char text[2048];

	if (rst || zs_is(w, "leaves")) {
		client ? zs_client_ends(z, f, rst) : zs_server_ends(z, f, rst);
		return;
	}
	if (zs_is(w, "sends"))
		snprintf(text, sizeof(text), "%s", zs_next(z, w, "a text"));
	else if (zs_is(w, "says"))
		snprintf(text, sizeof(text), "%s\r\n", zs_next(z, w, "a text"));
	else
		zs_die(z, "says, sends, leaves or resets?");
	zs_says(z, f, client, take_fate(w), text);
}

static void
do_client(struct zs *z, struct zs_words *w)
{
	do_side(z, w, true);
}

static void
do_server(struct zs *z, struct zs_words *w)
{
	do_side(z, w, false);
}

static void
do_log(struct zs *z, struct zs_words *w)
{
	int64_t age_us = 0;

	if (zs_is(w, "classic")) {
		zs_log_classic(z, zs_next(z, w, "a line"));
		return;
	}
	if (zs_is(w, "stamped"))
		age_us = zs_duration(z, zs_next(z, w, "a time"));
	zs_log(z, age_us, zs_next(z, w, "a line"));
}

static void
do_restart(struct zs *z, struct zs_words *w)
{
	(void)w;
	zs_restart(z);
}

static void
do_capture(struct zs *z, struct zs_words *w)
{
	bool client = zs_is(w, "client"), server = zs_is(w, "server");

	if (client || server || zs_is(w, "both")) {
		z->hidden[true] = server;
		z->hidden[false] = client;
		return;
	}
	if (!zs_is(w, "off") || z->engine != NULL)
		zs_die(z, "`capture off`, before anything else");
	z->witness = false;
}

static void
do_packets(struct zs *z, struct zs_words *w)
{
	z->twice = zs_is(w, "twice");
	if (!z->twice && !zs_is(w, "once"))
		zs_die(z, "packets once or twice");
}

static void
do_cut(struct zs *z, struct zs_words *w)
{
	z->cut = zs_is(w, "on");
	if (!z->cut && !zs_is(w, "off"))
		zs_die(z, "cut on or off");
	if (z->engine != NULL)
		engine_set_cut(z->engine, z->cut);
}

static const struct {
	const char *word;
	void (*run)(struct zs *z, struct zs_words *w);
} commands[] = {
	{ "conf", do_conf },
	{ "at", do_at },
	{ "after", do_after },
	{ "clock", do_clock },
	{ "syn", do_syn },
	{ "open", do_open },
	{ "client", do_client },
	{ "server", do_server },
	{ "session", zs_session },
	{ "log", do_log },
	{ "block", zs_admin_block },
	{ "unblock", zs_admin_unblock },
	{ "allow", zs_admin_allow },
	{ "listed", zs_listed },
	{ "own", zs_own },
	{ "report", zs_report },
	{ "dns", zs_dns },
	{ "cut", do_cut },
	{ "click", zs_click },
	{ "front", zs_front },
	{ "restart", do_restart },
	{ "capture", do_capture },
	{ "packets", do_packets },
	{ "expect", zs_expect },
};

static void
run_line(struct zs *z, char *text)
{
	struct zs_words w;
	const char *word;

	zs_split(z, text, &w);
	if (w.n == 0)
		return;
	word = zs_next(z, &w, "a word");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].word, word) == 0) {
			commands[i].run(z, &w);
			zs_end(z, &w);
			return;
		}
	zs_die(z, "\"%s\" is not a word of this language", word);
}

/* ---- loops ---- */

static const char *
first_word(const char *line, char buf[16])
{
	size_t n;

	line += strspn(line, " \t");
	n = strcspn(line, " \t");
	snprintf(buf, 16, "%.*s", (int)(n < 15 ? n : 15), line);
	return buf;
}

static bool
opens_loop(const char *line)
{
	char word[16];

	first_word(line, word);
	return strcmp(word, "for") == 0 || strcmp(word, "repeat") == 0;
}

static bool
is_end(const char *line)
{
	char word[16];

	return strcmp(first_word(line, word), "end") == 0;
}

/* The line of the `end` that closes the loop begun at `at`. */
static size_t
find_end(struct zs *z, const struct script *s, size_t at)
{
	int depth = 0;

	for (size_t i = at; i < s->n; i++) {
		depth += opens_loop(s->lines[i]);
		depth -= is_end(s->lines[i]);
		if (depth == 0)
			return i;
	}
	z->line = (int)at + 1;
	zs_die(z, "this loop has no end");
}

static void run_lines(struct zs *z, struct script *s, size_t from, size_t to);

/* `for x in 1..24`, `for x in a b c`, `repeat 3` */
static void
run_loop(struct zs *z, struct script *s, size_t at, size_t end)
{
	char *text = zs_expand(z, s->lines[at]), value[32];
	struct zs_words w;
	const char *name = "i", *word;
	long lo = 1, hi;
	bool repeat;

	zs_split(z, text, &w);
	if (zs_is(&w, "for")) {
		name = zs_next(z, &w, "a variable");
		if (!zs_is(&w, "in"))
			zs_die(z, "for NAME in 1..9, or in A B C");
	} else {
		(void)zs_is(&w, "repeat");
	}
	word = zs_next(z, &w, "a range");
	repeat = strcmp(w.v[0], "repeat") == 0;
	if (repeat)
		hi = zs_number(z, word);
	if (repeat || sscanf(word, "%ld..%ld", &lo, &hi) == 2) {
		for (long i = lo; i <= hi; i++) {
			snprintf(value, sizeof(value), "%ld", i);
			zs_set_var(z, name, value);
			run_lines(z, s, at + 1, end);
		}
	} else {
		for (; word != NULL;
		     word = zs_more(&w) ? zs_next(z, &w, "") : NULL) {
			zs_set_var(z, name, word);
			run_lines(z, s, at + 1, end);
		}
	}
	free(text);
}

static void
run_lines(struct zs *z, struct script *s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char *text;

		z->line = (int)i + 1;
		if (s->lines[i][strspn(s->lines[i], " \t")] == '#')
			continue;
		if (opens_loop(s->lines[i])) {
			size_t end = find_end(z, s, i);

			run_loop(z, s, i, end);
			i = end;
			continue;
		}
		if (is_end(s->lines[i]))
			zs_die(z, "there is no loop to end");
		if (z->qid[0] != '\0')
			zs_set_var(z, "qid", z->qid);
		text = zs_expand(z, s->lines[i]);
		run_line(z, text);
		free(text);
	}
}

/* ---- files ---- */

static void
read_script(struct zs *z, struct script *s)
{
	FILE *f = fopen(z->file, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (f == NULL)
		zs_die(z, "cannot open the file");
	while ((n = getline(&line, &size, f)) != -1) {
		if (n > 0 && line[n - 1] == '\n')
			line[n - 1] = '\0';
		s->lines = zs_grow(z, s->lines, s->n, &s->max,
		    sizeof(*s->lines));
		s->lines[s->n++] = line;
		line = NULL;
		size = 0;
	}
	free(line);
	fclose(f);
}

/* A scenario that does not say what it is about tells nobody anything. */
static void
check_head(struct zs *z, const struct script *s)
{
	z->line = 1;
	for (size_t i = 0; i < s->n && s->lines[i][0] == '#'; i++) {
		const char *p = s->lines[i];

		if (strstr(p, "SPDX-License-Identifier") != NULL)
			continue;
		while (*p != '\0' && isalpha((unsigned char)*p) == 0)
			p++;
		if (*p != '\0')
			return;
	}
	zs_die(z, "the file must begin with a comment: what is promised?");
}

static void
defaults(struct zs *z)
{
	z->witness = true;
	z->start_us = z->now_us = (int64_t)START_S * 1000000;
	zs_conf(z, "mode", "\"enforce\"");
	zs_conf(z, "own_names", "{\"mx.example.org\", \"example.org\"}");
	zs_conf(z, "audit", "0");
	zs_conf(z, "leak", "0");
	zs_conf(z, "spam_traps", "{\"trap@example.org\", \"@trap.example\"}");
}

static FILE *
create(const struct zs *z, const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		zs_die(z, "cannot write %s", path);
	return f;
}

static int
usage(void)
{
	fputs("usage: scenario [-v] [--write-pcap FILE] [--write-log FILE] "
	      "FILE.zs\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "write-pcap", required_argument, NULL, 'p' },
		{ "write-log", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	const char *pcap = NULL, *log = NULL;
	struct script s = { .lines = NULL };
	static struct zs z; /* too big for a stack */
	int opt;

	while ((opt = getopt_long(argc, argv, "v", options, NULL)) != -1) {
		if (opt == 'p')
			pcap = optarg;
		else if (opt == 'l')
			log = optarg;
		else if (opt == 'v')
			z.verbose = true;
		else
			return usage();
	}
	if (optind + 1 != argc)
		return usage();
	z.file = argv[optind];
	defaults(&z);
	if (pcap != NULL)
		z.pcap = create(&z, pcap);
	if (log != NULL)
		z.log = create(&z, log);
	zs_pcap_begin(&z);
	read_script(&z, &s);
	check_head(&z, &s);
	run_lines(&z, &s, 0, s.n);
	zs_free(&z);
	for (size_t i = 0; i < s.n; i++)
		free(s.lines[i]);
	free(s.lines);
	if (z.pcap != NULL)
		fclose(z.pcap);
	if (z.log != NULL)
		fclose(z.log);
	printf("zt %u %u 0\n", z.passed, z.failed);
	return z.failed != 0;
}
