/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_front - the engine's end of the socket to zfw-front
 *
 * The front talks with strangers and is believed nothing.  What it asks is
 * answered at once, ASKS_TICK records a tick; what it says beyond that waits
 * in the socket, and costs nothing.  A click that lifted a block is answered
 * when the guard has confirmed what was sent to it; FRONT_WAITS of them may
 * wait.  The keys of the links are made at the first start and stored; each
 * KEY_DAYS days a new one signs, and the one before it stays good.
 */
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"

#define ASKS_TICK  400
#define CLICKS_SEC 20
#define KEY_MS     (INT64_C(30) * 86400 * 1000)
/* The front has given it up long before. */
#define WAIT_MS      INT64_C(60000)
#define BLOB         "front-keys"
#define BLOB_VERSION 1U
#define BLOB_BYTES   (1 + 8 + 2 * FRONT_KEY_BYTES)

/* ---- the keys ---- */

static void
keys_store(struct live *l)
{
	struct live_front *f = &l->front;
	uint8_t b[BLOB_BYTES] = { BLOB_VERSION };
	int rc;

	for (int i = 0; i < 8; i++)
		b[1 + i] = (uint8_t)((uint64_t)f->made_ms >> 8 * i);
	memcpy(b + 9, f->keys, sizeof(f->keys));
	rc = store_blob_put(l->conf.store, BLOB, b, sizeof(b));
	sodium_memzero(b, sizeof(b));
	/* Links then end with this process: the next one makes new keys. */
	if (rc != 0)
		live_out_store_error(l, BLOB, rc);
}

static bool
keys_load(struct live *l)
{
	struct live_front *f = &l->front;
	uint8_t b[BLOB_BYTES + 1];
	long n = store_blob_get(l->conf.store, BLOB, b, sizeof(b));
	struct rd r = rd_init(b, n < 0 ? 0 : (size_t)n);
	uint64_t made_ms = 0;

	if (n < 0)
		live_out_store_error(l, BLOB, (int)n);
	if (n != BLOB_BYTES || rd_u8(&r) != BLOB_VERSION)
		return false;
	for (int i = 0; i < 8; i++)
		made_ms |= (uint64_t)rd_u8(&r) << 8 * i;
	f->made_ms = (int64_t)made_ms;
	memcpy(f->keys, rd_take(&r, sizeof(f->keys)), sizeof(f->keys));
	sodium_memzero(b, sizeof(b));
	return f->made_ms > 0 && !sodium_is_zero(f->keys[0], FRONT_KEY_BYTES) &&
	    !sodium_is_zero(f->keys[1], FRONT_KEY_BYTES);
}

/* At the first need: who never has a front needs no keys. */
static void
keys_need(struct live *l)
{
	struct live_front *f = &l->front;

	if (f->made_ms > 0 || keys_load(l))
		return;
	/* The second has signed nothing; but it must be one nobody knows. */
	randombytes_buf(f->keys, sizeof(f->keys));
	f->made_ms = live_wall_ms();
	keys_store(l);
	log_msg(LOG_NOTICE, "front-key: a key for its links was made");
}

static void
send_keys(struct live *l)
{
	struct frontmsg m = { .op = FRONT_KEYS };
	int rc;

	keys_need(l);
	memcpy(m.keys, l->front.keys, sizeof(m.keys));
	rc = frontmsg_send(l->front.fd, &m);
	l->front.keys_due = rc == -EAGAIN;
	sodium_memzero(&m, sizeof(m));
}

static void
keys_tick(struct live *l)
{
	struct live_front *f = &l->front;
	int64_t now_ms = live_wall_ms();

	if (f->made_ms == 0)
		return;
	if (f->made_ms > now_ms) { /* the clock was set back */
		f->made_ms = now_ms;
		keys_store(l);
	}
	if (now_ms - f->made_ms >= KEY_MS) {
		memcpy(f->keys[1], f->keys[0], FRONT_KEY_BYTES);
		randombytes_buf(f->keys[0], FRONT_KEY_BYTES);
		f->made_ms = now_ms;
		keys_store(l);
		f->keys_due = f->ready;
		log_msg(LOG_INFO, "front-key: a new key signs its links");
	}
	if (f->keys_due)
		send_keys(l);
}

/* ---- its texts, after a reload ---- */

