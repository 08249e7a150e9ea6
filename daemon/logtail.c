/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/logtail_impl.h"

const char *const logtail_state_name[] = { "waiting", "finding", "reading",
	"missing", "denied", "ended" };
const char *const logtail_kind_name[] = { "file", "pipe", "journal" };

void
logtail_say(struct logtail *t, size_t i, enum logtail_event ev, uint64_t n)
{
	if (t->conf.event != NULL)
		t->conf.event(t->conf.arg, i, ev, n);
}

struct logtail *
logtail_new(const struct logtail_conf *conf, size_t sources)
{
	struct logtail *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->conf = *conf;
	t->n = sources;
	t->v = calloc(sources == 0 ? 1 : sources, sizeof(*t->v));
	if (t->v == NULL) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < sources; i++)
		t->v[i].stream.fd = -1;
	return t;
}

void
logtail_free(struct logtail *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->v[i].n; k++)
			close(t->v[i].f[k].fd);
		logstream_close(&t->v[i].stream);
	}
	free(t->v);
	free(t);
}

void
logtail_resume(struct logtail *t, size_t i, const struct logtail_pos *pos)
{
	t->v[i].saved = *pos;
	t->v[i].has_saved = pos->p[0].ino != 0;
}

void
logtail_reset(struct logtail *t, size_t i)
{
	struct source *s = &t->v[i];

	for (size_t k = 0; k < s->n; k++)
		close(s->f[k].fd);
	if (s->stream.fd >= 0)
		logtail_stream_end(t, i);
	memset(s, 0, sizeof(*s));
	s->stream.fd = -1;
}

/* Has it been cut or rewritten since?  Then from its start. */
static void
file_check(struct logtail *t, size_t i, struct tail_file *f, int64_t now_ms)
{
	uint64_t at = f->pos.offset;

	if (!tailfile_check(f, now_ms))
		return;
	t->v[i].st.truncated++;
	logtail_say(t, i, LOGTAIL_EV_TRUNCATED, at);
}

/* ---- lines ---- */

struct budget {
	size_t bytes, lines;
};

void
logtail_hand_on(struct logtail *t, size_t i, struct str line)
{
	struct source *s = &t->v[i];

	s->st.lines++;
	if (line.n > LOG_LINE_MAX) {
		s->st.cut++;
		line.n = LOG_LINE_MAX;
	}
	t->conf.line(t->conf.arg, i, line, s->backlog);
}

static void
give(struct logtail *t, size_t i, struct tail_file *f, struct str line)
{
	if (f->skipping) /* the rest of a line that was cut */
		f->skipping = false;
	else
		logtail_hand_on(t, i, line);
}

/* Hands on the whole lines among `n` bytes; how many bytes they took. */
static size_t
give_lines(struct logtail *t, size_t i, struct tail_file *f, size_t n,
    struct budget *b)
{
	size_t at = 0;

	while (at < n && b->lines > 0) {
		const char *p = t->buf + at;
		const char *nl = memchr(p, '\n', n - at);

		if (nl == NULL)
			break;
		give(t, i, f, (struct str){ p, (size_t)(nl - p) });
		at += (size_t)(nl - p) + 1;
		b->lines--;
	}
	/* A tail that is too long for a line already, or not wanted at all. */
	if (b->lines > 0 && (f->skipping ? at < n : n - at > LOG_LINE_MAX)) {
		if (!f->skipping) {
			give(t, i, f, (struct str){ t->buf + at, n - at });
			f->skipping = true;
			b->lines--;
		}
		at = n;
	}
	return at;
}

/* Reads one file until its end (true) or the budget's. */
static bool
file_read(struct logtail *t, size_t i, struct tail_file *f, struct budget *b)
{
	struct source *s = &t->v[i];

	while (b->bytes > 0 && b->lines > 0) {
		ssize_t n = pread(f->fd, t->buf, LOGTAIL_BUF,
		    (off_t)f->pos.offset);
		size_t used;

		if (n < 0) {
			s->st.errors++;
			logtail_say(t, i, LOGTAIL_EV_ERROR, (uint64_t)errno);
		}
		if (n <= 0)
			return true;
		if (t->conf.before != NULL)
			t->conf.before(t->conf.arg);
		used = give_lines(t, i, f, (size_t)n, b);
		f->pos.offset += used;
		s->st.bytes += used;
		b->bytes -= used < b->bytes ? used : b->bytes;
		if (b->lines > 0 && n < LOGTAIL_BUF)
			return true;
	}
	return false;
}

