/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/smtp.h"

#include <strings.h>

#define TLS_HANDSHAKE  0x16 /* the first byte of a TLS client */
#define CHUNK_DIGITS   15
#define BODY_LINE_HEAD 2 /* matched of body_end where a body starts */

static const char body_end[] = "\r\n.\r\n";

enum mode {
	MODE_COMMAND,
	MODE_AUTH,  /* one line that is no command */
	MODE_BODY,  /* until a line with a dot alone */
	MODE_CHUNK, /* so many bytes */
	MODE_BLIND,
};

enum wait {
	WAIT_NONE,
	WAIT_DATA,
	WAIT_TLS,
	WAIT_AUTH,
};

/* What follows such a command depends on our reply. */
static const struct {
	uint16_t verb;
	uint16_t code; /* the reply that says yes */
	enum wait wait;
	enum mode mode; /* then */
} waits[] = {
	{ VERB_DATA, 354, WAIT_DATA, MODE_BODY },
	{ VERB_STARTTLS, 220, WAIT_TLS, MODE_BLIND },
	{ VERB_AUTH, 334, WAIT_AUTH, MODE_AUTH },
};

static const struct {
	struct str name;
	uint16_t verb;
} verbs[] = {
	{ STR("HELO"), VERB_HELO },
	{ STR("EHLO"), VERB_EHLO },
	{ STR("MAIL"), VERB_MAIL },
	{ STR("RCPT"), VERB_RCPT },
	{ STR("DATA"), VERB_DATA },
	{ STR("BDAT"), VERB_DATA },
	{ STR("RSET"), VERB_RSET },
	{ STR("QUIT"), VERB_QUIT },
	{ STR("STARTTLS"), VERB_STARTTLS },
	{ STR("AUTH"), VERB_AUTH },
	{ STR("NOOP"), VERB_NOOP },
	{ STR("VRFY"), VERB_VRFY },
	{ STR("EXPN"), VERB_VRFY },
	{ STR("GET"), VERB_HTTP },
	{ STR("POST"), VERB_HTTP },
	{ STR("CONNECT"), VERB_HTTP },
	{ STR("HEAD"), VERB_HTTP },
	{ STR("PUT"), VERB_HTTP },
	{ STR("OPTIONS"), VERB_HTTP },
	{ STR("DELETE"), VERB_HTTP },
	{ STR("PRI"), VERB_HTTP },
};

