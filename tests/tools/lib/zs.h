/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zs - tests only: the world that a scenario (tests/scenario/README) runs in
 *
 * One engine, a virtual clock, a network of clients, a log, a store in memory,
 * and a record of everything the engine said.  zs_text.c has words, values
 * and variables; zs_world.c the engine and time; zs_net.c packets; zs_mail.c
 * SMTP sessions with their log lines; zs_expect.c and zs_trait.c the
 * questions; zs_people.c what people and DNS tell, and what was learned;
 * scenario.c the language.  Whatever is wrong with a scenario file ends the
 * program with file and line: zs_die().
 */
#ifndef ZFW_TESTS_TOOLS_ZS_H
#define ZFW_TESTS_TOOLS_ZS_H

#include <stdio.h>

#include "daemon/config.h"
#include "daemon/engine.h"
#include "daemon/signatures.h"
#include "tests/tools/lib/stack.h"

#define ZS_WORDS_MAX 48
#define ZS_VARS_MAX  16
#define ZS_CONF_MAX  32
#define ZS_WORD_MAX  512

struct zs_words { /* of one line; `at` is the next one */
	char *v[ZS_WORDS_MAX];
	size_t n, at;
};

struct zs_pair {
	char name[64], value[ZS_WORD_MAX];
};

struct zs_event { /* what the engine said */
	enum engine_out_kind kind;
	int64_t t_ms;
	struct net net;
	struct stack stack;
	uint8_t action; /* enum client_action */
	uint16_t port;
	uint32_t timeout_s;
	struct score score; /* BLOCK */
	char why[64];
	bool shadow;
	bool used; /* an `expect` took it */
};

struct zs_flow {
	struct addr client, server;
	uint16_t port;
	const struct os_stack *stack;
	uint32_t cseq, sseq; /* next of the client, of the server */
	uint32_t isn;        /* of the client */
	uint32_t said[2]; /* where the latest text of each began; [0] server */
	uint16_t ip_id;
	bool open;
	bool dropped;         /* our own block swallowed its SYN */
	struct flowstat stat; /* once it is over */
};

struct zs {
	const char *file;
	int line;

	struct zs_pair vars[ZS_VARS_MAX], conf[ZS_CONF_MAX];
	size_t vars_n, conf_n;
	bool witness; /* packets are captured */
	bool twice;   /* every packet is seen two times */
	bool cut;     /* sessions of who is blocked end, as in zfw-replay */
	bool verbose;

	struct config *config;
	struct netlist *listed; /* as a block_file; NULL: none */
	struct signatures *sigs;
	struct engine *engine; /* NULL until something happens */
	int64_t start_us, now_us, tick_ms;
	struct client *store;
	size_t store_n, store_max;
	uint8_t *learned[ENGINE_LEARNED]; /* stored, too; NULL: nothing yet */
	size_t learned_n[ENGINE_LEARNED];
	struct addr *asked; /* whose name the engine would like to know */
	size_t asked_n, asked_max;
	struct zs_event *events;
	size_t events_n, events_max;

	struct zs_flow *flows;
	size_t flows_n, flows_max;
	uint16_t next_port;
	unsigned next_id;
	char qid[16];
	int rc;          /* of the last admin command */
	size_t restored; /* blocks, at the last restart */

	bool hidden[2]; /* the capture does not show the server's, client's */
	uint8_t late[SEG_MAX]; /* a packet that the next one overtakes */
	size_t late_n, late_flow;
	bool late_client;

	FILE *pcap, *log; /* what was fed, when wanted */
	unsigned passed, failed;
};

/* ---- zs_text ---- */

