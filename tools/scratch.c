/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/scratch.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/scratchnet.h"
#include "tools/scratchsock.h"

#define WAIT_MS    1000            /* for an answer that must come */
#define AFTER_MS   2               /* for one that was overtaken */
#define MARK4      "203.0.113.254" /* the client that gets an answer */
#define MARK6      "2001:db8:fedc::1"
#define FIRST_PORT 20000
#define READ_BYTES 2048

enum listener { MTA4, MTA6, FRONT4, FRONT6, LISTENERS };

struct scratch {
	struct scratch_conf conf;
	bool v6;
	int wire, tap; /* the client's end; the gateway's capture */
	int listen[LISTENERS];
	uint16_t front_port, last_port;
	int also_fd;
	void (*also)(void *arg);
	void *also_arg;
	bool captured;
};

/* ---- opening ---- */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
open_ends(struct scratch *s, char err[SCRATCH_ERRLEN])
{
	s->wire = scratchsock_packet(SCRATCHNET_CLIENT);
	s->tap = scratchsock_packet(s->conf.iface);
	s->listen[MTA4] = scratchsock_listen("0.0.0.0", s->conf.port, false);
	if (s->v6)
		s->listen[MTA6] = scratchsock_listen("::", s->conf.port, false);
	if (s->wire >= 0 && s->tap >= 0 && s->listen[MTA4] >= 0)
		return true;
	(void)snprintf(err, SCRATCH_ERRLEN, "sockets: %s", strerror(errno));
	return false;
}

struct scratch *
scratch_open(const struct scratch_conf *c, char err[SCRATCH_ERRLEN])
{
	struct scratch *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)snprintf(err, SCRATCH_ERRLEN, "no memory");
		return NULL;
	}
	s->conf = *c;
	if (c->iface[0] == '\0')
		s->conf.iface = "eth0";
	s->wire = s->tap = s->also_fd = -1;
	for (size_t i = 0; i < LISTENERS; i++)
		s->listen[i] = -1;
	s->last_port = FIRST_PORT;
	if (!scratchnet_make(s->conf.iface, &s->v6, err) ||
	    !open_ends(s, err)) {
		scratch_close(s);
		return NULL;
	}
	return s;
}

void
scratch_close(struct scratch *s)
{
	if (s == NULL)
		return;
	close_fd(&s->wire);
	close_fd(&s->tap);
	for (size_t i = 0; i < LISTENERS; i++)
		close_fd(&s->listen[i]);
	free(s);
}

bool
scratch_has_v6(const struct scratch *s)
{
	return s->v6;
}

const char *
scratch_iface(const struct scratch *s)
{
	return s->conf.iface;
}

int
scratch_front(struct scratch *s, bool everywhere)
{
	int port;

	scratch_front_dies(s);
	s->listen[FRONT4] = scratchsock_listen(everywhere ? "0.0.0.0" :
							    "127.0.0.1",
	    0, !everywhere);
	if (s->listen[FRONT4] < 0)
		return s->listen[FRONT4];
	port = scratchsock_port(s->listen[FRONT4]);
	if (port < 0)
		return port;
	s->front_port = (uint16_t)port;
	if (s->v6)
		s->listen[FRONT6] = scratchsock_listen(everywhere ? "::" :
								    "::1",
		    s->front_port, !everywhere);
	return s->v6 && s->listen[FRONT6] < 0 ? s->listen[FRONT6] : 0;
}

void
scratch_front_dies(struct scratch *s)
{
	close_fd(&s->listen[FRONT4]);
	close_fd(&s->listen[FRONT6]);
}

uint16_t
scratch_front_port(const struct scratch *s)
{
	return s->front_port;
}

void
scratch_also(struct scratch *s, int fd, void (*fn)(void *arg), void *arg)
{
	s->also_fd = fn == NULL ? -1 : fd;
	s->also = fn;
	s->also_arg = arg;
}

