/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/logfile.h"

#define BUF_BYTES ((size_t)256 * 1024)

int
logfile_open(struct logfile *l, const char *path)
{
	memset(l, 0, sizeof(*l));
	l->path = path;
	l->buf = malloc(BUF_BYTES);
	if (l->buf == NULL)
		return -ENOMEM;
	l->fd = open(path, O_RDONLY | O_CLOEXEC);
	return l->fd < 0 ? -errno : 0;
}

void
logfile_close(struct logfile *l)
{
	if (l->buf != NULL && l->fd >= 0)
		(void)close(l->fd);
	free(l->buf);
	l->buf = NULL;
}

/* Moves what is left to the front and reads on; 0 or -errno. */
static int
refill(struct logfile *l)
{
	ssize_t n;

	memmove(l->buf, l->buf + l->at, l->n - l->at);
	l->n -= l->at;
	l->at = 0;
	do
		n = read(l->fd, l->buf + l->n, BUF_BYTES - l->n);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	l->n += (size_t)n;
	l->eof = n == 0;
	return 0;
}

static void
set_line(struct logfile *l, size_t end)
{
	l->line = l->buf + l->at;
	l->len = end - l->at < LOG_LINE_MAX ? end - l->at : LOG_LINE_MAX;
	l->number++;
}

int
logfile_line(struct logfile *l)
{
	for (;;) {
		const char *nl = memchr(l->buf + l->at, '\n', l->n - l->at);
		size_t end = nl != NULL ? (size_t)(nl - l->buf) : l->n;
		bool give = !l->skipping;

		if (nl == NULL && !l->eof && l->n - l->at < BUF_BYTES) {
			int rc;

			if (l->skipping)
				l->at = l->n;
			rc = refill(l);
			if (rc != 0)
				return rc;
			continue;
		}
		if (nl == NULL && end == l->at)
			return 0;
		/* A line, the end of the file, or more than we can hold. */
		if (give)
			set_line(l, end);
		l->skipping = nl == NULL && !l->eof;
		l->at = end + (nl != NULL);
		if (give)
			return 1;
	}
}

int
logfile_next(struct logfile *l, const struct logtime_conf *tc, int64_t ref_ms,
    int64_t grace_ms)
{
	int64_t t_ms;
	bool whole;
	int rc;

	if (l->have)
		return 1;
	rc = logfile_line(l);
	if (rc <= 0)
		return rc;
	l->have = true;
	/* A line without a stamp goes with the one before. */
	if (logtime_parse(tc, (struct str){ l->line, l->len }, ref_ms, &t_ms,
		&whole) > 0)
		l->due_ms = whole ? t_ms + 1000 : t_ms + grace_ms;
	return 1;
}
