/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logfile: lines of every length around the size of its buffer
 *
 * zt-link: tools/logfile daemon/logtime
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/zt.h"
#include "tools/logfile.h"

#define BUF 262144 /* the reader's */

static const struct logtime_conf conf = { 0, 2026 };
static char path[] = "/tmp/zfw-logfile.XXXXXX";

/* What is read of the file: each line as its length, "4,4096,0". */
static const char *
lengths(char out[256])
{
	struct logfile l;
	size_t n = 0;
	int rc = logfile_open(&l, path);

	out[0] = '\0';
	while (rc == 0 && (rc = logfile_line(&l)) > 0) {
		n += (size_t)snprintf(out + n, 256 - n, "%s%zu",
		    n > 0 ? "," : "", l.len);
		rc = 0;
	}
	logfile_close(&l);
	return rc == 0 ? out : "error";
}

static void
put(FILE *f, size_t n, bool newline)
{
	for (; n > 0; n--)
		(void)fputc(n % 7 == 0 ? 0 : 'x', f);
	if (newline)
		(void)fputc('\n', f);
}

static bool
reads(const size_t *len, size_t n, bool newline, const char *want)
{
	FILE *f = fopen(path, "w");
	char got[256];

	for (size_t i = 0; f != NULL && i < n; i++)
		put(f, len[i], newline || i + 1 < n);
	if (f == NULL || fclose(f) != 0)
		return false;
	if (strcmp(lengths(got), want) == 0)
		return true;
	printf("want %s, got %s\n", want, got);
	return false;
}

#define LENS(...) ((const size_t[]){ __VA_ARGS__ })

static void
test_lengths(void)
{
	ZT_CASE("an empty file", reads(NULL, 0, true, ""));
	ZT_CASE("short lines, one empty",
	    reads(LENS(3, 0, 5), 3, true, "3,0,5"));
	ZT_CASE("no newline at the end",
	    reads(LENS(3, 0, 5), 3, false, "3,0,5"));
	ZT_CASE("an empty line at the end is one",
	    reads(LENS(0), 1, true, "0"));
	ZT_CASE("as long as may be",
	    reads(LENS(LOG_LINE_MAX, 1), 2, true, "4096,1"));
	ZT_CASE("one more is cut",
	    reads(LENS(LOG_LINE_MAX + 1, 1), 2, true, "4096,1"));
	for (size_t n = BUF - 2; n <= BUF + 2; n++) {
		ZT_CASE("the size of the buffer",
		    reads(LENS(n, 2), 2, true, "4096,2"));
		ZT_CASE("and without newline",
		    reads(LENS(2, n), 2, false, "2,4096"));
		ZT_CASE("and twice that",
		    reads(LENS(2 * n, 2), 2, false, "4096,2"));
		ZT_CASE("a line over its end",
		    reads(LENS(n - 4096, 4000, 2), 3, true, "4096,4000,2"));
	}
}

static void
test_due(void)
{
	FILE *f = fopen(path, "w");
	struct logfile l;

	ZT_CASE("a log",
	    f != NULL &&
		fputs("no stamp\n1970-01-01T00:00:07Z a\n"
		      "1970-01-01T00:00:09.5Z b\n\tand more\n",
		    f) > 0 &&
		fclose(f) == 0 && logfile_open(&l, path) == 0);
	ZT_CASE("no stamp so far",
	    logfile_next(&l, &conf, 0, 100) == 1 && l.due_ms == 0);
	ZT_CASE("a line waits until it is taken",
	    logfile_next(&l, &conf, 0, 100) == 1 && l.number == 1);
	l.have = false;
	ZT_CASE("a whole second is over at its end",
	    logfile_next(&l, &conf, 0, 100) == 1 && l.due_ms == 8000);
	l.have = false;
	ZT_CASE("a fraction has its grace",
	    logfile_next(&l, &conf, 0, 100) == 1 && l.due_ms == 9600);
	l.have = false;
	ZT_CASE("a line without goes with the one before",
	    logfile_next(&l, &conf, 0, 100) == 1 && l.due_ms == 9600 &&
		l.number == 4);
	l.have = false;
	ZT_CASE("the end", logfile_next(&l, &conf, 0, 100) == 0);
	logfile_close(&l);
}

static void
test_errors(void)
{
	struct logfile l;

	ZT_CASE("no such file",
	    logfile_open(&l, "/nonexistent/zfw") == -ENOENT);
	logfile_close(&l);
	ZT_CASE("a directory opens", logfile_open(&l, "/tmp") == 0);
	ZT_CASE("and cannot be read", logfile_next(&l, &conf, 0, 0) == -EISDIR);
	logfile_close(&l);
	logfile_close(&l);
	(void)unlink(path);
}