static bool
same_word(struct str a, struct str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 &&
	    (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' ||
		s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

void
smtp_init(struct smtp *m, uint32_t c_next, uint32_t s_next, bool greeted)
{
	memset(m, 0, sizeof(*m));
	m->c_next = c_next;
	m->s_next = s_next;
	m->owed = greeted ? 0 : 1;
}

bool
smtp_blind(const struct smtp *m)
{
	return m->mode == MODE_BLIND;
}

void
smtp_end(struct smtp *m)
{
	m->mode = MODE_BLIND;
}

static void
owe(struct smtp *m)
{
	if (m->owed < UINT16_MAX)
		m->owed++;
}

/* Is the client ahead of our replies, without leave?  Unknown is no. */
static void
judge_pipelining(struct smtp *m, bool never)
{
	if (!m->deaf && m->owed > 0 && (never || !m->offered))
		m->pipelined = true;
}

/* `n` bytes of the client were never captured. */
static void
lose(struct smtp *m, uint64_t n)
{
	if (n == 0)
		return;
	if (m->mode == MODE_CHUNK && n <= m->chunk) {
		m->chunk -= n;
		return;
	}
	/* The end of a body is also told by our reply, if we hear it. */
	if (m->mode == MODE_BODY && !m->deaf) {
		m->end = 0;
		return;
	}
	m->mode = MODE_BLIND;
}

/* Our replies have a gap. */
static void
go_deaf(struct smtp *m)
{
	m->deaf = true;
	m->reply_n = 0;
}

/*
 * How the new bytes of a segment lie: *ahead is the gap before them, *skip
 * what is known already.  False when there are none.
 */
static bool
place(uint32_t next, const struct traits *p, uint32_t *ahead, uint32_t *skip)
{
	int32_t at = (int32_t)(p->seq - next);
	int32_t after = (int32_t)(p->seq + p->payload_len - next);

	if (p->payload_len == 0 || after <= 0)
		return false;
	*ahead = at > 0 ? (uint32_t)at : 0;
	*skip = at < 0 ? 0U - (uint32_t)at : 0;
	return true;
}

/* The captured ones of the new bytes; returns how many were not. */
static uint32_t
new_bytes(const struct traits *p, uint32_t skip, struct rd *r)
{
	uint32_t n = p->payload_len - skip, cap;

	*r = rd_init(p->payload, p->payload_cap);
	if (skip >= p->payload_cap) {
		r->n = 0;
		return n;
	}
	cap = p->payload_cap - skip;
	rd_skip(r, skip);
	return n - cap;
}

bool
smtp_client(struct smtp *m, const struct traits *p, struct smtp_in *in)
{
	uint32_t ahead, skip;

	/* It acknowledges what we never saw ourselves say. */
	if ((p->flags & TCPF_ACK) && (int32_t)(p->ack - m->s_next) > 0)
		go_deaf(m);
	if (m->mode == MODE_BLIND || !place(m->c_next, p, &ahead, &skip))
		return false;
	lose(m, ahead);
	in->missing = new_bytes(p, skip, &in->r);
	m->c_next = p->seq + p->payload_len;
	return m->mode != MODE_BLIND;
}

/*
 * The client speaks where our reply decides what its words mean.  If it did
 * not wait, or we cannot tell, the rest cannot be read.
 */
static void
decide(struct smtp *m)
{
	uint8_t w = m->wait;

	m->wait = WAIT_NONE;
	if (m->deaf || m->owed > 0) {
		judge_pipelining(m, w == WAIT_DATA);
		m->mode = MODE_BLIND;
		return;
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i].wait == w && waits[i].code == m->code)
			m->mode = (uint8_t)waits[i].mode;
	m->end = BODY_LINE_HEAD;
}

/* True when the line is whole; its start is in m->line then. */
static bool
read_line(struct smtp *m, struct rd *r)
{
	const uint8_t *lf = memchr(r->p, '\n', r->n);
	size_t n = lf == NULL ? r->n : (size_t)(lf - r->p);
	const uint8_t *p = rd_take(r, n);

	if (n > 0) {
		if (m->line_n < SMTP_KEEP) {
			size_t room = SMTP_KEEP - m->line_n;

			memcpy(&m->line[m->line_n], p, n < room ? n : room);
		}
		m->last = (char)p[n - 1];
		m->line_n += (uint32_t)n;
	}
	if (lf == NULL) {
		if (m->line_n > SMTP_LINE_MAX)
			m->mode = MODE_BLIND;
		return false;
	}
	rd_skip(r, 1);
	return true;
}

static void
read_body(struct smtp *m, struct rd *r)
{
	while (r->n > 0 && m->mode == MODE_BODY) {
		if (m->end == 0) {
			const uint8_t *cr = memchr(r->p, '\r', r->n);

			rd_skip(r, cr == NULL ? r->n : (size_t)(cr - r->p));
			if (cr == NULL)
				return;
		}
		char c = (char)rd_u8(r);

		if (c == body_end[m->end])
			m->end++;
		else
			m->end = c == '\r' ? 1 : 0;
		if (m->end == sizeof(body_end) - 1) {
			m->mode = MODE_COMMAND;
			owe(m);
		}
	}
}

static void
read_chunk(struct smtp *m, struct rd *r)
{
	size_t n = r->n < m->chunk ? r->n : (size_t)m->chunk;

	rd_skip(r, n);
	m->chunk -= n;
	if (m->chunk == 0)
		m->mode = MODE_COMMAND;
}

/* BDAT's size: so many bytes follow at once. */
static void
begin_chunk(struct smtp *m, struct str arg)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < arg.n && arg.p[i] >= '0' && arg.p[i] <= '9'; i++) {
		if (i == CHUNK_DIGITS) {
			m->mode = MODE_BLIND;
			return;
		}
		v = v * 10 + (uint64_t)(arg.p[i] - '0');
	}
	if (v > 0) {
		m->chunk = v;
		m->mode = MODE_CHUNK;
	}
}

static uint16_t
verb_of(struct str word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (same_word(word, verbs[i].name))
			return verbs[i].verb;
	return VERB_OTHER;
}

