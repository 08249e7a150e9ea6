/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fpout - beside all stages: lines to a file, fast
 *
 * A buffer in front of a descriptor.  A caller asks for room for one line of
 * at most FPOUT_LINE bytes, writes it there and says where it ends; nothing
 * is copied again.  Also keeps the text of the current second, which most
 * lines share.  The first write that fails is remembered, and all later
 * output is dropped: whoever runs the loop asks fpout_error() now and then.
 * Owns its memory, borrows the descriptor.
 */
#ifndef ZFW_TOOLS_FPOUT_H
#define ZFW_TOOLS_FPOUT_H

#include "tools/fptext.h"

#define FPOUT_LINE 8192

struct fpout {
	char *base;
	size_t n;   /* bytes waiting */
	size_t max; /* beyond so many there is no room: written at once */
	int fd;
	int error;   /* errno of the write that failed, 0 = none */
	bool prompt; /* write each line at once */
	uint64_t lines, bytes;
	struct fptext_table tab;
	int64_t stamp_s, epoch_s; /* seconds whose text is below; -1 = none */
	uint8_t stamp_n, epoch_n;
	char stamp[40], epoch[24];
};

/* False: no memory. */
bool fpout_init(struct fpout *o, int fd, bool prompt);
void fpout_fini(struct fpout *o); /* writes nothing */
void fpout_flush(struct fpout *o);
/* From now on to `fd`; what waits is written to the old one, returned. */
int fpout_turn(struct fpout *o, int fd);

/* The sentence why writing failed, NULL when it did not. */
const char *fpout_error(const struct fpout *o);

void fpout_make_room(struct fpout *o); /* for fpout_begin() */

/* Room for one line. */
static inline char *
fpout_begin(struct fpout *o)
{
	if (o->n > o->max)
		fpout_make_room(o);
	return o->base + o->n;
}

/* The line, newline included, ends before `p`. */
static inline void
fpout_end(struct fpout *o, const char *p)
{
	size_t n = (size_t)(p - o->base);

	o->bytes += n - o->n;
	o->n = n;
	o->lines++;
	if (o->prompt)
		fpout_flush(o);
}

/* Both look up what a new second is called only once. */
void fpout_new_stamp(struct fpout *o, int64_t t_s);
void fpout_new_epoch(struct fpout *o, int64_t t_s);

/* `[YYYY/MM/DD HH:MM:SS] mod=`, local time, as p0f. */
static inline char *
fpout_stamp(struct fpout *o, char *p, int64_t t_us)
{
	if (t_us / 1000000 != o->stamp_s)
		fpout_new_stamp(o, t_us / 1000000);
	memcpy(p, o->stamp, sizeof(o->stamp));
	return p + o->stamp_n;
}

/* Seconds since 1970 with six decimals. */
static inline char *
fpout_epoch(struct fpout *o, char *p, int64_t t_us)
{
	if (t_us / 1000000 != o->epoch_s)
		fpout_new_epoch(o, t_us / 1000000);
	memcpy(p, o->epoch, sizeof(o->epoch));
	return fptext_pad(p + o->epoch_n, (uint64_t)(t_us % 1000000), 6);
}

#endif
