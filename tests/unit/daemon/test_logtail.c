/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logtail on real files in a directory of its own, with a made-up clock.
 * The test plays the guard: it opens the files and passes descriptors.
 *
 * zt-link: daemon/logtail daemon/logtail_stream daemon/logstream
 * zt-link: daemon/journal daemon/logtime daemon/tailfile fp/hash
 * zt-libs: libsodium
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/logtail.h"
#include "tests/zt.h"

struct tap {
	char text[16384]; /* the lines, each with its end as "|" */
	size_t n, lines, longest, backlog;
	unsigned finds, events[16];
	uint64_t find_ino;
	int waits; /* the descriptor that is waited for */
	int64_t now;
	struct logtail *t;
};

static char dir[] = "/tmp/zt-logtail-XXXXXX";

static void
on_line(void *arg, size_t source, struct str line, bool backlog)
{
	struct tap *tap = arg;

	(void)source;
	tap->lines++;
	tap->backlog += backlog;
	if (line.n > tap->longest)
		tap->longest = line.n;
	if (line.n > 64 || tap->n + line.n + 1 > sizeof(tap->text))
		return;
	memcpy(tap->text + tap->n, line.p, line.n);
	tap->n += line.n;
	tap->text[tap->n++] = '|';
}

static void
on_find(void *arg, size_t source, uint64_t dev, uint64_t ino)
{
	struct tap *tap = arg;

	(void)source;
	(void)dev;
	tap->finds++;
	tap->find_ino = ino;
}

static void
on_event(void *arg, size_t source, enum logtail_event ev, uint64_t n)
{
	(void)source;
	(void)n;
	((struct tap *)arg)->events[ev]++;
}

static void
on_wait(void *arg, size_t source, int fd)
{
	(void)source;
	((struct tap *)arg)->waits = fd;
}

static void
tap_init(struct tap *tap)
{
	memset(tap, 0, sizeof(*tap));
	tap->now = 1000;
	tap->waits = -1;
	tap->t = logtail_new(&(struct logtail_conf){ tap, NULL, on_line,
				 on_find, on_event, on_wait },
	    1);
}

/* Reads on until there is no more; the lines so far, then forgotten. */
static bool
got(struct tap *tap, const char *want)
{
	bool ok;

	for (int i = 0; i < 10000 && logtail_read(tap->t, tap->now); i++)
		;
	ok = tap->n == strlen(want) && memcmp(tap->text, want, tap->n) == 0;
	if (!ok)
		printf("  got \"%.*s\", want \"%s\"\n", (int)tap->n, tap->text,
		    want);
	tap->n = 0;
	return ok;
}

static const char *
path(const char *name)
{
	static char buf[4][PATH_MAX];
	static unsigned k;
	char *p = buf[k++ % 4];

	(void)snprintf(p, PATH_MAX, "%s/%s", dir, name);
	return p;
}

static void
put(const char *name, const char *text, size_t n, bool append)
{
	int fd = open(path(name),
	    O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0600);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		printf("  cannot write %s\n", name);
	close(fd);
}

#define PUT(name, text) put((name), (text), strlen(text), false)
#define ADD(name, text) put((name), (text), strlen(text), true)

static void
pass_to(struct tap *tap, size_t source, enum msg_logfd what, const char *name)
{
	struct stat sb;
	int fd = open(path(name), O_RDONLY);

	if (fstat(fd, &sb) != 0)
		memset(&sb, 0, sizeof(sb));
	logtail_fd(tap->t, source, what, fd, sb.st_dev, sb.st_ino, tap->now);
}

static void
pass(struct tap *tap, enum msg_logfd what, const char *name)
{
	pass_to(tap, 0, what, name);
}

/* As if the daemon were started again with what was stored. */
static void
restart(struct tap *tap)
{
	struct logtail_pos pos;
	bool have = logtail_position(tap->t, 0, &pos);

	logtail_free(tap->t);
	tap_init(tap);
	if (have)
		logtail_resume(tap->t, 0, &pos);
}

