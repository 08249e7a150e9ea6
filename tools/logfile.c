/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/logfile.h"

#define BUF_BYTES ((size_t)64 * 1024) /* stays in a cache of the CPU */

/* What unpacks a file that begins so; no log line does. */
static const struct packer {
	const char *program;
	struct str magic;
} packers[] = {
	{ "gzip", STR("\x1f\x8b") },
	{ "bzip2", STR("BZh") },
	{ "xz",
	    STR("\xfd"
		"7zXZ\0") },
	{ "zstd", STR("\x28\xb5\x2f\xfd") },
};

static const struct packer *
packer_of(int fd)
{
	char head[8];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++)
		if (n >= (ssize_t)packers[i].magic.n &&
		    memcmp(head, packers[i].magic.p, packers[i].magic.n) == 0)
			return &packers[i];
	return NULL;
}

/* `PROGRAM -dc` between the file and us. */
static int
spawn(struct logfile *l, const char *program, int out)
{
	char name[16], flags[] = "-dc", *argv[] = { name, flags, NULL };
	posix_spawn_file_actions_t fa;
	int rc = posix_spawn_file_actions_init(&fa);

	(void)snprintf(name, sizeof(name), "%s", program);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, l->fd, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (rc == 0)
		rc = posix_spawnp(&l->packer, program, &fa, NULL, argv,
		    environ);
	(void)posix_spawn_file_actions_destroy(&fa);
	if (rc != 0)
		l->packer = 0;
	return rc == ENOENT ? -ENOPKG : -rc;
}

static int
unpack(struct logfile *l, const char *program)
{
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	rc = spawn(l, program, ends[1]);
	(void)close(ends[1]);
	(void)close(l->fd);
	l->fd = ends[0];
	return rc;
}

int
logfile_open(struct logfile *l, const char *path)
{
	bool input = strcmp(path, "-") == 0;
	const struct packer *p;

	memset(l, 0, sizeof(*l));
	l->path = input ? "standard input" : path;
	l->fd = -1;
	l->buf = malloc(BUF_BYTES);
	if (l->buf == NULL)
		return -ENOMEM;
	l->fd = input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
			open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0)
		return -errno;
	p = packer_of(l->fd); /* of a pipe nothing can be said */
	return p == NULL ? 0 : unpack(l, p->program);
}

/* 0, or what became of the program that unpacks. */
static int
packer_end(struct logfile *l)
{
	int status = 0;
	pid_t got;

	if (l->packer == 0)
		return 0;
	do
		got = waitpid(l->packer, &status, 0);
	while (got == -1 && errno == EINTR);
	l->packer = 0;
	return got == -1 || status != 0 ? -EBADMSG : 0;
}

void
logfile_close(struct logfile *l)
{
	if (l->buf != NULL && l->fd >= 0)
		(void)close(l->fd);
	(void)packer_end(l); /* it ends when nobody reads */
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
	return l->eof ? packer_end(l) : 0;
}

static void
set_line(struct logfile *l, size_t end)
{
	l->line = l->buf + l->at;
	l->len = end - l->at < LOG_LINE_MAX ? end - l->at : LOG_LINE_MAX;
	l->number++;
}

/* A line that is not whole in the buffer, or is too long. */
static int __attribute__((noinline)) slow_line(struct logfile *l)
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
logfile_line(struct logfile *l)
{
	const char *nl = memchr(l->buf + l->at, '\n', l->n - l->at);

	if (nl == NULL || l->skipping)
		return slow_line(l);
	set_line(l, (size_t)(nl - l->buf));
	l->at = (size_t)(nl - l->buf) + 1;
	return 1;
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
	if (l->memo.conf.zone_s != tc->zone_s || l->memo.conf.year != tc->year)
		l->memo = (struct logtime_memo){ .conf = *tc };
	/* A line without a stamp goes with the one before. */
	if (logtime_next(&l->memo, (struct str){ l->line, l->len }, ref_ms,
		&t_ms, &whole) > 0)
		l->due_ms = whole ? t_ms + 1000 : t_ms + grace_ms;
	return 1;
}
