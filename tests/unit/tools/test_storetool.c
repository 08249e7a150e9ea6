/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: tools/backup tools/checkdb tools/export tools/import tools/owner tools/wholefile
 * zt-link: @DUMP @SCAN @STORE db/storemake daemon/jtext
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libjansson libsodium libm
 */
#include <fcntl.h>
#include <kclangc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/db/store_dir.h"
#include "tools/storetool.h"

#define MANY 20000

static char file[100], error[STORETOOL_ERRLEN];

static const char *
in_dir(const char *name)
{
	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return file;
}

static void
filled(uint32_t n)
{
	struct store_allow a = { .net = { addr_v4(0xc0000200), 24 },
		.comment = "ours" };
	struct store_logpos p = { 1, 2, 3, 4, 5 };
	struct store *s;

	fresh_dir();
	s = opened();
	for (uint32_t i = 0; i < n; i++)
		if (!put_client(s, i))
			abort();
	if (store_allow_put(s, &a) != 0 ||
	    store_logpos_put(s, "/var/log/mail.log", &p) != 0 ||
	    store_blob_put(s, "model", "\0\1\2", 3) != 0)
		abort();
	store_close(s);
}

/* Changes clients until it is killed; even ones are never away. */
static pid_t
writer(int ready)
{
	pid_t pid = fork();
	struct store *s;

	if (pid != 0)
		return pid;
	s = opened();
	if (s == NULL || write(ready, "x", 1) != 1)
		_exit(1);
	for (unsigned turn = 0;; turn++) {
		struct client c = client_no((uint32_t)(zt_random() % MANY));

		memset(c.sig, 'x', zt_random() % 100);
		if (c.connects % 2 == 0 || zt_random() % 2 == 0)
			(void)store_client_put(s, &c);
		else
			(void)store_client_del(s, &c.key);
		if (turn % 16 == 0)
			(void)usleep(1000);
	}
}

static unsigned
even_ones(const char *store)
{
	unsigned n = 0;
	struct store *s;

	if (store_open(store, &s, &res) != 0)
		return 0;
	for (uint32_t i = 0; i < MANY; i += 2)
		n += has_client(s, i);
	store_close(s);
	return n;
}

