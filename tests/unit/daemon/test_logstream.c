/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named pipes and the journal's socket as log sources: logtail with real
 * descriptors.  The test plays the guard, the writers and zfw-journal.
 *
 * zt-link: daemon/logtail daemon/logtail_stream daemon/logstream
 * zt-link: daemon/journal daemon/logtime daemon/tailfile fp/hash
 * zt-libs: libsodium
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/logtail.h"
#include "tests/zt.h"

#define LINE_1 "2026-01-02T03:04:05.123456+00:00 mx postfix/smtpd[1]: one"
#define LINE_2 "2026-01-02T03:04:05.123457+00:00 mx postfix/smtpd[1]: two"
#define T_1_US 1767323045123456

static struct tap {
	char text[4096]; /* the lines, each with its end as "|" */
	size_t n, lines, longest;
	unsigned before, events[16];
	int waits; /* the descriptor that is waited for */
	struct logtail *t;
} tap;
static char fifo[] = "/tmp/zt-logstream-XXXXXX";

static void
on_before(void *arg)
{
	((struct tap *)arg)->before++;
}

static void
on_line(void *arg, size_t source, struct str line, bool backlog)
{
	(void)arg;
	(void)source;
	(void)backlog;
	tap.lines++;
	if (line.n > tap.longest)
		tap.longest = line.n;
	if (line.n > 80 || tap.n + line.n + 1 > sizeof(tap.text))
		return;
	memcpy(tap.text + tap.n, line.p, line.n);
	tap.n += line.n;
	tap.text[tap.n++] = '|';
}

static void
on_find(void *arg, size_t source, uint64_t dev, uint64_t ino)
{
	(void)arg;
	(void)source;
	(void)dev;
	(void)ino;
}

static void
on_event(void *arg, size_t source, enum logtail_event ev, uint64_t n)
{
	(void)arg;
	(void)source;
	(void)n;
	tap.events[ev]++;
}

static void
on_wait(void *arg, size_t source, int fd)
{
	(void)arg;
	(void)source;
	tap.waits = fd;
}

static void
tap_init(void)
{
	memset(&tap, 0, sizeof(tap));
	tap.waits = -1;
	tap.t = logtail_new(&(struct logtail_conf){ &tap, on_before, on_line,
				on_find, on_event, on_wait },
	    1);
}

/* One slice: the lines of it, then forgotten. */
static bool
got(const char *want)
{
	bool ok;

	(void)logtail_read(tap.t, 1000);
	ok = tap.n == strlen(want) && memcmp(tap.text, want, tap.n) == 0;
	if (!ok)
		printf("  got \"%.*s\", want \"%s\"\n", (int)tap.n, tap.text,
		    want);
	tap.n = 0;
	return ok;
}

static void
put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		printf("  cannot write\n");
}

static enum logtail_state
state(void)
{
	struct logtail_status st;

	logtail_status(tap.t, 0, &st);
	return st.state;
}

static void
pass_fifo(void)
{
	int fd = open(fifo, O_RDONLY | O_NONBLOCK);

	logtail_fd(tap.t, 0, MSG_LOG_CURRENT, fd, 1, 2, 1000);
}

static void
begin_fifo(void)
{
	tap_init();
	(void)unlink(fifo);
	if (mkfifo(fifo, 0600) != 0)
		abort();
	pass_fifo();
}

static void
test_fifo(void)
{
	struct logtail_status st;
	struct logtail_pos pos;
	int w;

	begin_fifo();
	ZT_CASE("a pipe without a writer gives nothing, at once", got(""));
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	put(w, "1\n\n2");
	ZT_CASE("whole lines come, empty ones too", got("1||"));
	ZT_CASE("packets are looked at first", tap.before == 1);
	ZT_CASE("the pipe is waited for", tap.waits >= 0);
	put(w, "2\n3");
	ZT_CASE("a line comes when its newline does", got("22|"));
	close(w);
	ZT_CASE("the last one when its writer goes", got("3|"));
	ZT_CASE("a pipe without writer is not waited for", tap.waits == -1);
	ZT_CASE("and is still read", state() == LOGTAIL_READING && got(""));
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	ZT_CASE("nothing of a new writer yet", w >= 0 && got(""));
	ZT_CASE("but it is waited for", tap.waits >= 0);
	put(w, "4\n");
	ZT_CASE("a new writer is heard", got("4|"));
	ZT_CASE("of a pipe no place is remembered",
	    !logtail_position(tap.t, 0, &pos));
	logtail_status(tap.t, 0, &st);
	ZT_CASE("it is called a pipe",
	    st.kind == LOGTAIL_PIPE && st.lines == 5 && st.errors == 0);
	close(w);
	logtail_free(tap.t);
}

static void
test_fifo_replaced(void)
{
	int w, file, was;

	begin_fifo();
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	put(w, "old\n");
	(void)unlink(fifo);
	if (mkfifo(fifo, 0600) != 0)
		abort();
	was = tap.waits;
	pass_fifo();
	ZT_CASE("a pipe made anew: the old one is finished first",
	    tap.n == 4 && memcmp(tap.text, "old|", 4) == 0);
	ZT_CASE("and closed", fcntl(was, F_GETFD) == -1 && tap.waits >= 0);
	tap.n = 0;
	close(w);
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	put(w, "new\n");
	ZT_CASE("the new one is read", got("new|"));
	close(w);
	(void)unlink(fifo);
	file = open(fifo, O_RDWR | O_CREAT, 0600);
	was = tap.waits;
	logtail_fd(tap.t, 0, MSG_LOG_CURRENT, dup(file), 1, 3, 1000);
	put(file, "in a file\n");
	ZT_CASE("a file takes its place", got("in a file|"));
	ZT_CASE("and the pipe is not waited for any more",
	    was >= 0 && tap.waits == -1);
	close(file);
	logtail_free(tap.t);
}

