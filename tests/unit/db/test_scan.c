/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @SCAN db/store db/store_allow db/storefile db/kcguard db/record db/record_client db/record_behind
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "db/kcfile.h"
#include "db/record.h"
#include "db/scan.h"
#include "tests/unit/db/store_dir.h"

#define MANY 20000

/* By number of the client: how often it came, and with which connects. */
static struct {
	uint16_t times[MANY * 2];
	uint32_t last[MANY * 2];
	unsigned clients, others, undecodable;
	unsigned stop_at;
} met;

static bool
meet(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct record_key k;
	struct client c;
	uint32_t i;

	(void)arg;
	memcpy(k.b, key, key_n);
	k.n = key_n;
	if (k.b[0] != 'c')
		met.others++;
	else if (!record_client_decode(&k, value, n, &c))
		met.undecodable++;
	else {
		i = ((uint32_t)c.key.b[1] << 16 | (uint32_t)c.key.b[2] << 8 |
		    c.key.b[3]);
		if (i >= MANY * 2)
			abort();
		met.times[i]++;
		met.last[i] = c.connects;
		met.clients++;
	}
	return met.stop_at == 0 || met.clients < met.stop_at;
}

static struct scan *
scanned(const char *what)
{
	struct scan *s;
	char error[256];

	if (scan_open(what, &s, error) == 0)
		return s;
	printf("# %s\n", error);
	return NULL;
}

/* Everything once; 0 or -errno. */
static int
once(const char *what, struct scan_counts *n)
{
	struct scan *s = scanned(what);
	int e;

	memset(&met, 0, sizeof(met));
	memset(n, 0, sizeof(*n));
	if (s == NULL)
		return -1;
	e = scan_all(s, meet, NULL);
	scan_counts(s, n);
	scan_close(s);
	return e;
}

static void
filled(uint32_t n)
{
	struct store *s;

	fresh_dir();
	s = opened();
	for (uint32_t i = 0; i < n; i++)
		if (!put_client(s, i))
			abort();
	store_close(s);
}

static unsigned
exactly_once(uint32_t n)
{
	unsigned good = 0;

	for (uint32_t i = 0; i < n; i++)
		good += met.times[i] == 1;
	return good;
}

static void
test_all(void)
{
	struct store_allow a = { .net = { addr_v4(0xc0000200), 24 } };
	struct store_logpos p = { 1, 2, 3, 4, 5 };
	static char blob[300000];
	struct scan_counts n;
	struct scan *s;
	struct store *st;

	filled(5000);
	st = opened();
	for (size_t i = 0; i < sizeof(blob); i++)
		blob[i] = (char)zt_random();
	ZT_CASE("other records are put",
	    store_allow_put(st, &a) == 0 &&
		store_logpos_put(st, "/var/log/mail.log", &p) == 0 &&
		store_blob_put(st, "x", blob, sizeof(blob)) == 0);
	s = scanned(dir);
	scan_counts(s, &n);
	ZT_CASE("an open store is in use", n.in_use);
	scan_close(s);
	s = scanned(path);
	scan_counts(s, &n);
	ZT_CASE("also when its file is named", n.in_use);
	scan_close(s);
	store_close(st);
	ZT_CASE("a closed store is read", once(dir, &n) == 0);
	ZT_CASE("each client is met once", exactly_once(5000) == 5000);
	ZT_CASE("and the others", met.others == 3 && met.undecodable == 0);
	ZT_CASE("it counts them",
	    n.records == 5003 && n.bad == 0 && n.lost == 0 && n.format == 1 &&
		n.twice == 0 && !n.in_use);
	ZT_CASE("a file can be named as well as its directory",
	    once(path, &n) == 0 && exactly_once(5000) == 5000);
	ZT_CASE("a fresh store has none",
	    (filled(0), once(dir, &n)) == 0 && n.records == 0 &&
		n.format == 1 && n.lost == 0);
}

