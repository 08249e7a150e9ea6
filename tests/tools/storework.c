/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storework - a store over years and accidents, for the bench
 *
 * zt-link: @STORE @SCAN daemon/client daemon/faces daemon/ageing fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 *
 * `storework raw DIR N`: Kyoto Cabinet itself, as the store opens it, with
 * values of 170 bytes.  `sweep DIR`: visits all clients in slices as the
 * daemon does and forgets each tenth.  `open DIR`: start and the blocks.
 * `churn DIR N ROUNDS`: N clients, of whom each round replaces and changes a
 * tenth.  `kill DIR ROUNDS SEED`: a writer that is killed at random moments;
 * what it said to be stored must be there.  Prints `NAME VALUE UNIT` by the
 * wall clock; exit 1 when anything is lost.
 */
#include <kclangc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ageing.h"
#include "db/scan.h"
#include "db/store.h"

#define T0      ((int64_t)1772445600 * 1000)
#define ODD     0x9e3779b1U
#define A_TIME  16 /* as in live_sweep.c */
#define SLICE_S 0.003
#define KILL_N  20000 /* clients that the victim changes */

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct store *
opened(const char *dir)
{
	struct store_open_result res;
	struct store *s;

	if (store_open(dir, &s, &res) == 0 && !res.damaged)
		return s;
	fprintf(stderr, "storework: %s%s\n", res.error, res.aside);
	return NULL;
}

/* ---- the library alone ---- */

static bool
raw_loop(KCDB *db, size_t n, const char *name, int what)
{
	char value[170] = { 0 }, out[256];
	double at = now_s();

	for (size_t i = 0; i < n; i++) {
		uint64_t key[2] = { (uint32_t)i * ODD, 0 };

		if (what >= 1 &&
		    kcdbgetbuf(db, (char *)key, 11, out, sizeof(out)) < 0)
			return false;
		if (what != 1 &&
		    !kcdbset(db, (char *)key, 11, value, sizeof(value)))
			return false;
	}
	printf("%s %.0f clients/s\n", name, (double)n / (now_s() - at));
	return true;
}

static bool
raw(const char *dir, size_t n)
{
	char path[500];
	KCDB *db = kcdbnew();
	bool good;

	snprintf(path, sizeof(path), "%s/raw.kch#bnum=524288#msiz=0#dfunit=8",
	    dir);
	good = kcdbopen(db, path, KCOWRITER | KCOCREATE | KCOAUTOTRAN) &&
	    raw_loop(db, n, "raw_put", 0) && raw_loop(db, n, "raw_update", 2) &&
	    raw_loop(db, n, "raw_get", 1) && kcdbclose(db);
	kcdbdel(db);
	return good;
}

/* ---- the sweep ---- */

struct sweep {
	struct addr old[A_TIME];
	size_t old_n, seen, gone;
};

