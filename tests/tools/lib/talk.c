/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/talk.h"

#include <ctype.h>

#define LINGER_US 2000000

const char *const talk_end_name[] = {
	[TALK_RUNNING] = "running",
	[TALK_DONE] = "done",
	[TALK_CLOSED] = "closed",
	[TALK_RESET] = "reset",
	[TALK_TIMEOUT] = "timeout",
	[TALK_DROPPED] = "dropped",
	[TALK_REFUSED] = "refused",
};

static void
note_reply(struct talk *t, enum talk_verb verb, uint16_t code)
{
	bool good = code / 100 == 2;

	if (verb != TALK_QUIT)
		t->last = code;
	if (verb == TALK_RCPT && good)
		t->rcpt_ok = true;
	if (verb == TALK_DATA)
		t->data_ok = code == 354;
	if (verb == TALK_BODY) {
		t->accepted = t->accepted || good;
		t->rcpt_ok = t->data_ok = false;
	}
}

static void
take_reply(struct talk *t, const char *line, size_t n)
{
	uint16_t code;

	if (n < 3 || (n > 3 && line[3] == '-'))
		return;
	for (size_t i = 0; i < 3; i++)
		if (!isdigit((unsigned char)line[i]))
			return;
	code = (uint16_t)((line[0] - '0') * 100 + (line[1] - '0') * 10 +
	    (line[2] - '0'));
	if (t->seen < TALK_REPLIES)
		t->codes[t->seen] = code;
	t->seen++;
	note_reply(t, t->seen <= TALK_REPLIES ? t->verbs[t->seen] : 0, code);
}

static void
read_replies(struct talk *t, struct conn *c)
{
	size_t at = 0;
	const char *nl;

	while ((nl = memchr(c->in + at, '\n', c->in_n - at)) != NULL) {
		size_t n = (size_t)(nl - (c->in + at));

		take_reply(t, c->in + at, n > 0 && nl[-1] == '\r' ? n - 1 : n);
		at += n + 1;
	}
	if (at == 0 && c->in_n == sizeof(c->in))
		at = c->in_n; /* an endless line: forget it */
	memmove(c->in, c->in + at, c->in_n - at);
	c->in_n -= at;
}

/* Says good-bye with a FIN; `end` is what will be reported. */
static void
start_close(struct talk *t, struct conn *c, enum talk_end end, int64_t now_us)
{
	c->fin = true;
	t->closing = true;
	t->closing_end = end;
	t->due_us = now_us + LINGER_US;
}

static void
begin_send(struct talk *t, struct conn *c, const struct talk_step *s)
{
	conn_write(c, s->text, strlen(s->text));
	t->want++;
	if (t->want <= TALK_REPLIES)
		t->verbs[t->want] = s->verb;
}

/* Starts step `at`; false when it is too early for it. */
static bool
begin_step(struct talk *t, struct conn *c, int64_t now_us)
{
	const struct talk_step *s = &t->steps[t->at];

	if (s->kind == TALK_SEND && now_us < t->next_us) {
		t->due_us = t->next_us;
		return false;
	}
	t->began = true;
	t->due_us = now_us + (s->kind == TALK_SLEEP ? s->us : t->patience_us);
	switch (s->kind) {
	case TALK_SEND:
		begin_send(t, c, s);
		break;
	case TALK_PUSH:
		conn_flush(c, now_us);
		break;
	case TALK_FIN:
		start_close(t, c, TALK_DONE, now_us);
		break;
	case TALK_RST:
		conn_rst(c);
		t->end = TALK_DONE;
		break;
	case TALK_VANISH:
		c->state = CONN_GONE;
		t->end = TALK_DONE;
		break;
	case TALK_GREET:
	case TALK_WAIT:
	case TALK_SLEEP:
		break;
	}
	return true;
}

/* Is the step that began over?  May end the talk instead. */
static bool
step_over(struct talk *t, struct conn *c, int64_t now_us)
{
	const struct talk_step *s = &t->steps[t->at];
	unsigned want = s->kind == TALK_GREET ? 1 : t->want;

	if (s->kind == TALK_PUSH || (s->kind == TALK_SEND && !s->wait))
		return true;
	if (s->kind == TALK_SLEEP)
		return now_us >= t->due_us;
	if (t->seen >= want) {
		t->next_us = now_us + t->pause_us;
		return true;
	}
	if (c->peer_fin)
		start_close(t, c, TALK_CLOSED, now_us);
	else if (now_us >= t->due_us)
		start_close(t, c, TALK_TIMEOUT, now_us);
	return false;
}

static bool
pointless(const struct talk *t, const struct talk_step *s)
{
	return s->wait &&
	    ((s->verb == TALK_DATA && !t->rcpt_ok) ||
		(s->verb == TALK_BODY && !t->data_ok));
}

/* One step, or a part of it; false when there is nothing to do now. */
static bool
go_on(struct talk *t, struct conn *c, int64_t now_us)
{
	const struct talk_step *s;

	if (t->end != TALK_RUNNING || t->closing)
		return false;
	if (t->at == t->steps_n) {
		start_close(t, c, TALK_DONE, now_us);
		return false;
	}
	s = &t->steps[t->at];
	if (!t->began && pointless(t, s)) {
		t->at++;
		return true;
	}
	if (!t->began && !begin_step(t, c, now_us))
		return false;
	if (t->closing || t->end != TALK_RUNNING || !step_over(t, c, now_us))
		return false;
	t->began = false;
	t->at++;
	return true;
}

/* What the connection's state says about the end. */
static void
judge(struct talk *t, struct conn *c, int64_t now_us)
{
	if (c->state == CONN_SYN && t->due_us != 0 && now_us >= t->due_us) {
		c->state = CONN_GONE;
		t->end = TALK_DROPPED;
	} else if (c->state == CONN_REFUSED) {
		t->end = TALK_REFUSED;
	} else if (c->state == CONN_RESET) {
		t->end = t->closing ? t->closing_end : TALK_RESET;
	} else if (c->state == CONN_GONE) {
		t->end = t->closing ? t->closing_end : TALK_TIMEOUT;
	} else if (t->closing &&
	    (now_us >= t->due_us || (conn_idle(c) && c->peer_fin))) {
		t->end = t->closing_end;
	}
}

void
talk_run(struct talk *t, struct conn *c, int64_t now_us)
{
	if (c->state != CONN_SYN)
		read_replies(t, c);
	if (c->state == CONN_OPEN)
		while (go_on(t, c, now_us))
			;
	conn_flush(c, now_us);
	if (t->end == TALK_RUNNING)
		judge(t, c, now_us);
}
