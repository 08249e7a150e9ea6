/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tools/ctlclient.h"
#include "tools/show.h"

#define EVERY_MS 1000

/* The other screen, without cursor; and back. */
static const char enter[] = "\033[?1049h\033[?25l\033[2J";
static const char leave[] = "\033[?25h\033[?1049l";

/*
 * For the signal handlers, which have no argument: how the terminal was, and
 * what came.  The only state of its kind.
 */
static struct termios saved;
static volatile sig_atomic_t on_screen, stop, resized;

/* Async-signal-safe. */
static void
restore(void)
{
	ssize_t rc;

	if (!on_screen)
		return;
	on_screen = 0;
	rc = write(STDOUT_FILENO, leave, sizeof(leave) - 1);
	(void)rc;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void
on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		stop = sig;
}

/* We are broken: but the terminal need not be. */
static void
on_fatal(int sig)
{
	restore();
	(void)raise(sig); /* SA_RESETHAND: this time it is the end */
}

static void
take_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE,
		SIGWINCH };
	static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE,
		SIGILL };
	struct sigaction sa = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)sigaction(ends[i], &sa, NULL);
	sa = (struct sigaction){ .sa_handler = on_fatal,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		(void)sigaction(faults[i], &sa, NULL);
	/* Who stops it would find a terminal that nobody looks after. */
	(void)signal(SIGTSTP, SIG_IGN);
}

static bool
take_terminal(void)
{
	struct termios t;
	ssize_t rc;

	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &saved) != 0)
		return false;
	t = saved;
	t.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 0;
	take_signals();
	(void)atexit(restore);
	on_screen = 1;
	rc = write(STDOUT_FILENO, enter, sizeof(enter) - 1);
	(void)rc;
	return tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

static struct top_size
size_now(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_row == 0 ||
	    w.ws_col == 0)
		return (struct top_size){ 24, 80, true };
	return (struct top_size){ w.ws_row, w.ws_col, true };
}

static int64_t
mono_ms(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* NULL with a sentence in `err`. */
static json_t *
ask(const char *run_dir, char err[SHOW_LEN])
{
	json_t *a = NULL;
	int rc = ctlclient_ask(run_dir, "top", &a);

	if (rc != 0) {
		(void)snprintf(err, SHOW_LEN, "%s", ctlclient_what(rc));
		return NULL;
	}
	if (ctlclient_error(a) == NULL)
		return a;
	(void)show_text(a, "error", err);
	json_decref(a);
	return NULL;
}

/* What was typed; true: to end. */
static bool
keys(void)
{
	char c[16];
	ssize_t n = read(STDIN_FILENO, c, sizeof(c));

	for (ssize_t i = 0; i < n; i++)
		if (c[i] == 'q' || c[i] == 'Q')
			return true;
	return n == 0; /* nobody is there any more */
}

/* Until the next second, a key, another size; true: to end. */
static bool
rest(int64_t until_ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left_ms;

	while (!stop && !resized && (left_ms = until_ms - mono_ms()) > 0)
		if (poll(&p, 1, (int)left_ms) > 0 && keys())
			return true;
	resized = 0;
	return stop != 0;
}

static void
draw(const json_t *now, const json_t *before, const char *err)
{
	struct top_size size = size_now();

	fputs("\033[H", stdout);
	if (now != NULL)
		top_frame(stdout, now, before, &size);
	if (err[0] != '\0')
		printf("\033[H%.*s\033[K", (int)size.cols, err);
	(void)fflush(stdout);
}

static int
run_screen(const char *run_dir, json_t *now)
{
	json_t *before = NULL;
	char err[SHOW_LEN] = "";
	int64_t next_ms = mono_ms();

	for (;;) {
		draw(now, before, err);
		if (mono_ms() >= next_ms)
			next_ms = mono_ms() + EVERY_MS;
		if (rest(next_ms))
			break;
		if (mono_ms() < next_ms)
			continue; /* another size only */
		json_t *a = ask(run_dir, err);

		if (a == NULL)
			continue; /* what was stays to be seen */
		err[0] = '\0';
		json_decref(before);
		before = now;
		now = a;
	}
	restore();
	json_decref(before);
	json_decref(now);
	return 0;
}

static int
run_once(const char *run_dir, json_t *before)
{
	const struct timespec second = { 1, 0 };
	const struct top_size size = { 0, 0, false };
	char err[SHOW_LEN];
	json_t *now;

	(void)nanosleep(&second, NULL);
	now = ask(run_dir, err);
	if (now == NULL)
		fprintf(stderr, "zfwctl: top: %s\n", err);
	else
		top_frame(stdout, now, before, &size);
	json_decref(before);
	json_decref(now);
	return now == NULL;
}

int
top_run(const char *run_dir, bool once)
{
	char err[SHOW_LEN];
	json_t *first = ask(run_dir, err);

	if (first == NULL) {
		fprintf(stderr, "zfwctl: top: %s\n", err);
		return 1;
	}
	if (once)
		return run_once(run_dir, first);
	if (take_terminal())
		return run_screen(run_dir, first);
	restore();
	json_decref(first);
	fprintf(stderr, "zfwctl: top: not a terminal: use --once\n");
	return 1;
}
