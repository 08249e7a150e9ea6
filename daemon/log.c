/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOG_PROGRAM_MAX 32
/* What syslog puts before the text: "<30>Nov 22 04:00:00 PROGRAM[PID]: " */
#define LOG_HEAD_MAX 72
#define LOG_TEXT_MAX (LOG_OUT_MAX - LOG_HEAD_MAX)
#define LOG_EVERY_MS 60000

static struct {
	char program[LOG_PROGRAM_MAX];
	int targets;
	int level;
	uint64_t lost; /* lines that stderr had no room for, not told yet */
} state = { "zfw", LOG_TO_STDERR, LOG_INFO, 0 };

static const struct {
	const char *name;
	int facility;
} facilities[] = {
	{ "daemon", LOG_DAEMON },
	{ "mail", LOG_MAIL },
	{ "auth", LOG_AUTH },
	{ "authpriv", LOG_AUTHPRIV },
	{ "user", LOG_USER },
	{ "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

int
log_facility(const char *name)
{
	for (size_t i = 0; i < sizeof(facilities) / sizeof(*facilities); i++)
		if (strcmp(facilities[i].name, name) == 0)
			return facilities[i].facility;
	return -1;
}

void
log_open(const char *program, int targets, const char *facility)
{
	int f = facility == NULL ? -1 : log_facility(facility);

	(void)snprintf(state.program, sizeof(state.program), "%s", program);
	state.targets = targets;
	tzset();
	if (targets & LOG_TO_SYSLOG)
		openlog(state.program, LOG_NDELAY | LOG_PID,
		    f == -1 ? LOG_DAEMON : f);
}

void
log_level(int priority)
{
	state.level = priority;
}

/* The journal hangs, or whoever reads: that must not hang us, too. */
static bool
stderr_is_full(void)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return (state.targets & LOG_TO_STDERR) != 0 && poll(&p, 1, 0) == 0;
}

/* One write(2), so that lines of several processes do not mix. */
static void
write_stderr(const char *text)
{
	char line[LOG_PROGRAM_MAX + 2 + LOG_TEXT_MAX + 2];
	int n = snprintf(line, sizeof(line), "%s: %s\n", state.program, text);

	if (stderr_is_full()) {
		state.lost++;
		return;
	}
	/* Nowhere to report a failure to. */
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) == -1)
		return;
}

static void
log_text(int priority, char text[LOG_TEXT_MAX + 1])
{
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	if (state.targets & LOG_TO_STDERR)
		write_stderr(text);
	if (state.targets & LOG_TO_SYSLOG)
		syslog(priority, "%s", text);
}

static void __attribute__((format(printf, 2, 0)))
log_va(int priority, const char *fmt, va_list ap)
{
	char text[LOG_TEXT_MAX + 1];
	int n, saved = errno;

	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n < 0)
		(void)snprintf(text, sizeof(text), "(unprintable: %s)", fmt);
	else if (n > LOG_TEXT_MAX)
		memcpy(text + LOG_TEXT_MAX - 3, "...", 4);
	log_text(priority, text);
	errno = saved;
}

static void
tell_lost(void)
{
	unsigned long long n = state.lost;

	if (n == 0 || stderr_is_full())
		return;
	state.lost = 0;
	log_msg(LOG_WARNING,
	    "unread: %llu lines were lost: whoever reads them was stuck", n);
}

void
log_msg(int priority, const char *fmt, ...)
{
	va_list ap;

	if (LOG_PRI(priority) > state.level)
		return;
	tell_lost();
	va_start(ap, fmt);
	log_va(priority, fmt, ap);
	va_end(ap);
}

bool
log_every(struct log_limit *l, int64_t now_ms, uint64_t *left_out)
{
	/* A wait longer than the interval: the clock was set back. */
	if (now_ms < l->next_ms && l->next_ms - now_ms <= LOG_EVERY_MS) {
		l->left_out++;
		return false;
	}
	if (left_out != NULL)
		*left_out = l->left_out;
	l->left_out = 0;
	l->next_ms = now_ms + LOG_EVERY_MS;
	return true;
}

/* The escape of one byte into `e`; its length. */
static size_t
escape_byte(unsigned char c, char e[5])
{
	static const char hex[] = "0123456789abcdef";
	static const char named[] = "\n\r\t\"\\", letter[] = "nrt\"\\";
	const char *p = c == '\0' ? NULL : strchr(named, c);

	e[0] = '\\';
	if (p != NULL) {
		e[1] = letter[p - named];
		return 2;
	}
	if (c >= ' ' && c < 0x7f) {
		e[0] = (char)c;
		return 1;
	}
	e[1] = 'x';
	e[2] = hex[c >> 4];
	e[3] = hex[c & 15];
	return 4;
}

const char *
log_escape(struct str s, char *buf, size_t n)
{
	char e[5];
	size_t at = 0;

	if (n == 0)
		return "";
	for (size_t i = 0; i < s.n; i++) {
		size_t len = escape_byte((unsigned char)s.p[i], e);

		if (len >= n - at)
			break;
		memcpy(buf + at, e, len);
		at += len;
	}
	buf[at] = '\0';
	return buf;
}

void
zfw_panic(const char *fmt, ...)
{
	char text[LOG_TEXT_MAX + 1] = "bug: ";
	const size_t head = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text + head, sizeof(text) - head, fmt, ap) < 0)
		text[head] = '\0';
	va_end(ap);
	log_text(LOG_CRIT, text);
	abort();
}
