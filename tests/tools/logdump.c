/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logdump - prints every field of the events of a mail log, for the tests
 *
 * zt-link: fp/addr @LOGLINE
 *
 * `logdump [--bench N] < LOG`.  One row of tab separated fields for each
 * line, `none` as the kind where there is no event: line, kind, client, port,
 * qid, name, helo, sender, rcpt, reason, code, nrcpt, flags.  With --bench
 * it reads the whole log once, parses it N times and prints the rate.
 */
#include "daemon/logline.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOW_MS    1798761600000 /* 2027-01-01 */
#define LINES_MAX 100000

static void
print_str(struct str s)
{
	putchar('\t');
	for (size_t i = 0; i < s.n; i++)
		putchar((unsigned char)s.p[i] < ' ' ? '?' : s.p[i]);
}

static void
print_event(const struct log_event *ev, unsigned long line)
{
	char client[ADDR_STRLEN] = "";

	if (ev->client.family != 0)
		addr_print(&ev->client, client);
	printf("%lu\t%s\t%s\t%u", line, log_kind_name[ev->kind], client,
	    ev->port);
	print_str(ev->qid);
	print_str(ev->name);
	print_str(ev->helo);
	print_str(ev->sender);
	print_str(ev->rcpt);
	print_str(ev->reason);
	printf("\t%u\t%u\t%s%s%s%s%s%s%s\n", ev->code, ev->nrcpt,
	    ev->soft ? "S" : "", ev->null_sender ? "N" : "",
	    ev->rdns_none ? "R" : "", ev->rdns_unconfirmed ? "U" : "",
	    ev->has_counters ? "C" : "", ev->queued ? "Q" : "",
	    ev->submission ? "A" : "");
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
bench(const struct logline_conf *conf, const struct str *lines, size_t n,
    unsigned rounds)
{
	const int64_t now_ms = (int64_t)time(NULL) * 1000;
	unsigned long kinds[LOG_KINDS] = { 0 };
	double start = now_s(), s;
	struct logline_reader *r = logline_reader_new(conf);
	size_t bytes = 0;

	if (r == NULL)
		return;
	for (unsigned k = 0; k < rounds; k++)
		for (size_t i = 0; i < n; i++) {
			struct log_event ev;

			kinds[logline_read(r, lines[i], now_ms, &ev)]++;
			bytes += lines[i].n;
		}
	s = now_s() - start;
	logline_reader_free(r);
	printf("result log_lines %.2f M/s\n", (double)(n * rounds) / s / 1e6);
	printf("result log_bytes %.0f MB/s\n", (double)bytes / s / 1e6);
	printf("result log_none %.1f %%\n",
	    100.0 * (double)kinds[LOG_NONE] / (double)(n * rounds));
}

int
main(int argc, char **argv)
{
	static const char *const submission[] = { "submission", "smtps", NULL };
	static struct str lines[LINES_MAX];
	struct logline_conf conf = { { 0, 2026 }, submission };
	size_t n = 0, room = 0;
	char *line = NULL;
	ssize_t len;

	for (; n < LINES_MAX && (len = getline(&line, &room, stdin)) > 0; n++) {
		lines[n] = (struct str){ line, (size_t)len };
		if (line[len - 1] == '\n')
			lines[n].n--;
		line = NULL;
		room = 0;
	}
	free(line);
	if (argc == 3 && strcmp(argv[1], "--bench") == 0) {
		conf.time.year = 0;
		bench(&conf, lines, n, (unsigned)atoi(argv[2]));
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct log_event ev;

		logline_parse(&conf, lines[i], NOW_MS, &ev);
		print_event(&ev, i + 1);
	}
	return 0;
}
