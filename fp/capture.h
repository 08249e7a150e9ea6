/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture - stage 1 of 8: packets from files and interfaces (libpcap)
 *
 * Opens a pcap or pcapng file, or an interface, and gives packets one by one
 * or, cheaper, by callback.  A live capture is opened while the process may
 * still do so and goes on reading after privileges are dropped.  The daemon's
 * is in immediate mode, with a BPF filter for the SMTP ports that lets IPv6
 * extension headers and fragments through for stage 2 to judge; a tool's is
 * as it asks.  Who opens owns and closes.  Errors are sentences of one line
 * without a program name; what was read before one was handed on.
 */
#ifndef ZFW_FP_CAPTURE_H
#define ZFW_FP_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "fp/packet.h"

#define CAPTURE_ERRLEN  512
#define CAPTURE_SNAPLEN 2048
#define CAPTURE_BUFFER  (16U << 20)

struct capture;

struct capture_stats {
	uint64_t packets;      /* handed on */
	uint64_t kernel_drops; /* live: lost before we could read them */
	uint64_t other_link;   /* a link type that we do not read */
};

/*
 * NULL on failure, with a sentence in `err` that names the file.  The path
 * "-" is standard input.  A read of a pipe that a signal interrupts is an
 * error.
 */
struct capture *capture_open_file(const char *path, char err[CAPTURE_ERRLEN]);

/*
 * `ports`/`n` are the SMTP ports of the filter; link layers other than
 * Ethernet and raw IP are refused.  Needs CAP_NET_RAW only during this call.
 * `fd` for the event loop comes from capture_fd(); reads never block.
 */
struct capture *capture_open_live(const char *iface, const uint16_t *ports,
    size_t n, char err[CAPTURE_ERRLEN]);

struct capture_opts {
	const char *filter;     /* BPF; NULL: all that may be TCP */
	uint32_t snaplen_bytes; /* 0: CAPTURE_SNAPLEN */
	uint32_t buffer_bytes;  /* the kernel's; 0: CAPTURE_BUFFER */
	/*
	 * 0: a packet is readable at once.  Else the kernel hands over many
	 * at a time, after so long at most, which is much cheaper.
	 */
	uint32_t timeout_ms;
	bool promiscuous;
};

/* As capture_open_live(), of any link layer that fp/link reads; "any", too. */
struct capture *capture_open_live_with(const char *iface,
    const struct capture_opts *opts, char err[CAPTURE_ERRLEN]);

/* Only packets that this BPF expression lets through come from now on. */
bool
capture_filter(struct capture *c, const char *text, char err[CAPTURE_ERRLEN]);

/* The same for other SMTP ports; needs no privilege. */
bool capture_ports(struct capture *c, const uint16_t *ports, size_t n,
    char err[CAPTURE_ERRLEN]);

enum capture_status {
	CAPTURE_PACKET, /* *out is set */
	CAPTURE_AGAIN,  /* live: nothing now */
	CAPTURE_END,    /* file: clean end */
	CAPTURE_ERROR,  /* capture_error() says what, with file and offset */
};

enum capture_status capture_next(struct capture *c, struct packet *out);

/*
 * Hands up to `max` packets to `fn`; each is lent for that call only.
 * CAPTURE_PACKET: that many, and there may be more; else why there were
 * fewer.
 */
enum capture_status capture_dispatch(struct capture *c, unsigned max,
    void (*fn)(void *arg, const struct packet *p), void *arg);

const char *capture_error(const struct capture *c);
int capture_fd(const struct capture *c);
void capture_stats(struct capture *c, struct capture_stats *out);

/*
 * For a progress display: bytes read so far and the whole file's, both as the
 * operating system counts them.  -1 where there is no such thing: live, and
 * the size of a pipe.
 */
int64_t capture_offset(const struct capture *c);
int64_t capture_size(const struct capture *c);

void capture_close(struct capture *c); /* NULL is allowed */

#endif
