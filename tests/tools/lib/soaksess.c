/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/soaksess.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define OPEN_MAX_N 60000
#define SYNS       3
#define FRONT_US   20000000 /* a session with the front, at most */

enum state { ST_SYN, ST_MX, ST_FRONT };

struct sess {
	struct sess *later, **later_at; /* in the slot */
	struct sess *twin;              /* in the bucket */
	uint64_t nth;
	const struct soak_step *step;
	unsigned step_n;
	enum state state;
	enum soak_kind kind;
	uint8_t syns, front_line;
	bool reset, over;
	uint16_t port;
	uint32_t seq[2];
	struct soakclient who;
	char name[160];
};

int64_t
soak_wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the log ---- */

bool
soak_log_open(struct soak *g)
{
	if (g->log_fd >= 0)
		close(g->log_fd);
	g->log_fd = open(g->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0640);
	return g->log_fd >= 0;
}

static void
log_flush(struct soak *g)
{
	size_t done = 0;

	while (g->log_fd >= 0 && done < g->log_n) {
		ssize_t n = write(g->log_fd, g->log + done, g->log_n - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	g->log_n = 0;
}

static void
log_line(struct soak *g, const char *text, size_t n)
{
	int64_t us = soak_wall_us();
	char when[32];
	struct tm tm;
	time_t t;

	if (g->clock != NULL)
		us += *g->clock / 1000;
	t = (time_t)(us / 1000000);
	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%FT%T", &tm);
	if (g->log_n + n + 128 > SOAK_LOG_ROOM)
		log_flush(g);
	g->log_n += (size_t)snprintf(g->log + g->log_n,
	    SOAK_LOG_ROOM - g->log_n, "%s.%06d+00:00 mx postfix/%.*s\n", when,
	    (int)(us % 1000000), (int)n, text);
	g->n.lines++;
}

/* ---- sessions: by time and by client ---- */

static void
take_out(struct sess *s)
{
	if (s->later_at == NULL)
		return;
	*s->later_at = s->later;
	if (s->later != NULL)
		s->later->later_at = s->later_at;
	s->later_at = NULL;
}

static void
later(struct soak *g, struct sess *s, uint64_t wait_us)
{
	uint64_t wait = wait_us / SOAK_SLOT_US;
	struct sess **at;

	if (wait < 1)
		wait = 1;
	if (wait > SOAK_SLOTS - 2)
		wait = SOAK_SLOTS - 2;
	take_out(s);
	at =
	    &g->slots[((uint64_t)g->now_us / SOAK_SLOT_US + wait) % SOAK_SLOTS];
	s->later = *at;
	s->later_at = at;
	if (s->later != NULL)
		s->later->later_at = &s->later;
	*at = s;
}

static struct sess **
bucket(struct soak *g, const struct addr *a, uint16_t port)
{
	return &g->buckets[(soakclient_bits(a) + port * 40503u) % SOAK_BUCKETS];
}

static struct sess *
find(struct soak *g, const struct addr *a, uint16_t port)
{
	struct sess *s = *bucket(g, a, port);

	while (s != NULL && (s->port != port || !addr_eq(&s->who.host.addr, a)))
		s = s->twin;
	return s;
}

static void
forget(struct soak *g, struct sess *s)
{
	struct sess **at = bucket(g, &s->who.host.addr, s->port);

	while (*at != s)
		at = &(*at)->twin;
	*at = s->twin;
	take_out(s);
	g->open_n--;
	free(s);
}

/* ---- packets ---- */

static void
send_seg(struct soak *g, struct sess *s, enum soakwire_end end, uint8_t flags,
    const char *text, size_t n)
{
	bool up = end == SOAK_WORLD;
	const struct addr *mx = &g->to[s->who.host.addr.family == 6];
	const struct os_stack *st = up ? &s->who.host.st : stack_named("linux");
	uint32_t ms = (uint32_t)(g->now_us / 1000);
	struct seg seg = { .src = up ? s->who.host.addr : *mx,
		.dst = up ? *mx : s->who.host.addr,
		.sport = up ? s->port : 25,
		.dport = up ? 25 : s->port,
		.flags = flags,
		.seq = s->seq[end],
		.ack = flags == SEG_SYN ? 0 : s->seq[!end],
		.data = (const uint8_t *)text,
		.n = n };

	seg.window = flags & SEG_SYN ? stack_window(st, &seg.src) : 502;
	seg.has_ts = strstr(s->who.host.st.layout, "ts") != NULL;
	seg.ts_val = up ? s->who.host.ts_base + ms : ms;
	seg.ts_ecr = flags == SEG_SYN ? 0 : 1;
	soakwire_send(&g->wire, end, st, &seg, (uint16_t)(seg.seq >> 8));
	s->seq[end] += (uint32_t)n + ((flags & (SEG_SYN | SEG_FIN)) != 0);
}

static void
send_syn(struct soak *g, struct sess *s)
{
	uint32_t seq = s->seq[SOAK_WORLD];

	send_seg(g, s, SOAK_WORLD, SEG_SYN, NULL, 0);
	s->seq[SOAK_WORLD] = seq; /* it may have to go again */
	s->syns++;
	later(g, s, s->syns == 1 ? 1000000 : s->syns == 2 ? 2000000 : 4000000);
}

void
soak_begin(struct soak *g)
{
	struct sess *s = calloc(1, sizeof(*s)), **at;
	char text[ADDR_STRLEN];

	if (s == NULL)
		exit(1);
	s->nth = g->n.begun++;
	s->kind = soakclient_draw(&g->clients, s->nth, &s->who);
	s->port = (uint16_t)(1024 + stackmix_bits(s->nth ^ 0x50) % 64000);
	if (g->open_n >= OPEN_MAX_N ||
	    find(g, &s->who.host.addr, s->port) != NULL) {
		g->n.full++;
		free(s);
		return;
	}
	s->seq[SOAK_WORLD] = (uint32_t)stackmix_bits(s->nth);
	s->seq[SOAK_MX] = (uint32_t)stackmix_bits(~s->nth);
	snprintf(s->name, sizeof(s->name), "%s[%s]:%u", s->who.name,
	    addr_print(&s->who.host.addr, text), s->port);
	at = bucket(g, &s->who.host.addr, s->port);
	s->twin = *at;
	*at = s;
	g->open_n++;
	g->n.servers += s->kind == SOAK_SERVER;
	send_syn(g, s);
}

/* Its SYN has come through: the server answers, the client hears it. */
static void
accepted(struct soak *g, struct sess *s)
{
	if (s->state != ST_SYN)
		return;
	s->state = ST_MX;
	s->seq[SOAK_WORLD]++;
	g->n.passed++;
	g->n.again += s->syns > 1;
	g->n.servers_again += s->syns > 1 && s->kind == SOAK_SERVER;
	s->step = soaktalk_steps(s->kind);
	send_seg(g, s, SOAK_MX, SEG_SYN | SEG_ACK, NULL, 0);
	later(g, s, (uint64_t)s->step->wait_ms * 1000);
}

static void
read_mx(struct soak *g)
{
	struct seg seg;

	while (soakwire_recv(&g->wire, SOAK_MX, &seg)) {
		struct sess *s = find(g, &seg.src, seg.sport);

		if (s == NULL || s->over)
			continue;
		if (seg.flags & SEG_SYN) {
			accepted(g, s);
		} else if (s->state == ST_MX && !s->reset) {
			s->reset = true; /* not by its client */
			s->step = soaktalk_cut();
			s->step_n = 0;
			g->n.cut++;
		}
	}
}

/* ---- somebody else answers a client: the front ---- */

static void
front_opens(struct soak *g, struct sess *s, const struct seg *seg)
{
	if (s->state == ST_SYN) {
		s->state = ST_FRONT;
		s->seq[SOAK_WORLD]++;
		s->seq[SOAK_MX] = seg->seq + 1;
		g->n.front++;
		later(g, s, FRONT_US);
	}
	send_seg(g, s, SOAK_WORLD, SEG_ACK, NULL, 0);
}

static void
front_says(struct soak *g, struct sess *s, const struct seg *seg)
{
	const char *say = NULL;

	if (seg->seq == s->seq[SOAK_MX]) {
		s->seq[SOAK_MX] += (uint32_t)seg->n +
		    ((seg->flags & SEG_FIN) != 0);
		if (seg->n > 0 && seg->data[seg->n - 1] == '\n')
			say = soaktalk_to_front(s->front_line++);
	}
	if (seg->flags & SEG_FIN) {
		send_seg(g, s, SOAK_WORLD, SEG_ACK | SEG_FIN, NULL, 0);
		s->over = true;
	} else if (say != NULL) {
		send_seg(g, s, SOAK_WORLD, SEG_ACK | SEG_PSH, say, strlen(say));
	} else if (seg->n > 0) {
		send_seg(g, s, SOAK_WORLD, SEG_ACK, NULL, 0);
	}
}

static void
read_world(struct soak *g)
{
	struct seg seg;

	while (soakwire_recv(&g->wire, SOAK_WORLD, &seg)) {
		struct sess *s = find(g, &seg.dst, seg.dport);

		if (s == NULL || s->over || s->state == ST_MX)
			continue;
		if (seg.flags & SEG_RST)
			s->over = s->state == ST_FRONT;
		else if (seg.flags & SEG_SYN)
			front_opens(g, s, &seg);
		else if (s->state == ST_FRONT)
			front_says(g, s, &seg);
	}
}

/* ---- time ---- */

static void
gave_up(struct soak *g, struct sess *s)
{
	char text[ADDR_STRLEN];

	g->n.stopped++;
	if (s->kind != SOAK_SERVER)
		return;
	g->n.servers_lost++;
	printf("lost %.3f %s\n", (double)soak_wall_us() / 1e6,
	    addr_print(&s->who.host.addr, text));
}

/* One step of a dialogue; false after the last. */
static bool
take_step(struct soak *g, struct sess *s)
{
	const struct soak_step *step = s->step;
	struct soak_who_is who = { s->who.helo, s->name, s->nth };
	char text[SOAKTALK_MAX];
	size_t n = soaktalk_text(step, s->step_n, &who, text);
	unsigned wait_ms;

	switch (step->who) {
	case SAY_END:
		return false;
	case SAY_LOG:
		log_line(g, text, n);
		break;
	case SAY_CLIENT:
		send_seg(g, s, SOAK_WORLD, SEG_ACK | SEG_PSH, text, n);
		break;
	case SAY_SERVER:
		send_seg(g, s, SOAK_MX, SEG_ACK | SEG_PSH, text, n);
		break;
	case SAY_CLIENT_ACK:
		send_seg(g, s, SOAK_WORLD, SEG_ACK, NULL, 0);
		break;
	case SAY_SERVER_ACK:
		send_seg(g, s, SOAK_MX, SEG_ACK, NULL, 0);
		break;
	case SAY_CLIENT_FIN:
		send_seg(g, s, SOAK_WORLD, SEG_ACK | SEG_FIN, NULL, 0);
		break;
	case SAY_SERVER_FIN:
		send_seg(g, s, SOAK_MX, SEG_ACK | SEG_FIN, NULL, 0);
		break;
	case SAY_CLIENT_RST:
		s->reset = true;
		send_seg(g, s, SOAK_WORLD, SEG_ACK | SEG_RST, NULL, 0);
		break;
	}
	s->step++;
	s->step_n++;
	wait_ms = s->step->wait_ms;
	later(g, s,
	    1000 *
		(wait_ms +
		    stackmix_bits(s->nth * 64 + s->step_n) %
			(wait_ms / 2 + 1)));
	return true;
}

static void
due(struct soak *g, struct sess *s)
{
	if (s->state == ST_SYN && s->syns < SYNS) {
		send_syn(g, s);
		return;
	}
	if (s->state == ST_SYN)
		gave_up(g, s);
	if (s->state != ST_MX || !take_step(g, s))
		forget(g, s);
}

static void
run_slots(struct soak *g)
{
	uint64_t end = (uint64_t)g->now_us / SOAK_SLOT_US;

	for (; g->slot <= end; g->slot++) {
		struct sess **at = &g->slots[g->slot % SOAK_SLOTS];

		while (*at != NULL) {
			struct sess *s = *at;

			take_out(s);
			due(g, s);
		}
	}
}

void
soak_turn(struct soak *g)
{
	read_mx(g);
	read_world(g);
	run_slots(g);
	soakwire_flush(&g->wire);
	log_flush(g);
}
