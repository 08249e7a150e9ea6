/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syngen - capture files of any length for the benches
 *
 * zt-link: tests/tools/lib/stackmix tests/tools/lib/stack
 * zt-link: fp/addr fp/hash fp/capture fp/recorder
 * zt-libs: libpcap libsodium
 *
 *	syngen [--sources N] COUNT OUT
 *	syngen --sessions [--sources N] COUNT OUT
 *
 * COUNT SYNs, a millisecond apart, each of a connection of its own, to port
 * 25 (one in ten to 443) of 192.0.2.25 and 2001:db8:25::25; or so many short
 * SMTP sessions from the first to the last packet, 64 at a time.  Clients are
 * the hosts of stackmix.h in turn, 200,000 unless told; one connection in
 * four is IPv6.  Always the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fp/recorder.h"
#include "tests/tools/lib/stackmix.h"

#define START_US   ((int64_t)1772445600 * 1000000)
#define SOURCES    200000
#define SYN_US     1000
#define SESSION_US 200     /* between two packets, of whatever session */
#define SLOTS      64      /* sessions at a time */
#define STRIDE     1000003 /* prime: visits every host once a round */
#define PORT_FIRST 1024
#define PORTS      64000
#define EHLO_MAX   80

struct job {
	struct recorder *out;
	uint64_t count;
	uint32_t hosts4, hosts6;
	bool sessions;
};

/* One connection: the i-th of all. */
struct conn {
	struct stackmix_host client;
	struct addr server;
	uint16_t sport;
};

static void
conn_make(const struct job *j, uint64_t i, struct conn *c)
{
	static const uint8_t server6[16] = { 0x20, 1, 0xd, 0xb8, 0,
		0x25, [15] = 0x25 };
	bool v6 = i % 4 == 3;
	uint64_t nth = v6 ? i / 4 : i - i / 4;
	uint32_t hosts = v6 ? j->hosts6 : j->hosts4;
	uint32_t who = (uint32_t)(nth * STRIDE % hosts);
	struct addr a = v6 ? stackmix_v6(who) : stackmix_v4(who);

	stackmix_host(&a, who, &c->client);
	c->server = v6 ? addr_v6_bytes(server6) : addr_v4(0xc0000219);
	/* Each round another port: no connection is there twice. */
	c->sport = (uint16_t)(PORT_FIRST +
	    (c->client.ts_base + nth / hosts) % PORTS);
}

static int
write_packet(const struct job *j, int64_t t_us, const uint8_t *ip, size_t n)
{
	return recorder_packet(j->out, START_US + t_us, ip, (uint32_t)n,
	    (uint32_t)n);
}

static int
write_syns(const struct job *j)
{
	int rc = 0;

	for (uint64_t i = 0; rc == 0 && i < j->count; i++) {
		uint8_t ip[SEG_MAX];
		struct conn c;
		size_t n;

		conn_make(j, i, &c);
		n = stackmix_syn(&c.client, &c.server, c.sport,
		    i % 10 == 9 ? 443 : 25, (uint32_t)i, ip);
		rc = write_packet(j, (int64_t)i * SYN_US, ip, n);
	}
	return rc;
}

