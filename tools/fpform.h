/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fpform - beside all stages: what zfw-fp found out, as lines
 *
 * Turns a SYN, a SYN+ACK, an uptime or a session into a line of one of three
 * formats: p0f's log, JSON, or tab-separated short strings (zfw-fp(1)).
 * Called by fprun, which decides what is told; nothing is decided here.  What
 * labels and links are called is rendered once and remembered: after another
 * database fpform_set() must be called.  Owns its caches and its buffer,
 * borrows the database and the descriptor.
 */
#ifndef ZFW_TOOLS_FPFORM_H
#define ZFW_TOOLS_FPFORM_H

#include "fp/flows.h"
#include "fp/session.h"
#include "fp/sigcache.h"
#include "fp/uptime.h"
#include "tools/fpout.h"

enum fpform_kind { FPFORM_P0F, FPFORM_JSONL, FPFORM_SHORT };

#define FPFORM_SERVERS  16
#define FPFORM_LABELS   128
#define FPFORM_LABELLEN 1600
#define FPFORM_LINKS    256
#define FPFORM_LINKLEN  448
#define FPFORM_NAME_MAX 64 /* bytes told of a link's name */

/* A SYN or a SYN+ACK. */
struct fpform_syn {
	int64_t t_us;
	const struct traits *t;
	const struct flows_seen *seen;
	const struct sigcache_hit *hit;
};

/* Both ends of a connection; the client is who sent the SYN. */
struct fpform_ends {
	const struct addr *client, *server;
	uint16_t client_port, server_port;
};

/* A session that is over. */
struct fpform_talk {
	const struct session *s;
	bool unanswered; /* its SYN never was */
	bool at_end;     /* the input ended before it did */
};

struct fpform_label { /* the part of a line that depends on the label */
	const struct sigdb_label *label;
	uint16_t n; /* 0 = free */
	char text[FPFORM_LABELLEN];
};

struct fpform_link { /* the part of a line that depends on the MSS */
	uint32_t key;
	uint16_t n; /* 0 = free */
	char text[FPFORM_LINKLEN];
};

struct fpform_server { /* whose text is remembered */
	struct addr addr;
	uint16_t port;
	uint8_t n;
	char text[2 * FPTEXT_ADDR];
};

struct fpform {
	struct fpout out;
	enum fpform_kind kind;
	const struct sigdb *db;
	struct fpform_server servers[FPFORM_SERVERS];
	struct fpform_label labels[FPFORM_LABELS];
	struct fpform_link links[FPFORM_LINKS];
};

/* NULL: no memory.  `prompt`: each line is written at once. */
struct fpform *fpform_new(enum fpform_kind kind, int fd, bool prompt);
void fpform_free(struct fpform *f); /* NULL is allowed; writes nothing */
/* From now on `db`, which may be NULL. */
void fpform_set(struct fpform *f, const struct sigdb *db);

void fpform_syn(struct fpform *f, const struct fpform_syn *s);
void fpform_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up);
void fpform_session(struct fpform *f, const struct fpform_talk *talk);

/* For the writers of single formats, and tests. */
void fpform_p0f_syn(struct fpform *f, const struct fpform_syn *s);
void fpform_p0f_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up);
void fpform_p0f_session(struct fpform *f, const struct fpform_talk *talk);
void fpform_short_session(struct fpform *f, const struct fpform_talk *talk);
void fpform_json_syn(struct fpform *f, const struct fpform_syn *s);
void fpform_json_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up);
void fpform_json_session(struct fpform *f, const struct fpform_talk *talk);
char *fpform_json_ends(struct fpform *f, char *p, const struct fpform_ends *e);
char *fpform_json_time(struct fpform *f, char *p, int64_t t_us);
/* What the functions below do not know yet. */
void fpform_new_server(struct fpform *f, struct fpform_server *s,
    const struct addr *a, uint16_t port);
void fpform_new_label(struct fpform *f, struct fpform_label *e,
    const struct sigdb_label *l);
void fpform_new_link(struct fpform *f, struct fpform_link *e,
    const struct traits *t);
/* Render into a free entry. */
size_t fpform_p0f_label(char *p, const struct sigdb_label *l);
size_t fpform_json_label(char *p, const struct sigdb_label *l);
size_t fpform_p0f_link(char *p, const char *name, uint32_t mtu);
size_t fpform_json_link(char *p, const char *name, uint32_t mtu);

/* Address and port of a server: mostly one of a few. */
static inline char *
fpform_server(struct fpform *f, char *p, const struct addr *a, uint16_t port)
{
	unsigned h = a->b[3] ^ a->b[15] ^ port ^ (unsigned)port >> 4;
	struct fpform_server *s = &f->servers[h % FPFORM_SERVERS];

	if (port != s->port || a->family != s->addr.family ||
	    memcmp(a->b, s->addr.b, sizeof(a->b)) != 0)
		fpform_new_server(f, s, a, port);
	return fptext_block(p, s->text, s->n);
}

static inline const struct fpform_label *
fpform_label(struct fpform *f, const struct sigdb_label *l)
{
	uintptr_t h = (uintptr_t)l;
	struct fpform_label *e = &f->labels[(h >> 4 ^ h >> 11) % FPFORM_LABELS];

	if (e->n == 0 || e->label != l)
		fpform_new_label(f, e, l);
	return e;
}

static inline const struct fpform_link *
fpform_link(struct fpform *f, const struct traits *t)
{
	uint32_t key = (uint32_t)t->ver << 16 | t->mss;
	struct fpform_link *e = &f->links[(key ^ t->ver) % FPFORM_LINKS];

	if (e->n == 0 || e->key != key)
		fpform_new_link(f, e, t);
	return e;
}

/* What the sender of `t` would need to carry its MSS; 0 = no MSS. */
static inline uint32_t
fpform_mtu(const struct traits *t)
{
	return t->mss == 0 ? 0U : t->mss + (t->ver == 4 ? 40U : 60U);
}

#endif
