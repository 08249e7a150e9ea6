/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/smtp_own.h"

#define TLS_HANDSHAKE  0x16 /* the first byte of a TLS client */
#define CHUNK_DIGITS   15
#define BODY_LINE_HEAD 2 /* matched of body_end where a body starts */
/* A segment of so many bytes may have been cut by TCP, not by the client. */
#define SEGMENT_FULL 500

static const char body_end[] = "\r\n.\r\n";

/* What follows such a command depends on our reply. */
static const struct {
	uint16_t verb;
	uint16_t code; /* the reply that says yes */
	enum smtp_wait wait;
	enum smtp_mode mode; /* then */
} waits[] = {
	{ VERB_DATA, CODE_MESSAGE, WAIT_DATA, MODE_BODY },
	{ VERB_STARTTLS, CODE_READY, WAIT_TLS, MODE_BLIND },
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

void
smtp_init(struct smtp *m, const struct smtp_start *start)
{
	memset(m, 0, sizeof(*m));
	m->open_us = start->open_us;
	m->c_next = start->c_next;
	m->s_next = m->c_ack = start->s_next;
	m->greeted = start->greeted;
	m->owed = start->greeted ? 0 : 1;
	if (start->syn_data > 0) {
		smtp_note_early(m, start->s_next, start->syn_data);
		m->mode = MODE_BLIND;
	}
}

bool
smtp_in_body(const struct smtp *m)
{
	return m->mode == MODE_BODY || m->mode == MODE_CHUNK ||
	    (m->wait == WAIT_DATA && m->owed == 0 && !m->deaf &&
		m->code == CODE_MESSAGE);
}

void
smtp_late(struct smtp *m)
{
	m->late = true;
}

bool
smtp_blind(const struct smtp *m)
{
	return m->mode == MODE_BLIND;
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

bool
smtp_place(uint32_t next, const struct traits *p, struct smtp_place *out)
{
	int32_t at = (int32_t)(p->seq - next);
	int32_t after = (int32_t)(p->seq + p->payload_len - next);

	if (p->payload_len == 0 || after <= 0)
		return false;
	out->ahead = at > 0 ? (uint32_t)at : 0;
	out->skip = at < 0 ? 0U - (uint32_t)at : 0;
	return true;
}

uint32_t
smtp_new_bytes(const struct traits *p, uint32_t skip, struct rd *r)
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
smtp_client(struct smtp *m, const struct traits *p, int64_t t_us,
    struct smtp_in *in)
{
	struct smtp_place place;
	bool late = m->late;

	m->late = false;
	/* It acknowledges what we never saw ourselves say. */
	if ((p->flags & TCPF_ACK) && smtp_after(p->ack, m->s_next))
		smtp_deafen(m);
	else if ((p->flags & TCPF_ACK) && smtp_after(p->ack, m->c_ack))
		m->c_ack = p->ack;
	if (m->mode == MODE_BLIND || !smtp_place(m->c_next, p, &place))
		return false;
	smtp_note_early(m, p->ack, p->payload_len - place.skip);
	lose(m, place.ahead);
	*in = (struct smtp_in){ .segment_n = p->payload_len,
		.ack = p->ack,
		.exact = !late && place.skip == 0 && place.ahead == 0,
		.t_us = t_us };
	in->missing = smtp_new_bytes(p, place.skip, &in->r);
	m->c_next = p->seq + p->payload_len;
	return m->mode != MODE_BLIND;
}

/*
 * The client speaks where our reply decides what its words mean.  If it did
 * not wait, or we cannot tell, the rest cannot be read.
 */
static void
decide(struct smtp *m, const struct smtp_in *in)
{
	uint8_t w = m->wait;

	m->wait = WAIT_NONE;
	if (!m->deaf && (m->owed > 0 || !smtp_heard(m, in->ack)))
		smtp_note_ahead(m, w == WAIT_DATA);
	if (!m->deaf && w == WAIT_DATA)
		smtp_note_body(m, in);
	if (m->deaf || m->owed > 0) {
		m->mode = MODE_BLIND;
		return;
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i].wait == w && waits[i].code == m->code)
			m->mode = (uint8_t)waits[i].mode;
	m->end = BODY_LINE_HEAD;
}

/* What of a line is not kept, as far as it matters. */
static void
scan_tail(struct smtp *m, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (smtp_is_blank(s.p[i])) {
			m->tail_blank = true;
		} else if (s.p[i] != '\r') {
			m->tail_any = true;
			m->tail_params = m->tail_params || m->tail_blank;
		}
	}
}

static void
keep(struct smtp *m, struct str s)
{
	size_t room = m->line_n < SMTP_KEEP ? SMTP_KEEP - m->line_n : 0;
	size_t n = s.n < room ? s.n : room;

	if (s.n == 0)
		return;
	if (n > 0)
		memcpy(&m->line[m->line_n], s.p, n);
	scan_tail(m, str_from(s, n));
	m->last[0] = s.n > 1 ? s.p[s.n - 2] : m->last[1];
	m->last[1] = s.p[s.n - 1];
	m->line_n += (uint32_t)s.n;
}

