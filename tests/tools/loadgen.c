/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loadgen - a gateway under load, for as long as one likes
 *
 * zt-link: tests/tools/lib/stackmix tests/tools/lib/stack
 * zt-link: fp/addr fp/hash fp/recorder
 * zt-libs: libsodium
 *
 *	loadgen [--new PERCENT] SECONDS RATE OUT
 *
 * RATE connections a second to port 25 of 192.0.2.25, seven of ten by zombies,
 * and what Postfix logs of them, written to OUT as a recording of `zfwd
 * --record`, in order of time and without keeping it: OUT may be a FIFO.
 * Sessions last some seconds, so that thousands are open at a time.  PERCENT
 * of the zombies' connections (60) come from addresses that were not there
 * before, the others from ones of the last minutes; 5,000 servers send the
 * rest.  Zombies are 240.0.0.0/5, servers 198.18.0.0/15.  Always the same
 * bytes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fp/recorder.h"
#include "tests/tools/lib/stackmix.h"

#define START_US  ((int64_t)1772445600 * 1000000)
#define SERVERS   5000
#define RECENT    65536 /* zombies that may come again */
#define TEXT_MAX  512
#define LINE_MAX_ 512
#define MX        "192.0.2.25"

enum who { CLIENT, SERVER, LOG };
enum { C_EHLO = 1, C_BODY, C_NOBODY, C_QID };

struct step {
	enum who who;
	uint8_t flags;
	unsigned wait_ms; /* since the last step, and the half of it again */
	const char *text; /* with one %s for what `arg` says */
	unsigned arg;
};

#define HANDSHAKE \
	{ CLIENT, SEG_SYN, 0, NULL, 0 }, \
	    { SERVER, SEG_SYN | SEG_ACK, 0, NULL, 0 }, \
	    { CLIENT, SEG_ACK, 40, NULL, 0 }, \
	{ \
		LOG, 0, 0, "smtpd[%u]: connect from %s", 0 \
	}
#define GREETING \
	{ \
		SERVER, SEG_ACK | SEG_PSH, 5, \
		    "220 mx.example.org ESMTP Postfix\r\n", 0 \
	}
#define HELLO(text) \
	{ CLIENT, SEG_ACK | SEG_PSH, 60, text, C_EHLO }, \
	{ \
		SERVER, SEG_ACK | SEG_PSH, 2, \
		    "250-mx.example.org\r\n250-PIPELINING\r\n" \
		    "250-SIZE 10240000\r\n250 8BITMIME\r\n", \
		    0 \
	}
#define MAIL \
	{ CLIENT, SEG_ACK | SEG_PSH, 60, "MAIL FROM:<info@%s>\r\n", C_EHLO }, \
	{ \
		SERVER, SEG_ACK | SEG_PSH, 2, "250 2.1.0 Ok\r\n", 0 \
	}
#define NOBODY \
	{ CLIENT, SEG_ACK | SEG_PSH, 60, "RCPT TO:<%s@example.org>\r\n", \
		C_NOBODY }, \
	    { SERVER, SEG_ACK | SEG_PSH, 5, \
		    "550 5.1.1 <%s@example.org>: Recipient address rejected: " \
		    "User " \
		    "unknown in local recipient table\r\n", \
		    C_NOBODY }, \
	{ \
		LOG, 0, 0, \
		    "smtpd[%u]: NOQUEUE: reject: RCPT from %s: ", C_NOBODY \
	}
#define DELIVER \
	{ CLIENT, SEG_ACK | SEG_PSH, 60, "RCPT TO:<%s@example.org>\r\n", \
		C_BODY }, \
	    { LOG, 0, 4, "smtpd[%u]: %s: client=", C_QID }, \
	    { SERVER, SEG_ACK | SEG_PSH, 1, "250 2.1.5 Ok\r\n", 0 }, \
	    { CLIENT, SEG_ACK | SEG_PSH, 60, "DATA\r\n", 0 }, \
	    { SERVER, SEG_ACK | SEG_PSH, 2, \
		    "354 End data with <CR><LF>.<CR><LF>\r\n", 0 }, \
	    { CLIENT, SEG_ACK | SEG_PSH, 90, "BODY", 0 }, \
	    { CLIENT, SEG_ACK | SEG_PSH, 1, "BODY", 0 }, \
	    { CLIENT, SEG_ACK | SEG_PSH, 1, "\r\n.\r\n", 0 }, \
	    { SERVER, SEG_ACK | SEG_PSH, 30, "250 2.0.0 Ok: queued\r\n", 0 }, \
	{ \
		LOG, 0, 0, \
		    "qmgr[%u]: %s: from=<a@b.example>, size=2500, " \
		    "nrcpt=1 (queue active)", \
		    C_QID \
	}