/* What is said, packet by packet. */
static const struct step {
	bool client;
	uint8_t flags;
	const char *text; /* NULL: none; "EHLO": with the client's name */
} steps[] = {
	{ true, SEG_SYN, NULL },
	{ false, SEG_SYN | SEG_ACK, NULL },
	{ true, SEG_ACK, NULL },
	{ false, SEG_ACK | SEG_PSH, "220 mx.example.net ESMTP Postfix\r\n" },
	{ true, SEG_ACK | SEG_PSH, "EHLO" },
	{ false, SEG_ACK | SEG_PSH,
	    "250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 20480000\r\n"
	    "250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n" },
	{ true, SEG_ACK | SEG_PSH, "MAIL FROM:<news@example.com>\r\n" },
	{ false, SEG_ACK | SEG_PSH, "250 2.1.0 Ok\r\n" },
	{ true, SEG_ACK | SEG_PSH, "RCPT TO:<info@example.net>\r\n" },
	{ false, SEG_ACK | SEG_PSH,
	    "550 5.1.1 <info@example.net>: Recipient address rejected: "
	    "User unknown in virtual mailbox table\r\n" },
	{ true, SEG_ACK | SEG_PSH, "QUIT\r\n" },
	{ false, SEG_ACK | SEG_PSH, "221 2.0.0 Bye\r\n" },
	{ false, SEG_ACK | SEG_FIN, NULL },
	{ true, SEG_ACK | SEG_FIN, NULL },
	{ false, SEG_ACK, NULL },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct session {
	struct conn c;
	struct os_stack server;
	uint32_t seq[2]; /* next of the server, of the client */
	char ehlo[EHLO_MAX];
	size_t step;
};

/* A server answers with the options that it was offered. */
static void
server_stack(const struct os_stack *client, struct os_stack *out)
{
	bool ts = strstr(client->layout, "ts") != NULL;
	bool ws = strstr(client->layout, "ws") != NULL;
	bool sok = strstr(client->layout, "sok") != NULL;
	const char *layout = ts && ws && sok ? "mss,sok,ts,nop,ws" :
	    ws && sok                        ? "mss,nop,nop,sok,nop,ws" :
	    sok                              ? "mss,nop,nop,sok" :
					       "mss";

	*out = *stack_named("linux");
	out->hops = 0;
	out->id = STACK_ID_ZERO;
	memcpy(out->layout, layout, strlen(layout) + 1);
}

static void
session_start(const struct job *j, uint64_t i, struct session *s)
{
	char text[ADDR_STRLEN];
	const char *a;

	*s = (struct session){ .step = 0 };
	conn_make(j, i, &s->c);
	server_stack(&s->c.client.st, &s->server);
	s->seq[0] = (uint32_t)stackmix_bits(i);
	s->seq[1] = (uint32_t)stackmix_bits(~i);
	a = addr_print(&s->c.client.addr, text);
	if (i % 3 == 0)
		snprintf(s->ehlo, EHLO_MAX, "EHLO [%s%s]\r\n",
		    s->c.client.addr.family == 6 ? "IPv6:" : "", a);
	else if (i % 3 == 1)
		snprintf(s->ehlo, EHLO_MAX, "EHLO mail%u.example.org\r\n",
		    (unsigned)(i % 50000));
	else
		snprintf(s->ehlo, EHLO_MAX, "EHLO PC-%08X\r\n",
		    s->c.client.ts_base);
}

/* The next packet of a session; false after its last. */
static bool
session_step(struct session *s, uint32_t now_ms, uint8_t ip[SEG_MAX], size_t *n)
{
	const struct step *step = &steps[s->step];
	const struct os_stack *st = step->client ? &s->c.client.st : &s->server;
	const struct stackmix_host *h = &s->c.client;
	struct seg g = { .src = step->client ? h->addr : s->c.server,
		.dst = step->client ? s->c.server : h->addr,
		.sport = step->client ? s->c.sport : 25,
		.dport = step->client ? 25 : s->c.sport,
		.flags = step->flags };
	const char *text = step->text;

	if (text != NULL && strcmp(text, "EHLO") == 0)
		text = s->ehlo;
	g.seq = s->seq[step->client];
	g.ack = s->step == 0 ? 0 : s->seq[!step->client];
	g.window = step->flags & SEG_SYN ? stack_window(st, &g.src) : 502;
	g.has_ts = strstr(h->st.layout, "ts") != NULL &&
	    strstr(s->server.layout, "ts") != NULL;
	g.ts_val = !step->client       ? now_ms + 1 :
	    h->ts_zero && s->step == 0 ? 0 :
					 h->ts_base + now_ms;
	g.ts_ecr = s->step == 0 ? 0 : step->client ? now_ms : h->ts_base + 1;
	if (text != NULL) {
		g.data = (const uint8_t *)text;
		g.n = strlen(text);
	}
	*n = seg_build(st, &g, (uint16_t)(g.seq >> 8), ip);
	s->seq[step->client] += (uint32_t)g.n +
	    ((step->flags & (SEG_SYN | SEG_FIN)) != 0);
	return ++s->step < STEPS;
}

static int
write_sessions(const struct job *j)
{
	struct session slot[SLOTS];
	bool busy[SLOTS] = { false };
	uint64_t begun = 0, done = 0;
	int64_t t_us = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && done < j->count; i = (i + 1) % SLOTS) {
		uint8_t ip[SEG_MAX];
		size_t n;

		t_us += SESSION_US;
		if (!busy[i]) {
			if (begun == j->count)
				continue;
			session_start(j, begun++, &slot[i]);
		}
		busy[i] = session_step(&slot[i], (uint32_t)(t_us / 1000), ip,
		    &n);
		done += !busy[i];
		rc = write_packet(j, t_us, ip, n);
	}
	return rc;
}

/* "N OUT" behind the options; NULL when it is wrong. */
static const char *
arguments(int argc, char **argv, struct job *j)
{
	uint64_t sources = SOURCES;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--sessions") == 0)
			j->sessions = true;
		else if (strcmp(argv[i], "--sources") == 0 && i + 1 < argc)
			sources = strtoull(argv[++i], NULL, 10);
		else
			return NULL;
	}
	if (i + 2 != argc || sources < 8 || sources > 100000000)
		return NULL;
	j->hosts4 = (uint32_t)(sources / 4 * 3);
	if (j->hosts4 > STACKMIX_V4_MAX)
		j->hosts4 = STACKMIX_V4_MAX;
	j->hosts6 = (uint32_t)sources - j->hosts4;
	j->count = strtoull(argv[i], NULL, 10);
	return argv[i + 1];
}

int
main(int argc, char **argv)
{
	struct job j = { .sessions = false };
	const char *path = arguments(argc, argv, &j);
	char err[RECORDER_ERRLEN];
	int rc;

	if (path == NULL) {
		fputs("usage: syngen [--sessions] [--sources N] COUNT OUT\n",
		    stderr);
		return 2;
	}
	j.out = recorder_open(path, err);
	if (j.out == NULL) {
		fprintf(stderr, "syngen: %s\n", err);
		return 1;
	}
	rc = j.sessions ? write_sessions(&j) : write_syns(&j);
	if (rc == 0)
		rc = recorder_flush(j.out);
	recorder_close(j.out);
	if (rc != 0)
		fprintf(stderr, "syngen: %s: %s\n", path, strerror(-rc));
	return rc == 0 ? 0 : 1;
}