/* True when the line is whole; its start is in m->line then. */
static bool
read_line(struct smtp *m, struct rd *r)
{
	const uint8_t *lf = memchr(r->p, '\n', r->n);
	size_t n = lf == NULL ? r->n : (size_t)(lf - r->p);
	const uint8_t *p = rd_take(r, n);

	keep(m, (struct str){ (const char *)p, n });
	if (lf == NULL) {
		if (m->line_n > SMTP_LINE_MAX)
			m->mode = MODE_BLIND;
		return false;
	}
	rd_skip(r, 1);
	return true;
}

/* What was no command is over, and has a reply all the same. */
static void
end_of_other(struct smtp *m, enum smtp_ask ask)
{
	m->mode = MODE_COMMAND;
	m->asked_us = 0;
	smtp_owe(m, (struct smtp_asked){ .ask = (uint8_t)ask });
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
			end_of_other(m, ASK_END);
			m->body_done = true;
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
		if (str_eq_nocase(word, verbs[i].name))
			return verbs[i].verb;
	return VERB_OTHER;
}

/* What a line asks, but for what stands in its argument. */
static enum smtp_ask
ask_of(uint16_t verb)
{
	switch (verb) {
	case VERB_HELO:
	case VERB_EHLO:
		return ASK_HELLO;
	case VERB_MAIL:
		return ASK_MAIL;
	case VERB_RCPT:
		return ASK_RCPT;
	case VERB_DATA:
		return ASK_DATA;
	case VERB_RSET:
		return ASK_RSET;
	default:
		return ASK_OTHER;
	}
}

static void
note_line(struct smtp *m, const struct smtp_in *in, struct smtp_command *cmd,
    enum smtp_ask ask)
{
	bool lf = m->last[1] != '\r';
	char last = lf ? m->last[1] : m->last[0];
	size_t n = m->line_n < SMTP_KEEP ? m->line_n : SMTP_KEEP;
	struct dialogue_line l = { .text = { m->line, n },
		.verb = cmd->verb,
		.lf = lf,
		.more = m->line_n > SMTP_KEEP + (lf ? 0 : 1),
		.params = m->tail_params,
		.any = m->tail_any,
		.trailing = smtp_is_blank(last) };

	if (m->line_n <= SMTP_KEEP && !lf)
		l.text.n--;
	if (lf)
		m->bare_lf = true;
	smtp_note_line(m, in, &l, ask);
	if (cmd->verb == VERB_MAIL || cmd->verb == VERB_RCPT)
		cmd->arg = l.address;
	cmd->null_sender = m->null_sender;
}

static bool
is_last_chunk(struct str arg)
{
	const struct str last = STR("LAST");

	return arg.n >= last.n &&
	    str_eq_nocase(str_from(arg, arg.n - last.n), last);
}

static void
judge_line(struct smtp *m, const struct smtp_in *in, struct smtp_command *out)
{
	size_t n = m->line_n < SMTP_KEEP ? m->line_n : SMTP_KEEP;
	struct str line = smtp_trim((struct str){ m->line, n });
	struct str word = line;
	bool bdat, last;

	for (word.n = 0; word.n < line.n; word.n++)
		if (smtp_is_blank(line.p[word.n]))
			break;
	out->verb = verb_of(word);
	out->arg = smtp_trim(str_from(line, word.n));
	bdat = str_eq_nocase(word, STR("BDAT"));
	last = bdat && is_last_chunk(out->arg);
	note_line(m, in, out,
	    last     ? ASK_LAST :
		bdat ? ASK_CHUNK :
		       ask_of(out->verb));
	if (bdat) {
		/* Our reply to it waits for the chunk. */
		m->asked_us = 0;
		m->body_done = last;
		begin_chunk(m, out->arg);
		return;
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (waits[i].verb == out->verb)
			m->wait = (uint8_t)waits[i].wait;
}

static void
forget_line(struct smtp *m)
{
	m->line_n = 0;
	m->last[0] = m->last[1] = 0;
	m->tail_any = m->tail_blank = m->tail_params = false;
}

/* Reads on in the line; true when it gives a command. */
static bool
next_line(struct smtp *m, struct smtp_in *in, struct smtp_command *out)
{
	bool command = m->mode == MODE_COMMAND;

	if (m->line_n == 0 && in->r.p[0] == TLS_HANDSHAKE) {
		m->mode = MODE_BLIND;
		return false;
	}
	if (command)
		smtp_note_piece(m, in);
	else
		m->reply_us = 0;
	if (!read_line(m, &in->r)) {
		if (in->segment_n >= SEGMENT_FULL)
			m->line_odd = true;
		return false;
	}
	if (command) {
		judge_line(m, in, out);
		in->lines++;
	} else {
		memset(m->line, 0, sizeof(m->line));
		end_of_other(m, ASK_OTHER);
		m->wait = WAIT_AUTH;
	}
	forget_line(m);
	return command;
}

bool
smtp_next(struct smtp *m, struct smtp_in *in, struct smtp_command *out)
{
	while (in->r.n > 0 && m->mode != MODE_BLIND) {
		if (m->wait != WAIT_NONE)
			decide(m, in);
		if (m->mode == MODE_BODY)
			read_body(m, &in->r);
		else if (m->mode == MODE_CHUNK)
			read_chunk(m, &in->r);
		else if (m->mode != MODE_BLIND && next_line(m, in, out))
			return true;
	}
	lose(m, in->missing);
	in->missing = 0;
	return false;
}