#define QUIT \
	{ CLIENT, SEG_ACK | SEG_PSH, 60, "QUIT\r\n", 0 }, \
	    { SERVER, SEG_ACK | SEG_PSH, 1, "221 2.0.0 Bye\r\n", 0 }, \
	    { SERVER, SEG_ACK | SEG_FIN, 0, NULL, 0 }, \
	    { CLIENT, SEG_ACK | SEG_FIN, 40, NULL, 0 }, \
	    { SERVER, SEG_ACK, 0, NULL, 0 }, \
	{ \
		LOG, 0, 0, "smtpd[%u]: disconnect from %s", 0 \
	}
#define HANG_UP \
	{ CLIENT, SEG_ACK | SEG_RST, 2500, NULL, 0 }, \
	    { LOG, 0, 0, "smtpd[%u]: lost connection after RCPT from %s", 0 }, \
	{ \
		LOG, 0, 0, "smtpd[%u]: disconnect from %s", 0 \
	}
#define END \
	{ \
		LOG, 0, 0, NULL, 0 \
	}

static const struct step server[] = { HANDSHAKE, GREETING, HELLO("EHLO %s\r\n"),
	MAIL, DELIVER, QUIT, END };
static const struct step harvester[] = { HANDSHAKE, GREETING,
	HELLO("HELO %s\r\n"), MAIL, NOBODY, NOBODY, NOBODY, HANG_UP, END };
static const struct step slammer[] = { HANDSHAKE,
	{ CLIENT, SEG_ACK | SEG_PSH, 1, "HELO %s\r\n", C_EHLO }, GREETING,
	{ SERVER, SEG_ACK | SEG_PSH, 2, "250 mx.example.org\r\n", 0 }, MAIL,
	NOBODY, DELIVER, HANG_UP, END };
static const struct step spammer[] = { HANDSHAKE, GREETING,
	HELLO("EHLO %s\r\n"), MAIL, DELIVER, QUIT, END };

static const struct kind {
	const struct step *steps;
	bool zombie;
	unsigned of_100;
} kinds[] = {
	{ server, false, 30 },
	{ harvester, true, 25 },
	{ slammer, true, 20 },
	{ spammer, true, 25 },
};

struct session {
	int64_t t_us; /* of the next step */
	const struct step *step;
	struct stackmix_host host;
	uint64_t nth;
	uint32_t seq[2];
	uint16_t port;
	bool zombie;
	char helo[48], name[128]; /* Postfix's: NAME[ADDRESS]:PORT */
};

struct gen {
	struct recorder *out;
	uint64_t seed, begun, all;
	unsigned rate, new_percent;
	uint32_t zombies;      /* addresses so far */
	struct session **heap; /* by t_us, then nth */
	size_t n, room;
};

static uint32_t
rnd(struct gen *g, uint32_t n)
{
	g->seed += 0x9e3779b97f4a7c15;
	return (uint32_t)(stackmix_bits(g->seed) >> 33) % n;
}

/* ---- the sessions that are open, the next first ---- */

static bool
before(const struct session *a, const struct session *b)
{
	return a->t_us != b->t_us ? a->t_us < b->t_us : a->nth < b->nth;
}

static void
sift_down(struct gen *g, struct session *s)
{
	size_t at = 0, kid;

	while ((kid = 2 * at + 1) < g->n) {
		if (kid + 1 < g->n && before(g->heap[kid + 1], g->heap[kid]))
			kid++;
		if (!before(g->heap[kid], s))
			break;
		g->heap[at] = g->heap[kid];
		at = kid;
	}
	g->heap[at] = s;
}

