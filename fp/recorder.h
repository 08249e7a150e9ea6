/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recorder - stage 1 of 8: the packets that were read, kept for replay
 *
 * Writes a pcap file of raw IP packets, as `tcpdump -r` and zfw-replay read
 * it.  recorder_mark() notes that a log line was read at t_us, as a syslog
 * datagram from 127.0.0.1:514 to itself, so that a replay of the recording
 * applies the line at the very place; see zfw-replay(1).  Opened by the
 * engine before it gives up privileges; who opens owns and closes.  All
 * return 0 or -errno; one that failed once stays silent after
 * (recorder_error() tells).  Times are wall clock microseconds.
 */
#ifndef ZFW_FP_RECORDER_H
#define ZFW_FP_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "fp/packet.h"

#define RECORDER_ERRLEN   512
#define RECORDER_LINE_MAX 4096

struct recorder;
struct recorder *recorder_open(const char *path, char err[RECORDER_ERRLEN]);
int recorder_packet(struct recorder *r, int64_t t_us, const void *ip,
    uint32_t caplen, uint32_t wirelen);
int recorder_mark(struct recorder *r, int64_t t_us, const char *line,
    size_t n); /* cut after RECORDER_LINE_MAX bytes */
int recorder_flush(struct recorder *r);
/* 0, or the -errno that silenced it. */
int recorder_error(const struct recorder *r);
void recorder_close(struct recorder *r); /* NULL is allowed */

/* Is this packet such a mark?  Then *line borrows its text. */
bool recorder_is_mark(const struct packet *p, const char **line, size_t *n);

#endif