/* Stamps without a year, read by a clock that follows them. */
static void
test_new_year(void)
{
	static const struct logtime_conf guess = { 0, 0 };
	int64_t now_ms = INT64_C(1767225590000); /* 2025-12-31 23:59:50 */
	FILE *f = fopen(path, "w");
	struct logfile l;

	(void)fputs("Dec 31 23:59:58 mx x\nJan  1 00:00:01 mx x\n"
		    "Jan  1 00:00:02 mx x\n",
	    f);
	(void)fclose(f);
	if (logfile_open(&l, path) != 0)
		abort();
	ZT_CASE("the last line of a year",
	    logfile_next(&l, &guess, now_ms, 0) == 1 &&
		l.due_ms == INT64_C(1767225599000));
	l.have = false;
	ZT_CASE("the first of the next is later",
	    logfile_next(&l, &guess, now_ms, 0) == 1 &&
		l.due_ms == INT64_C(1767225602000));
	now_ms = l.due_ms;
	l.have = false;
	ZT_CASE("and so it goes on",
	    logfile_next(&l, &guess, now_ms, 0) == 1 &&
		l.due_ms == INT64_C(1767225603000));
	logfile_close(&l);
}

/* The lines of `path`, "one|two|", or the error. */
static bool
text_is(const char *name, const char *want)
{
	char got[64] = "";
	struct logfile l;
	int rc = logfile_open(&l, name);

	while (rc == 0 && (rc = logfile_line(&l)) > 0) {
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%.*s|", (int)l.len, l.line);
		rc = 0;
	}
	logfile_close(&l);
	if (rc != 0)
		(void)snprintf(got, sizeof(got), "error %d", -rc);
	if (strcmp(got, want) != 0)
		printf("  want %s, got %s\n", want, got);
	return strcmp(got, want) == 0;
}

static bool
have(const char *program)
{
	char cmd[64];

	(void)snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null", program);
	return system(cmd) == 0;
}

static void
test_packed(void)
{
	static const char *const programs[] = { "gzip", "bzip2", "xz", "zstd" };
	const char *old = getenv("PATH");
	char cmd[128], want[32], *keep = strdup(old == NULL ? "/bin" : old);

	for (size_t i = 0; i < 4; i++) {
		if (!have(programs[i])) {
			ZT_SKIP(programs[i], "is not installed");
			continue;
		}
		(void)snprintf(cmd, sizeof(cmd),
		    "printf 'one\\ntwo\\n' | %s -c >%s", programs[i], path);
		ZT_CASE(programs[i],
		    system(cmd) == 0 && text_is(path, "one|two|"));
	}
	(void)snprintf(cmd, sizeof(cmd), "seq 100 | gzip -c | head -c 40 >%s",
	    path);
	(void)snprintf(want, sizeof(want), "error %d", EBADMSG);
	ZT_CASE("a packed file that is cut is an error, not an end",
	    system(cmd) == 0 && text_is(path, want));
	(void)setenv("PATH", "/nonexistent", 1);
	(void)snprintf(want, sizeof(want), "error %d", ENOPKG);
	ZT_CASE("so is one that cannot be unpacked", text_is(path, want));
	(void)setenv("PATH", keep, 1);
	free(keep);
}

static void
test_input(void)
{
	int fd, was = dup(STDIN_FILENO);
	FILE *f = fopen(path, "w");

	(void)fputs("one\ntwo", f);
	(void)fclose(f);
	fd = open(path, O_RDONLY);
	(void)dup2(fd, STDIN_FILENO);
	ZT_CASE("- is standard input", text_is("-", "one|two|"));
	ZT_CASE("which stays open", fcntl(STDIN_FILENO, F_GETFD) != -1);
	(void)dup2(was, STDIN_FILENO);
	(void)close(was);
	(void)close(fd);
}

static void
test_begin(void)
{
	int fd = mkstemp(path);

	ZT_CASE("a temporary file", fd >= 0);
	if (fd >= 0)
		(void)close(fd);
}

static const struct zt_test tests[] = {
	{ "begin", test_begin },
	{ "lengths", test_lengths },
	{ "due", test_due },
	{ "new year", test_new_year },
	{ "packed", test_packed },
	{ "input", test_input },
	{ "errors", test_errors },
};
ZT_MAIN("logfile", tests)