/* ---- frames ---- */

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next segment that came; false: none now.  Not those that we sent. */
static bool
next_frame(int fd, struct traits *t, uint8_t buf[READ_BYTES])
{
	struct sockaddr_ll from;
	struct packet p = { .data = buf, .link = PACKET_ETHERNET };
	socklen_t len;
	ssize_t n;

	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, buf, READ_BYTES, 0, (struct sockaddr *)&from,
		    &len);
		if (n <= 0)
			return false;
		p.caplen = p.wirelen = (uint32_t)n;
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    traits_parse(&p, t) == TRAITS_OK)
			return true;
	}
}

static void
send_frame(struct scratch *s, const struct frame *f, enum scratch_form form)
{
	uint8_t out[2][FRAME_MAX];
	size_t bytes[2] = { 0 };

	if (form == SCRATCH_WHOLE)
		bytes[0] = frame_build(f, out[0]);
	else if (!frame_fragment(f,
		     form == SCRATCH_TINY ? FRAME_TINY : FRAME_SPLIT, out,
		     bytes))
		bytes[0] = bytes[1] = 0;
	for (size_t i = 0; i < 2; i++)
		if (bytes[i] > 0)
			(void)send(s->wire, out[i], bytes[i], 0);
}

struct frame
scratch_syn(struct scratch *s, const char *from, uint16_t sport)
{
	struct frame f = {
		.src = scratchsock_address(from),
		.sport = sport == 0 ? s->last_port++ : sport,
		.dport = s->conf.port,
		.seq = 0x10000000,
		.flags = TCPF_SYN,
		.window = 64240,
		.mss = 1460,
		.nops = 4,
	};

	f.dst = scratchsock_address(
	    f.src.family == 4 ? SCRATCHNET_SERVER4 : SCRATCHNET_SERVER6);
	return f;
}

static bool
answers(const struct traits *t, const struct frame *f)
{
	return t->sport == f->dport && t->dport == f->sport &&
	    addr_eq(&t->src, &f->dst) && addr_eq(&t->dst, &f->src);
}

/* Waits for the wire, or for what is also to be served. */
static void
wait_wire(struct scratch *s, int ms)
{
	struct pollfd p[2] = { { .fd = s->wire, .events = POLLIN },
		{ .fd = s->also_fd, .events = POLLIN } };

	(void)poll(p, 2, ms);
	if (s->also != NULL && p[1].revents != 0)
		s->also(s->also_arg);
}

static void
hear(struct scratch *s, const struct frame *f)
{
	uint8_t buf[READ_BYTES];
	struct traits t;

	while (next_frame(s->tap, &t, buf))
		if (addr_eq(&t.src, &f->src) && t.sport == f->sport)
			s->captured = true;
}

struct ear {
	const struct frame *client, *mark;
	struct traits heard; /* by the client; no flags: nothing */
	bool marked;
};

/* Both are refused by us again, so that nothing is left half open. */
static void
listen_for(struct scratch *s, struct ear *e)
{
	uint8_t buf[READ_BYTES];
	struct traits t;

	while (e->heard.flags == 0 && next_frame(s->wire, &t, buf)) {
		if (answers(&t, e->client)) {
			e->heard = t;
		} else if (answers(&t, e->mark)) {
			struct frame f = *e->mark;

			e->marked = true;
			f.seq = t.ack;
			f.flags = TCPF_RST;
			send_frame(s, &f, SCRATCH_WHOLE);
		}
	}
}

/* What the client hears; heard.flags is 0 when the marker alone did. */
static struct traits
await(struct scratch *s, const struct frame *syn, enum scratch_form form)
{
	struct frame mark = scratch_syn(s, syn->src.family == 4 ? MARK4 : MARK6,
	    0);
	struct ear e = { .client = syn, .mark = &mark };
	int64_t until = now_ms() + WAIT_MS, now;
	bool last = false;

	send_frame(s, syn, form);
	send_frame(s, &mark, SCRATCH_WHOLE);
	for (;;) {
		listen_for(s, &e);
		now = now_ms();
		if (e.heard.flags != 0 || now >= until)
			return e.heard;
		if (e.marked && !last) {
			until = now + AFTER_MS;
			last = true;
		}
		wait_wire(s, (int)(until - now));
	}
}

