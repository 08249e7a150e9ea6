/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/store db/store_allow db/storefile db/kcguard db/record db/record_client db/record_behind
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <kclangc.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/db/store_dir.h"

static void
test_reopen(void)
{
	struct store *s;
	struct client c = client_no(7);
	struct store_counts n;
	struct stat st;

	fresh_dir();
	s = opened();
	ZT_CASE("a new store opens", s != NULL);
	if (s == NULL)
		return;
	ZT_CASE("and is fresh", res.fresh && !res.damaged);
	ZT_CASE("an unknown client is not there",
	    store_client_get(s, &c.key, &c) == 0);
	c = client_no(7);
	ZT_CASE("deleting it says so", store_client_del(s, &c.key) == -ENOENT);
	ZT_CASE("clients are put", put_client(s, 7) && put_client(s, 8));
	ZT_CASE("and replaced", put_client(s, 7));
	ZT_CASE("and found", has_client(s, 7) && has_client(s, 8));
	ZT_CASE("one is deleted", store_client_del(s, &c.key) == 0);
	ZT_CASE("and gone", !has_client(s, 7));
	ZT_CASE("it syncs", store_sync(s) == 0);
	store_close(s);
	s = opened();
	ZT_CASE("it opens again", s != NULL && !res.fresh && !res.damaged);
	ZT_CASE("what was put is there", has_client(s, 8) && !has_client(s, 7));
	store_counts(s, &n);
	ZT_CASE("counts", n.records == 2 && n.bytes > 0 && n.undecodable == 0);
	store_close(s);
	store_close(NULL);
	ZT_CASE("others may not read it",
	    stat(path, &st) == 0 && (st.st_mode & 037) == 0);
}

static void
test_six(void)
{
	struct store *s;
	struct client c;
	struct addr a = { 6, { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 9, 9, 9, 9 } };
	struct addr b = { 6, { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 1 } };

	fresh_dir();
	s = opened();
	memset(&c, 0, sizeof(c));
	c.key = a;
	ZT_CASE("an IPv6 client is put", store_client_put(s, &c) == 0);
	ZT_CASE("its /64 is the key", store_client_get(s, &b, &c) == 1);
	ZT_CASE("and what comes back", c.key.b[7] == 2 && c.key.b[8] == 0);
	store_close(s);
}

struct seen {
	uint8_t times[10000];
	unsigned n;
	unsigned order; /* of log positions, allow entries */
};

static void
see(void *arg, const struct client *c)
{
	struct seen *seen = arg;

	if (c->connects < 10000 && seen->times[c->connects] < 255)
		seen->times[c->connects]++;
	seen->n++;
}

static void
test_slices(void)
{
	static struct seen seen;
	struct store_cursor *cursor = NULL;
	struct store *s;
	unsigned slices = 0, once = 0, kept = 0;
	struct client c;

	fresh_dir();
	s = opened();
	ZT_CASE("an empty store has no slice",
	    store_clients(s, &cursor, 100, see, &seen) == 0 && cursor == NULL &&
		seen.n == 0);
	for (uint32_t i = 0; i < 10000; i++)
		if (!put_client(s, i))
			ZT_CASE("put", false);
	do
		slices++;
	while (
	    store_clients(s, &cursor, 100, see, &seen) == 0 && cursor != NULL);
	for (size_t i = 0; i < 10000; i++)
		once += seen.times[i] == 1;
	ZT_CASE("10,000 clients in slices of 100",
	    once == 10000 && seen.n == 10000 && slices == 101);

	/* All odd ones go away and all even ones grow while it walks. */
	memset(&seen, 0, sizeof(seen));
	for (uint32_t i = 0;; i = (i + 100) % 10000) {
		if (store_clients(s, &cursor, 100, see, &seen) != 0 ||
		    cursor == NULL)
			break;
		for (uint32_t k = i; k < i + 100; k++) {
			c = client_no(k);
			memset(c.sig, 'x', sizeof(c.sig) - 1);
			if (k % 2 != 0)
				store_client_del(s, &c.key);
			else if (store_client_put(s, &c) != 0)
				ZT_CASE("grow", false);
		}
	}
	ZT_CASE("a walk over changing records ends", cursor == NULL);
	for (uint32_t i = 0; i < 10000; i += 2)
		kept += has_client(s, i);
	ZT_CASE("and harms none", kept == 5000);
	for (uint32_t i = 0; i < 10000; i += 2)
		once -= seen.times[i] == 0;
	printf("# %u visits, %u of the steady ones not seen\n", seen.n,
	    10000 - once);

	/* A cursor given up half way. */
	store_clients(s, &cursor, 100, see, &seen);
	store_cursor_free(cursor);
	store_cursor_free(NULL);
	store_close(s);
}