static void
push(struct gen *g, struct session *s)
{
	size_t at = g->n++;

	if (g->n > g->room) {
		g->room = g->room * 2 + 1024;
		g->heap = realloc(g->heap, g->room * sizeof(struct session *));
		if (g->heap == NULL)
			exit(1);
	}
	for (; at > 0 && before(s, g->heap[(at - 1) / 2]); at = (at - 1) / 2)
		g->heap[at] = g->heap[(at - 1) / 2];
	g->heap[at] = s;
}

/* ---- one session ---- */

static uint32_t
zombie_number(struct gen *g)
{
	uint32_t recent = g->zombies < RECENT ? g->zombies : RECENT;

	if (recent == 0 || rnd(g, 100) < g->new_percent)
		return g->zombies++;
	return g->zombies - 1 - rnd(g, recent);
}

static struct session *
begin(struct gen *g)
{
	static const char *const shared[] = { "ylmf-pc", "localhost", "user" };
	struct session *s = calloc(1, sizeof(*s));
	uint32_t draw = rnd(g, 100), who;
	const struct kind *k = kinds;
	char text[ADDR_STRLEN];
	struct addr a;

	if (s == NULL)
		exit(1);
	for (; draw >= k->of_100; k++)
		draw -= k->of_100;
	who = k->zombie ? zombie_number(g) : rnd(g, SERVERS);
	/* Spread over its networks, each number once: the factor is odd. */
	a = k->zombie ? addr_v4(0xf0000000 | (who * 2654435761U & 0x7ffffff)) :
			stackmix_v4_bench(who * 17);
	stackmix_host(&a, who, &s->host);
	s->nth = g->begun;
	s->t_us = START_US + (int64_t)(g->begun++ * 1000000 / g->rate);
	s->step = k->steps;
	s->zombie = k->zombie;
	s->port = (uint16_t)(1024 + rnd(g, 64000));
	s->seq[CLIENT] = (uint32_t)stackmix_bits(s->nth);
	s->seq[SERVER] = (uint32_t)stackmix_bits(~s->nth);
	addr_print(&a, text);
	if (!k->zombie)
		snprintf(s->helo, sizeof(s->helo), "mail.firm%u.example", who);
	else if (who % 4 == 0)
		snprintf(s->helo, sizeof(s->helo), "%s", shared[who % 3]);
	else
		snprintf(s->helo, sizeof(s->helo), "pc-%08x.lan",
		    (unsigned)(s->seq[CLIENT]));
	snprintf(s->name, sizeof(s->name), "%s[%s]:%u",
	    k->zombie ? "unknown" : s->helo, text, s->port);
	return s;
}

static void
say(struct gen *g, struct session *s, const struct step *step, const char *text)
{
	bool up = step->who == CLIENT;
	struct addr mx = addr_v4(0xc0000219);
	uint8_t ip[SEG_MAX];
	struct seg seg = { .src = up ? s->host.addr : mx,
		.dst = up ? mx : s->host.addr,
		.sport = up ? s->port : 25,
		.dport = up ? 25 : s->port,
		.flags = step->flags,
		.seq = s->seq[step->who],
		.ack = step->flags == SEG_SYN ? 0 : s->seq[!step->who],
		.data = (const uint8_t *)text,
		.n = text == NULL ? 0 : strlen(text) };
	const struct os_stack *st = up ? &s->host.st : stack_named("linux");
	uint32_t now_ms = (uint32_t)(s->t_us / 1000);
	size_t n;

	seg.window = step->flags & SEG_SYN ? stack_window(st, &seg.src) : 502;
	seg.has_ts = strstr(s->host.st.layout, "ts") != NULL;
	seg.ts_val = up ? s->host.ts_base + now_ms : now_ms;
	seg.ts_ecr = step->flags == SEG_SYN ? 0 : 1;
	n = seg_build(st, &seg, (uint16_t)(seg.seq >> 8), ip);
	s->seq[step->who] += (uint32_t)seg.n +
	    ((step->flags & (SEG_SYN | SEG_FIN)) != 0);
	(void)recorder_packet(g->out, s->t_us, ip, (uint32_t)n, (uint32_t)n);
}

