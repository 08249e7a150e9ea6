/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frontmsg - the wire between zfw-front and the engine
 *
 * A SOCK_SEQPACKET pair that the guard makes; a message is one record of
 * FRONTMSG_BYTES little-endian bytes.  The front parses strangers' bytes and
 * is believed nothing: all it can do is to ask what is known of an address,
 * and to say that somebody showed a good token for it.  Both sides check each
 * record: frontmsg_decode() refuses a wrong version, op, family, value or a
 * set bit that must be zero.  Sending never blocks: -EAGAIN, the record is
 * not sent.
 */
#ifndef ZFW_DAEMON_FRONTMSG_H
#define ZFW_DAEMON_FRONTMSG_H

#include "fp/addr.h"

#define FRONTMSG_BYTES   128
#define FRONTMSG_VERSION 1
#define FRONT_KEY_BYTES  32

enum frontmsg_op {
	/* front -> engine */
	FRONT_HELLO = 1, /* ready: FRONT_KEYS answers */
	FRONT_ASK,       /* seq, key, issued_s (0: no token): FRONT_TELL */
	FRONT_CLICK,     /* seq, key, issued_s: FRONT_TELL when done */
	/* engine -> front */
	FRONT_KEYS, /* keys: [0] signs, both are good (none is zero; twice the
		       same before there is a second); again when rotated */
	FRONT_TELL, /* seq, result, kind, tier, link, until_s */
	FRONT_TEXT, /* seq: part 0.., text: front_name and front_url are others
		       since a reload; all parts come, in order */
	FRONTMSG_OPS,
};

/* Parts of FRONT_TEXT: the name (256 bytes, zeros behind it), then the url. */
#define FRONT_TEXT_BYTES 64
#define FRONT_TEXT_NAME  4
#define FRONT_TEXT_PARTS 6

/* Why, in one kind that a postmaster understands; never the exact rule. */
enum front_kind {
	FRONT_KIND_NONE,
	FRONT_KIND_TALK,       /* spoke before it was its turn, or like a bot */
	FRONT_KIND_RECIPIENTS, /* mail to many addresses that do not exist */
	FRONT_KIND_NAME,       /* no proper name in DNS or in HELO */
	FRONT_KIND_BOTNET,  /* acts like machines that are known to send spam */
	FRONT_KIND_TRAP,    /* mail to addresses that nobody ever gave out */
	FRONT_KIND_ADMIN,   /* blocked by hand */
	FRONT_KIND_BOUNCES, /* too many bounces to nobody */
	FRONT_KINDS,
};

enum front_result {
	FRONT_BLOCKED = 1, /* and may be let out: `link` */
	FRONT_LIFTED,      /* answer to a click: the kernel lets it in now */
	FRONT_NOT_BLOCKED, /* nothing to do */
	FRONT_USED,        /* that link, or an older one, was used already */
	FRONT_NO_MORE,     /* let out once, offended again: 90 days without */
	FRONT_LIMIT,       /* too many of that network today */
	FRONT_FAILED,      /* the kernel or the store did not do it */
	FRONT_RESULTS,
};

struct frontmsg {
	uint8_t op;     /* enum frontmsg_op */
	uint8_t result; /* enum front_result; 0 = none */
	uint8_t kind;   /* enum front_kind */
	uint8_t tier;   /* 0 = not blocked */
	bool link;      /* it may have a one-click link */
	uint32_t seq;
	struct addr key;  /* a client's address: the engine masks it */
	int64_t issued_s; /* when the token was made, wall clock */
	int64_t until_s;  /* the block's end, wall clock; 0 = none */
	uint8_t keys[2][FRONT_KEY_BYTES];
	char text[FRONT_TEXT_BYTES]; /* no NUL at its end when it is full */
};

void frontmsg_encode(const struct frontmsg *m, uint8_t out[FRONTMSG_BYTES]);
/* 0, or -EBADMSG with *m zeroed. */
int frontmsg_decode(const uint8_t in[FRONTMSG_BYTES], struct frontmsg *m);
/* 0 or -errno; one record.  -EINVAL: our bug, the peer would refuse it. */
int frontmsg_send(int sock, const struct frontmsg *m);
/* 1 a record, 0 the peer is gone, -errno (-EAGAIN, -EBADMSG: it is lost). */
int frontmsg_recv(int sock, struct frontmsg *m);

#endif
