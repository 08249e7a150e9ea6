/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigdef - stage 3 of 8: one signature of a database, as data
 *
 * What a line of a signature file says, whatever its format (p0f 3, pf.os,
 * our own): sigfile_* parses text into it, sigdb_add() takes it.  No code, no
 * pointers: a plain value.  Wildcards are SIGDEF_ANY.
 */
#ifndef ZFW_FP_SIGDEF_H
#define ZFW_FP_SIGDEF_H

#include "fp/traits.h"

#define SIGDEF_ANY (-1)

enum sigdef_kind {
	SIGDEF_REQUEST, /* a SYN, the whole layout */
	SIGDEF_REPLY,   /* a SYN+ACK, the whole layout */
	SIGDEF_SHAPE,   /* a SYN by the order of its known options alone:
	                   nop, eol and kinds without a name do not count */
	SIGDEF_KINDS,
};

/* How `window` is meant. */
enum sigdef_window {
	SIGDEF_WIN_ANY,
	SIGDEF_WIN_EXACT, /* this number */
	SIGDEF_WIN_MOD,   /* a multiple of this number */
	SIGDEF_WIN_MSS,   /* so many segments */
	SIGDEF_WIN_MTU,   /* so many packets */
	SIGDEF_WIN_FULL,  /* as many whole segments as fit in 65535, of the MSS
	                     or, where a router has clamped it, of Ethernet's */
};

/* How the TTL is compared. */
enum sigdef_ttl {
	SIGDEF_TTL_P0F,    /* out of range is a fuzzy match, as in p0f */
	SIGDEF_TTL_STRICT, /* out of the class of `ittl` (1, 20, 65 or 129 up
	                      to it) is no match.  IPv4; IPv6 hosts take
	                      their hop limit from the router */
	SIGDEF_TTL_MAX,    /* a tool that randomises: `ittl` is the most */
	SIGDEF_TTL_ANY,
};

struct sigdef {
	uint8_t kind; /* enum sigdef_kind */
	int8_t ver;   /* 4, 6, SIGDEF_ANY */
	uint8_t ttl;  /* enum sigdef_ttl */
	uint8_t ittl;
	int16_t olen; /* bytes of IPv4 options, SIGDEF_ANY */
	int32_t mss;  /* 0 = absent, SIGDEF_ANY */
	uint8_t win;  /* enum sigdef_window */
	uint32_t window;
	int16_t scale; /* 0 = absent or zero, SIGDEF_ANY */
	uint8_t opts_n;
	uint8_t opts[TRAITS_OPTS_MAX]; /* kinds in order; 0 = EOL, last */
	uint8_t eol_pad;
	uint32_t quirks;      /* enum traits_quirk */
	uint32_t quirks_mask; /* those that count; p0f: all 17 */
	int8_t payload;       /* 0, 1, SIGDEF_ANY */
};

#endif
