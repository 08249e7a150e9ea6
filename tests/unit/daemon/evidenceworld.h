/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidenceworld - stage 6 without an engine around it, for its tests
 *
 * Sessions and log events are made by hand: what the packets of a session
 * show, and what a line says of it.
 */
#ifndef ZFW_TESTS_EVIDENCEWORLD_H
#define ZFW_TESTS_EVIDENCEWORLD_H

#include "daemon/evidence_impl.h"
#include "tests/zt.h"

#define T0  ((int64_t)1740988800 * 1000)
#define SEC ((int64_t)1000)
#define DAY EVIDENCE_DAY_MS

struct world {
	struct policy policy;
	struct client_table *clients;
	struct evidence *e;
	unsigned judged;
	int64_t now_ms;
};

static void
on_judge(void *arg, struct client *c)
{
	(void)c;
	((struct world *)arg)->judged++;
}

static void
world_begin(struct world *w)
{
	static const char *const traps[] = { "trap@example.org",
		"@trap.example", NULL };
	static const struct hash_key key = { { 7 } };
	struct client_table_conf cc = { .max = 256, .key = key };
	struct evidence_conf ec = { .policy = &w->policy,
		.key = key,
		.arg = w,
		.judge = on_judge };

	*w = (struct world){ .now_ms = T0 };
	w->policy.traps = traps;
	w->policy.settle_s = 3600;
	w->policy.good_days = 3;
	w->policy.good_rcpts = 2;
	w->policy.group_sites = 20;
	w->clients = client_table_new(&cc);
	ec.clients = w->clients;
	w->e = evidence_new(&ec);
}

static void
world_end(struct world *w)
{
	evidence_free(w->e);
	client_table_free(w->clients);
}

static inline struct str
text(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static inline struct client *
client_of(struct world *w, uint32_t a)
{
	struct addr addr = addr_v4(a);

	return client_get(w->clients, &addr, w->now_ms);
}

static inline double
count_of(struct world *w, uint32_t a, enum evidence_kind k)
{
	return client_count(client_of(w, a), k, w->now_ms);
}

/* A session that has come to its recipients. */
static inline struct session
session_of(uint32_t a, int64_t open_us)
{
	return (struct session){ .client = addr_v4(a),
		.cport = 4000,
		.state = SESSION_OPEN,
		.open_us = open_us,
		.greet_us = open_us + 1,
		.verbs = VERB_EHLO | VERB_MAIL,
		.commands_n = 2,
		.helo = "",
		.os = "",
		.sig = { .text = "" } };
}

/* As fp/session.c hashes the address of a reply. */
static inline uint32_t
hash_of(const char *rcpt)
{
	return (uint32_t)hash_stable(rcpt, strlen(rcpt));
}

/* RCPT TO on the wire, and our reply to it. */
static inline void
wire_rcpt(struct world *w, struct session *s, const char *rcpt,
    const char *reply)
{
	unsigned code = (unsigned)atoi(reply);

	s->verb_last = VERB_RCPT;
	s->verbs |= VERB_RCPT;
	s->commands_n++;
	s->rcpts_n++;
	s->arg = text(rcpt);
	evidence_session(w->e, SESSION_EV_COMMAND, s, w->now_ms);
	s->arg = text("");
	s->reply_verb = VERB_RCPT;
	s->reply_code = (uint16_t)code;
	s->reply_hash = hash_of(rcpt);
	s->reply = text(reply + 4);
	*(code / 100 == 2       ? &s->rcpts_ok :
		code / 100 == 4 ? &s->rcpts_soft :
				  &s->rcpts_refused) += 1;
	evidence_session(w->e, SESSION_EV_REPLY, s, w->now_ms);
	s->reply = text("");
}

/* What a log line says of a refused recipient. */
static inline bool
log_rcpt(struct world *w, uint32_t a, const struct session *s, const char *rcpt,
    bool soft)
{
	struct log_event ev = { .kind = LOG_UNKNOWN_RCPT,
		.client = addr_v4(a),
		.rcpt = text(rcpt),
		.null_sender = s != NULL && s->null_sender,
		.soft = soft };

	return evidence_bad(w->e, &ev, s, text("a log line"), w->now_ms);
}

/* The MTA says what it is called; "" = it has no confirmed name. */
static inline void
name_is(struct world *w, uint32_t a, const char *name)
{
	struct log_event ev = { .kind = LOG_CONNECT,
		.client = addr_v4(a),
		.name = text(name),
		.rdns_none = name[0] == '\0' };

	evidence_name_of(w->e, &ev, NULL, text("connect from"), w->now_ms);
}

static inline struct model_counts
taught(struct world *w)
{
	struct model_counts n;

	model_counts(evidence_model(w->e), w->now_ms, &n);
	return n;
}

#endif