/* The last words of a file that goes away: a line without its newline. */
static void
file_close(struct logtail *t, size_t i, struct tail_file *f)
{
	ssize_t n = f->skipping ?
	    0 :
	    pread(f->fd, t->buf, LOG_LINE_MAX, (off_t)f->pos.offset);

	if (n > 0 && memchr(t->buf, '\n', (size_t)n) == NULL)
		give(t, i, f, (struct str){ t->buf, (size_t)n });
	close(f->fd);
}

/* ---- sources ---- */

static void
drop_oldest(struct logtail *t, size_t i)
{
	struct source *s = &t->v[i];

	file_close(t, i, &s->f[0]);
	s->n--;
	s->found -= s->found > 0;
	memmove(s->f, s->f + 1, s->n * sizeof(s->f[0]));
}

/* Before (old) or after (current) those that are there. */
static void
add_file(struct logtail *t, size_t i, const struct tail_file *f, bool old,
    int64_t now_ms)
{
	struct source *s = &t->v[i];
	size_t at;

	if (s->n == LOGTAIL_FILES_MAX) {
		logtail_say(t, i, LOGTAIL_EV_LOST, s->f[0].pos.offset);
		drop_oldest(t, i);
	}
	at = old ? s->found++ : s->n;
	memmove(s->f + at + 1, s->f + at, (s->n - at) * sizeof(s->f[0]));
	s->f[at] = *f;
	s->f[at].quiet_from_ms = now_ms;
	if (at > 0)
		s->f[at - 1].quiet_from_ms = now_ms;
	s->n++;
}

/* Asks for the next rotated file, or begins to read. */
static void
find_next(struct logtail *t, size_t i, int64_t now_ms)
{
	struct source *s = &t->v[i];

	if (s->want_n == 0) {
		s->state = LOGTAIL_READING;
		return;
	}
	s->state = LOGTAIL_FINDING;
	s->find_until_ms = now_ms + LOGTAIL_FIND_MS;
	t->conf.find(t->conf.arg, i, s->want[0].dev, s->want[0].ino);
}

static void
find_done(struct logtail *t, size_t i, int64_t now_ms)
{
	struct source *s = &t->v[i];

	s->want[0] = s->want[1];
	s->want_n--;
	find_next(t, i, now_ms);
}

static void
find_failed(struct logtail *t, size_t i, int64_t now_ms)
{
	logtail_say(t, i, LOGTAIL_EV_LOST, t->v[i].want[0].offset);
	find_done(t, i, now_ms);
}

/* The first descriptor of a source that was read before. */
static void
begin_saved(struct logtail *t, size_t i, struct tail_file *f, int64_t now_ms)
{
	struct source *s = &t->v[i];
	const struct store_logpos *newer = &s->saved.p[0];
	const struct store_logpos *older = &s->saved.p[1];

	s->has_saved = false;
	s->backlog = true;
	s->want_n = s->found = 0;
	if (older->ino != 0 && !tailfile_is(f, older))
		s->want[s->want_n++] = *older;
	if (!tailfile_is(f, newer)) {
		s->want[s->want_n++] = *newer;
		tailfile_seek(f, 0);
	} else if (tailfile_resume(f, newer)) {
		logtail_say(t, i, LOGTAIL_EV_RESUMED, f->size - f->pos.offset);
	} else {
		s->st.truncated++;
		logtail_say(t, i, LOGTAIL_EV_TRUNCATED, newer->offset);
	}
	add_file(t, i, f, false, now_ms);
	find_next(t, i, now_ms);
}

/* The file now at the path. */
static void
take_current(struct logtail *t, size_t i, int fd, int64_t now_ms)
{
	struct source *s = &t->v[i];
	struct tail_file f;

	if (!tailfile_init(&f, fd))
		return;
	if (s->stream.fd >= 0)
		logtail_stream_end(t, i);
	if (s->n == 0 && s->has_saved) {
		begin_saved(t, i, &f, now_ms);
		return;
	}
	if (s->state != LOGTAIL_FINDING)
		s->state = LOGTAIL_READING;
	if (s->n > 0 && s->f[s->n - 1].pos.ino == f.pos.ino &&
	    s->f[s->n - 1].pos.dev == f.pos.dev) {
		close(fd); /* told twice, or moved there and back */
		return;
	}
	if (s->n == 0 && !s->was_missing) {
		tailfile_seek(&f, f.size);
		logtail_say(t, i, LOGTAIL_EV_FIRST, f.size);
	} else {
		tailfile_seek(&f, 0);
		s->st.rotated++;
		logtail_say(t, i, LOGTAIL_EV_ROTATED, f.size);
	}
	add_file(t, i, &f, false, now_ms);
}

