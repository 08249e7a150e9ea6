/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asker - what the front asks the engine, and the answers
 *
 * One for each zfw-front, used by the SMTP server and the page in the same
 * libevent loop.  Owns the socket to the engine, says FRONT_HELLO on it, keeps
 * the keys that sign links, and up to `places` questions at a time.  What the
 * socket does not take waits in order.  An answer comes by the callback,
 * exactly once, never from within asker_ask(): m NULL says that there was none
 * within ASKER_ASK_MS or ASKER_CLICK_MS, measured by asker_tick().  When the
 * engine is gone `gone` is called once and nothing is answered any more.
 * Times are monotonic.
 */
#ifndef ZFW_FRONT_ASKER_H
#define ZFW_FRONT_ASKER_H

#include <event2/event.h>

#include "daemon/frontmsg.h"

#define ASKER_ASK_MS     2000
#define ASKER_CLICK_MS   5000 /* the kernel has to confirm it */
#define ASKER_PLACES_MAX 65535

struct asker;
typedef void asker_cb(void *arg, const struct frontmsg *m);

struct asker_conf {
	struct event_base *base;
	int fd; /* SOCK_SEQPACKET; closed by asker_free() */
	size_t places;
	void (*gone)(void *arg);
	/* Others since a reload ("": none is configured); may be NULL. */
	void (*texts)(void *arg, const char *name, const char *url);
	void *arg;
};

struct asker_counts {
	uint64_t asked, told, late, bad; /* bad: records that are none */
};

/* NULL: memory is short (or there are no places). */
struct asker *asker_new(const struct asker_conf *conf, int64_t now_ms);
void asker_free(struct asker *a);

/*
 * FRONT_ASK or FRONT_CLICK.  A handle; 0: cannot now, all places are taken or
 * the engine is gone.
 */
uint32_t asker_ask(struct asker *a, enum frontmsg_op op, const struct addr *key,
    int64_t issued_s, asker_cb *cb, void *arg);
/* The callback will not be called.  A handle that is done is passed over. */
void asker_forget(struct asker *a, uint32_t handle);
/* Two of them, for token.h; NULL: not told yet. */
const uint8_t (*asker_keys(const struct asker *a))[FRONT_KEY_BYTES];

/* Several times a second. */
void asker_tick(struct asker *a, int64_t now_ms);
void asker_counts(const struct asker *a, struct asker_counts *out);

#endif