static void
test_long(void)
{
	static char big[60000];
	int w;

	begin_fifo();
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	memset(big, 'x', sizeof(big) - 1);
	put(w, big);
	(void)logtail_read(tap.t, 1000);
	put(w, big);
	put(w, "\nnext\n");
	(void)logtail_read(tap.t, 1000);
	ZT_CASE("a line without end is handed on once, cut",
	    tap.lines == 2 && tap.longest == LOG_LINE_MAX);
	ZT_CASE("and the next one is whole",
	    tap.n == 5 && memcmp(tap.text, "next|", 5) == 0);
	close(w);
	logtail_free(tap.t);
}

static void
test_budget(void)
{
	unsigned turns = 0;
	int w;

	begin_fifo();
	w = open(fifo, O_WRONLY | O_NONBLOCK);
	for (int i = 0; i < 3 * LOGTAIL_LINES; i++)
		put(w, "a line\n");
	while (logtail_read(tap.t, 1000) && turns < 100)
		turns++;
	ZT_CASE("a turn takes a bounded number of lines",
	    turns >= 2 && turns < 100);
	ZT_CASE("and none is lost", tap.lines == 3 * LOGTAIL_LINES);
	close(w);
	logtail_free(tap.t);
}

/* A socket as the guard makes it: the engine's end does not block. */
static int
begin_journal(int64_t since_us)
{
	struct logtail_pos pos = { 0 };
	int pair[2];

	tap_init();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0)
		abort();
	pos.p[0].ino = since_us > 0;
	pos.p[0].offset = (uint64_t)since_us;
	logtail_resume(tap.t, 0, &pos);
	logtail_fd(tap.t, 0, MSG_LOG_CURRENT, pair[0], 0, 0, 1000);
	return pair[1];
}

/* Since when zfw-journal was told to read. */
static bool
told(int fd, const char *want)
{
	char buf[64] = "";

	return recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT) > 0 &&
	    strcmp(buf, want) == 0;
}

static void
test_journal(void)
{
	struct logtail_status st;
	struct logtail_pos pos = { 0 };
	int w = begin_journal(0);

	ZT_CASE("a journal that was never read begins at its end",
	    told(w, "end\n"));
	ZT_CASE("and has no place yet", !logtail_position(tap.t, 0, &pos));
	put(w, LINE_1 "\n" LINE_2);
	ZT_CASE("its whole lines come", got(LINE_1 "|"));
	ZT_CASE("its place is the stamp of the last of them",
	    logtail_position(tap.t, 0, &pos) && pos.p[0].ino != 0 &&
		pos.p[0].offset == T_1_US);
	put(w, "\nno stamp\n");
	ZT_CASE("a line without a stamp does not change it",
	    got(LINE_2 "|no stamp|") && logtail_position(tap.t, 0, &pos) &&
		pos.p[0].offset == T_1_US + 1);
	close(w);
	ZT_CASE("when its reader is gone it has ended",
	    got("") && state() == LOGTAIL_ENDED && tap.waits == -1 &&
		tap.events[LOGTAIL_EV_ENDED] == 1);
	ZT_CASE("the place is still known",
	    logtail_position(tap.t, 0, &pos) && pos.p[0].offset == T_1_US + 1);
	logtail_status(tap.t, 0, &st);
	ZT_CASE("it is called a journal", st.kind == LOGTAIL_JOURNAL);
	logtail_free(tap.t);
	w = begin_journal(T_1_US + 1);
	ZT_CASE("after a restart it goes on there",
	    told(w, "1767323045123457\n"));
	ZT_CASE("and keeps that place until a line comes",
	    logtail_position(tap.t, 0, &pos) && pos.p[0].offset == T_1_US + 1);
	close(w);
	logtail_free(tap.t);
}

static void
test_journal_dead(void)
{
	int pair[2];

	tap_init();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		abort();
	close(pair[1]);
	logtail_fd(tap.t, 0, MSG_LOG_CURRENT, pair[0], 0, 0, 1000);
	ZT_CASE("a reader that is gone before it was told is no harm",
	    got("") && state() == LOGTAIL_ENDED);
	ZT_CASE("and its socket is closed", fcntl(pair[0], F_GETFD) == -1);
	logtail_free(tap.t);
}

static void
test_begin(void)
{
	int fd = mkstemp(fifo);

	ZT_CASE("a name of our own", fd >= 0);
	close(fd);
}

static void
test_end(void)
{
	ZT_CASE("cleaned up", unlink(fifo) == 0);
}

static const struct zt_test tests[] = {
	{ "begin", test_begin },
	{ "fifo", test_fifo },
	{ "long", test_long },
	{ "budget", test_budget },
	{ "journal", test_journal },
	{ "journal, dead", test_journal_dead },
	{ "fifo, replaced", test_fifo_replaced },
	{ "end", test_end },
};

ZT_MAIN("logstream", tests)