static void
test_first(void)
{
	struct tap tap;

	tap_init(&tap);
	PUT("a", "old 1\nold 2\n");
	pass(&tap, MSG_LOG_CURRENT, "a");
	ZT_CASE("the first start ever begins at the end", got(&tap, ""));
	ZT_CASE("and says so", tap.events[LOGTAIL_EV_FIRST] == 1);
	ADD("a", "new 1\nnew");
	ZT_CASE("only whole lines are handed on", got(&tap, "new 1|"));
	ADD("a", " 2\n\nnew 3\n");
	ZT_CASE("a line comes when its newline does, empty ones too",
	    got(&tap, "new 2||new 3|"));
	ZT_CASE("live lines are no backlog", tap.backlog == 0);
	logtail_free(tap.t);

	tap_init(&tap);
	PUT("a", "half of an old li");
	pass(&tap, MSG_LOG_CURRENT, "a");
	ADD("a", "ne\nwhole\n");
	ZT_CASE("a start inside a line skips the rest of it",
	    got(&tap, "whole|"));
	pass(&tap, MSG_LOG_CURRENT, "a");
	ADD("a", "once\n");
	ZT_CASE("the same file passed twice is read once", got(&tap, "once|"));
	logtail_free(tap.t);
}

static void
test_rename(void)
{
	struct tap tap;

	tap_init(&tap);
	PUT("r", "");
	pass(&tap, MSG_LOG_CURRENT, "r");
	ADD("r", "1\n2\n");
	rename(path("r"), path("r.1"));
	PUT("r", "4\n");
	pass(&tap, MSG_LOG_CURRENT, "r");
	ADD("r.1", "3\nlast");
	ZT_CASE("the old file is finished first", got(&tap, "1|2|3|4|"));
	tap.now += LOGTAIL_GRACE_MS / 2;
	ADD("r.1", " words\n5\n");
	ADD("r", "6\n");
	ZT_CASE("a writer that holds the old file is still heard",
	    got(&tap, "last words|5|6|"));
	tap.now += LOGTAIL_GRACE_MS - 1;
	ADD("r.1", "7");
	ZT_CASE("its file is kept while it grows", got(&tap, ""));
	tap.now += LOGTAIL_GRACE_MS;
	ZT_CASE("and gives its last line without newline in the end",
	    got(&tap, "7|"));
	ADD("r.1", "\nno\n");
	ADD("r", "8\n");
	ZT_CASE("then it is closed", got(&tap, "8|"));
	logtail_free(tap.t);
}

static void
test_rename_quiet(void)
{
	struct tap tap;

	tap_init(&tap);
	PUT("q", "x\n");
	pass(&tap, MSG_LOG_CURRENT, "q");
	(void)got(&tap, "");
	rename(path("q"), path("q.1"));
	PUT("q", "");
	pass(&tap, MSG_LOG_CURRENT, "q");
	tap.now += 60 * LOGTAIL_GRACE_MS;
	(void)got(&tap, "");
	ADD("q.1", "late\n");
	ZT_CASE("while the new file is empty the old one is kept",
	    got(&tap, "late|"));
	for (int i = 0; i < 3 * LOGTAIL_FILES_MAX; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "q.%d", i + 2);
		PUT(name, "n\n");
		pass(&tap, MSG_LOG_CURRENT, name);
	}
	(void)logtail_read(tap.t, tap.now);
	ZT_CASE("a storm of rotations is bounded and said aloud",
	    tap.events[LOGTAIL_EV_LOST] > 0);
	logtail_free(tap.t);
}

static void
test_truncate(void)
{
	struct tap tap;

	tap_init(&tap);
	PUT("t", "");
	pass(&tap, MSG_LOG_CURRENT, "t");
	ADD("t", "one 1\ntwo 2\n");
	(void)got(&tap, "one 1|two 2|");
	PUT("t", "3\n");
	ZT_CASE("copytruncate: a shorter file is read anew", got(&tap, "3|"));
	PUT("t", "4\n");
	ZT_CASE("of the same size: the first bytes tell", got(&tap, "4|"));
	PUT("t", "5\n66\n777\n");
	ZT_CASE("a longer one too", got(&tap, "5|66|777|"));
	PUT("t", "");
	(void)got(&tap, "");
	ADD("t", "8\n");
	ZT_CASE("an empty one, then filled", got(&tap, "8|"));
	ZT_CASE("each is counted", tap.events[LOGTAIL_EV_TRUNCATED] == 4);
	PUT("t", "cut in a li");
	(void)got(&tap, "");
	PUT("t", "9\n");
	ZT_CASE("half a line before a truncation is forgotten",
	    got(&tap, "9|"));
	logtail_free(tap.t);
}