static void
test_stop_and_again(void)
{
	struct scan_counts n;
	struct scan *s;
	struct store *st;
	struct client c;

	filled(3000);
	s = scanned(dir);
	memset(&met, 0, sizeof(met));
	met.stop_at = 100;
	ZT_CASE("whoever says stop is asked no more",
	    scan_all(s, meet, NULL) == 0 && met.clients == 100);
	scan_close(s);

	s = scanned(dir);
	memset(&met, 0, sizeof(met));
	ZT_CASE("all", scan_all(s, meet, NULL) == 0 && met.clients == 3000);
	memset(&met, 0, sizeof(met));
	ZT_CASE("nobody has it, so nothing comes again",
	    scan_again(s, meet, NULL) == 0 && met.clients == 0);
	scan_close(s);

	st = opened();
	s = scanned(dir);
	memset(&met, 0, sizeof(met));
	ZT_CASE("all of an open one",
	    scan_all(s, meet, NULL) == 0 && met.clients == 3000);
	memset(&met, 0, sizeof(met));
	ZT_CASE("nothing has changed, nothing comes again",
	    scan_again(s, meet, NULL) == 0 && met.clients == 0);
	for (uint32_t i = 0; i < 3100; i += 31) {
		c = client_no(i);
		c.connects = 7;
		if (store_client_put(st, &c) != 0)
			abort();
	}
	c = client_no(1);
	(void)store_client_del(st, &c.key);
	ZT_CASE("the changed and the new ones come again",
	    scan_again(s, meet, NULL) == 0 && met.clients == 100 &&
		met.last[31] == 7 && met.times[3069] == 1);
	scan_counts(s, &n);
	ZT_CASE("which counts", n.records == 3100 && n.twice == 3000 + 2902);
	store_close(st);
	scan_close(s);
}

/* A child that changes, adds and deletes clients until it is killed. */
static pid_t
writer(int ready, uint32_t pause_each)
{
	pid_t pid = fork();
	struct store *s;

	if (pid != 0)
		return pid;
	s = opened();
	if (s == NULL || write(ready, "x", 1) != 1)
		_exit(1);
	for (uint32_t turn = 1;; turn++) {
		uint32_t i = (uint32_t)(zt_random() % MANY);
		struct client c = client_no(i);

		/* Even ones stay, of any size; odd ones come and go. */
		memset(c.sig, 'x', zt_random() % 100);
		c.connects = i + turn % 100000 * MANY;
		if (i % 2 == 0 || zt_random() % 2 == 0)
			(void)store_client_put(s, &c);
		else
			(void)store_client_del(s, &c.key);
		if (turn % pause_each == 0)
			(void)usleep(1000);
	}
}

struct beside {
	unsigned rounds, missed, strange, bad;
};

static void
read_beside(struct beside *b)
{
	struct scan *s = scanned(dir);
	struct scan_counts n;
	int e = 0;

	memset(&met, 0, sizeof(met));
	for (unsigned i = 0; i < 3 && e == 0; i++)
		e = i == 0 ? scan_all(s, meet, NULL) :
			     scan_again(s, meet, NULL);
	scan_counts(s, &n);
	for (uint32_t i = 0; i < MANY; i++) {
		b->missed += i % 2 == 0 && met.times[i] == 0;
		b->strange += met.times[i] > 0 && met.last[i] % MANY != i;
	}
	b->strange += met.undecodable;
	b->bad += e != 0 || !n.in_use || n.format != 1 || n.bad > 0 ||
	    n.lost > 0;
	b->rounds++;
	scan_close(s);
}

static struct beside
beside(uint32_t pause_each)
{
	struct beside b = { 0 };
	time_t end;
	int ready[2];
	char x;
	pid_t pid;

	filled(MANY);
	if (pipe(ready) == -1)
		abort();
	pid = writer(ready[1], pause_each);
	if (read(ready[0], &x, 1) == 1)
		for (end = time(NULL) + 3; time(NULL) < end;)
			read_beside(&b);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	printf("# %u rounds, missed %u, strange %u, bad %u\n", b.rounds,
	    b.missed, b.strange, b.bad);
	return b;
}

static void
test_while_written(void)
{
	struct beside b = beside(16);

	ZT_CASE("a store that changes is read many times", b.rounds >= 5);
	ZT_CASE("no client that stays is missed", b.missed == 0);
	ZT_CASE("no client comes in another's form", b.strange == 0);
	ZT_CASE("and nothing looks damaged", b.bad == 0);
	b = beside(UINT32_MAX);
	ZT_CASE("a writer without rest does not stop it", b.rounds >= 3);
	ZT_CASE("nor make it tell nonsense", b.strange == 0);
	ZT_CASE("nor miss more than one in a thousand",
	    b.missed <= b.rounds * (MANY / 1000));
}

