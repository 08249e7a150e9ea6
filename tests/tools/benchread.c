/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * benchread - single stages over a whole file, and nothing else
 *
 * zt-link: tools/logfile @LOGLINE
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/capture
 * zt-libs: libpcap libsodium
 *
 * benchread log FILE      every line through the parser (stage 5)
 * benchread traits FILE   every packet to traits (stages 1 and 2)
 * benchread sig FILE      and SYNs to a signature and its class (stage 3)
 * benchread pcap FILE     a bare libpcap loop, for comparison
 *
 * Prints how many there were, and for how many of them something came out;
 * tests/bench.sh takes the time.
 */
#include <errno.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fp/capture.h"
#include "fp/sig.h"
#include "tools/logfile.h"

struct count {
	unsigned long all, some;
};

static int
fail(const char *path, const char *why)
{
	fprintf(stderr, "benchread: %s: %s\n", path, why);
	return 1;
}

static int
read_log(const char *path, struct count *n)
{
	static const char *const submission[] = { "submission", "submissions",
		"smtps", NULL };
	const struct logline_conf conf = { { 0, 0 }, submission };
	int64_t now_ms = (int64_t)time(NULL) * 1000;
	struct logline_reader *r = logline_reader_new(&conf);
	struct log_event
	    ev; /* not in the loop: it would be cleared each time */
	struct logfile l;
	int rc = logfile_open(&l, path);

	if (r == NULL)
		rc = -ENOMEM;

	while (rc == 0 && (rc = logfile_line(&l)) > 0) {
		struct str line = { l.line, l.len };

		rc = 0;
		n->all++;
		n->some += logline_read(r, line, now_ms, &ev) != LOG_NONE;
	}
	logfile_close(&l);
	logline_reader_free(r);
	return rc == 0 ? 0 : fail(path, strerror(-rc));
}

static void
to_traits(void *arg, const struct packet *p)
{
	struct count *n = arg;
	struct traits t;

	n->all++;
	n->some += traits_parse(p, &t) == TRAITS_OK;
}

static void
to_sig(void *arg, const struct packet *p)
{
	struct count *n = arg;
	struct traits t;
	struct sig s;

	n->all++;
	if (traits_parse(p, &t) != TRAITS_OK)
		return;
	sig_make(&t, &s);
	n->some += s.text[0] != '\0';
}

static int
read_packets(const char *path, bool sig, struct count *n)
{
	char err[CAPTURE_ERRLEN];
	struct capture *c = capture_open_file(path, err);
	enum capture_status st;
	int rc = 0;

	if (c == NULL)
		return fail(path, err);
	do
		st = capture_dispatch(c, 4096, sig ? to_sig : to_traits, n);
	while (st == CAPTURE_PACKET);
	if (st == CAPTURE_ERROR)
		rc = fail(path, capture_error(c));
	capture_close(c);
	return rc;
}

static void
one_packet(u_char *arg, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct count *n = (struct count *)(void *)arg;

	n->all++;
	n->some += h->caplen > 0 && bytes[0] != 0;
}

static int
read_pcap(const char *path, struct count *n)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *c = pcap_open_offline(path, err);

	if (c == NULL)
		return fail(path, err);
	(void)pcap_loop(c, -1, one_packet, (u_char *)n);
	pcap_close(c);
	return 0;
}

int
main(int argc, char **argv)
{
	struct count n = { 0, 0 };
	const char *what = argc == 3 ? argv[1] : "";
	int rc = 2;

	if (strcmp(what, "log") == 0)
		rc = read_log(argv[2], &n);
	else if (strcmp(what, "traits") == 0 || strcmp(what, "sig") == 0)
		rc = read_packets(argv[2], what[0] == 's', &n);
	else if (strcmp(what, "pcap") == 0)
		rc = read_pcap(argv[2], &n);
	else
		fputs("usage: benchread log|traits|sig|pcap FILE\n", stderr);
	if (rc == 0)
		printf("%lu %lu\n", n.all, n.some);
	return rc;
}
