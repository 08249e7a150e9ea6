/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scratch - a network of its own, with a mail server and a made-up world
 *
 * For `zfwctl check`.  scratch_open() takes the calling process, a child that
 * was made for this, into a new network namespace: nothing of the host is
 * touched, and all ends with the process.  There a veth pair stands for the
 * wire: one end is the gateway with a listening mail server and front, at the
 * other frames are sent and read as they are.  Nothing is slept for: a client
 * that gets no answer is known by a second one that came after it and got
 * one.  Needs CAP_NET_ADMIN and CAP_NET_RAW.  Not thread-safe.
 */
#ifndef ZFW_TOOLS_SCRATCH_H
#define ZFW_TOOLS_SCRATCH_H

#include "fp/traits.h"
#include "tools/frame.h"

#define SCRATCH_ERRLEN 256

enum scratch_who { /* ... answers a client */
	SCRATCH_NOBODY,
	SCRATCH_MTA,
	SCRATCH_FRONT,
	SCRATCH_RESET, /* refused */
};

enum scratch_form { /* ... of a SYN on its way */
	SCRATCH_WHOLE,
	SCRATCH_SPLIT, /* two fragments, both can be read */
	SCRATCH_TINY,  /* two, and the flags are in the second */
};

struct scratch;

struct scratch_conf {
	const char *iface; /* the gateway's; "" = eth0 */
	uint16_t port;     /* the mail server's */
};

/* NULL with a sentence in `err`. */
struct scratch *
scratch_open(const struct scratch_conf *c, char err[SCRATCH_ERRLEN]);
void scratch_close(struct scratch *s);
bool scratch_has_v6(const struct scratch *s);
const char *scratch_iface(const struct scratch *s);

/* The front's listening sockets, for tproxy or redirect; 0 or -errno. */
int scratch_front(struct scratch *s, bool everywhere);
void scratch_front_dies(struct scratch *s);
uint16_t scratch_front_port(const struct scratch *s);

/* Called while waiting, with that descriptor readable; NULL: no more. */
void scratch_also(struct scratch *s, int fd, void (*fn)(void *arg), void *arg);

/* The SYN of a client to the mail server, from a new port if `sport` is 0. */
struct frame scratch_syn(struct scratch *s, const char *from, uint16_t sport);
/* Sends it, and goes on to the end of the handshake. */
enum scratch_who scratch_knock(struct scratch *s, const struct frame *syn,
    enum scratch_form form);
/* Has the gateway's own capture seen that SYN?  Of the last knock. */
bool scratch_captured(const struct scratch *s);

struct scratch_session {
	struct frame next; /* what the client would send next */
	int fd;            /* the server's end */
	enum scratch_who who;
};

/* A session with whoever answers; false: nobody. */
bool scratch_session(struct scratch *s, const struct frame *syn,
    struct scratch_session *out);
/* The client says something. */
void
scratch_say(struct scratch *s, struct scratch_session *ss, const char *text);
/* Is the server's end over, within a moment? */
bool scratch_over(struct scratch *s, const struct scratch_session *ss);
/* Was the client told so by a reset? */
bool scratch_client_told(struct scratch *s, const struct scratch_session *ss);
void scratch_hang_up(struct scratch *s, struct scratch_session *ss);

#endif