static void
look(void *arg, const struct client *c)
{
	struct sweep *s = arg;

	/* What it costs to judge, and then each tenth. */
	s->seen += ageing_left_ms(c, 14 * 86400, T0) >= 0;
	if (s->seen % 10 == 0)
		s->old[s->old_n++] = c->key;
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As live_sweep.c does; 1: there is more, 0: that was all, -1: it failed. */
static int
slice(struct store *s, struct store_cursor **cursor, struct sweep *sw)
{
	double until = now_s() + SLICE_S;

	do {
		for (; sw->old_n > 0 && now_s() < until; sw->gone++)
			if (store_client_del(s, &sw->old[--sw->old_n]) != 0)
				return -1;
		if (sw->old_n > 0)
			return 1;
		if (store_clients(s, cursor, A_TIME, look, sw) != 0)
			return -1;
	} while (*cursor != NULL && now_s() < until);
	return *cursor != NULL;
}

static void
say_p99(const char *name, const unsigned *slices, unsigned n)
{
	unsigned upto = 0, p99 = 0;

	while (upto * 100 < n * 99)
		upto += slices[p99++];
	printf("%s %.1f ms\n", name, (double)p99 / 10);
}

static bool
sweep(const char *dir)
{
	static unsigned walls[10000], cpus[10000]; /* tenths of ms */
	struct store_cursor *cursor = NULL;
	struct store *s = opened(dir);
	struct sweep sw = { .old_n = 0 };
	double began = now_s(), longest = 0;
	unsigned n = 0;
	int more = s == NULL ? -1 : 1;

	for (; more == 1; n++) {
		double wall = now_s(), cpu = cpu_s();

		more = slice(s, &cursor, &sw);
		wall = now_s() - wall;
		cpu = cpu_s() - cpu;
		longest = wall > longest ? wall : longest;
		walls[wall < 0.999 ? (unsigned)(wall * 1e4) : 9999]++;
		cpus[cpu < 0.999 ? (unsigned)(cpu * 1e4) : 9999]++;
	}
	printf("sweep %.0f clients/s\n", (double)sw.seen / (now_s() - began));
	say_p99("sweep_slice_cpu_p99", cpus, n);
	say_p99("sweep_slice_p99", walls, n);
	printf("sweep_longest_slice %.1f ms\n", longest * 1e3);
	store_close(s);
	return more == 0 && sw.gone > 0;
}

/* ---- start ---- */

static void
nothing(void *arg, const struct client *c)
{
	(void)arg;
	(void)c;
}

static bool
restart(const char *dir)
{
	double at = now_s();
	struct store *s = opened(dir);
	bool good = s != NULL && store_blocked(s, nothing, NULL) == 0;

	printf("restart %.0f ms\n", (now_s() - at) * 1e3);
	store_close(s);
	return good;
}

/* ---- years ---- */

static struct client
client_of(uint32_t i, uint32_t connects, size_t more)
{
	struct addr key = addr_v4(i * ODD);
	struct client c;

	client_init(&c, &key, T0);
	c.connects = connects;
	memset(c.sig, 'x', more);
	return c;
}

static bool
churn(const char *dir, uint32_t n, uint32_t rounds)
{
	struct store *s = opened(dir);
	struct store_counts counts = { 0 };
	uint32_t first = 0, last = 0;
	uint64_t at_first = 0;

	if (s == NULL)
		return false;
	srandom(1);
	for (uint32_t r = 0; r < 10 + rounds; r++) {
		for (uint32_t i = 0; i < n / 10; i++) {
			struct client c = client_of(last++, r,
			    (size_t)random() % 100);
			struct addr old = addr_v4(first * ODD);

			if (store_client_put(s, &c) != 0)
				return false;
			if (r >= 10 && store_client_del(s, &old) != 0)
				return false;
			first += r >= 10;
			c = client_of(first +
				(uint32_t)random() % (last - first),
			    r, (size_t)random() % 100);
			if (store_client_put(s, &c) != 0)
				return false;
		}
		store_counts(s, &counts);
		if (r == 9)
			at_first = counts.bytes;
	}
	printf("churn_records %llu records\n",
	    (unsigned long long)counts.records);
	printf("churn_bytes_begin %.1f MB\n", (double)at_first / 1e6);
	printf("churn_bytes_end %.1f MB\n", (double)counts.bytes / 1e6);
	store_close(s);
	return counts.records <= n + n / 10 + 1;
}

/* ---- accidents ---- */

/* Says each change to the pipe once it is stored: number and what it has. */
static void
victim(const char *dir, int to, uint32_t from)
{
	struct store *s = opened(dir);

	for (uint32_t turn = from; s != NULL; turn++) {
		uint32_t said[2] = { (uint32_t)random() % KILL_N, turn };
		struct client c = client_of(said[0], turn,
		    (size_t)random() % 100);

		if (said[0] % 7 == 0 && turn % 3 == 0) {
			if (store_client_del(s, &c.key) != 0)
				continue;
			said[1] = 0;
		} else if (store_client_put(s, &c) != 0)
			break;
		if (write(to, said, sizeof(said)) != sizeof(said))
			break;
		if (turn % 500 == 0 && store_sync(s) != 0)
			break;
	}
	_exit(1);
}

static uint32_t want[KILL_N]; /* 0: nobody */

static bool
listen_to(int from, uint32_t *turn)
{
	uint32_t said[2], got = 0;

	while (read(from, said, sizeof(said)) == sizeof(said)) {
		want[said[0]] = said[1];
		got++;
	}
	/* It may have stored one more than it could say. */
	*turn += got + 100;
	return got > 0;
}

static bool
take(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	(void)arg;
	(void)key;
	(void)key_n;
	(void)value;
	(void)n;
	return true;
}

/* How many are wrong; one may be newer than was said. */
static unsigned
audit(const char *dir)
{
	struct scan_counts n = { 0 };
	struct store *s = opened(dir);
	unsigned wrong = 0, newer = 0;
	struct scan *scan;
	char error[256];

	for (uint32_t i = 0; s != NULL && i < KILL_N; i++) {
		struct client is = client_of(i, 0, 0), c;
		int rc = store_client_get(s, &is.key, &c);
		uint32_t has = rc == 1 ? c.connects : 0;

		if (has == want[i])
			continue;
		newer++;
		wrong += rc < 0 || (has != 0 && has < want[i]);
		want[i] = has;
	}
	store_close(s);
	if (s == NULL || scan_open(dir, &scan, error) != 0)
		return 1;
	if (scan_all(scan, take, NULL) != 0)
		wrong++;
	scan_counts(scan, &n);
	scan_close(scan);
	return wrong + (newer > 1) + (n.bad > 0) + (n.lost > 0);
}

static bool
kills(const char *dir, unsigned rounds, unsigned seed)
{
	unsigned failed = 0;
	uint32_t turn = 1;

	printf("# seed %u\n", seed);
	srandom(seed);
	for (unsigned r = 0; r < rounds; r++) {
		int fd[2];
		pid_t pid;

		if (pipe(fd) == -1)
			return false;
		(void)fflush(stdout);
		pid = fork();
		if (pid == 0) {
			close(fd[0]);
			srandom(seed + r);
			victim(dir, fd[1], turn);
		}
		close(fd[1]);
		/* The pipe holds 8,000 changes: hear them while it lives. */
		if (fork() == 0) {
			(void)usleep((unsigned)random() % 300000 + 20000);
			kill(pid, SIGKILL);
			_exit(0);
		}
		(void)random();
		(void)listen_to(fd[0], &turn);
		close(fd[0]);
		while (wait(NULL) > 0)
			;
		failed += audit(dir) > 0;
	}
	printf("kill_rounds %u rounds\n", rounds);
	printf("kill_rounds_lossy %u rounds\n", failed);
	printf("kill_changes %u changes\n", turn);
	return failed == 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "", *dir = argv[2];
	unsigned a = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	unsigned b = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 0;

	if (strcmp(what, "raw") == 0 && argc == 4)
		return raw(dir, a) ? 0 : 1;
	if (strcmp(what, "sweep") == 0 && argc == 3)
		return sweep(dir) ? 0 : 1;
	if (strcmp(what, "open") == 0 && argc == 3)
		return restart(dir) ? 0 : 1;
	if (strcmp(what, "churn") == 0 && argc == 5)
		return churn(dir, a, b) ? 0 : 1;
	if (strcmp(what, "kill") == 0 && argc == 5)
		return kills(dir, a, b) ? 0 : 1;
	fputs("usage: storework raw DIR N | sweep DIR | open DIR |\n"
	      "       churn DIR N ROUNDS | kill DIR ROUNDS SEED\n",
	    stderr);
	return 2;
}
