/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * p0fquery - asks a p0f socket about addresses, one line each
 *
 * zt-link: fp/p0fapi fp/addr
 *
 * All questions go over one connection.  With -i so many further connections
 * are there meanwhile that say nothing, or half a question.  -b sends a bad
 * question first.  Exit 1 when an answer does not come within five seconds.
 */
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fp/p0fapi.h"

#define WAIT_MS 5000

static const char usage[] =
    "usage: p0fquery [-b] [-i IDLE] SOCKET ADDRESS...\n";

static int
dial(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(sa.sun_path))
		errx(2, "%s: too long", path);
	memcpy(sa.sun_path, path, strlen(path));
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		err(1, "%s", path);
	return fd;
}

/* They live as long as we do. */
static void
idle(const char *path, long n)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		err(1, "descriptors");
	if (r.rlim_max < (rlim_t)n + 100)
		r.rlim_max = (rlim_t)n + 100; /* root may */
	r.rlim_cur = r.rlim_max;
	if (n > 0 && setrlimit(RLIMIT_NOFILE, &r) != 0)
		errx(1, "no %ld descriptors", n);
	for (long i = 0; i < n; i++) {
		int fd = dial(path);

		if (i % 2 != 0 && write(fd, "half", 4) != 4)
			err(1, "%s", path);
	}
}

/* All of it, within the time. */
static void
receive(int fd, uint8_t *b, size_t n)
{
	struct pollfd p = { fd, POLLIN, 0 };

	for (size_t at = 0; at < n;) {
		ssize_t got = poll(&p, 1, WAIT_MS) == 1 ?
		    read(fd, b + at, n - at) :
		    -1;

		if (got <= 0)
			errx(1, "no answer");
		at += (size_t)got;
	}
}

static struct p0fapi_reply
ask(int fd, const uint8_t q[P0FAPI_QUERY_BYTES])
{
	uint8_t b[P0FAPI_REPLY_BYTES];
	struct p0fapi_reply r;

	if (write(fd, q, P0FAPI_QUERY_BYTES) != P0FAPI_QUERY_BYTES)
		err(1, "asking");
	receive(fd, b, sizeof(b));
	if (!p0fapi_reply_read(b, &r))
		errx(1, "that is no answer of p0f's");
	return r;
}

static void
print(const char *who, const struct p0fapi_reply *r)
{
	static const char *const quality[] = { "exact", "fuzzy", "generic",
		"fuzzy,generic" };

	printf("%s status=%#04x", who, r->status);
	if (r->status != P0FAPI_OK) {
		puts("");
		return;
	}
	printf(" first=%u last=%u conn=%u up_min=%u up_mod_days=%u nat=%u "
	       "chg=%u dist=%d bad_sw=%u quality=%s os=\"%s\" flavor=\"%s\" "
	       "http=\"%s%s\" link=\"%s\" language=\"%s\"\n",
	    r->first_seen_s, r->last_seen_s, r->total_conn, r->uptime_min,
	    r->up_mod_days, r->last_nat_s, r->last_chg_s, r->distance,
	    r->bad_sw, quality[r->os_match_q & 3], r->os_name, r->os_flavor,
	    r->http_name, r->http_flavor, r->link_type, r->language);
}

static void
ask_about(int fd, const char *text)
{
	uint8_t q[P0FAPI_QUERY_BYTES];
	struct p0fapi_reply r;
	struct addr a;

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		errx(2, "%s is not an address", text);
	p0fapi_query_write(&a, q);
	r = ask(fd, q);
	print(text, &r);
}

int
main(int argc, char **argv)
{
	static const uint8_t nonsense[P0FAPI_QUERY_BYTES] = "nonsense";
	bool bad = false;
	long idle_n = 0;
	int c, fd;

	while ((c = getopt(argc, argv, "bi:")) != -1)
		if (c == 'b')
			bad = true;
		else if (c == 'i')
			idle_n = strtol(optarg, NULL, 10);
		else
			goto wrong;
	if (argc - optind < 2)
		goto wrong;
	idle(argv[optind], idle_n);
	fd = dial(argv[optind]);
	if (bad) {
		struct p0fapi_reply r = ask(fd, nonsense);

		print("nonsense", &r);
	}
	for (int i = optind + 1; i < argc; i++)
		ask_about(fd, argv[i]);
	return 0;
wrong:
	fputs(usage, stderr);
	return 2;
}