static void
judge_line(struct smtp *m, struct smtp_command *out)
{
	size_t n = m->line_n < SMTP_KEEP ? m->line_n : SMTP_KEEP;
	struct str line = trim((struct str){ m->line, n });
	struct str word = line;

	for (word.n = 0; word.n < line.n; word.n++)
		if (line.p[word.n] == ' ' || line.p[word.n] == '\t')
			break;
	out->verb = verb_of(word);
	out->arg = trim((struct str){ line.p + word.n, line.n - word.n });
	if (m->last != '\r')
		m->bare_lf = true;
	judge_pipelining(m, false);
	/* Not every server answers an empty line. */
	if (line.n > 0)
		owe(m);
	if (same_word(word, STR("BDAT"))) {
		begin_chunk(m, out->arg);
		return;
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i].verb == out->verb)
			m->wait = (uint8_t)waits[i].wait;
}

/* Reads on in the line; true when it gives a command. */
static bool
next_line(struct smtp *m, struct rd *r, struct smtp_command *out)
{
	bool command = m->mode == MODE_COMMAND;

	if (m->line_n == 0 && r->p[0] == TLS_HANDSHAKE) {
		m->mode = MODE_BLIND;
		return false;
	}
	if (!read_line(m, r))
		return false;
	if (command) {
		judge_line(m, out);
	} else {
		memset(m->line, 0, sizeof(m->line));
		owe(m);
		m->mode = MODE_COMMAND;
		m->wait = WAIT_AUTH;
	}
	m->line_n = 0;
	m->last = 0;
	return command;
}

bool
smtp_next(struct smtp *m, struct smtp_in *in, struct smtp_command *out)
{
	while (in->r.n > 0 && m->mode != MODE_BLIND) {
		if (m->wait != WAIT_NONE)
			decide(m);
		if (m->mode == MODE_BODY)
			read_body(m, &in->r);
		else if (m->mode == MODE_CHUNK)
			read_chunk(m, &in->r);
		else if (m->mode != MODE_BLIND && next_line(m, &in->r, out))
			return true;
	}
	lose(m, in->missing);
	in->missing = 0;
	return false;
}

/* A whole reply of ours; `ack` is how far we had heard the client then. */
static void
take_reply(struct smtp *m, uint16_t code, uint32_t ack)
{
	m->code = code;
	if (m->owed > 0)
		m->owed--;
	if (m->wait == WAIT_TLS && m->owed == 0 && code == 220)
		m->mode = MODE_BLIND;
	if (m->mode != MODE_BODY)
		return;
	/* It answers a body whose end was lost. */
	m->mode = (int32_t)(ack - m->c_next) < 0 ? MODE_BLIND : MODE_COMMAND;
	m->c_next = ack;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
reply_line(struct smtp *m, uint32_t ack)
{
	struct str line = { m->reply, m->reply_n };
	struct str word;

	m->reply_n = 0;
	if (line.n < 3 || !is_digit(line.p[0]) || !is_digit(line.p[1]) ||
	    !is_digit(line.p[2])) {
		go_deaf(m);
		return;
	}
	uint16_t code = (uint16_t)((line.p[0] - '0') * 100 +
	    (line.p[1] - '0') * 10 + (line.p[2] - '0'));

	if (line.n > 4) {
		word = trim((struct str){ line.p + 4, line.n - 4 });
		if (code == 250 && same_word(word, STR("PIPELINING")))
			m->offered = true;
	}
	if (line.n < 4 || line.p[3] != '-')
		take_reply(m, code, ack);
}

void
smtp_server(struct smtp *m, const struct traits *p)
{
	uint32_t ahead, skip, missing;
	struct rd r;

	if (!place(m->s_next, p, &ahead, &skip))
		return;
	if (ahead > 0)
		go_deaf(m);
	missing = new_bytes(p, skip, &r);
	m->s_next = p->seq + p->payload_len;
	while (r.n > 0 && !m->deaf && m->mode != MODE_BLIND) {
		char c = (char)rd_u8(&r);

		if (c == '\n')
			reply_line(m, p->ack);
		else if (m->reply_n < SMTP_REPLY_MAX)
			m->reply[m->reply_n++] = c;
	}
	if (missing > 0)
		go_deaf(m);
}
