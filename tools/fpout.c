/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpout.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Stays in the cache until it is written.  Whole pages: a write that begins
 * within a page costs the kernel half as much again.
 */
#define BUFFER (128 << 10)

bool
fpout_init(struct fpout *o, int fd, bool prompt)
{
	*o = (struct fpout){ .fd = fd, .prompt = prompt, .max = BUFFER };
	o->stamp_s = o->epoch_s = -1;
	o->base = malloc(BUFFER + FPOUT_LINE);
	fptext_init(&o->tab);
	return o->base != NULL;
}

void
fpout_fini(struct fpout *o)
{
	free(o->base);
	o->base = NULL;
}

/* The first `n` bytes of what waits. */
static void
write_out(struct fpout *o, size_t n)
{
	const char *p = o->base;

	while (n > 0 && o->error == 0) {
		ssize_t done = write(o->fd, p, n);

		if (done < 0 && errno != EINTR)
			o->error = errno;
		if (done <= 0)
			continue;
		p += done;
		n -= (size_t)done;
	}
}

void
fpout_flush(struct fpout *o)
{
	write_out(o, o->n);
	o->n = 0;
}

void
fpout_make_room(struct fpout *o)
{
	write_out(o, o->max);
	o->n -= o->max;
	memmove(o->base, o->base + o->max, o->n);
}

int
fpout_turn(struct fpout *o, int fd)
{
	int old = o->fd;

	fpout_flush(o);
	o->fd = fd;
	return old;
}

const char *
fpout_error(const struct fpout *o)
{
	return o->error == 0 ? NULL : strerror(o->error);
}

void
fpout_new_stamp(struct fpout *o, int64_t t_s)
{
	time_t t = (time_t)t_s;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	o->stamp_n = (uint8_t)strftime(o->stamp, sizeof(o->stamp),
	    "[%Y/%m/%d %H:%M:%S] mod=", &tm);
	o->stamp_s = t_s;
}

void
fpout_new_epoch(struct fpout *o, int64_t t_s)
{
	char *p = fptext_num(o->epoch, (uint64_t)t_s);

	*p++ = '.';
	o->epoch_n = (uint8_t)(p - o->epoch);
	o->epoch_s = t_s;
}
