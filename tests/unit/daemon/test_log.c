/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/log
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"
#include "tests/zt.h"

static char got[8192];

/* What `fn` writes to stderr, into `got`; the child's exit status. */
static int
caught(void (*fn)(void))
{
	int p[2], status = 0;
	size_t n = 0;
	ssize_t r;
	pid_t pid;

	fflush(stdout);
	if (pipe(p) == -1)
		abort();
	pid = fork();
	if (pid == 0) {
		dup2(p[1], STDERR_FILENO);
		close(p[0]);
		close(p[1]);
		fn();
		_exit(0);
	}
	close(p[1]);
	while ((r = read(p[0], got + n, sizeof(got) - 1 - n)) > 0)
		n += (size_t)r;
	got[n] = '\0';
	close(p[0]);
	waitpid(pid, &status, 0);
	return status;
}

static void
say_before_open(void)
{
	log_msg(LOG_ERR, "early %d", 1);
}

static void
say(void)
{
	log_open("zfw-test", LOG_TO_STDERR, NULL);
	errno = ENOSPC;
	log_msg(LOG_INFO, "one");
	log_msg(LOG_DEBUG, "not this");
	log_level(LOG_DEBUG);
	log_msg(LOG_DEBUG, "two %s", "and a half");
	log_level(LOG_ERR);
	log_msg(LOG_WARNING, "not this");
	log_msg(LOG_ERR, "errno %d", errno == ENOSPC);
}

static void
say_long(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("zfw-with-a-name-that-is-rather-long", LOG_TO_STDERR, NULL);
	log_msg(LOG_INFO, "%s", text);
}

static void
say_controls(void)
{
	log_msg(LOG_INFO, "a\nzfw: forged\r\x1b[31m\x7f");
}

static void
say_nothing(void)
{
	log_open("zfw-test", 0, "mail");
	log_msg(LOG_CRIT, "to nobody");
}

static void
say_panic(void)
{
	log_open("zfw-test", LOG_TO_STDERR, NULL);
	log_level(LOG_EMERG);
	zfw_panic("tier %d of %d", 9, 8);
}

