/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/store db/store_allow db/storefile db/kcguard db/record db/record_client db/record_behind
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <fcntl.h>
#include <kclangc.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/db/store_dir.h"

/* How many files begin with that name. */
static unsigned
files(const char *prefix)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	while ((e = readdir(d)) != NULL)
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
	closedir(d);
	return n;
}

static void
fill(unsigned n)
{
	struct store *s;

	fresh_dir();
	s = opened();
	for (uint32_t i = 0; i < n; i++)
		put_client(s, i);
	store_close(s);
}

static void
scribble(off_t at, size_t n, bool truncate_first)
{
	int fd = open(path, O_WRONLY | O_CREAT | (truncate_first ? O_TRUNC : 0),
	    0600);

	while (n > 0) {
		uint64_t b[512];
		size_t k = n < sizeof(b) ? n : sizeof(b);

		for (size_t i = 0; i < 512; i++)
			b[i] = zt_random();
		if (fd == -1 || pwrite(fd, b, k, at) != (ssize_t)k)
			abort();
		at += (off_t)k;
		n -= k;
	}
	close(fd);
}

static void
expect_aside(const char *name)
{
	struct store *s = opened();

	ZT_CASE(name,
	    s != NULL && res.damaged && !res.fresh &&
		access(res.aside, F_OK) == 0 &&
		strstr(res.aside, ".kch.damaged-"));
	ZT_CASE("a fresh one works", s != NULL && put_client(s, 5));
	store_close(s);
	s = opened();
	ZT_CASE("and opens again",
	    s != NULL && !res.damaged && has_client(s, 5));
	store_close(s);
}

static void
count(void *arg, const struct client *c)
{
	(void)c;
	++*(unsigned *)arg;
}

static void
test_damaged(void)
{
	struct stat st;
	struct store *s;
	KCDB *db = kcdbnew();

	fresh_dir();
	scribble(0, 5000, true);
	expect_aside("garbage is put aside");
	scribble(0, 5000, true);
	expect_aside("a second one in the same second too");
	ZT_CASE("and both are kept", files(STORE_FILE ".damaged-") == 2);

	fill(1000);
	if (stat(path, &st) == -1 || truncate(path, st.st_size / 2) == -1)
		abort();
	expect_aside("half a file is put aside");
	fill(1000);
	if (truncate(path, 40) == -1)
		abort();
	expect_aside("a part of a header is put aside");
	fresh_dir();
	scribble(0, 0, true);
	expect_aside("an empty file is put aside");
	fresh_dir();
	if (mkdir(path, 0700) == -1)
		abort();
	expect_aside("a directory is put aside");
	fill(1000);
	scribble(64, 4000000, false);
	expect_aside("a good header before garbage is put aside");
	fresh_dir();
	if (!kcdbopen(db, path, KCOWRITER | KCOCREATE) ||
	    !kcdbset(db, "some", 4, "thing", 5) || !kcdbclose(db))
		abort();
	kcdbdel(db);
	expect_aside("another program's file is put aside");
	fresh_dir();
	strcat(path, ".wal");
	scribble(0, 1000, true);
	s = opened();
	strcat(res.aside, ".wal");
	ZT_CASE("a write-ahead log without a file is put aside",
	    s != NULL && res.damaged && access(res.aside, F_OK) == 0);
	store_close(s);
}

/* Reads all of 5000 clients, one by one and in a walk; how many errors? */
static unsigned
read_all(struct store *s, unsigned *found)
{
	struct store_cursor *cursor = NULL;
	unsigned errors = 0, seen = 0;
	int e;

	*found = 0;
	for (uint32_t i = 0; i < 5000; i++) {
		struct client c = client_no(i);

		e = store_client_get(s, &c.key, &c);
		*found += e == 1;
		errors += e == -EIO;
		if (e < 0 && e != -EIO)
			ZT_CASE("only EIO", false);
	}
	do
		e = store_clients(s, &cursor, 100, count, &seen);
	while (e == 0 && cursor != NULL && seen < 20000);
	ZT_CASE("a walk ends", cursor == NULL);
	return errors + (e != 0);
}