static void
see_allow(void *arg, const struct store_allow *a)
{
	struct seen *seen = arg;

	seen->n++;
	if (strcmp(a->comment, "second") == 0)
		seen->order = (unsigned)a->until_ms;
}

static unsigned
allow_n(struct store *s)
{
	struct seen seen = { .n = 0 };

	return store_allow_list(s, see_allow, &seen) == 0 ? seen.n : 9999;
}

static void
test_allow(void)
{
	struct store_allow a = { { addr_v4(0xc0000200), 24 }, 1, 2, "first" };
	struct net host = { addr_v4(0xc0000200), 32 };
	struct seen seen = { .n = 0 };
	struct store *s;
	bool ok = true;

	fresh_dir();
	s = opened();
	ZT_CASE("an empty list", allow_n(s) == 0);
	ZT_CASE("an entry is put", store_allow_put(s, &a) == 0);
	a.until_ms = 77;
	strcpy(a.comment, "second");
	ZT_CASE("and replaced",
	    store_allow_put(s, &a) == 0 && allow_n(s) == 1 &&
		store_allow_list(s, see_allow, &seen) == 0 && seen.order == 77);
	ZT_CASE("another prefix is another entry",
	    store_allow_del(s, &host) == -ENOENT);
	a.net.bits = 16;
	ZT_CASE("host bits are refused", store_allow_put(s, &a) == -EINVAL);
	a.net.bits = 33;
	ZT_CASE("a wrong prefix too", store_allow_put(s, &a) == -EINVAL);
	for (uint32_t i = 0; i < 2000; i++) {
		a.net = net_of(&(struct addr){ 4,
				   { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } },
		    32);
		ok = ok && store_allow_put(s, &a) == 0;
	}
	ZT_CASE("2000 more", ok && allow_n(s) == 2001);
	store_close(s);
	s = opened();
	ZT_CASE("all are there after reopening", allow_n(s) == 2001);
	for (uint32_t i = 0; i < 2000; i++) {
		struct addr h = addr_v4(0x0a000000 + i);
		struct net n = net_of(&h, 32);

		ok = ok && store_allow_del(s, &n) == 0;
	}
	ZT_CASE("all are deleted", ok && allow_n(s) == 1);
	store_close(s);
}

static void
test_logpos(void)
{
	struct store_logpos p = { 1, 2, 3, 4, 5 }, q;
	struct store *s;

	fresh_dir();
	s = opened();
	ZT_CASE("no position at first",
	    store_logpos_get(s, "/var/log/mail.log", &q) == 0);
	ZT_CASE("it is put", store_logpos_put(s, "/var/log/mail.log", &p) == 0);
	p.offset = 99;
	ZT_CASE("of another log",
	    store_logpos_put(s, "/var/log/mail2.log", &p) == 0);
	store_close(s);
	s = opened();
	ZT_CASE("and found",
	    store_logpos_get(s, "/var/log/mail.log", &q) == 1 && q.offset == 3);
	ZT_CASE("the other too",
	    store_logpos_get(s, "/var/log/mail2.log", &q) == 1 &&
		q.offset == 99);
	store_close(s);
}

static void
test_busy(void)
{
	struct store *s, *t;
	struct store_open_result r2;
	KCDB *db = kcdbnew();
	int status = 0;
	pid_t pid;

	fresh_dir();
	s = opened();
	put_client(s, 1);
	ZT_CASE("a second opener in this process is refused",
	    store_open(dir, &t, &r2) == -EBUSY && t == NULL &&
		strstr(r2.error, "another process") != NULL);
	pid = fork();
	if (pid == 0)
		_exit(store_open(dir, &t, &r2) == -EBUSY ? 0 : 1);
	waitpid(pid, &status, 0);
	ZT_CASE("one in another process too", status == 0);
	ZT_CASE("the first goes on", has_client(s, 1) && put_client(s, 2));
	store_close(s);

	/* Kyoto Cabinet's own tools do not know of our lock. */
	if (!kcdbopen(db, path, KCOWRITER))
		abort();
	pid = fork();
	if (pid == 0)
		_exit(store_open(dir, &t, &r2) == -EBUSY ? 0 : 1);
	waitpid(pid, &status, 0);
	kcdbclose(db);
	kcdbdel(db);
	ZT_CASE("a file that another program has open is busy", status == 0);
	s = opened();
	ZT_CASE("then it opens, undamaged",
	    s != NULL && !res.damaged && has_client(s, 2));
	store_close(s);
}