static int
send_texts(const struct live *l)
{
	char all[FRONT_TEXT_PARTS * FRONT_TEXT_BYTES] = "";
	int rc = 0;

	(void)snprintf(all, sizeof(all), "%s", config_front_name_of(l->cfg));
	(void)snprintf(all + FRONT_TEXT_NAME * FRONT_TEXT_BYTES,
	    sizeof(all) - FRONT_TEXT_NAME * FRONT_TEXT_BYTES, "%s",
	    l->cfg->front_url);
	for (uint32_t i = 0; rc == 0 && i < FRONT_TEXT_PARTS; i++) {
		struct frontmsg m = { .op = FRONT_TEXT, .seq = i };

		memcpy(m.text, all + i * FRONT_TEXT_BYTES, sizeof(m.text));
		rc = frontmsg_send(l->front.fd, &m);
	}
	return rc;
}

void
live_front_texts(struct live *l)
{
	l->front.texts_due = l->front.ready && send_texts(l) == -EAGAIN;
}

/* ---- answers ---- */

static void
tell(struct live *l, uint32_t seq, const struct engine_front *is)
{
	struct frontmsg m = { .op = FRONT_TELL,
		.seq = seq,
		.result = is->result,
		.kind = is->kind,
		.tier = is->tier,
		.link = is->link,
		.until_s = is->until_ms > 0 ? is->until_ms / 1000 : 0 };

	if (frontmsg_send(l->front.fd, &m) != 0)
		l->front.lost++;
}

static void
tell_failed(struct live *l, uint32_t seq)
{
	tell(l, seq, &(struct engine_front){ .result = FRONT_FAILED });
}

/* A front that lies may say any time. */
static int64_t
issued_ms(const struct frontmsg *m)
{
	return m->issued_s > INT64_MAX / 1000 ? INT64_MAX : m->issued_s * 1000;
}

/* ---- clicks ---- */

static struct live_front_wait *
free_place(struct live *l)
{
	for (size_t i = 0; i < FRONT_WAITS; i++)
		if (l->front.waits[i].state == WAIT_FREE)
			return &l->front.waits[i];
	return NULL;
}

static void
on_click(struct live *l, const struct frontmsg *m)
{
	struct live_front *f = &l->front;
	struct live_front_wait *w = free_place(l);
	struct engine_front is;

	f->clicks++;
	if (w == NULL || f->clicks_left == 0) {
		f->limited++;
		tell_failed(l, m->seq);
		return;
	}
	f->clicks_left--;
	/* The answer to the one after it is then about nothing else. */
	live_guard_send(l, &(struct msg){ .op = MSG_SYNC, .seq = ++l->seq });
	is = engine_front_click(l->engine, &m->key, issued_ms(m),
	    live_wall_ms());
	if (is.result != FRONT_LIFTED) {
		tell(l, m->seq, &is);
		return;
	}
	*w = (struct live_front_wait){ .state = WAIT_SYNC,
		.front_seq = m->seq,
		.since_ms = live_mono_ms(),
		.is = is };
}

void
live_front_syncs(struct live *l)
{
	for (size_t i = 0; i < FRONT_WAITS; i++) {
		struct live_front_wait *w = &l->front.waits[i];

		if (w->state != WAIT_SYNC)
			continue;
		w->state = WAIT_SENT;
		w->seq = live_guard_sync(l);
	}
}

void
live_front_synced(struct live *l, uint32_t seq, int result)
{
	for (size_t i = 0; i < FRONT_WAITS; i++) {
		struct live_front_wait w = l->front.waits[i];

		if (w.state != WAIT_SENT || w.seq != seq)
			continue;
		l->front.waits[i] = (struct live_front_wait){ 0 };
		/* No table at all, as the admin wants it, blocks nobody. */
		if (result != 0 && result != -ESHUTDOWN) {
			tell_failed(l, w.front_seq);
			return;
		}
		l->front.lifted++;
		tell(l, w.front_seq, &w.is);
		return;
	}
}

/* ---- the socket ---- */

static void
set_there(struct live *l)
{
	struct live_front *f = &l->front;
	bool there = f->ready && f->wanted;

	/* At first one that is only about to say hello is not gone. */
	if (f->told ? there == f->there : !there && f->wanted)
		return;
	f->told = true;
	f->there = there;
	engine_set_front(l->engine, there, live_wall_ms());
	log_msg(LOG_NOTICE,
	    there ? "front-up: front: it is there" :
		    "front-gone: front: it is gone");
}

