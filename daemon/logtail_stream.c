/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logtail_stream - sources that are a pipe or the journal */
#include "daemon/logtail_impl.h"

struct stream_of {
	struct logtail *t;
	size_t i;
};

static void
stream_before(void *arg)
{
	const struct stream_of *o = arg;

	if (o->t->conf.before != NULL)
		o->t->conf.before(o->t->conf.arg);
}

static void
stream_line(void *arg, struct str line)
{
	const struct stream_of *o = arg;

	o->t->v[o->i].st.bytes += line.n + 1;
	logtail_hand_on(o->t, o->i, line);
}

/* A pipe without writer is always readable: then it is not waited for. */
static void
stream_wait(struct logtail *t, size_t i, bool on)
{
	struct log_stream *st = &t->v[i].stream;

	if (t->conf.wait != NULL && st->waiting != on)
		t->conf.wait(t->conf.arg, i, on ? st->fd : -1);
	st->waiting = on;
}

void
logtail_stream_end(struct logtail *t, size_t i)
{
	stream_wait(t, i, false);
	logstream_close(&t->v[i].stream);
}

bool
logtail_stream_read(struct logtail *t, size_t i)
{
	struct stream_of o = { t, i };
	struct logstream_sink sink = { &o, stream_before, stream_line };
	struct source *s = &t->v[i];
	bool more;
	int rc;

	more = logstream_read(&s->stream, &sink, LOGTAIL_LINES, &rc);
	if (rc != 0) {
		s->st.errors++;
		logtail_say(t, i, LOGTAIL_EV_ERROR, (uint64_t)-rc);
	}
	stream_wait(t, i, s->stream.state == LOGSTREAM_OPEN);
	if (s->stream.state != LOGSTREAM_ENDED)
		return more;
	logtail_stream_end(t, i);
	s->state = LOGTAIL_ENDED;
	logtail_say(t, i, LOGTAIL_EV_ENDED, 0);
	return false;
}

/* What is left in the one before is read first. */
void
logtail_stream_take(struct logtail *t, size_t i, int fd)
{
	struct source *s = &t->v[i];
	const struct store_logpos *p = &s->saved.p[0];

	while (s->stream.fd >= 0 && logtail_stream_read(t, i))
		;
	if (s->stream.fd >= 0)
		logtail_stream_end(t, i);
	s->state = LOGTAIL_READING;
	if (logstream_open(&s->stream, fd,
		s->has_saved ? (int64_t)p->offset : 0))
		stream_wait(t, i, true);
	else
		s->state = LOGTAIL_ENDED;
}
