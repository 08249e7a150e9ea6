/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal.h"

/* More than a line, so that a full buffer always has something to give. */
#define BUF_BYTES ((size_t)64 * 1024)

bool
logstream_is(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* What zfw-journal waits for. */
static bool
tell_since(int fd, int64_t since_us)
{
	char text[32];
	int n = since_us > 0 ?
	    snprintf(text, sizeof(text), "%lld\n", (long long)since_us) :
	    snprintf(text, sizeof(text), "end\n");

	return send(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n;
}

bool
logstream_open(struct log_stream *s, int fd, int64_t since_us)
{
	struct stat st;

	*s = (struct log_stream){ .fd = fd, .last_us = since_us };
	s->journal = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
	s->buf = malloc(BUF_BYTES);
	if (s->buf != NULL && (!s->journal || tell_since(fd, since_us)))
		return true;
	logstream_close(s);
	return false;
}

void
logstream_close(struct log_stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->buf);
	s->fd = -1;
	s->buf = NULL;
	s->n = 0;
	s->state = LOGSTREAM_ENDED;
}

static void
give(struct log_stream *s, const struct logstream_sink *sink, struct str line)
{
	int64_t t_us;

	if (s->skipping) {
		s->skipping = false;
		return;
	}
	sink->line(sink->arg, line);
	t_us = s->journal ? journal_stamp_us(line) : 0;
	if (t_us > 0)
		s->last_us = t_us;
}

/*
 * The lines of the buffer, `lines` at most; `end`: what is left is one, too.
 * Returns how many more there might have been.
 */
static size_t
give_lines(struct log_stream *s, const struct logstream_sink *sink,
    size_t lines, bool end)
{
	size_t at = 0;

	while (at < s->n && lines > 0) {
		const char *p = s->buf + at;
		const char *nl = memchr(p, '\n', s->n - at);
		size_t n = nl != NULL ? (size_t)(nl - p) : s->n - at;
		bool cut = nl == NULL && !end;

		if (cut && n <= LOG_LINE_MAX && !s->skipping)
			break;
		if (!cut || !s->skipping) {
			give(s, sink, (struct str){ p, n });
			lines--;
		}
		s->skipping = cut;
		at += n + (nl != NULL);
	}
	s->n -= at;
	memmove(s->buf, s->buf + at, s->n);
	return lines;
}

bool
logstream_read(struct log_stream *s, const struct logstream_sink *sink,
    size_t lines, int *error)
{
	ssize_t n;

	*error = 0;
	if (s->fd < 0)
		return false;
	while (lines > 0) {
		lines = give_lines(s, sink, lines, false);
		if (lines == 0)
			break;
		n = read(s->fd, s->buf + s->n, BUF_BYTES - s->n);
		if (n > 0) {
			s->state = LOGSTREAM_OPEN;
			s->n += (size_t)n;
			if (sink->before != NULL)
				sink->before(sink->arg);
			continue;
		}
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			s->state = LOGSTREAM_OPEN;
			return false;
		}
		*error = n < 0 ? -errno : 0;
		(void)give_lines(s, sink, 1, true);
		s->skipping = false;
		s->state = n < 0 || s->journal ? LOGSTREAM_ENDED :
						 LOGSTREAM_ALONE;
		return false;
	}
	return true;
}
