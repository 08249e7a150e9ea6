/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame - test packets: Ethernet frames with one TCP segment in them
 *
 * Builds what a made-up client sends to a mail server; fp/traits reads what
 * comes back.  Used by tools/scratch for `zfwctl check`.  Pure; whoever calls
 * owns all memory.  Ports and numbers are in host order.
 */
#ifndef ZFW_TOOLS_FRAME_H
#define ZFW_TOOLS_FRAME_H

#include "fp/addr.h"
#include "fp/stack.h"

#define FRAME_MAX   256
#define FRAME_SPLIT 24 /* bytes of TCP header in the first fragment ... */
#define FRAME_TINY  8  /* ... or so few that the flags are in the second */

/* The Ethernet addresses of the two ends. */
extern const uint8_t frame_server_mac[6], frame_client_mac[6];

struct frame {
	struct addr src, dst; /* of one family */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags; /* enum traits_tcp_flag */
	uint16_t window;
	uint16_t mss;     /* 0 = no such option */
	uint8_t nops;     /* words of four NOP options: longer headers */
	bool ext_header;  /* IPv6: destination options before TCP */
	const char *data; /* borrowed; NULL = none */
};

/* From the client to the server.  Bytes used, 0 when they do not fit. */
size_t frame_build(const struct frame *f, uint8_t out[FRAME_MAX]);
/*
 * The same as two IP fragments, the first with `first` bytes of the TCP
 * segment (a multiple of 8).  False when that cannot be.
 */
bool frame_fragment(const struct frame *f, size_t first,
    uint8_t out[2][FRAME_MAX], size_t bytes[2]);
/* What a narrow block of this SYN is limited to. */
struct stack frame_stack(const struct frame *f);

#endif
