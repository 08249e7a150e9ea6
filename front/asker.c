/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/asker.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define NONE  UINT32_MAX
#define SLICE 64 /* answers in one callback */

/* A handle is generation << 16 | place; places are numbered from 1. */
#define PLACE_MASK 0xffffu

enum place_state { PLACE_FREE, PLACE_TO_SEND, PLACE_SENT };

struct place {
	enum place_state state;
	uint32_t handle;
	uint32_t next; /* in the list of free ones, or of those to send */
	int64_t deadline_ms;
	asker_cb *cb;
	void *arg;
	enum frontmsg_op op;
	int64_t issued_s;
	struct addr key;
};

struct asker {
	struct asker_conf conf;
	struct event *readable, *writable;
	int64_t now_ms;
	bool hello, have_keys, gone;
	uint8_t keys[2][FRONT_KEY_BYTES];
	char texts[FRONT_TEXT_PARTS * FRONT_TEXT_BYTES];
	uint32_t texts_n;           /* parts that have come */
	uint32_t free, first, last; /* first, last: to be sent */
	struct asker_counts n;
	struct place places[];
};

static void
engine_gone(struct asker *a)
{
	if (a->gone)
		return;
	a->gone = true;
	(void)event_del(a->readable);
	(void)event_del(a->writable);
	if (a->conf.gone != NULL)
		a->conf.gone(a->conf.arg);
}

/* Keeps the generation: an answer that comes later is for nobody. */
static void
place_free(struct asker *a, struct place *p)
{
	p->state = PLACE_FREE;
	p->next = a->free;
	a->free = (uint32_t)(p - a->places);
}

/*
 * The place of a handle that waits, or NULL.  One that is still in the list
 * of those to send stays there without a callback until its turn.
 */
static struct place *
place_of(struct asker *a, uint32_t handle)
{
	uint32_t i = (handle & PLACE_MASK) - 1;

	if (handle == 0 || i >= a->conf.places)
		return NULL;
	return a->places[i].state != PLACE_FREE &&
		a->places[i].handle == handle && a->places[i].cb != NULL ?
	    &a->places[i] :
	    NULL;
}

static void
place_end(struct asker *a, struct place *p, const struct frontmsg *m)
{
	asker_cb *cb = p->cb;
	void *arg = p->arg;

	p->cb = NULL;
	if (p->state == PLACE_SENT)
		place_free(a, p);
	cb(arg, m);
}

/* ---- to the engine ---- */

/* 0 or -errno; anything but -EAGAIN means that it is gone. */
static int
send_place(struct asker *a, const struct place *p)
{
	struct frontmsg m = { .op = (uint8_t)p->op,
		.seq = p->handle,
		.key = p->key,
		.issued_s = p->issued_s };
	int rc = frontmsg_send(a->conf.fd, &m);

	if (rc == 0)
		a->n.asked++;
	return rc;
}

static int
send_hello(struct asker *a)
{
	const struct frontmsg m = { .op = FRONT_HELLO };
	int rc = a->hello ? 0 : frontmsg_send(a->conf.fd, &m);

	a->hello = rc == 0;
	return rc;
}

/* True: all was sent. */
static bool
flush(struct asker *a)
{
	int rc = a->gone ? 0 : send_hello(a);

	while (rc == 0 && a->first != NONE) {
		struct place *p = &a->places[a->first];

		if (p->cb != NULL)
			rc = send_place(a, p);
		if (rc != 0)
			break;
		a->first = p->next;
		if (a->first == NONE)
			a->last = NONE;
		if (p->cb == NULL)
			place_free(a, p);
		else
			p->state = PLACE_SENT;
	}
	if (rc == -EAGAIN || rc == -ENOBUFS)
		return false;
	if (rc != 0)
		engine_gone(a);
	return true;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct asker *a = arg;

	(void)fd;
	(void)what;
	if (flush(a))
		(void)event_del(a->writable);
}

uint32_t
asker_ask(struct asker *a, enum frontmsg_op op, const struct addr *key,
    int64_t issued_s, asker_cb *cb, void *arg)
{
	struct place *p;

	if (a->gone || a->free == NONE)
		return 0;
	p = &a->places[a->free];
	a->free = p->next;
	p->state = PLACE_TO_SEND;
	p->handle += PLACE_MASK + 1;
	p->next = NONE;
	p->deadline_ms = a->now_ms +
	    (op == FRONT_CLICK ? ASKER_CLICK_MS : ASKER_ASK_MS);
	p->cb = cb;
	p->arg = arg;
	p->op = op;
	p->key = *key;
	p->issued_s = issued_s;
	if (a->last == NONE)
		a->first = (uint32_t)(p - a->places);
	else
		a->places[a->last].next = (uint32_t)(p - a->places);
	a->last = (uint32_t)(p - a->places);
	(void)event_add(a->writable, NULL);
	return p->handle;
}