static void
hang_up(struct live *l)
{
	struct live_front *f = &l->front;

	if (f->ev != NULL)
		event_free(f->ev);
	if (f->fd >= 0)
		close(f->fd);
	f->ev = NULL;
	f->fd = -1;
	f->ready = f->keys_due = false;
	memset(f->waits, 0, sizeof(f->waits));
}

static void
on_record(struct live *l, const struct frontmsg *m)
{
	struct live_front *f = &l->front;
	struct engine_front is;

	switch (m->op) {
	case FRONT_HELLO:
		f->ready = true;
		send_keys(l);
		set_there(l);
		break;
	case FRONT_ASK:
		f->asks++;
		/* Its SYN may say that another machine than the blocked one asks. */
		live_in_captures(l);
		is = engine_front_ask(l->engine, &m->key, issued_ms(m),
		    live_wall_ms());
		tell(l, m->seq, &is);
		break;
	case FRONT_CLICK:
		on_click(l, m);
		break;
	default:
		f->bad++; /* ours to say, not the front's */
		break;
	}
}

static void
on_front(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;
	struct live_front *f = &l->front;
	int rc = 1;

	(void)what;
	for (; f->asks_left > 0; f->asks_left--) {
		struct frontmsg m;

		rc = frontmsg_recv(fd, &m);
		if (rc == -EAGAIN)
			break;
		if (rc == -EBADMSG) {
			f->bad++;
			continue;
		}
		if (rc <= 0) {
			hang_up(l);
			set_there(l);
			break;
		}
		on_record(l, &m);
	}
	if (f->asks_left == 0 && f->ev != NULL) {
		/* Until the next tick it may wait. */
		(void)event_del(f->ev);
		f->paused = true;
		f->limited++;
	}
	live_guard_pump(l);
}

void
live_front_fd(struct live *l, int fd)
{
	struct live_front *f = &l->front;

	hang_up(l);
	if (fd < 0)
		return;
	f->fd = fd;
	f->wanted = true;
	f->ev = event_new(l->base, fd, EV_READ | EV_PERSIST, on_front, l);
	if (f->ev == NULL || event_add(f->ev, NULL) != 0)
		hang_up(l);
	set_there(l);
}

void
live_front_gone(struct live *l, bool there)
{
	l->front.wanted = there;
	set_there(l);
}

/* ---- the rest ---- */

void
live_front_tick(struct live *l, int64_t mono_ms)
{
	struct live_front *f = &l->front;

	f->asks_left = ASKS_TICK;
	if (f->paused && f->ev != NULL)
		(void)event_add(f->ev, NULL);
	f->paused = false;
	if (mono_ms < f->second_ms)
		return;
	f->second_ms = mono_ms + 1000;
	f->clicks_left = CLICKS_SEC;
	keys_tick(l);
	if (f->texts_due)
		live_front_texts(l);
	for (size_t i = 0; i < FRONT_WAITS; i++)
		if (f->waits[i].state != WAIT_FREE &&
		    mono_ms - f->waits[i].since_ms > WAIT_MS)
			f->waits[i] = (struct live_front_wait){ 0 };
}

void
live_front_init(struct live *l)
{
	l->front = (struct live_front){ .fd = -1,
		.asks_left = ASKS_TICK,
		.clicks_left = CLICKS_SEC };
}

void
live_front_fini(struct live *l)
{
	hang_up(l);
	sodium_memzero(l->front.keys, sizeof(l->front.keys));
}

json_t *
live_front_status(const struct live *l)
{
	const struct live_front *f = &l->front;
	json_int_t waiting = 0;

	for (size_t i = 0; i < FRONT_WAITS; i++)
		waiting += f->waits[i].state != WAIT_FREE;
	return json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "there",
	    (int)f->there, "asks", (json_int_t)f->asks, "clicks",
	    (json_int_t)f->clicks, "lifted", (json_int_t)f->lifted, "limited",
	    (json_int_t)f->limited, "waiting", waiting, "lost",
	    (json_int_t)f->lost, "bad", (json_int_t)f->bad);
}