static void
test_lines(void)
{
	int status;

	caught(say_before_open);
	ZT_CASE("a line before log_open()", strcmp(got, "zfw: early 1\n") == 0);
	caught(say);
	ZT_CASE("program, text, level, errno",
	    strcmp(got,
		"zfw-test: one\nzfw-test: two and a half\n"
		"zfw-test: errno 1\n") == 0);
	caught(say_long);
	ZT_CASE("a long line is cut",
	    strlen(got) <= LOG_OUT_MAX && strlen(got) > 900 &&
		strcmp(got + strlen(got) - 4, "...\n") == 0);
	caught(say_controls);
	ZT_CASE("controls make no line",
	    strcmp(got, "zfw: a?zfw: forged??[31m?\n") == 0);
	caught(say_nothing);
	ZT_CASE("no target, no line", got[0] == '\0');
	status = caught(say_panic);
	ZT_CASE("a panic says why, whatever the level",
	    strcmp(got, "zfw-test: bug: tier 9 of 8\n") == 0);
	ZT_CASE("and aborts",
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* All that is in it now, into `got`. */
static void
drain(int fd)
{
	size_t n = 0;
	ssize_t r;

	while ((r = recv(fd, got + n, sizeof(got) - 1 - n, MSG_DONTWAIT)) > 0 ||
	    (r < 0 && errno == ENOTSOCK &&
		(r = read(fd, got + n, sizeof(got) - 1 - n)) > 0)) {
		n += (size_t)r;
		if (n > sizeof(got) / 2) { /* the end is what matters */
			memmove(got, got + n / 2, n - n / 2);
			n -= n / 2;
		}
	}
	got[n] = '\0';
}

/* As the journal gets our lines: 0 when nothing hung and all was told. */
static int
stuck_reader(int p[2])
{
	dup2(p[1], STDERR_FILENO);
	log_open("zfw-test", LOG_TO_STDERR, NULL);
	(void)alarm(20);
	errno = ENOSPC;
	for (int i = 0; i < 20000; i++)
		log_msg(LOG_INFO, "%0100d", i);
	if (errno != ENOSPC)
		return 1;
	drain(p[0]);
	log_msg(LOG_INFO, "first");
	drain(p[0]);
	if (strncmp(got, "zfw-test: unread: ", 18) != 0 ||
	    strstr(got, " lines were lost") == NULL ||
	    strcmp(got + strlen(got) - 16, "zfw-test: first\n") != 0)
		return 2;
	log_msg(LOG_INFO, "second");
	drain(p[0]);
	return strcmp(got, "zfw-test: second\n") == 0 ? 0 : 3;
}

static void
test_stuck(void)
{
	for (int kind = 0; kind < 2; kind++) {
		int p[2], status = -1;
		pid_t pid;

		fflush(stdout);
		if ((kind == 0 ? pipe2(p, 0) :
				 socketpair(AF_UNIX, SOCK_STREAM, 0, p)) != 0)
			abort();
		if (kind == 0 && fcntl(p[0], F_SETFL, O_NONBLOCK) != 0)
			abort();
		pid = fork();
		if (pid == 0)
			_exit(stuck_reader(p));
		close(p[0]);
		close(p[1]);
		waitpid(pid, &status, 0);
		ZT_CASE(kind == 0 ? "a pipe that nobody reads hangs nobody, "
				    "and what was lost is counted" :
				    "nor does a journal that hangs",
		    status == 0);
		if (status != 0)
			printf("# status %x\n", (unsigned)status);
	}
}

static void
test_every(void)
{
	struct log_limit l = { 0, 0 };
	uint64_t n = 99;

	ZT_CASE("the first is said", log_every(&l, 1000, &n) && n == 0);
	ZT_CASE("the second is not", !log_every(&l, 1001, &n));
	ZT_CASE("nor the third", !log_every(&l, 60999, NULL));
	ZT_CASE("a minute later it is", log_every(&l, 61000, &n));
	ZT_CASE("with what was left out", n == 2);
	ZT_CASE("and counted from there", !log_every(&l, 61001, &n));
	ZT_CASE("a clock set back far does not silence it",
	    log_every(&l, 5, &n) && n == 1);
	ZT_CASE("NULL is allowed", log_every(&l, 70000, NULL));
}

static void
test_escape(void)
{
	static const struct {
		const char *name;
		struct str in;
		size_t max;
		const char *want;
	} cases[] = {
		{ "plain", { "mail.example.org", 16 }, 64, "mail.example.org" },
		{ "quotes and backslash", { "a\"b\\c", 5 }, 64, "a\\\"b\\\\c" },
		{ "controls", { "\n\r\t\0\x1b\x7f", 6 }, 64,
		    "\\n\\r\\t\\x00\\x1b\\x7f" },
		{ "high bytes", { "\xc3\xa4", 2 }, 64, "\\xc3\\xa4" },
		{ "empty", { "", 0 }, 64, "" },
		{ "NULL and empty", { NULL, 0 }, 64, "" },
		{ "cut", { "abcdef", 6 }, 4, "abc" },
		{ "never inside an escape", { "ab\x01", 3 }, 6, "ab" },
		{ "one that just fits", { "ab\x01", 3 }, 7, "ab\\x01" },
		{ "room for nothing", { "abc", 3 }, 1, "" },
		{ "no room at all", { "abc", 3 }, 0, "" },
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name,
		    strcmp(log_escape(cases[i].in, buf, cases[i].max),
			cases[i].want) == 0);
}

static void
test_facility(void)
{
	ZT_CASE("daemon", log_facility("daemon") == LOG_DAEMON);
	ZT_CASE("mail", log_facility("mail") == LOG_MAIL);
	ZT_CASE("local7", log_facility("local7") == LOG_LOCAL7);
	ZT_CASE("unknown", log_facility("kern") == -1);
	ZT_CASE("empty", log_facility("") == -1);
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "stuck", test_stuck },
	{ "every", test_every },
	{ "escape", test_escape },
	{ "facility", test_facility },
};

ZT_MAIN("log", tests)