static void
test_long(void)
{
	enum { N = 1 << 20 };
	struct tap tap;
	struct logtail_status st;
	char *big = malloc(N + 8);

	tap_init(&tap);
	PUT("l", "");
	pass(&tap, MSG_LOG_CURRENT, "l");
	memset(big, 'x', N);
	put("l", big, N, true);
	(void)got(&tap, "");
	ZT_CASE("a line of 1 MB is handed on, cut",
	    tap.lines == 1 && tap.longest == LOG_LINE_MAX);
	put("l", big, N, true);
	ADD("l", "\nnext\n");
	ZT_CASE("the rest of it is skipped", got(&tap, "next|"));
	logtail_status(tap.t, 0, &st);
	ZT_CASE("and counted", st.cut == 1 && st.lines == 2);
	big[LOG_LINE_MAX] = '\n';
	put("l", big, LOG_LINE_MAX + 1, true);
	(void)got(&tap, "");
	logtail_status(tap.t, 0, &st);
	ZT_CASE("a line of just the limit is whole",
	    tap.lines == 3 && st.cut == 1);
	put("l", "a\0b\xff\n\0\0\n", 8, true);
	(void)logtail_read(tap.t, tap.now);
	ZT_CASE("NUL and 0xff are bytes like others",
	    tap.n == 8 && memcmp(tap.text, "a\0b\xff|\0\0|", 8) == 0);
	restart(&tap);
	free(big);
	logtail_free(tap.t);
}

static void
test_long_resume(void)
{
	static char big[3 * LOG_LINE_MAX];
	struct tap tap;

	tap_init(&tap);
	PUT("m", "");
	pass(&tap, MSG_LOG_CURRENT, "m");
	memset(big, 'y', sizeof(big));
	put("m", big, sizeof(big), true);
	(void)got(&tap, "");
	restart(&tap);
	ADD("m", "tail\nnext\n");
	pass(&tap, MSG_LOG_CURRENT, "m");
	ZT_CASE("a start inside an over-long line gives no fragment",
	    got(&tap, "next|"));
	logtail_free(tap.t);
}

static void
test_resume(void)
{
	struct tap tap;

	tap_init(&tap);
	PUT("s", "");
	pass(&tap, MSG_LOG_CURRENT, "s");
	ADD("s", "1\n2\n3");
	(void)got(&tap, "1|2|");
	restart(&tap);
	ADD("s", "3\n4\n");
	pass(&tap, MSG_LOG_CURRENT, "s");
	ZT_CASE("a restart goes on at the first line not handled",
	    got(&tap, "33|4|"));
	ZT_CASE("and takes them for a backlog", tap.backlog == 2);
	ADD("s", "5\n");
	(void)got(&tap, "5|");
	ZT_CASE("until it has reached the end once", tap.backlog == 2);
	restart(&tap);
	PUT("s", "new 1\nnew 2\nnew 3\n");
	pass(&tap, MSG_LOG_CURRENT, "s");
	ZT_CASE("truncated meanwhile: from the start",
	    got(&tap, "new 1|new 2|new 3|"));
	logtail_free(tap.t);
}

static void
test_resume_rotated(void)
{
	struct tap tap;
	struct stat sb;

	tap_init(&tap);
	PUT("u", "");
	pass(&tap, MSG_LOG_CURRENT, "u");
	ADD("u", "1\n");
	(void)got(&tap, "1|");
	restart(&tap);
	ADD("u", "2\n");
	rename(path("u"), path("u.1"));
	PUT("u", "3\n");
	(void)stat(path("u.1"), &sb);
	pass(&tap, MSG_LOG_CURRENT, "u");
	ZT_CASE("rotated while we were away: the old file is asked for",
	    tap.finds == 1 && tap.find_ino == sb.st_ino && got(&tap, ""));
	pass(&tap, MSG_LOG_OLD, "u.1");
	ZT_CASE("it is finished before the new one", got(&tap, "2|3|"));
	ZT_CASE("all of that is backlog", tap.backlog == 2);
	restart(&tap);
	ADD("u.1", "4\n");
	ADD("u", "5\n");
	pass(&tap, MSG_LOG_CURRENT, "u");
	pass(&tap, MSG_LOG_OLD, "u.1");
	ZT_CASE("both positions outlive a restart", got(&tap, "4|5|"));
	logtail_free(tap.t);
}

