/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soakgen - clients and a mail server on both sides of a gateway, for hours
 *
 * zt-link: tests/tools/lib/soakwire tests/tools/lib/soaktalk
 * zt-link: tests/tools/lib/soaksess tests/tools/lib/soakclient
 * zt-link: tests/tools/lib/stackmix tests/tools/lib/stack fp/addr fp/hash
 * zt-libs: libsodium
 *
 *	soakgen KEY=VALUE...
 *		world=NETNS,IFACE,MAC	where clients are, and the gateway's MAC
 *		mx=NETNS,IFACE,MAC	where their server is
 *		to=IPV4,IPV6		the server; no host may have these
 *		log=FILE		what Postfix would log of them
 *		clock=FILE		what the wall clock is ahead, see
 *					tests/e2e/chaos/clockshift.c
 *		rate=N			connections a second (1500)
 *		zombies=N		of a hundred (80)
 *		pool=N			so many zombies there are (400000)
 *		new=N			of a hundred connections of zombies, these
 *					are of the next in the pool; the others
 *					of one of the last 65,536 (50)
 *		seconds=N		0 = until SIGTERM
 *
 * Whole SMTP sessions as packets: a connection goes on when its SYN has come
 * through the gateway, else the SYN is sent again after 1 and 2 s.  Who is
 * answered by somebody else than the server (the gateway's front) talks to
 * that.  SIGHUP opens the log anew.  Once a second a line with all counts so
 * far goes to stdout; `lost TIME ADDRESS` tells of a mail server that nobody
 * answered.  For network namespaces of a test's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/lib/soaksess.h"

#define NAP_NS 1000000

struct gen {
	struct soak s;
	uint64_t rate, seconds;
};

static volatile sig_atomic_t sig_end, sig_log;

static void
on_signal(int sig)
{
	if (sig == SIGHUP)
		sig_log = 1;
	else
		sig_end = 1;
}

static int64_t
mono_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
tell(const struct soak *g)
{
	const struct soak_counts *n = &g->n;
	const struct {
		const char *name;
		uint64_t n;
	} all[] = { { "begun", n->begun }, { "passed", n->passed },
		{ "again", n->again }, { "stopped", n->stopped },
		{ "front", n->front }, { "cut", n->cut },
		{ "servers", n->servers },
		{ "servers_again", n->servers_again },
		{ "servers_lost", n->servers_lost }, { "lines", n->lines },
		{ "full", n->full }, { "open", g->open_n },
		{ "zombies", g->clients.zombies },
		{ "refused",
		    g->wire.end[0].refused + g->wire.end[1].refused } };

	printf("at %.3f", (double)soak_wall_us() / 1e6);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		printf(" %s %llu", all[i].name, (unsigned long long)all[i].n);
	putchar('\n');
	fflush(stdout);
}

static void
connections(struct gen *g, int64_t base_us, uint64_t *made)
{
	uint64_t want = (uint64_t)(g->s.now_us - base_us) * g->rate / 1000000;

	/* After a pause there is no burst: what is late is left out. */
	if (want > *made + g->rate / 10)
		*made = want - g->rate / 10;
	for (; *made < want; ++*made)
		soak_begin(&g->s);
}

static void
run(struct gen *g)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	const int64_t base_us = mono_us(),
		      end_us = base_us + (int64_t)g->seconds * 1000000;
	int64_t told_us = base_us;
	uint64_t made = 0;

	g->s.slot = (uint64_t)base_us / SOAK_SLOT_US;
	while (!sig_end) {
		g->s.now_us = mono_us();
		if (g->seconds > 0 && g->s.now_us > end_us)
			break;
		if (sig_log) {
			sig_log = 0;
			(void)soak_log_open(&g->s);
		}
		connections(g, base_us, &made);
		soak_turn(&g->s);
		if (g->s.now_us - told_us > 1000000) {
			told_us = g->s.now_us;
			tell(&g->s);
		}
		(void)nanosleep(&nap, NULL);
	}
	tell(&g->s);
}

/* ---- arguments ---- */

static int
map_clock(struct gen *g, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED :
			   mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return -errno;
	g->s.clock = p;
	return 0;
}

static int
read_to(struct gen *g, const char *text)
{
	const char *comma = strchr(text, ',');

	if (comma == NULL ||
	    !addr_parse((struct str){ text, (size_t)(comma - text) },
		&g->s.to[0]) ||
	    !addr_parse((struct str){ comma + 1, strlen(comma + 1) },
		&g->s.to[1]) ||
	    g->s.to[0].family != 4 || g->s.to[1].family != 6)
		return -EINVAL;
	return 0;
}

static int
read_word(struct gen *g, const char *key, const char *value)
{
	unsigned long n = strtoul(value, NULL, 10);

	if (strcmp(key, "world") == 0)
		return soakwire_open(&g->s.wire, SOAK_WORLD, value);
	if (strcmp(key, "mx") == 0)
		return soakwire_open(&g->s.wire, SOAK_MX, value);
	if (strcmp(key, "to") == 0)
		return read_to(g, value);
	if (strcmp(key, "clock") == 0)
		return map_clock(g, value);
	if (strcmp(key, "log") == 0)
		g->s.log_path = value;
	else if (strcmp(key, "rate") == 0)
		g->rate = n;
	else if (strcmp(key, "seconds") == 0)
		g->seconds = n;
	else if (strcmp(key, "zombies") == 0)
		g->s.clients.zombies_percent = (unsigned)n;
	else if (strcmp(key, "new") == 0)
		g->s.clients.new_percent = (unsigned)n;
	else if (strcmp(key, "pool") == 0)
		g->s.clients.pool = (uint32_t)n;
	else
		return -EINVAL;
	return 0;
}

static int
read_words(struct gen *g, char **words)
{
	for (; *words != NULL; words++) {
		char key[32];
		size_t n = strcspn(*words, "=");
		int rc;

		snprintf(key, sizeof(key), "%.*s", (int)n, *words);
		rc = (*words)[n] != '=' ? -EINVAL :
					  read_word(g, key, *words + n + 1);
		if (rc != 0) {
			fprintf(stderr, "soakgen: %s: %s\n", *words,
			    strerror(-rc));
			return rc;
		}
	}
	if (g->s.wire.end[0].ifindex == 0 || g->s.wire.end[1].ifindex == 0 ||
	    g->s.log_path == NULL || g->s.to[0].family == 0 || g->rate == 0 ||
	    g->s.clients.pool == 0) {
		fputs("soakgen: world, mx, to and log are needed\n", stderr);
		return -EINVAL;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct gen *g = calloc(1, sizeof(*g));
	struct sigaction sa = { .sa_handler = on_signal };

	(void)argc;
	if (g == NULL || (g->s.log = malloc(SOAK_LOG_ROOM)) == NULL)
		return 1;
	g->rate = 1500;
	g->s.log_fd = -1;
	g->s.clients = (struct soakclients){ .zombies_percent = 80,
		.new_percent = 50,
		.pool = 400000 };
	if (read_words(g, argv + 1) != 0)
		return 2;
	if (!soak_log_open(&g->s)) {
		perror(g->s.log_path);
		return 1;
	}
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGHUP, &sa, NULL);
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	run(g);
	return 0;
}
