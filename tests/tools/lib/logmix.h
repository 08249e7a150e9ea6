/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logmix - tests only: what mail servers write of one session
 *
 * For the bench of the log: `logmix_postfix` and its like write the lines of
 * one session, or of what a server does by itself, without stamp and host,
 * into a logmix.  loggen mixes them and puts stamps on.  Shapes are those of
 * tests/golden/log; addresses are of the documentation ranges and, as these
 * are few, 198.18.0.0/15.  Pure, always the same for a seed, no memory.
 */
#ifndef ZFW_TESTS_TOOLS_LOGMIX_H
#define ZFW_TESTS_TOOLS_LOGMIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGMIX_BYTES 16384 /* no session is so long */

struct logmix_client {
	char addr[48];
	char name[80]; /* "unknown": it has none */
	unsigned port;
	unsigned id;
};

struct logmix {
	uint64_t *seed;
	unsigned number; /* of the session */
	size_t at, n;    /* of text: what is handed on, what there is */
	char text[LOGMIX_BYTES];
};

/* 0..n-1 */
unsigned logmix_rnd(struct logmix *m, unsigned n);
/* Adds to the text; the caller ends a line. */
void logmix_say(struct logmix *m, const char *form, ...)
    __attribute__((format(printf, 2, 3)));

/* A mail server that is known here; one of many that are not. */
void logmix_good(struct logmix *m, struct logmix_client *c);
void logmix_bad(struct logmix *m, struct logmix_client *c);
/* The address of the i-th good one, where that is IPv4. */
void logmix_good_v4(unsigned i, char *addr, size_t size);

/* `ports`: smtpd_client_port_logging; `long_ids`: queue ids of 15 bytes */
void logmix_postfix(struct logmix *m, bool ports, bool long_ids);
void logmix_exim(struct logmix *m); /* a file of its own: no host, no tag */
void logmix_sendmail(struct logmix *m);
void logmix_opensmtpd(struct logmix *m);
void logmix_haraka(struct logmix *m); /* a file of its own */

#endif
