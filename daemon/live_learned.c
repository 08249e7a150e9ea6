/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_learned - what the engine has learned of many clients: from the store
 * at start, into it now and then
 *
 * Every ten minutes the next of the ENGINE_LEARNED blobs is encoded in one
 * turn of the loop and written in others, a piece a turn.  Who is killed loses
 * what was learned since; the log lines that taught it may be read again, but
 * a network teaches once a day.
 */
#include <stdlib.h>

#include "daemon/live_impl.h"

#define EVERY_MS 600000
#define LONG_MS  50 /* for a turn: worth a line */

static bool
encode(struct live *l, enum engine_learned what)
{
	struct live_learned *s = &l->learned;
	int64_t began_ms = live_mono_ms();
	size_t n;
	int rc;

	s->buf = malloc(ENGINE_LEARNED_MAX);
	if (s->buf == NULL) {
		live_out_store_error(l, engine_learned_name[what], -ENOMEM);
		return false;
	}
	n = engine_learned_encode(l->engine, what, s->buf, ENGINE_LEARNED_MAX);
	rc = n == 0 ?
	    -EMSGSIZE :
	    parts_begin(&s->parts, l->conf.store, engine_learned_name[what],
		(struct str){ (const char *)s->buf, n });
	if (rc != 0)
		live_out_store_error(l, engine_learned_name[what], rc);
	if (live_mono_ms() - began_ms > LONG_MS)
		log_msg(LOG_WARNING, "learned-slow: encoding %s took %lld ms",
		    engine_learned_name[what],
		    (long long)(live_mono_ms() - began_ms));
	return rc == 0;
}

static void
end(struct live_learned *s)
{
	free(s->buf);
	s->buf = NULL;
}

/* True: there is more to write. */
static bool
write_piece(struct live *l)
{
	struct live_learned *s = &l->learned;
	int rc = parts_step(&s->parts, l->conf.store);

	if (rc < 0)
		live_out_store_error(l, s->parts.name, rc);
	return rc == 1;
}

static void
on_piece(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	struct live *l = arg;

	(void)fd;
	(void)what;
	if (write_piece(l))
		(void)event_add(l->learned.ev, &at_once);
	else
		end(&l->learned);
}

void
live_learned_tick(struct live *l, int64_t mono_ms)
{
	struct live_learned *s = &l->learned;
	enum engine_learned what = (enum engine_learned)s->next;

	if (s->next_ms == 0)
		s->next_ms = mono_ms + EVERY_MS;
	if (mono_ms < s->next_ms || s->buf != NULL)
		return;
	s->next_ms = mono_ms + EVERY_MS / ENGINE_LEARNED;
	s->next = (s->next + 1) % ENGINE_LEARNED;
	if (encode(l, what))
		on_piece(-1, 0, l);
	else
		end(s);
}

void
live_learned_save_all(struct live *l)
{
	/* One that was half written is written anew. */
	(void)event_del(l->learned.ev);
	end(&l->learned);
	for (unsigned i = 0; i < ENGINE_LEARNED; i++) {
		if (encode(l, (enum engine_learned)i))
			while (write_piece(l))
				;
		end(&l->learned);
	}
}

static void
load_one(struct live *l, enum engine_learned what, void *buf)
{
	const char *name = engine_learned_name[what];
	long n = parts_get(l->conf.store, name, buf, ENGINE_LEARNED_MAX);

	if (n < 0 && n != -EBADMSG)
		live_out_store_error(l, name, (int)n);
	else if (n == -EBADMSG ||
	    (n > 0 && !engine_learned_decode(l->engine, what, buf, (size_t)n)))
		log_msg(LOG_WARNING,
		    "learned-damaged: what is stored as %s cannot be read; "
		    "learning it afresh",
		    name);
}

int
live_learned_load(struct live *l)
{
	void *buf = malloc(ENGINE_LEARNED_MAX);

	if (buf == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < ENGINE_LEARNED; i++)
		load_one(l, (enum engine_learned)i, buf);
	free(buf);
	return 0;
}

bool
live_learned_init(struct live *l)
{
	l->learned.ev = evtimer_new(l->base, on_piece, l);
	return l->learned.ev != NULL;
}

void
live_learned_fini(struct live *l)
{
	if (l->learned.ev != NULL)
		event_free(l->learned.ev);
	end(&l->learned);
}