static void
test_resume_lost(void)
{
	struct tap tap;
	struct logtail_pos pos = { .p[0] = { 1, 2, 3, 4, 5 } };
	struct logtail_pos same;

	tap_init(&tap);
	logtail_resume(tap.t, 0, &pos);
	PUT("v", "1\n");
	pass(&tap, MSG_LOG_CURRENT, "v");
	logtail_fd(tap.t, 0, MSG_LOG_MISSING, -1, 1, 2, tap.now);
	ZT_CASE("the old file is gone: the new one from its start",
	    got(&tap, "1|"));
	ZT_CASE("and the gap is said aloud", tap.events[LOGTAIL_EV_LOST] == 1);
	logtail_free(tap.t);

	tap_init(&tap);
	logtail_resume(tap.t, 0, &pos);
	pass(&tap, MSG_LOG_CURRENT, "v");
	ZT_CASE("while it is looked for nothing is read", got(&tap, ""));
	ZT_CASE("nor any position changed", !logtail_position(tap.t, 0, &same));
	tap.now += LOGTAIL_FIND_MS;
	ZT_CASE("a guard that does not answer is not waited for",
	    got(&tap, "1|"));
	logtail_free(tap.t);
}

static void
test_missing(void)
{
	struct tap tap;
	struct logtail_pos pos;
	struct logtail_status st;

	tap_init(&tap);
	logtail_fd(tap.t, 0, MSG_LOG_MISSING, -1, 0, 0, tap.now);
	logtail_status(tap.t, 0, &st);
	ZT_CASE("a missing file is a state", st.state == LOGTAIL_MISSING);
	ZT_CASE("without position", !logtail_position(tap.t, 0, &pos));
	PUT("w", "1\n");
	pass(&tap, MSG_LOG_CURRENT, "w");
	ZT_CASE("one that appears later is read from its start",
	    got(&tap, "1|"));
	restart(&tap);
	logtail_fd(tap.t, 0, MSG_LOG_MISSING, -1, 0, 0, tap.now);
	ADD("w", "2\n");
	pass(&tap, MSG_LOG_CURRENT, "w");
	ZT_CASE("missing for a while at start: the position is kept",
	    got(&tap, "2|"));
	logtail_fd(tap.t, 0, MSG_LOG_DENIED, -1, 0, 0, tap.now);
	logtail_status(tap.t, 0, &st);
	ZT_CASE("denied is another state", st.state == LOGTAIL_DENIED);
	logtail_fd(tap.t, 99, MSG_LOG_CURRENT, open("/dev/null", O_RDONLY), 0,
	    0, tap.now);
	ZT_CASE("a source that is not ours is ignored", got(&tap, ""));
	logtail_free(tap.t);
}

/* Each source has its files, place and turn of its own. */
static void
test_several(void)
{
	struct logtail_pos a, b;
	struct tap tap;

	tap_init(&tap);
	logtail_free(tap.t);
	tap.t = logtail_new(&(struct logtail_conf){ &tap, NULL, on_line,
				on_find, on_event, on_wait },
	    3);
	PUT("a", "old a\n");
	PUT("b", "old b\n");
	pass_to(&tap, 0, MSG_LOG_CURRENT, "a");
	pass_to(&tap, 1, MSG_LOG_CURRENT, "b");
	pass_to(&tap, 2, MSG_LOG_MISSING, "nowhere");
	ZT_CASE("several logs begin at their ends", got(&tap, ""));
	ADD("b", "b1\n");
	ADD("a", "a1\n");
	ZT_CASE("all are read", got(&tap, "a1|b1|"));
	if (rename(path("a"), path("a.1")) != 0)
		abort();
	ADD("a.1", "a2\n");
	PUT("a", "a3\n");
	PUT("b", "b2, cut\n"); /* copytruncate */
	pass_to(&tap, 0, MSG_LOG_CURRENT, "a");
	ZT_CASE("one is rotated, another truncated",
	    got(&tap, "a2|a3|b2, cut|"));
	PUT("c", "c1\n");
	pass_to(&tap, 2, MSG_LOG_CURRENT, "c");
	ZT_CASE("a third appears", got(&tap, "c1|"));
	ZT_CASE("each has a place of its own",
	    logtail_position(tap.t, 0, &a) && logtail_position(tap.t, 1, &b) &&
		a.p[0].ino != b.p[0].ino && a.p[1].ino != 0 &&
		b.p[1].ino == 0 && b.p[0].offset == 8);
	logtail_free(tap.t);
}

