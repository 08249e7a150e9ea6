/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/log.h"
#include "front/server_impl.h"
#include "front/token.h"

#define DRAIN_MAX 65536

/* ---- the end of a connection ---- */

void
conn_close(struct conn *c)
{
	struct server *s = c->s;

	(void)event_del(&c->readable);
	(void)event_del(&c->writable);
	asker_forget(s->conf.asker, c->asked);
	close(c->fd);
	s->n.silent += c->talk.refused == 0;
	server_place_free(s, c);
}

/* What it should hear next: EV_READ, EV_WRITE, or 0: nothing for now. */
static void
conn_wants(struct conn *c, short what)
{
	short off = (short)(c->wants & ~what), on = (short)(what & ~c->wants);

	if (off & EV_READ)
		(void)event_del(&c->readable);
	if (off & EV_WRITE)
		(void)event_del(&c->writable);
	if (on & EV_READ)
		(void)event_add(&c->readable, NULL);
	if (on & EV_WRITE)
		(void)event_add(&c->writable, NULL);
	c->wants = what;
}

/*
 * All is said.  Closing now, with something of the client's unread, would
 * send a RST that could overtake our last reply.
 */
static void
conn_linger(struct conn *c)
{
	asker_forget(c->s->conf.asker, c->asked);
	c->asked = 0;
	(void)shutdown(c->fd, SHUT_WR);
	c->state = CONN_LINGER;
	c->idle_ms = c->life_ms = c->s->now_ms + c->s->conf.linger_ms;
	conn_wants(c, EV_READ);
}

/* ---- the dialogue ---- */

static const char *const kind_names[FRONT_KINDS] = {
	[FRONT_KIND_NONE] = "none",
	[FRONT_KIND_TALK] = "talk",
	[FRONT_KIND_RECIPIENTS] = "recipients",
	[FRONT_KIND_NAME] = "name",
	[FRONT_KIND_BOTNET] = "botnet",
	[FRONT_KIND_TRAP] = "trap",
	[FRONT_KIND_ADMIN] = "admin",
	[FRONT_KIND_BOUNCES] = "bounces",
};

static const char *
note_text(const struct talk_note *n, char buf[4 * TALK_NOTE_MAX + 1])
{
	return log_escape((struct str){ n->b, n->n }, buf,
	    4 * TALK_NOTE_MAX + 1);
}

static void
log_rejection(struct conn *c)
{
	char who[ADDR_STRLEN], more[48] = "";
	char helo[4 * TALK_NOTE_MAX + 1], from[sizeof(helo)], to[sizeof(helo)];
	const struct talk *t = &c->talk;
	uint64_t left_out;

	if (!rejlog_due(c->s->rejlog, &c->client.who, c->s->now_ms, &left_out))
		return;
	if (left_out > 0)
		(void)snprintf(more, sizeof(more), " (%llu more)",
		    (unsigned long long)left_out);
	log_msg(LOG_INFO,
	    "rejected client=%s reason=%s tier=%u link=%s helo=\"%s\" "
	    "from=\"%s\" to=\"%s\"%s",
	    addr_print(&c->client.who, who), kind_names[c->client.kind],
	    c->tier, c->client.token[0] == '\0' ? "no" : "yes",
	    note_text(&t->helo, helo), note_text(&t->sender, from),
	    note_text(&t->rcpt, to), more);
}

static void
count_refused(struct conn *c, unsigned before)
{
	struct server *s = c->s;

	s->n.recipients += c->talk.refused - before;
	if (before > 0 || c->talk.refused == 0)
		return;
	if (c->client.blocked) {
		s->n.rejected++;
		log_rejection(c);
	} else {
		s->n.deferred++;
	}
}

/*
 * Takes lines while there are any and room for what they make us say.  False:
 * the next one has to wait until the engine has told.
 */
static bool
conn_take(struct conn *c)
{
	while (c->in_off < c->in_n && !c->talk.over &&
	    c->out_n + TALK_OUT_MAX <= SERVER_OUT_MAX) {
		const char *in = c->in + c->in_off;
		unsigned before = c->talk.refused;
		size_t used;

		if (talk_needs_client(&c->talk, in, c->in_n - c->in_off))
			return false;
		c->out_n += talk_take(&c->talk, in, c->in_n - c->in_off, &used,
		    c->out + c->out_n);
		c->in_off += used;
		count_refused(c, before);
	}
	return true;
}