void zs_die(const struct zs *z, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
/* Room for one more in a growing array. */
void *zs_grow(const struct zs *z, void *v, size_t n, size_t *max, size_t size);
/* Replaces $name and ${name}; the result is the caller's. */
char *zs_expand(const struct zs *z, const char *text);
void zs_set_var(struct zs *z, const char *name, const char *value);
/* Cuts `text` into words in place; "quoted words" may have \n \r \t \" \\. */
void zs_split(const struct zs *z, char *text, struct zs_words *w);
const char *zs_next(const struct zs *z, struct zs_words *w, const char *what);
/* Takes the next word if it is this one. */
bool zs_is(struct zs_words *w, const char *word);
bool zs_more(const struct zs_words *w);
void zs_end(const struct zs *z, const struct zs_words *w);
long zs_number(const struct zs *z, const char *word);
/* 250ms, 10s, 1h30min, 3d: microseconds */
int64_t zs_duration(const struct zs *z, const char *word);
struct addr zs_addr(const struct zs *z, const char *word);
struct net zs_net(const struct zs *z, const char *word);
/* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; port 0 = not given */
struct addr zs_peer(const struct zs *z, const char *word, uint16_t *port);

/* ---- zs_world ---- */

void zs_conf(struct zs *z, const char *name, const char *value);
void zs_start(struct zs *z); /* if not yet */
void zs_restart(struct zs *z);
void zs_free(struct zs *z);
void zs_time(struct zs *z, int64_t to_us);
void zs_pass(struct zs *z, int64_t us);
/* The clock jumps, the engine is not told. */
void zs_clock(struct zs *z, int64_t us);
void zs_feed(struct zs *z, const uint8_t *ip, size_t n);
/* A log line, stamped with now less `age_us`. */
void zs_log(struct zs *z, int64_t age_us, const char *text);
/* With a stamp of whole seconds, applied when that second is over. */
void zs_log_classic(struct zs *z, const char *text);
/* The client's record if it is blocked now. */
const struct client *zs_blocked(struct zs *z, const struct addr *a);

/* ---- zs_net ---- */

/* Port 0: the latest flow of that address.  NULL = none. */
struct zs_flow *zs_flow(struct zs *z, const struct addr *a, uint16_t port);
struct zs_flow *zs_syn(struct zs *z, const struct addr *a, uint16_t port,
    const struct os_stack *st);
struct zs_flow *zs_open(struct zs *z, const struct addr *a, uint16_t port,
    const struct os_stack *st);
/* The same SYN once more. */
void zs_syn_again(struct zs *z, struct zs_flow *f);
enum zs_fate {
	ZS_SEEN,
	ZS_LOST,  /* sent, but the capture misses it */
	ZS_LATE,  /* that side's next packet overtakes it */
	ZS_AGAIN, /* with the numbers of the text before */
};
void zs_says(struct zs *z, struct zs_flow *f, bool client, enum zs_fate fate,
    const char *text);
void zs_client_ends(struct zs *z, struct zs_flow *f, bool rst);
void zs_server_ends(struct zs *z, struct zs_flow *f, bool rst);
void zs_pcap_begin(const struct zs *z);

/* ---- zs_people: words of this language ---- */

void zs_admin_block(struct zs *z, struct zs_words *w);
void zs_admin_unblock(struct zs *z, struct zs_words *w);
void zs_admin_allow(struct zs *z, struct zs_words *w);
void zs_listed(struct zs *z, struct zs_words *w);
void zs_own(struct zs *z, struct zs_words *w);
void zs_report(struct zs *z, struct zs_words *w);
void zs_dns(struct zs *z, struct zs_words *w);
void zs_expect_asked(struct zs *z, struct zs_words *w, bool no);
void zs_expect_botnet(struct zs *z, struct zs_words *w, bool no);
void zs_expect_ratio(struct zs *z, struct zs_words *w, bool no);
void zs_expect_alarm(struct zs *z, struct zs_words *w, bool no);
void zs_expect_labels(struct zs *z, struct zs_words *w, bool no);

/* ---- zs_front: the front, inline verdicts, what a block is narrowed to ---- */

const struct os_stack *zs_stack(const struct zs *z, const char *name);
void zs_click(struct zs *z, struct zs_words *w);
void zs_front(struct zs *z, struct zs_words *w);
void zs_expect_ask(struct zs *z, struct zs_words *w, bool no);
void zs_expect_inline(struct zs *z, struct zs_words *w, bool no);
/* Does a block of that client hit SYNs of that stack? */
bool
zs_narrow_hits(const struct zs *z, const struct client *c, const char *name);
/* Has the engine ended that session? */
bool zs_was_cut(const struct zs *z, const struct zs_flow *f);
/* What the last event of that kind was narrowed to, is of that stack. */
bool zs_is_stack(const struct zs *z, const struct addr *a,
    const struct stack *s, const char *name);

/* ---- zs_mail, zs_expect, zs_trait ---- */

void zs_session(struct zs *z, struct zs_words *w);
void zs_expect(struct zs *z, struct zs_words *w);
/* One counted question; says where and what when the answer is no. */
bool zs_check(struct zs *z, bool ok, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void zs_expect_session(struct zs *z, struct zs_words *w, bool no);

#endif