void
asker_forget(struct asker *a, uint32_t handle)
{
	struct place *p = place_of(a, handle);

	if (p == NULL)
		return;
	p->cb = NULL;
	if (p->state == PLACE_SENT)
		place_free(a, p);
}

/* ---- from the engine ---- */

/* The last part: now they are whole, if the first ones came. */
static void
on_text(struct asker *a, const struct frontmsg *m)
{
	const size_t name_n = FRONT_TEXT_NAME * FRONT_TEXT_BYTES;
	const size_t url_n = sizeof(a->texts) - name_n;
	char name[sizeof(a->texts) + 1] = "", url[sizeof(a->texts) + 1] = "";

	if (m->seq != a->texts_n) {
		a->texts_n = 0;
		if (m->seq != 0)
			return;
	}
	memcpy(a->texts + m->seq * FRONT_TEXT_BYTES, m->text, sizeof(m->text));
	if (++a->texts_n < FRONT_TEXT_PARTS)
		return;
	a->texts_n = 0;
	memcpy(name, a->texts, name_n);
	memcpy(url, a->texts + name_n, url_n);
	if (a->conf.texts != NULL)
		a->conf.texts(a->conf.arg, name, url);
}

static void
on_message(struct asker *a, const struct frontmsg *m)
{
	struct place *p;

	if (m->op == FRONT_TEXT) {
		on_text(a, m);
		return;
	}
	if (m->op == FRONT_KEYS) {
		memcpy(a->keys, m->keys, sizeof(a->keys));
		a->have_keys = true;
		return;
	}
	if (m->op != FRONT_TELL) {
		a->n.bad++;
		return;
	}
	p = place_of(a, m->seq);
	if (p == NULL || p->state != PLACE_SENT)
		return;
	a->n.told++;
	place_end(a, p, m);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct asker *a = arg;
	struct frontmsg m;

	(void)what;
	for (int i = 0; i < SLICE && !a->gone; i++) {
		int rc = frontmsg_recv(fd, &m);

		if (rc == -EAGAIN)
			return;
		if (rc == -EBADMSG)
			a->n.bad++;
		else if (rc <= 0)
			engine_gone(a);
		else
			on_message(a, &m);
	}
}

const uint8_t (*asker_keys(const struct asker *a))[FRONT_KEY_BYTES]
{
	return a->have_keys ? a->keys : NULL;
}

/* ---- all of it ---- */

struct asker *
asker_new(const struct asker_conf *conf, int64_t now_ms)
{
	struct asker *a;

	if (conf->places == 0 || conf->places > ASKER_PLACES_MAX)
		return NULL;
	a = calloc(1, sizeof(*a) + conf->places * sizeof(a->places[0]));
	if (a == NULL)
		return NULL;
	a->conf = *conf;
	a->now_ms = now_ms;
	a->free = a->first = a->last = NONE;
	for (size_t i = conf->places; i-- > 0;) {
		a->places[i].handle = (uint32_t)i + 1;
		place_free(a, &a->places[i]);
	}
	a->readable = event_new(conf->base, conf->fd, EV_READ | EV_PERSIST,
	    on_readable, a);
	a->writable = event_new(conf->base, conf->fd, EV_WRITE | EV_PERSIST,
	    on_writable, a);
	if (a->readable == NULL || a->writable == NULL ||
	    event_add(a->readable, NULL) != 0 ||
	    event_add(a->writable, NULL) != 0) {
		asker_free(a);
		return NULL;
	}
	return a;
}

void
asker_free(struct asker *a)
{
	if (a == NULL)
		return;
	if (a->readable != NULL)
		event_free(a->readable);
	if (a->writable != NULL)
		event_free(a->writable);
	close(a->conf.fd);
	free(a);
}

void
asker_tick(struct asker *a, int64_t now_ms)
{
	a->now_ms = now_ms;
	for (size_t i = 0; i < a->conf.places; i++) {
		struct place *p = &a->places[i];

		if (p->state == PLACE_FREE || p->cb == NULL ||
		    p->deadline_ms > now_ms)
			continue;
		a->n.late++;
		place_end(a, p, NULL);
	}
}

void
asker_counts(const struct asker *a, struct asker_counts *out)
{
	*out = a->n;
}
