/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture - stage 1 of 8: packets from files and interfaces (libpcap)
 *
 * Opens a pcap or pcapng file, or an interface, and gives packets one by one.
 * A live capture is opened while the process may still do so and goes on
 * reading after privileges are dropped; it uses a short read timeout and a
 * BPF filter for the SMTP ports that cuts by snaplen and lets IPv6 extension
 * headers and fragments through for stage 2 to judge.  Who opens owns and
 * closes.  Errors are sentences without a program name.
 */
#ifndef ZFW_FP_CAPTURE_H
#define ZFW_FP_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "fp/packet.h"

#define CAPTURE_ERRLEN  512
#define CAPTURE_SNAPLEN 2048

struct capture;

struct capture_stats {
	uint64_t packets;      /* handed on */
	uint64_t kernel_drops; /* live: lost before we could read them */
	uint64_t other_link;   /* a link type that we do not read */
};

/* NULL on failure, with a sentence in `err` that names the file. */
struct capture *capture_open_file(const char *path, char err[CAPTURE_ERRLEN]);

/*
 * `ports`/`n` are the SMTP ports of the filter.  Needs CAP_NET_RAW only
 * during this call.  `fd` for the event loop comes from capture_fd();
 * reads never block.
 */
struct capture *capture_open_live(const char *iface, const uint16_t *ports,
    size_t n, char err[CAPTURE_ERRLEN]);

enum capture_status {
	CAPTURE_PACKET, /* *out is set */
	CAPTURE_AGAIN,  /* live: nothing now */
	CAPTURE_END,    /* file: clean end */
	CAPTURE_ERROR,  /* capture_error() says what, with file and offset */
};

enum capture_status capture_next(struct capture *c, struct packet *out);
const char *capture_error(const struct capture *c);
int capture_fd(const struct capture *c);
void capture_stats(struct capture *c, struct capture_stats *out);
void capture_close(struct capture *c); /* NULL is allowed */

#endif