static void
test_backup(void)
{
	char other[] = "/tmp/zt-store2.XXXXXX", to[100];
	struct storetool_backup b;
	struct storetool_check n;
	struct stat st;
	int ready[2];
	pid_t pid;
	char x;

	filled(MANY);
	if (mkdtemp(other) == NULL || pipe(ready) == -1)
		abort();
	snprintf(to, sizeof(to), "%s/" STORE_FILE, other);
	pid = writer(ready[1]);
	ZT_CASE("a store is being written", read(ready[0], &x, 1) == 1);
	ZT_CASE("it is backed up meanwhile",
	    storetool_backup(dir, to, &b, error) == 0 && b.scan.in_use &&
		b.records >= MANY / 2);
	ZT_CASE("and again, over the first",
	    storetool_backup(dir, to, &b, error) == 0 && b.bytes > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ZT_CASE("nobody else may read the backup",
	    stat(to, &st) == 0 && (st.st_mode & 0777) == 0600);
	ZT_CASE("nothing of it is damaged",
	    storetool_check(to, 0, &n, error) == 0 && !storetool_damaged(&n));
	ZT_CASE("and all is in it",
	    n.clients >= MANY / 2 && n.allowed == 1 && n.positions == 1 &&
		n.blobs == 1);
	ZT_CASE("a store opens it and has them all",
	    even_ones(other) == MANY / 2 && !res.fresh && !res.damaged);
	ZT_CASE("where nothing can be written, nothing is",
	    storetool_backup(dir, "/nonexistent/b", &b, error) == -ENOENT &&
		strstr(error, "/nonexistent/b") != NULL);
	ZT_CASE("nor where Kyoto Cabinet would see tuning",
	    storetool_backup(dir, in_dir("a#b"), &b, error) == -EINVAL &&
		access(file, F_OK) == -1);
	(void)unlink(to);
	(void)rmdir(other);
}

static void
test_check(void)
{
	struct storetool_check n;
	struct stat st;
	int fd;

	filled(1000);
	ZT_CASE("a store is checked",
	    storetool_check(dir, 0, &n, error) == 0 && !storetool_damaged(&n) &&
		n.clients == 1000 && n.allowed == 1 && n.scan.format == 1 &&
		n.other == 0);
	fd = open(path, O_WRONLY);
	if (fd == -1 || fstat(fd, &st) == -1 ||
	    pwrite(fd, "?", 1, st.st_size - 3000) != 1)
		abort();
	close(fd);
	ZT_CASE("a wrong byte is found",
	    storetool_check(dir, 0, &n, error) == 0 && storetool_damaged(&n));
	ZT_CASE("no store, no check",
	    storetool_check("/nonexistent", 0, &n, error) == -ENOENT);
}

static char *
content(const char *name)
{
	static char buf[2][2000000];
	static unsigned turn;
	char *to = buf[turn++ % 2];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, to, sizeof(buf[0]) - 1);

	if (n < 0)
		abort();
	to[n] = '\0';
	close(fd);
	return to;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static void
test_import(void)
{
	char lines[] = "/tmp/zt-lines.XXXXXX";
	struct storetool_import im;
	uint64_t n, again;
	struct store *s;
	struct stat st;

	filled(1000);
	close(mkstemp(lines));
	ZT_CASE("a store is exported",
	    storetool_export(dir, lines, &n, error) == 0 && n == 1004);
	ZT_CASE("for nobody else to read",
	    stat(lines, &st) == 0 && (st.st_mode & 0777) == 0600);
	fresh_dir();
	ZT_CASE("and imported into no store",
	    storetool_import(dir, lines, &im, error) == 0 && im.lines == 1003);
	ZT_CASE("exported again",
	    storetool_export(dir, in_dir("again"), &again, error) == 0);
	ZT_CASE("it is the same",
	    again == n && strcmp(content(lines), content(file)) == 0);
	ZT_CASE("imported over itself, too",
	    storetool_import(dir, lines, &im, error) == 0 &&
		storetool_check(dir, 0, &(struct storetool_check){ 0 },
		    error) == 0);

	fresh_dir();
	write_file(lines,
	    "{\"kind\":\"store\",\"format\":1}\n"
	    "{\"kind\":\"client\",\"client\":\"192.0.2.7\"}\n"
	    "{\"kind\":\"client\",\"client\":\"192.0.2.8\",\"x\":1}\n");
	ZT_CASE("a wrong line is named",
	    storetool_import(dir, lines, &im, error) == -EINVAL &&
		im.line == 3 && strcmp(error, "line 3: wrong member x") == 0);
	ZT_CASE("and then nothing is stored",
	    im.lines == 0 && access(path, F_OK) == -1);
	write_file(lines, "{\"kind\":\"client\",\"client\":\"192.0.2.7\"}\n");
	ZT_CASE("the first line says what it is",
	    storetool_import(dir, lines, &im, error) == -EINVAL &&
		im.line == 1);
	write_file(lines, "");
	ZT_CASE("nothing is no export",
	    storetool_import(dir, lines, &im, error) == -EINVAL);
	write_file(lines, "{\"kind\":\"store\",\"format\":1}\n");
	s = opened();
	ZT_CASE("a running daemon keeps its store to itself",
	    storetool_import(dir, lines, &im, error) == -EBUSY &&
		strstr(error, "stop zfwd") != NULL);
	store_close(s);
	(void)unlink(lines);
}

/* Where only what says the format is damaged, a backup is the store again. */
static void
test_mark(void)
{
	struct storetool_backup b;
	struct storetool_check n;
	struct store *s = NULL;
	KCDB *db = kcdbnew();
	char to[100];

	filled(50);
	if (!kcdbopen(db, path, KCOWRITER) ||
	    !kcdbset(db, "mformat", 7, "zfw store\0\0\0\0\0", 14) ||
	    !kcdbclose(db))
		abort();
	kcdbdel(db);
	ZT_CASE("a damaged mark is found",
	    storetool_check(dir, 0, &n, error) == 0 && storetool_damaged(&n) &&
		n.scan.format == 0 && n.clients == 50);
	strcpy(to, in_dir("again"));
	ZT_CASE("a backup takes all the rest",
	    storetool_backup(dir, to, &b, error) == 0 && b.records == 53);
	ZT_CASE("put in its place, it is the store",
	    rename(to, path) == 0 && (s = opened()) != NULL && !res.damaged &&
		has_client(s, 0) && has_client(s, 49));
	store_close(s);
}

static const struct zt_test tests[] = {
	{ "backup", test_backup },
	{ "check", test_check },
	{ "export and import", test_import },
	{ "damaged mark", test_mark },
};

int
main(int argc, char **argv)
{
	int rc = zt_main(argc, argv, "storetool", tests,
	    sizeof(tests) / sizeof(tests[0]));

	remove_dir();
	return rc;
}