/* A rotated file that we asked for; any other is not wanted. */
static void
take_old(struct logtail *t, size_t i, int fd, int64_t now_ms)
{
	struct source *s = &t->v[i];
	struct tail_file f;

	if (!tailfile_init(&f, fd))
		return;
	if (s->want_n == 0 || !tailfile_is(&f, &s->want[0])) {
		close(fd);
		return;
	}
	if (!tailfile_resume(&f, &s->want[0])) { /* the inode was used again */
		close(fd);
		find_failed(t, i, now_ms);
		return;
	}
	logtail_say(t, i, LOGTAIL_EV_RESUMED, f.size - f.pos.offset);
	add_file(t, i, &f, true, now_ms);
	find_done(t, i, now_ms);
}

/* No descriptor: of the current file, or of one that we asked for. */
static void
take_none(struct logtail *t, size_t i, enum msg_logfd what, uint64_t ino,
    int64_t now_ms)
{
	struct source *s = &t->v[i];
	bool missing = what == MSG_LOG_MISSING;

	if (s->want_n > 0 && ino == s->want[0].ino) {
		find_failed(t, i, now_ms);
		return;
	}
	if (s->state != LOGTAIL_FINDING)
		s->state = missing ? LOGTAIL_MISSING : LOGTAIL_DENIED;
	if (missing)
		s->was_missing = true;
	logtail_say(t, i, missing ? LOGTAIL_EV_MISSING : LOGTAIL_EV_DENIED, 0);
}

void
logtail_fd(struct logtail *t, size_t i, enum msg_logfd what, int fd,
    uint64_t dev, uint64_t ino, int64_t now_ms)
{
	(void)dev;
	if (i < t->n && what == MSG_LOG_CURRENT && logstream_is(fd)) {
		logtail_stream_take(t, i, fd);
	} else if (i < t->n && what == MSG_LOG_CURRENT) {
		take_current(t, i, fd, now_ms);
	} else if (i < t->n && what == MSG_LOG_OLD) {
		take_old(t, i, fd, now_ms);
	} else {
		if (fd >= 0)
			close(fd);
		if (i < t->n)
			take_none(t, i, what, ino, now_ms);
	}
}

/* Old files whose writer has surely moved on. */
static void
retire(struct logtail *t, size_t i, int64_t now_ms)
{
	struct source *s = &t->v[i];

	/* An empty new file: the writer is likely to hold the old one yet. */
	while (s->n > 1 && s->f[0].eof && s->f[s->n - 1].size > 0 &&
	    now_ms - s->f[0].quiet_from_ms >= LOGTAIL_GRACE_MS)
		drop_oldest(t, i);
}

/* True: stopped by the budget. */
static bool
source_read(struct logtail *t, size_t i, int64_t now_ms)
{
	struct source *s = &t->v[i];
	struct budget b = { LOGTAIL_SLICE, LOGTAIL_LINES };

	if (s->state == LOGTAIL_FINDING) {
		if (now_ms < s->find_until_ms)
			return false;
		find_failed(t, i, now_ms);
		return true;
	}
	for (size_t k = 0; k < s->n; k++) {
		file_check(t, i, &s->f[k], now_ms);
		s->f[k].eof = file_read(t, i, &s->f[k], &b);
		if (!s->f[k].eof)
			return true;
	}
	if (s->n > 0)
		s->backlog = false;
	retire(t, i, now_ms);
	return false;
}

bool
logtail_read(struct logtail *t, int64_t now_ms)
{
	bool more = false;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].stream.fd >= 0 && logtail_stream_read(t, i))
			more = true;
		if (source_read(t, i, now_ms))
			more = true;
	}
	return more;
}

bool
logtail_position(const struct logtail *t, size_t i, struct logtail_pos *out)
{
	const struct source *s = &t->v[i];

	memset(out, 0, sizeof(*out));
	if (s->stream.journal && s->stream.last_us > 0) {
		out->p[0].ino = 1;
		out->p[0].offset = (uint64_t)s->stream.last_us;
		return true;
	}
	if (s->n == 0 || s->state == LOGTAIL_FINDING)
		return false;
	out->p[0] = s->f[s->n > 1].pos;
	if (s->n > 1)
		out->p[1] = s->f[0].pos;
	return true;
}

void
logtail_status(const struct logtail *t, size_t i, struct logtail_status *out)
{
	const struct source *s = &t->v[i];

	*out = s->st;
	out->state = s->state;
	out->files = s->n;
	out->backlog = s->backlog;
	out->kind = s->stream.journal ? LOGTAIL_JOURNAL :
	    s->stream.buf != NULL     ? LOGTAIL_PIPE :
					LOGTAIL_FILE;
	if (s->n > 0) {
		const struct tail_file *f = &s->f[s->n - 1];

		out->dev = f->pos.dev;
		out->ino = f->pos.ino;
		out->offset = f->pos.offset;
		out->size = f->size;
	}
}
