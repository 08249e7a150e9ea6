/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logwatch on real files in a directory of its own.  The test plays the
 * engine: it takes the descriptors and looks what is in them.
 *
 * zt-link: daemon/logwatch daemon/logfind daemon/log
 */
#include "daemon/logwatch.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log.h"
#include "tests/zt.h"

static char dir[64];
static int wake;
static struct logwatch *w;
static struct { /* what was said since the last look */
	unsigned n;
	struct msg last;
	char text[32]; /* the first bytes of its descriptor */
} heard;

static void
hear(void *arg, const struct msg *m, int fd)
{
	ssize_t n = 0;

	(void)arg;
	heard.n++;
	heard.last = *m;
	if (fd != -1) {
		n = pread(fd, heard.text, sizeof(heard.text) - 1, 0);
		close(fd);
	}
	heard.text[n > 0 ? n : 0] = '\0';
}

static const char *
path(const char *name)
{
	static char buf[4][128];
	static unsigned next;
	char *p = buf[next++ % 4];

	(void)snprintf(p, sizeof(buf[0]), "%s/%s", dir, name);
	return p;
}

static void
put(const char *name, const char *text)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_APPEND, 0640);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		abort();
	close(fd);
}

static void
move(const char *from, const char *to)
{
	if (rename(path(from), path(to)) != 0)
		abort();
}

/* Reads all events that are there now. */
static void
events(void)
{
	struct pollfd p = { .fd = logwatch_fd(w), .events = POLLIN };

	memset(&heard, 0, sizeof(heard));
	while (poll(&p, 1, 0) == 1)
		logwatch_read(w);
}

static bool
said(enum msg_logfd what, const char *text)
{
	return heard.n == 1 && heard.last.op == MSG_LOG_FD &&
	    heard.last.value == (int32_t)what && strcmp(heard.text, text) == 0;
}

static bool
knocked(void)
{
	uint64_t n;

	return read(wake, &n, sizeof(n)) == (ssize_t)sizeof(n);
}

static void
start(const char *name)
{
	char *paths[] = { strdup(path(name)), NULL };
	static char *kept;

	free(kept);
	kept = paths[0]; /* the watch borrows it */
	memset(&heard, 0, sizeof(heard));
	w = logwatch_open(paths, wake, hear, NULL);
	if (w == NULL)
		abort();
	logwatch_announce(w);
}

static void
begin(const char *name)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/zfw-logwatch.XXXXXX");
	wake = eventfd(0, EFD_NONBLOCK);
	if (mkdtemp(dir) == NULL || wake == -1)
		abort();
	if (name != NULL)
		put(name, "one\n");
}

static void
end(void)
{
	char cmd[128];

	logwatch_close(w);
	close(wake);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (system(cmd) != 0)
		abort();
}

static void
test_current(void)
{
	struct stat st;

	begin("log");
	start("log");
	ZT_CASE("the file at the path is handed on",
	    said(MSG_LOG_CURRENT, "one\n") && stat(path("log"), &st) == 0 &&
		heard.last.ino == st.st_ino && heard.last.dev == st.st_dev);
	events();
	ZT_CASE("nothing happens, nothing is said", heard.n == 0 && !knocked());
	put("log", "two\n");
	events();
	ZT_CASE("a line knocks", knocked() && heard.n == 0);
	ZT_CASE("once", !knocked());
	for (int i = 0; i < 1000; i++)
		put("log", "more\n");
	events();
	ZT_CASE("a thousand lines knock as one", knocked() && !knocked());
	put("other", "x");
	put("log2", "x");
	events();
	ZT_CASE("other files in the directory do not matter",
	    heard.n == 0 && !knocked());
	logwatch_announce(w);
	ZT_CASE("announced again on demand",
	    said(MSG_LOG_CURRENT, "one\ntwo\nmore\nmore\nmore\nmore\nmor"));
	end();
}

static void
test_rename(void)
{
	begin("log");
	start("log");
	move("log", "log.1");
	put("log", "new\n");
	events();
	ZT_CASE("after a rotation the new file is handed on",
	    said(MSG_LOG_CURRENT, "new\n"));
	(void)knocked();
	put("log.1", "late\n");
	events();
	ZT_CASE("late lines in the old file still knock", knocked());
	put("log", "new2\n");
	events();
	ZT_CASE("and lines in the new one", knocked());
	move("log", "log.2");
	events();
	ZT_CASE("a log that was moved away may come back", heard.n == 0);
	move("log.2", "log");
	events();
	ZT_CASE("the same file moved back is nothing to speak of",
	    heard.n == 0);
	move("log", "log.2");
	events();
	logwatch_tick(w);
	ZT_CASE("one that stays away for a second is missing",
	    said(MSG_LOG_MISSING, "") && heard.last.ino == 0);
	move("log.2", "log");
	events();
	ZT_CASE("moved back after that it is current again",
	    said(MSG_LOG_CURRENT, "new\nnew2\n"));
	end();
}

