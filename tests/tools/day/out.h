/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out - tests only: one day of packets and log lines, written in order
 *
 * Sessions overlap but are made one after the other: packets and lines are
 * kept with their times and sorted when the day is written.  Times are
 * microseconds of wall clock.  Ends the program when memory or disk is out.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_OUT_H
#define ZFW_TESTS_TOOLS_DAY_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct out_item {
	int64_t t_us;
	size_t at; /* in the heap; also the order among equals */
	uint32_t n;
};

struct out_heap {
	struct out_item *items; /* owned */
	size_t items_n, items_max;
	uint8_t *bytes; /* owned */
	size_t bytes_n, bytes_max;
};

struct out {
	struct out_heap packets, lines;
	bool classic; /* log stamps in whole seconds */
};

void out_packet(struct out *o, int64_t t_us, const void *p, size_t n);
void out_line(struct out *o, int64_t t_us, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Writes DIR/dayN.pcap and DIR/dayN.log and forgets what it wrote. */
void out_write(struct out *o, const char *dir, unsigned day);
void out_fini(struct out *o);
/* Opens DIR/NAME; ends the program if that fails. */
FILE *out_file(const char *dir, const char *name);
void out_close(FILE *f, const char *name);

#endif