static void
test_slices(void)
{
	struct tap tap;
	char *many = malloc(1 << 21);
	size_t n = 0, turns = 0;

	tap_init(&tap);
	PUT("z", "");
	pass(&tap, MSG_LOG_CURRENT, "z");
	for (int i = 0; i < 20000; i++)
		n += (size_t)sprintf(many + n,
		    "%06d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxx\n",
		    i);
	put("z", many, n, true);
	ZT_CASE("a slice is bounded",
	    logtail_read(tap.t, tap.now) && tap.lines > 0 &&
		tap.lines <= LOGTAIL_LINES);
	for (turns = 1; logtail_read(tap.t, tap.now); turns++)
		;
	ZT_CASE("many slices read all, once",
	    tap.lines == 20000 && turns >= 20000 / LOGTAIL_LINES);
	free(many);
	logtail_free(tap.t);
}

/* Lines written in random pieces, with rotations and restarts between. */
static void
test_random(void)
{
	struct tap tap;
	unsigned next = 0, old = 0;
	bool ok = true;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	tap_init(&tap);
	PUT("random", "");
	pass(&tap, MSG_LOG_CURRENT, "random");
	for (int round = 0; round < 400 && ok; round++) {
		char want[512] = "", text[512], name[32];
		size_t n = 0, w = 0;
		unsigned k = (unsigned)(zt_random() % 8);

		for (; k > 0; k--, next++) {
			n += (size_t)sprintf(text + n, "line %u\n", next);
			w += (size_t)sprintf(want + w, "line %u|", next);
		}
		put("random", text, n, true);
		if (zt_random() % 8 == 0) {
			sprintf(name, "random.%u", old++);
			rename(path("random"), path(name));
			PUT("random", "");
			pass(&tap, MSG_LOG_CURRENT, "random");
		}
		ok = got(&tap, want);
		tap.now += LOGTAIL_GRACE_MS;
	}
	ZT_CASE("random rotations lose and repeat nothing", ok);
	logtail_free(tap.t);
}

static void
test_end(void)
{
	char cmd[64];

	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ZT_CASE("cleaned up", system(cmd) == 0);
}

static void
test_begin(void)
{
	ZT_CASE("a directory of our own", mkdtemp(dir) != NULL);
}

/* Another log gets the number. */
static void
test_reset(void)
{
	struct tap tap;
	struct logtail_pos pos = { 0 };
	struct logtail_status st;
	int p[2];

	tap_init(&tap);
	PUT("old", "a\nb\n");
	pass(&tap, MSG_LOG_CURRENT, "old");
	(void)got(&tap, "");
	ADD("old", "c\n");
	ZT_CASE("it is read", got(&tap, "c|"));
	logtail_reset(tap.t, 0);
	ADD("old", "d\n");
	logtail_status(tap.t, 0, &st);
	ZT_CASE("after a reset it is not, and nothing is counted",
	    got(&tap, "") && st.lines == 0 && st.state == LOGTAIL_WAITING &&
		!logtail_position(tap.t, 0, &pos));
	PUT("next", "x\n");
	pass(&tap, MSG_LOG_CURRENT, "next");
	(void)got(&tap, "");
	ADD("next", "y\n");
	ZT_CASE("the next one is", got(&tap, "y|"));
	logtail_reset(tap.t, 0);
	if (pipe2(p, O_NONBLOCK) != 0)
		abort();
	logtail_fd(tap.t, 0, MSG_LOG_CURRENT, p[0], 1, 1, tap.now);
	ZT_CASE("a pipe is waited for", tap.waits == p[0]);
	logtail_reset(tap.t, 0);
	ZT_CASE("until it is reset", tap.waits == -1);
	close(p[1]);
	logtail_free(tap.t);
}

static const struct zt_test tests[] = {
	{ "begin", test_begin },
	{ "reset", test_reset },
	{ "first", test_first },
	{ "rename", test_rename },
	{ "rename, quiet", test_rename_quiet },
	{ "truncate", test_truncate },
	{ "long", test_long },
	{ "long, resumed", test_long_resume },
	{ "resume", test_resume },
	{ "resume, rotated", test_resume_rotated },
	{ "resume, lost", test_resume_lost },
	{ "missing", test_missing },
	{ "several", test_several },
	{ "slices", test_slices },
	{ "random", test_random },
	{ "end", test_end },
};
ZT_MAIN("daemon/logtail", tests)