static void
test_delete(void)
{
	begin("log");
	start("log");
	for (int i = 0; i < 20; i++) {
		bool ok;

		(void)unlink(path("log"));
		put("log", "again\n");
		events();
		ok = said(MSG_LOG_CURRENT, "again\n");
		if (!ok || i == 19)
			ZT_CASE("deleted and made anew is another file, "
				"also when inode numbers are reused",
			    ok);
	}
	put("tmp", "replaced\n");
	move("tmp", "log");
	events();
	ZT_CASE("a file moved over the log",
	    said(MSG_LOG_CURRENT, "replaced\n"));
	end();
}

static void
test_missing(void)
{
	begin(NULL);
	start("log");
	ZT_CASE("a missing log is said", said(MSG_LOG_MISSING, ""));
	memset(&heard, 0, sizeof(heard));
	logwatch_tick(w);
	ZT_CASE("once", heard.n == 0);
	put("log", "here\n");
	events();
	ZT_CASE("and handed on when it appears",
	    heard.n == 1 && heard.last.value == MSG_LOG_CURRENT);
	end();
}

static void
test_missing_dir(void)
{
	char sub[PATH_MAX];

	begin(NULL);
	start("sub/log");
	ZT_CASE("a missing directory is a missing log",
	    said(MSG_LOG_MISSING, ""));
	ZT_CASE("Landlock gets the directory above it",
	    logwatch_dir(w, 0, sub, sizeof(sub)) && strcmp(sub, dir) == 0);
	if (mkdir(path("sub"), 0755) != 0)
		abort();
	put("sub/log", "here\n");
	memset(&heard, 0, sizeof(heard));
	logwatch_tick(w);
	ZT_CASE("the tick finds it", said(MSG_LOG_CURRENT, "here\n"));
	move("sub/log", "sub/log.1");
	put("sub/log", "next\n");
	events();
	ZT_CASE("and from then on its directory is watched",
	    said(MSG_LOG_CURRENT, "next\n"));
	end();
}

static void
test_symlink(void)
{
	char sub[PATH_MAX];

	begin(NULL);
	if (mkdir(path("a"), 0755) != 0 || mkdir(path("b"), 0755) != 0)
		abort();
	put("a/real", "in a\n");
	put("b/real", "in b\n");
	if (symlink("a/real", path("log")) != 0)
		abort();
	start("log");
	ZT_CASE("a symlink is followed", said(MSG_LOG_CURRENT, "in a\n"));
	ZT_CASE("both directories are named for Landlock",
	    logwatch_dir(w, 0, sub, sizeof(sub)) && strcmp(sub, dir) == 0 &&
		logwatch_dir(w, 1, sub, sizeof(sub)) &&
		strcmp(sub, path("a")) == 0 &&
		!logwatch_dir(w, 2, sub, sizeof(sub)));
	put("a/real", "more\n");
	events();
	ZT_CASE("its target knocks", knocked());
	move("a/real", "a/real.1");
	put("a/real", "next\n");
	events();
	ZT_CASE("its target's rotation is seen",
	    said(MSG_LOG_CURRENT, "next\n"));
	if (symlink("b/real", path("tmp")) != 0)
		abort();
	move("tmp", "log");
	events();
	ZT_CASE("the symlink turned elsewhere",
	    said(MSG_LOG_CURRENT, "in b\n"));
	move("b/real", "b/real.1");
	put("b/real", "b2\n");
	events();
	ZT_CASE("and the new target's directory is watched",
	    said(MSG_LOG_CURRENT, "b2\n"));
	end();
}

static void
test_find(void)
{
	struct stat st, other;

	begin("log");
	start("log");
	move("log", "log-20260101");
	put("log", "new\n");
	events();
	if (stat(path("log-20260101"), &st) != 0 ||
	    stat(path("log"), &other) != 0)
		abort();
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 0, st.st_dev, st.st_ino);
	ZT_CASE("a rotated file is found by its inode",
	    said(MSG_LOG_OLD, "one\n") && heard.last.ino == st.st_ino &&
		heard.last.dev == st.st_dev);
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 0, other.st_dev, other.st_ino);
	ZT_CASE("so is the one at the path", said(MSG_LOG_OLD, "new\n"));
	move("log-20260101", "elsewhere");
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 0, st.st_dev, st.st_ino);
	ZT_CASE("another name is not searched",
	    said(MSG_LOG_MISSING, "") && heard.last.ino == st.st_ino);
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 0, st.st_dev + 1, other.st_ino);
	ZT_CASE("nor another device", said(MSG_LOG_MISSING, ""));
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 7, st.st_dev, st.st_ino);
	ZT_CASE("no such log is a missing file", said(MSG_LOG_MISSING, ""));
	if (symlink("elsewhere", path("log.9")) != 0)
		abort();
	memset(&heard, 0, sizeof(heard));
	logwatch_find(w, 0, st.st_dev, st.st_ino);
	ZT_CASE("a symlink to it is not taken", said(MSG_LOG_MISSING, ""));
	end();
}

/* What was handed on, kept open by the last one. */
static int
fifo_fd(const char *name)
{
	struct stat st;
	int fd = open(path(name), O_RDONLY | O_NONBLOCK);

	if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		abort();
	return fd;
}