/* A file that opens but is broken further inside: errors, never a crash. */
static void
break_inside(unsigned *dead)
{
	unsigned errors, found;
	struct store *s;
	struct stat st;

	fill(5000);
	if (stat(path, &st) == -1)
		abort();
	scribble(st.st_size - 100000 - (off_t)(zt_random() % 500000),
	    zt_random() % 100000, false);
	s = opened();
	ZT_CASE("it opens", s != NULL);
	if (s == NULL)
		return;
	errors = read_all(s, &found);
	*dead += put_client(s, 5001) ? 0 : 1;
	store_close(s);
	s = opened();
	ZT_CASE("and it opens again", s != NULL);
	ZT_CASE("with what it was put aside, if it was",
	    s != NULL && (!res.damaged || access(res.aside, F_OK) == 0));
	ZT_CASE("if there were errors, it was",
	    s != NULL && (res.damaged || errors == 0));
	ZT_CASE("without errors", s != NULL && read_all(s, &found) == 0);
	ZT_CASE("and can be used", s != NULL && put_client(s, 5001));
	store_close(s);
}

static void
test_broken_inside(void)
{
	unsigned dead = 0;

#ifdef __SANITIZE_ADDRESS__
	ZT_SKIP("broken inside", "the sanitizer forbids what is tested");
	return;
#endif
	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned i = 0; i < 20; i++)
		break_inside(&dead);
	printf("# of 20 broken files %u could not be written to\n", dead);
}

static void
test_unreadable(void)
{
	struct store *s;
	struct store_open_result r;
	int status = 0;
	pid_t pid;

	fresh_dir();
	ZT_CASE("a missing directory is an error",
	    store_open("/nonexistent/dir", &s, &r) == -ENOENT && s == NULL);
	ZT_CASE("a '#' in the path is an error",
	    store_open("/tmp/a#b", &s, &r) == -EINVAL);
	fill(10);
	if (geteuid() != 0) {
		chmod(path, 0);
		ZT_CASE("an unreadable file is left alone",
		    store_open(dir, &s, &r) == -EACCES);
		return;
	}
	chmod(dir, 0777);
	pid = fork();
	if (pid == 0) {
		if (setgid(65534) == -1 || setuid(65534) == -1)
			_exit(2);
		_exit(store_open(dir, &s, &r) == -EACCES &&
			    strstr(r.error, "Permission denied") != NULL &&
			    files(STORE_FILE) == 1 ?
			0 :
			1);
	}
	waitpid(pid, &status, 0);
	ZT_CASE("an unreadable file is left alone", status == 0);
	s = opened();
	ZT_CASE("and is whole", s != NULL && !res.damaged && has_client(s, 9));
	store_close(s);
}

static uint64_t
file_sum(void)
{
	uint64_t sum = 0;
	FILE *f = fopen(path, "r");
	int c;

	while ((c = fgetc(f)) != EOF)
		sum = sum * 31 + (uint64_t)c;
	fclose(f);
	return sum;
}

/* What is in the mark of a store's format, and why it is refused. */
static const struct {
	const char *name, *value;
	size_t n;
	const char *why;
} marks[] = {
	{ "a later format", "zfw store\0\2\0\0\0more", 18, "later version" },
	{ "format 0", "zfw store\0\0\0\0\0", 14, "format is damaged" },
	{ "another magic", "zfw stoer\0\1\0\0\0", 14, "format is damaged" },
	{ "half a mark", "zfw store\0\1", 11, "format is damaged" },
	{ "an empty mark", "", 0, "format is damaged" },
};

static void
put_mark(const char *value, size_t n)
{
	KCDB *db = kcdbnew();

	if (!kcdbopen(db, path, KCOWRITER) ||
	    !kcdbset(db, "mformat", 7, value, n) || !kcdbclose(db))
		abort();
	kcdbdel(db);
}

static void
test_format(void)
{
	struct store_open_result r;
	struct store *s;
	uint64_t before;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		printf("# %s\n", marks[i].name);
		fill(10);
		put_mark(marks[i].value, marks[i].n);
		before = file_sum();
		ZT_CASE("it is refused",
		    store_open(dir, &s, &r) == -ENOTSUP && s == NULL);
		ZT_CASE("with a sentence",
		    strstr(r.error, marks[i].why) != NULL &&
			strstr(r.error, "left as it is") != NULL);
		ZT_CASE("and left untouched",
		    file_sum() == before && files(STORE_FILE) == 1);
		put_mark("zfw store\0\1\0\0\0", 14);
		s = opened();
		ZT_CASE("with its mark back it is whole",
		    s != NULL && !res.damaged && has_client(s, 0) &&
			has_client(s, 9));
		store_close(s);
	}
}

