/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soaktalk - tests only: what clients of the soak and their server say
 *
 * A dialogue is a table of steps; soaktalk_text() puts in what differs from
 * session to session.  Pure values, no memory, no clock.  Used by soakgen.
 */
#ifndef ZFW_TESTS_TOOLS_SOAKTALK_H
#define ZFW_TESTS_TOOLS_SOAKTALK_H

#include <stddef.h>
#include <stdint.h>

#define SOAKTALK_MAX 1024

enum soak_who {
	SAY_END,
	SAY_CLIENT,
	SAY_SERVER,
	SAY_LOG,
	SAY_CLIENT_ACK,
	SAY_CLIENT_FIN,
	SAY_SERVER_ACK,
	SAY_SERVER_FIN,
	SAY_CLIENT_RST,
};

struct soak_step {
	enum soak_who who;
	unsigned wait_ms; /* since the step before, and up to half more */
	const char *text;
};

struct soak_who_is {
	const char *helo;
	const char *name; /* as the log has it: NAME[ADDRESS]:PORT */
	uint64_t nth;     /* of all sessions: queue id and process id */
};

/* Kinds of clients: the first is a mail server, the others are zombies. */
enum soak_kind { SOAK_SERVER, SOAK_HARVESTER, SOAK_SLAMMER, SOAK_SPAMMER };
const struct soak_step *soaktalk_steps(enum soak_kind kind);

/* What a client says to a front that greeted it, line by line; NULL: RST. */
const char *soaktalk_to_front(unsigned line);

/* What the log has when the client was cut off. */
const struct soak_step *soaktalk_cut(void);

/* The step's text with what the client is put in; its length. */
size_t soaktalk_text(const struct soak_step *step, unsigned step_n,
    const struct soak_who_is *who, char out[SOAKTALK_MAX]);

#endif