/* 1 all is sent, 0 some is left, -1 the client is gone. */
static int
conn_send(struct conn *c)
{
	ssize_t n;

	if (c->out_off == c->out_n)
		return 1;
	n = send(c->fd, c->out + c->out_off, c->out_n - c->out_off,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	c->out_off += (size_t)n;
	c->idle_ms = c->s->now_ms + c->s->conf.idle_ms;
	if (c->out_off < c->out_n)
		return 0;
	c->out_off = c->out_n = 0;
	return 1;
}

/* Goes on until it has to wait for the client or the engine, or is closed. */
static void
conn_run(struct conn *c)
{
	for (;;) {
		bool known = conn_take(c);
		int sent = conn_send(c);

		if (sent < 0) {
			conn_close(c);
			return;
		}
		if (sent == 0) {
			conn_wants(c, EV_WRITE);
			return;
		}
		if (c->talk.over) {
			conn_linger(c);
			return;
		}
		if (!known) {
			conn_wants(c, 0);
			return;
		}
		if (c->in_off == c->in_n)
			break;
	}
	c->in_off = c->in_n = 0;
	conn_wants(c, EV_READ);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_run(arg);
}

/* It may say what it likes now; TCP throws it away without a copy. */
static void
conn_drain(struct conn *c)
{
	ssize_t n = recv(c->fd, NULL, DRAIN_MAX, MSG_TRUNC | MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_close(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	ssize_t n;

	(void)what;
	if (c->state == CONN_LINGER) {
		conn_drain(c);
		return;
	}
	n = recv(fd, c->in, sizeof(c->in), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	c->in_n = (size_t)n;
	c->in_off = 0;
	c->idle_ms = c->s->now_ms + c->s->conf.idle_ms;
	conn_run(c);
}

/* ---- what the engine says ---- */

static bool
is_blocked(const struct frontmsg *m)
{
	return m->result == FRONT_BLOCKED || m->result == FRONT_USED ||
	    m->result == FRONT_NO_MORE || m->result == FRONT_LIMIT;
}

/* m NULL: it said nothing, so we know nothing bad of the client. */
static void
on_told(void *arg, const struct frontmsg *m)
{
	struct conn *c = arg;
	struct server *s = c->s;
	const uint8_t(*keys)[FRONT_KEY_BYTES] = asker_keys(s->conf.asker);

	c->asked = 0;
	c->client.told = true;
	c->client.blocked = m != NULL && is_blocked(m);
	if (c->client.blocked) {
		c->client.kind = (enum front_kind)m->kind;
		c->tier = m->tier;
		if (m->link && keys != NULL && s->conf.talk.url[0] != '\0')
			(void)token_make(keys[0], &c->client.who, s->wall_s,
			    c->client.token);
	}
	if (c->wants == 0)
		conn_run(c);
}

/* ---- from its first to its last moment ---- */

void
conn_start(struct conn *c, int fd, const struct addr *who)
{
	struct server *s = c->s;

	memset(c, 0, sizeof(*c));
	c->s = s;
	c->state = CONN_TALK;
	c->fd = fd;
	c->idle_ms = s->now_ms + s->conf.idle_ms;
	c->life_ms = s->now_ms + s->conf.life_ms;
	c->client.who = *who;
	(void)event_assign(&c->readable, s->conf.base, fd, EV_READ | EV_PERSIST,
	    on_readable, c);
	(void)event_assign(&c->writable, s->conf.base, fd,
	    EV_WRITE | EV_PERSIST, on_writable, c);
	c->asked = asker_ask(s->conf.asker, FRONT_ASK, who, 0, on_told, c);
	c->client.told = c->asked == 0; /* cannot be asked: try again */
	c->out_n = talk_begin(&c->talk, &s->conf.talk, &c->client, c->out);
	conn_run(c);
}

void
conn_expired(struct conn *c)
{
	if (c->state == CONN_LINGER || c->out_n > 0) {
		conn_close(c);
		return;
	}
	c->s->n.timeouts++;
	c->out_n = talk_end(&c->talk, "Timeout, closing", c->out);
	conn_run(c);
}