/* The disk's last bytes. */
static void
take_all(const char *name)
{
	static const char zeros[4096];
	int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);

	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	close(fd);
}

/* Not even a transaction can be begun. */
static void
no_byte_left(uint32_t n)
{
	uint8_t broken = 2;
	unsigned there = 0;
	char name[100];
	struct store *s;
	int fd;

	s = opened();
	snprintf(name, sizeof(name), "%s/ballast", dir);
	take_all(name);
	ZT_CASE("without a byte left nothing is stored",
	    s != NULL && !put_client(s, 1000001));
	store_close(s);
	s = opened();
	ZT_CASE("closed like that, the file is no broken one",
	    s != NULL && !res.damaged);
	for (uint32_t i = 1; s != NULL && i < n; i += 2)
		there += has_client(s, i);
	ZT_CASE("and all are there", there >= n / 2 - 1);
	store_close(s);
	fd = open(path, O_WRONLY);
	if (fd == -1 || pwrite(fd, &broken, 1, 24) != 1)
		abort();
	close(fd);
	ZT_CASE("a broken one is left where there is no room for a copy",
	    store_open(dir, &s, &res) == -ENOSPC && !res.damaged &&
		files(STORE_FILE) == 1);
	(void)unlink(name);
	broken = 0;
	fd = open(path, O_WRONLY);
	if (fd == -1 || pwrite(fd, &broken, 1, 24) != 1)
		abort();
	close(fd);
}

static void
full_disk(void)
{
	struct store *s;
	struct store_counts n;
	struct client c;
	uint32_t i, last;
	int e = 0;
	unsigned lost = 0;

	s = opened();
	ZT_CASE("a small disk is enough to begin", s != NULL);
	if (s == NULL)
		return;
	for (i = 0; i < 1000000 && e == 0; i++) {
		c = client_no(i);
		memset(c.sig, 'x', sizeof(c.sig) - 1);
		e = store_client_put(s, &c);
	}
	last = i - 1;
	printf("# full after %u records: %s\n", last, strerror(-e));
	ZT_CASE("a full disk is ENOSPC", e == -ENOSPC);
	for (unsigned k = 0; k < 100; k++) {
		c = client_no(last + k);
		e = store_client_put(s, &c);
		if (e != 0 && e != -ENOSPC)
			ZT_CASE("again and again", false);
	}
	for (i = 0; i < last; i++)
		lost += !has_client(s, i);
	ZT_CASE("nothing is lost", lost == 0);
	store_close(s);
	s = opened();
	ZT_CASE("it opens on the full disk", s != NULL && !res.damaged);
	for (i = 0; s != NULL && i < last; i++)
		lost += !has_client(s, i);
	ZT_CASE("and nothing is lost", lost == 0);
	for (i = 0; s != NULL && i < last; i += 2) {
		c = client_no(i);
		store_client_del(s, &c.key);
	}
	ZT_CASE("room is used again", s != NULL && put_client(s, 1));
	if (s != NULL)
		store_counts(s, &n);
	store_close(s);
	no_byte_left(last);
}

static void
test_full_disk(void)
{
	char umnt[64];

	fresh_dir();
	if (geteuid() != 0 || unshare(CLONE_NEWNS) == -1) {
		ZT_SKIP("full disk", "needs root and a mount namespace");
		return;
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("zt", dir, "tmpfs", 0, "size=8m") == -1) {
		ZT_SKIP("full disk", strerror(errno));
		return;
	}
	full_disk();
	strcpy(umnt, dir);
	umount(umnt);
}

static const struct zt_test tests[] = {
	{ "damaged", test_damaged },
	{ "broken inside", test_broken_inside },
	{ "unreadable", test_unreadable },
	{ "format", test_format },
	{ "full disk", test_full_disk },
};

ZT_MAIN("storefile", tests)
