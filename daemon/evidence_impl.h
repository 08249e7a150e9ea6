/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_impl - what the files of evidence share; nobody else includes it
 *
 *   evidence.c        begin and end, log lines that speak for a client, mail
 *   evidence_wire.c   what the packets of a session say
 *   evidence_rcpt.c   recipients, from packets and from log lines
 *   evidence_log.c    other log lines that speak against a client
 *   evidence_names.c  what it is called and what it calls itself
 *   evidence_group.c  what it has in common with others
 *   evidence_learn.c  labels: what the model and the clusters learn from
 *
 * Pure; times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_EVIDENCE_IMPL_H
#define ZFW_DAEMON_EVIDENCE_IMPL_H

#include "daemon/evidence.h"
#include "daemon/mailq.h"
#include "daemon/names.h"
#include "daemon/sites.h"

#define EVIDENCE_DAY_MS ((int64_t)86400 * 1000)

struct evidence {
	struct evidence_conf conf;
	struct names_self self;
	struct sites *sites;
	struct mailq *mailq;
	struct model *model;
	struct botnets *botnets;
	struct client *due; /* while `later`: who is to be judged */
	bool later;
	struct stacks *stacks;
};

/* Something new speaks for or against `c`: the owner decides. */
static inline void
evidence_judge(struct evidence *e, struct client *c)
{
	if (e->later)
		e->due = c;
	else
		e->conf.judge(e->conf.arg, c);
}

static inline struct str
evidence_str(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static inline uint32_t
evidence_day(int64_t now_ms)
{
	return (uint32_t)(now_ms / EVIDENCE_DAY_MS);
}

/* Cut to n - 1 bytes and padded with NULs. */
static inline void
evidence_copy(char *to, size_t n, struct str s)
{
	size_t m = s.n < n - 1 ? s.n : n - 1;

	memset(to, 0, n);
	if (m > 0)
		memcpy(to, s.p, m);
}

/* The client shows value `v` of feature `f`. */
static inline void
evidence_value(struct client *c, enum model_feature f, unsigned v)
{
	c->value[f] = (uint8_t)(v + 1);
}

/* A text made by us, as the sample of a fact. */
void evidence_note(struct client *c, enum evidence_kind k, int64_t now_ms,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * May fact `k` be counted?  Once a session (`s` NULL: of a log line), and not
 * again when packet and log tell of the same thing.
 */
bool evidence_first(struct client *c, enum evidence_kind k,
    const struct session *s, int64_t now_ms);

/* ---- evidence_rcpt.c ---- */

/* The client names a recipient: is it a trap? */
void evidence_rcpt_asked(struct evidence *e, struct client *c,
    const struct session *s, int64_t now_ms);
/* We have answered. */
void evidence_rcpt_reply(struct evidence *e, struct client *c,
    const struct session *s, int64_t now_ms);
/* A log line says so; true: it was about a recipient, and is dealt with. */
bool evidence_rcpt_logged(struct evidence *e, struct client *c,
    const struct log_event *ev, const struct session *s, struct str line,
    int64_t now_ms);
/* A message of it was delivered to this address. */
void evidence_rcpt_delivered(struct evidence *e, struct client *c,
    struct str rcpt, struct str line, int64_t now_ms);
/* Do the packets of that session tell of its recipients by themselves? */
bool evidence_wire_tells(const struct session *s);
bool evidence_is_trap(const struct policy *p, struct str rcpt);

/* ---- evidence_names.c ---- */

/* The client says HELO, on the wire or in a log line. */
void evidence_helo(struct evidence *e, struct client *c, struct str helo,
    int64_t now_ms);
/*
 * A hash of the domain of its confirmed name, 0 when it has none or one that
 * its provider made from the address: what a good profile hangs on.
 */
uint32_t evidence_good_name(const struct client *c);

/* ---- evidence_group.c ---- */

/* Something is new of what clusters are made of. */
void evidence_grouped(struct evidence *e, struct client *c, struct str sender,
    int64_t now_ms);
/* What botnet.h wants to know of it. */
struct botnet_client evidence_member(const struct client *c);

/* ---- evidence_learn.c ---- */

/* It wrote to traps or to nobody: a zombie, if nothing speaks for it. */
void evidence_label_bad(struct evidence *e, struct client *c, int64_t now_ms);
/* It sent wanted mail, on several days or to people who write back. */
void evidence_label_good(struct evidence *e, struct client *c, int64_t now_ms);

#endif