static void
test_odd_files(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, sock = socket(AF_UNIX, SOCK_STREAM, 0);

	begin(NULL);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path("log"));
	if (bind(sock, (const struct sockaddr *)&un, sizeof(un)) != 0)
		abort();
	close(sock);
	start("log");
	ZT_CASE("what is neither file nor pipe is not opened",
	    said(MSG_LOG_DENIED, ""));
	(void)unlink(path("log"));
	if (mkfifo(path("log"), 0600) != 0)
		abort();
	events();
	ZT_CASE("a named pipe in its place is handed on",
	    heard.n == 1 && heard.last.value == MSG_LOG_CURRENT);
	fd = fifo_fd("log");
	put("log", "line\n");
	events();
	ZT_CASE("a line in it knocks", knocked() && heard.n == 0);
	close(fd);
	(void)unlink(path("log"));
	put("log", "file\n");
	events();
	ZT_CASE("and then a file",
	    heard.n >= 1 && heard.last.value == MSG_LOG_CURRENT);
	end();
}

static void
test_given(void)
{
	char word[] = "journal:a.service", *paths[] = { word, NULL };
	int ends[2];

	begin(NULL);
	if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
		abort();
	memset(&heard, 0, sizeof(heard));
	w = logwatch_open(paths, wake, hear, NULL);
	if (w == NULL)
		abort();
	logwatch_give(w, 0, ends[0]);
	ZT_CASE("what is no path waits to be announced", heard.n == 0);
	logwatch_announce(w);
	ZT_CASE("its descriptor is handed on",
	    heard.n == 1 && heard.last.value == MSG_LOG_CURRENT &&
		heard.last.ino == 0);
	ZT_CASE("and is not kept", fcntl(ends[0], F_GETFD) == -1);
	memset(&heard, 0, sizeof(heard));
	logwatch_tick(w);
	logwatch_announce(w);
	ZT_CASE("once", heard.n == 0);
	close(ends[1]);
	end();
}

/* As somebody who is not root, whoever runs the test. */
static void
as(uid_t uid)
{
	if (getuid() == 0 && seteuid(uid) != 0)
		abort();
}

static void
test_denied(void)
{
	begin("log");
	if (chmod(dir, 0755) != 0 || chmod(path("log"), 0) != 0)
		abort();
	as(65534);
	start("log");
	ZT_CASE("a log that cannot be read is denied",
	    said(MSG_LOG_DENIED, ""));
	memset(&heard, 0, sizeof(heard));
	logwatch_tick(w);
	ZT_CASE("which is said once", heard.n == 0);
	as(0);
	if (chmod(path("log"), 0644) != 0)
		abort();
	as(65534);
	logwatch_tick(w);
	ZT_CASE("and handed on when it can", said(MSG_LOG_CURRENT, "one\n"));
	as(0);
	end();
}

static void
test_set(void)
{
	char a[128], b[128];
	char *first[] = { a, NULL }, *both[] = { a, b, NULL };
	char *gap[] = { b, a, NULL };
	char *none[] = { (char[]){ "" }, b, NULL };
	char *many[LOGWATCH_MAX + 2] = { NULL };

	begin("a");
	put("b", "bee\n");
	(void)snprintf(a, sizeof(a), "%s/a", dir);
	(void)snprintf(b, sizeof(b), "%s/b", dir);
	w = logwatch_open(first, wake, hear, NULL);
	logwatch_announce(w);
	memset(&heard, 0, sizeof(heard));
	ZT_CASE("another path is told, the first one not again",
	    logwatch_set(w, both) && said(MSG_LOG_CURRENT, "bee\n") &&
		heard.last.source == 1);
	put("b", "more\n");
	events();
	ZT_CASE("and watched", knocked());
	memset(&heard, 0, sizeof(heard));
	ZT_CASE("one that goes is not told",
	    logwatch_set(w, none) && heard.n == 0);
	put("a", "more\n");
	events();
	ZT_CASE("nor watched any more", !knocked());
	put("b", "more\n");
	events();
	ZT_CASE("the other one is", knocked());
	memset(&heard, 0, sizeof(heard));
	ZT_CASE("two that change places are both new",
	    logwatch_set(w, gap) && heard.n == 2);
	move("b", "b.1");
	put("b", "new\n");
	events();
	ZT_CASE("with their new numbers",
	    said(MSG_LOG_CURRENT, "new\n") && heard.last.source == 0);
	for (size_t i = 0; i <= LOGWATCH_MAX; i++)
		many[i] = a;
	memset(&heard, 0, sizeof(heard));
	ZT_CASE("too many change nothing",
	    !logwatch_set(w, many) && heard.n == 0);
	end();
}

static const struct zt_test tests[] = {
	{ "set", test_set },
	{ "current", test_current },
	{ "rename", test_rename },
	{ "delete", test_delete },
	{ "missing", test_missing },
	{ "missing directory", test_missing_dir },
	{ "symlink", test_symlink },
	{ "find", test_find },
	{ "odd files", test_odd_files },
	{ "given", test_given },
	{ "denied", test_denied },
};

int
main(int argc, char **argv)
{
	log_level(LOG_CRIT); /* the warnings are not the test's */
	return zt_main(argc, argv, "logwatch", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