/* Puts records as fast as it can and tells each number when it is stored. */
static void
writer(int fd, uint32_t from)
{
	struct store *s = opened();

	if (s == NULL)
		_exit(1);
	for (uint32_t i = from;; i++) {
		struct client c = client_no(i);

		/* Old records grow and move, too. */
		if (store_client_put(s, &c) != 0 ||
		    write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
		if (i % 3 != 0)
			continue;
		c = client_no(i / 3);
		memset(c.rdns, 'r', i % CLIENT_NAME_MAX);
		if (store_client_put(s, &c) != 0)
			_exit(1);
	}
}

static void
test_kill(void)
{
	uint32_t next = 1;
	unsigned lost = 0, damaged = 0;

	fresh_dir();
	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned round = 0; round < 25; round++) {
		int p[2];
		pid_t pid;
		uint32_t i;
		struct store *s;

		if (pipe(p) == -1)
			abort();
		pid = fork();
		if (pid == 0) {
			close(p[0]);
			writer(p[1], next);
		}
		close(p[1]);
		for (uint64_t n = zt_random() % 2000 + 1;
		     n > 0 && read(p[0], &i, sizeof(i)) == sizeof(i); n--)
			next = i + 1;
		kill(pid, SIGKILL);
		while (read(p[0], &i, sizeof(i)) == sizeof(i))
			next = i + 1;
		close(p[0]);
		waitpid(pid, NULL, 0);
		s = opened();
		damaged += s == NULL || res.damaged;
		for (i = 1; s != NULL && i < next; i++)
			lost += !has_client(s, i);
		store_close(s);
	}
	printf("# %u records in 25 rounds\n", next - 1);
	ZT_CASE("25 kills damage nothing", damaged == 0);
	ZT_CASE("no acknowledged record is lost", lost == 0 && next > 25);
}

static double
since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) +
	    (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static void
test_speed(void)
{
	const uint32_t n = 50000;
	struct store *s;
	struct timespec t;
	struct store_counts counts;
	bool ok = true;
	double put_s, again_s, get_s;

	fresh_dir();
	s = opened();
	clock_gettime(CLOCK_MONOTONIC, &t);
	for (uint32_t i = 0; i < n; i++)
		ok = put_client(s, i * 7919 % n) && ok;
	put_s = since(&t);
	clock_gettime(CLOCK_MONOTONIC, &t);
	for (uint32_t i = 0; i < n; i++)
		ok = put_client(s, i * 7919 % n) && ok;
	again_s = since(&t);
	clock_gettime(CLOCK_MONOTONIC, &t);
	for (uint32_t i = 0; i < n; i++)
		ok = has_client(s, i * 7907 % n) && ok;
	get_s = since(&t);
	store_counts(s, &counts);
	printf("# %u records: put %.0f/s, update %.0f/s, get %.0f/s, "
	       "%.0f bytes each in the file\n",
	    n, n / put_s, n / again_s, n / get_s,
	    ((double)counts.bytes - 3145728) / n);
	ZT_CASE("all were put and found", ok);
	store_close(s);
	remove_dir();
}

/* Holes, a sync, and then new records in the holes. */
static void
fill_and_die(void)
{
	struct store *s = opened();
	struct client c;

	for (uint32_t i = 0; i < 20000; i++)
		(void)put_client(s, i);
	for (uint32_t i = 0; i < 3000; i++) {
		c = client_no(i * 6 + 1);
		(void)store_client_del(s, &c.key);
	}
	(void)store_sync(s);
	for (uint32_t i = 30000; i < 33000; i++)
		(void)put_client(s, i);
	kill(getpid(), SIGKILL);
}

static void
test_sync_and_kill(void)
{
	unsigned there = 0;
	struct store *s;
	pid_t pid;

	fresh_dir();
	pid = fork();
	if (pid == 0)
		fill_and_die();
	waitpid(pid, NULL, 0);
	s = opened();
	ZT_CASE("synced and killed, it opens", s != NULL && !res.damaged);
	for (uint32_t i = 40000; i < 46000; i++)
		(void)put_client(s, i);
	for (uint32_t i = 30000; i < 33000; i++)
		there += has_client(s, i);
	ZT_CASE("what was written after the sync is not written over",
	    there == 3000);
	store_close(s);
}

static const struct zt_test tests[] = {
	{ "reopen", test_reopen },
	{ "six", test_six },
	{ "slices", test_slices },
	{ "allow", test_allow },
	{ "log positions", test_logpos },
	{ "busy", test_busy },
	{ "kill", test_kill },
	{ "kill after a sync", test_sync_and_kill },
	{ "speed", test_speed },
};

ZT_MAIN("store", tests)