/* ---- sessions ---- */

/* Who has the client's session? */
static enum scratch_who
accepted(struct scratch *s, const struct frame *f, int *fd)
{
	struct pollfd p[LISTENERS];
	const int64_t until = now_ms() + WAIT_MS;

	for (size_t i = 0; i < LISTENERS; i++)
		p[i] = (struct pollfd){ .fd = s->listen[i], .events = POLLIN };
	do {
		(void)poll(p, LISTENERS, WAIT_MS);
		for (size_t i = 0; i < LISTENERS; i++)
			if (p[i].fd >= 0 && scratchsock_accept(p[i].fd, f, fd))
				return i < FRONT4 ? SCRATCH_MTA : SCRATCH_FRONT;
	} while (now_ms() < until);
	return SCRATCH_NOBODY;
}

static enum scratch_who
begin(struct scratch *s, const struct frame *syn, enum scratch_form form,
    struct scratch_session *ss)
{
	struct traits t;
	uint8_t buf[READ_BYTES];

	s->captured = false;
	ss->fd = -1;
	while (next_frame(s->wire, &t, buf))
		;
	t = await(s, syn, form);
	hear(s, syn);
	ss->next = *syn;
	ss->next.mss = 0;
	ss->next.nops = 0;
	if (t.flags == 0)
		return SCRATCH_NOBODY;
	if ((t.flags & TCPF_RST) != 0)
		return SCRATCH_RESET;
	ss->next.seq = t.ack;
	ss->next.ack = t.seq + 1;
	ss->next.flags = TCPF_ACK;
	send_frame(s, &ss->next, SCRATCH_WHOLE);
	return accepted(s, syn, &ss->fd);
}

bool
scratch_session(struct scratch *s, const struct frame *syn,
    struct scratch_session *out)
{
	out->who = begin(s, syn, SCRATCH_WHOLE, out);
	return out->fd >= 0;
}

void
scratch_hang_up(struct scratch *s, struct scratch_session *ss)
{
	const struct linger now = { 1, 0 };

	(void)s;
	if (ss->fd < 0)
		return;
	(void)setsockopt(ss->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close_fd(&ss->fd);
}

enum scratch_who
scratch_knock(struct scratch *s, const struct frame *syn,
    enum scratch_form form)
{
	struct scratch_session ss;
	enum scratch_who who = begin(s, syn, form, &ss);

	scratch_hang_up(s, &ss);
	return who;
}

bool
scratch_captured(const struct scratch *s)
{
	return s->captured;
}

void
scratch_say(struct scratch *s, struct scratch_session *ss, const char *text)
{
	struct frame f = ss->next;

	f.flags = TCPF_ACK | TCPF_PSH;
	f.data = text;
	send_frame(s, &f, SCRATCH_WHOLE);
	ss->next.seq += (uint32_t)strlen(text);
}

bool
scratch_over(struct scratch *s, const struct scratch_session *ss)
{
	struct pollfd p = { .fd = ss->fd, .events = POLLIN };
	char buf[64];

	(void)s;
	if (poll(&p, 1, WAIT_MS / 4) <= 0)
		return false;
	return recv(ss->fd, buf, sizeof(buf), MSG_DONTWAIT) <= 0;
}

bool
scratch_client_told(struct scratch *s, const struct scratch_session *ss)
{
	const int64_t until = now_ms() + WAIT_MS / 4;
	uint8_t buf[READ_BYTES];
	struct traits t;

	do {
		while (next_frame(s->wire, &t, buf))
			if (answers(&t, &ss->next) && (t.flags & TCPF_RST) != 0)
				return true;
		wait_wire(s, 5);
	} while (now_ms() < until);
	return false;
}