/* What stands for %s. */
static const char *
argument(const struct session *s, unsigned arg, char buf[64])
{
	uint64_t bits = stackmix_bits(s->nth + arg);

	switch (arg) {
	case C_EHLO:
		return s->helo;
	case C_QID:
		snprintf(buf, 64, "%010llX",
		    (unsigned long long)(bits & 0xffffffffff));
		break;
	case C_NOBODY: /* another at each recipient */
		bits += s->seq[CLIENT] / 64;
		/* fallthrough */
	default:
		snprintf(buf, 64, "u%u", (unsigned)(bits % 2000));
	}
	return buf;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the tables above */

static void
log_line(struct gen *g, const struct session *s, const struct step *step)
{
	char line[LINE_MAX_], when[32], arg[64];
	time_t t = (time_t)(s->t_us / 1000000);
	unsigned pid = (unsigned)(s->nth % 5000) + 1000;
	struct tm tm;
	int n;

	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%FT%T", &tm);
	n = snprintf(line, sizeof(line), "%s.%06d+00:00 mx postfix/", when,
	    (int)(s->t_us % 1000000));
	n += snprintf(line + n, sizeof(line) - (size_t)n, step->text, pid,
	    step->arg == C_QID ? argument(s, C_QID, arg) : s->name);
	if (step->arg == C_QID && step->text[0] == 's')
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%s",
		    s->name);
	if (step->arg == C_NOBODY)
		n += snprintf(line + n, sizeof(line) - (size_t)n,
		    "550 5.1.1 <%s@example.org>: Recipient address rejected: "
		    "User unknown in local recipient table; "
		    "from=<info@%s> to=<u1@example.org> proto=ESMTP helo=<%s>",
		    argument(s, C_NOBODY, arg), s->helo, s->helo);
	(void)recorder_mark(g->out, s->t_us, line, (size_t)n);
}

/* One step of it; false after the last. */
static bool
take_step(struct gen *g, struct session *s)
{
	const struct step *step = s->step++;
	char text[TEXT_MAX], arg[64];
	unsigned wait_ms = s->step->wait_ms;

	if (step->who == LOG) {
		log_line(g, s, step);
	} else if (step->text == NULL) {
		say(g, s, step, NULL);
	} else if (strcmp(step->text, "BODY") == 0) {
		memset(text, 'x', sizeof(text));
		for (size_t i = 70; i < sizeof(text); i += 72)
			memcpy(text + i, "\r\n", 2);
		text[sizeof(text) - 1] = '\0';
		say(g, s, step, text);
	} else {
		snprintf(text, sizeof(text), step->text,
		    argument(s, step->arg, arg));
		say(g, s, step, text);
	}
	s->t_us += 1000 * (int64_t)(wait_ms + rnd(g, wait_ms / 2 + 1)) +
	    rnd(g, 500);
	return s->step->who != LOG || s->step->text != NULL;
}
#pragma GCC diagnostic pop

static int
generate(struct gen *g)
{
	struct session *next = begin(g);

	while (next != NULL || g->n > 0) {
		struct session *s;

		if (next != NULL && (g->n == 0 || before(next, g->heap[0]))) {
			push(g, next);
			next = g->begun < g->all ? begin(g) : NULL;
			continue;
		}
		s = g->heap[0];
		if (take_step(g, s)) {
			sift_down(g, s);
			continue;
		}
		free(s);
		s = g->heap[--g->n];
		if (g->n > 0)
			sift_down(g, s);
		if (recorder_error(g->out) != 0)
			break;
	}
	return recorder_flush(g->out);
}

int
main(int argc, char **argv)
{
	struct gen g = { .new_percent = 60 };
	char err[RECORDER_ERRLEN];
	int i = 1, rc;

	if (argc > 2 && strcmp(argv[1], "--new") == 0) {
		g.new_percent = (unsigned)atoi(argv[2]);
		i = 3;
	}
	if (argc != i + 3 || atoi(argv[i]) < 1 || atoi(argv[i + 1]) < 1) {
		fputs("usage: loadgen [--new PERCENT] SECONDS RATE OUT\n",
		    stderr);
		return 2;
	}
	g.rate = (unsigned)atoi(argv[i + 1]);
	g.all = (uint64_t)atoi(argv[i]) * g.rate;
	g.out = recorder_open(argv[i + 2], err);
	if (g.out == NULL) {
		fprintf(stderr, "loadgen: %s\n", err);
		return 1;
	}
	rc = generate(&g);
	if (rc != 0)
		fprintf(stderr, "loadgen: %s\n", strerror(-rc));
	recorder_close(g.out);
	free(g.heap);
	return rc != 0;
}
