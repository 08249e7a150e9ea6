/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence - stage 6 of 8: session events and log events -> client records
 *
 * Joins what packets and log lines say of a client and writes it down as
 * facts.  The caller (engine) has already decided that the event may count:
 * the line has its witness, the client is not ours, and for bad evidence it
 * is not blocked.  Good evidence and bad go through separate doors because
 * they have different rules.  Whenever something that could convict is new,
 * `judge` is called.  Owns what is learned of many clients (model, botnets,
 * sites) and mailq; borrows the client table and the policy.
 */
#ifndef ZFW_DAEMON_EVIDENCE_H
#define ZFW_DAEMON_EVIDENCE_H

#include "daemon/botnet.h"
#include "daemon/client.h"
#include "daemon/logline.h"
#include "daemon/policy.h"
#include "daemon/stacks.h"
#include "daemon/tally.h"
#include "fp/session.h"

struct evidence;

struct evidence_conf {
	const struct policy *policy;
	struct hash_key key;
	struct client_table *clients;
	void *arg;
	/* something new speaks against (or for) c */
	void (*judge)(void *arg, struct client *c);
	struct tally *tally; /* TALLY_RCPT_BAD is counted; may be NULL */
};

struct evidence *evidence_new(const struct evidence_conf *conf);
void evidence_free(struct evidence *e);
/* The policy has changed in its place. */
void evidence_reload(struct evidence *e);

/* Borrowed: what was learned. */
struct model *evidence_model(struct evidence *e);
struct botnets *evidence_botnets(struct evidence *e);
struct stacks *evidence_stacks(struct evidence *e);

/*
 * A hash of the stack that sent this SYN (client.h): of its signature without
 * what the way to us changes.  Never 0.
 */
uint64_t evidence_stack_key(const struct sig *sig, const struct traits *t);

/* A session opened, spoke, was answered, closed. */
void evidence_session(struct evidence *e, enum session_event ev,
    const struct session *s, int64_t now_ms);

/*
 * A log event about a client: what it says for it, what it says against it,
 * and what the MTA says of its name.  `s` is the session that it is about,
 * NULL when there is none to ask; `line` is kept as a sample.
 */
void evidence_good(struct evidence *e, const struct log_event *ev,
    const struct session *s, int64_t now_ms);
/*
 * Between these two nobody is judged, and the last one that something was
 * found out about then once: one line may say several things of one client.
 */
void evidence_later(struct evidence *e);
void evidence_now(struct evidence *e);

void evidence_name_of(struct evidence *e, const struct log_event *ev,
    const struct session *s, struct str line, int64_t now_ms);
/* False: the packets of that session say otherwise; nothing was counted. */
bool evidence_bad(struct evidence *e, const struct log_event *ev,
    const struct session *s, struct str line, int64_t now_ms);

/*
 * Lines that name a message instead of a client: queued, content rejected,
 * delivered to a trap.  `blocked_ms`: its session was cut then, and what was
 * not queued before never was; 0 = it was not.  Returns the client it is
 * about (family 0: none), the stack that its session had, and its port (0:
 * not known).
 */
struct addr evidence_message_client(struct evidence *e, struct str qid,
    struct stack *stack, uint16_t *port);
/* True: it is accepted now, and no submission. */
bool evidence_message(struct evidence *e, const struct log_event *ev,
    int64_t blocked_ms, struct str line, int64_t now_ms);

/* What DNS says, when we asked ourselves; "" = no confirmed name. */
void evidence_dns_name(struct evidence *e, const struct addr *a,
    struct str name, int64_t now_ms);
void evidence_dns_listed(struct evidence *e, const struct addr *a,
    struct str zone, double nats, int64_t now_ms);

/* People say that its mail is spam, or that it is wanted. */
void evidence_report(struct evidence *e, const struct addr *a, bool spam,
    int64_t now_ms);

/* Mail that has settled becomes good history. */
void evidence_tick(struct evidence *e, int64_t now_ms);

/* The client was caught for the first time: its neighbours are told. */
void
evidence_caught(struct evidence *e, const struct client *c, int64_t now_ms);

/* The good profile: long wanted mail under a confirmed name. */
bool evidence_profile(const struct policy *p, const struct client *c);

/* Has it sent more bounces to nobody than a server that is well does? */
bool evidence_flood(const struct client *c, int64_t now_ms);

#endif