static void
patch(off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY);

	if (fd == -1 || pwrite(fd, p, n, at) != (ssize_t)n)
		abort();
	close(fd);
}

static off_t
file_size(void)
{
	struct stat st;

	if (stat(path, &st) == -1)
		abort();
	return st.st_size;
}

/* Offset of the first block. */
static off_t
first(void)
{
	uint8_t head[KCFILE_HEAD];
	struct kcfile_head h;
	int fd = open(path, O_RDONLY);

	if (read(fd, head, sizeof(head)) != sizeof(head) ||
	    !kcfile_head(head, sizeof(head), &h))
		abort();
	close(fd);
	return (off_t)h.first;
}

static void
test_damaged(void)
{
	static const uint8_t zeros[100000];
	struct scan_counts n;
	uint8_t random[3000];
	off_t from, to;

	filled(5000);
	from = first();
	to = file_size();
	patch(from + (to - from) / 2, "?", 1);
	ZT_CASE("a byte that is wrong costs a record at most",
	    once(dir, &n) == 0 && exactly_once(5000) >= 4999 &&
		n.bad + (n.lost > 0) <= 1);

	filled(5000);
	patch(from + (to - from) / 2, zeros, 10000);
	ZT_CASE("10,000 lost bytes cost what was there",
	    once(dir, &n) == 0 && exactly_once(5000) == met.clients &&
		met.clients >= 5000 - 10000 / 100 - 2 && met.clients < 5000 &&
		n.lost + n.bad * 200 >= 9000);

	filled(5000);
	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)zt_random();
	patch(from + (to - from) / 3, random, sizeof(random));
	ZT_CASE("random bytes cost what was there",
	    once(dir, &n) == 0 && exactly_once(5000) == met.clients &&
		met.clients >= 5000 - 40 && n.lost + n.bad > 0);

	filled(5000);
	if (truncate(path, from + (to - from) / 2) == -1)
		abort();
	ZT_CASE("half a file has half of the clients",
	    once(dir, &n) == 0 && met.clients >= 2400 && met.clients <= 2600);
	ZT_CASE("and the rest is lost", n.lost >= (uint64_t)(to - from) / 2);

	filled(100);
	patch(0, "XX", 2);
	ZT_CASE("what is no store is refused", once(dir, &n) == -1);
	filled(100);
	if (truncate(path, 63) == -1)
		abort();
	ZT_CASE("and what is too short", once(dir, &n) == -1);
}

static void
test_random_damage(void)
{
	struct scan_counts n;
	unsigned good = 0;

	filled(300);
	for (unsigned i = 0; i < 400; i++) {
		off_t from = first(), to = file_size();
		uint8_t b = (uint8_t)zt_random();

		/* More and more of it, anywhere behind the head's numbers. */
		patch(from + (off_t)(zt_random() % (uint64_t)(to - from)), &b,
		    1);
		good += once(dir, &n) == 0 && met.undecodable == 0 &&
		    exactly_once(300) == met.clients;
	}
	ZT_CASE("whatever is damaged, only whole records come out",
	    good == 400 && met.clients < 300);
}

static void
test_later_format(void)
{
	struct scan_counts n;
	uint8_t later = 2;
	struct scan *s;
	char error[256];

	filled(10);
	/* The mark is the first record: head, 7 bytes of key, the magic. */
	patch(first() + 14 + 1 + 1 + 7 + (off_t)sizeof("zfw store"), &later, 1);
	ZT_CASE("a later format is refused", once(dir, &n) == -ENOTSUP);
	ZT_CASE("and said", n.format == 2 && met.clients == 0);
	ZT_CASE("no directory, no store",
	    scan_open("/nonexistent/zfw", &s, error) == -ENOENT && s == NULL &&
		strstr(error, "/nonexistent/zfw") != NULL);
	scan_close(NULL);
}

int
main(int argc, char **argv)
{
	static const struct zt_test tests[] = {
		{ "all records of a store", test_all },
		{ "stopping, and once more", test_stop_and_again },
		{ "while another process writes", test_while_written },
		{ "damaged files", test_damaged },
		{ "a file that gets worse", test_random_damage },
		{ "later formats, no files", test_later_format },
	};
	int rc = zt_main(argc, argv, "scan", tests,
	    sizeof(tests) / sizeof(tests[0]));

	remove_dir();
	return rc;
}
