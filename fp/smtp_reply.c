/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/smtp_own.h"

#define ASK_BITS   4
#define ASK_MASK   15
#define CODE_BYTES 4 /* and what is behind it: a blank or a dash */

_Static_assert(SMTP_ASKED % SMTP_HASHES == 0, "one place in both rings");
_Static_assert(SMTP_ASKED == UINT8_MAX + 1, "asked_at wraps by itself");

void
smtp_deafen(struct smtp *m)
{
	m->deaf = true;
	m->reply_n = 0;
	m->reply_us = m->asked_us = 0;
	m->refused[0].awaited = m->refused[1].awaited = false;
}

void
smtp_owe(struct smtp *m, struct smtp_asked what)
{
	unsigned at = (m->asked_at + m->owed) % SMTP_ASKED;
	unsigned shift = at % 2 * ASK_BITS;
	uint8_t *two = &m->asked[at / 2];

	if (m->owed < SMTP_ASKED) {
		*two = (uint8_t)((*two & ~(ASK_MASK << shift)) |
		    what.ask << shift);
		m->hashes[at % SMTP_HASHES] = what.hash;
	} else {
		m->asked_lost = m->unsure = true;
	}
	if (m->owed < UINT16_MAX)
		m->owed++;
}

/* The line that our next reply answers; its hash may have been pushed out. */
static struct smtp_asked
take_asked(struct smtp *m)
{
	unsigned at = m->asked_at;
	struct smtp_asked what = { .ask = ASK_OTHER };

	if (!m->asked_lost)
		what.ask = m->asked[at / 2] >> at % 2 * ASK_BITS & ASK_MASK;
	if (!m->asked_lost && m->owed <= SMTP_HASHES)
		what.hash = m->hashes[at % SMTP_HASHES];
	m->asked_at++;
	m->owed--;
	if (m->owed == 0)
		m->asked_lost = false;
	return what;
}

/* What a reply says of which command; false when it is not worth telling. */
static bool
tell(const struct smtp *m, struct smtp_asked what, struct smtp_reply *r)
{
	static const uint16_t verbs[ASK_MASK + 1] = {
		[ASK_MAIL] = VERB_MAIL,
		[ASK_NULL] = VERB_MAIL,
		[ASK_RCPT] = VERB_RCPT,
		[ASK_RCPT_ODD] = VERB_RCPT,
		[ASK_DATA] = VERB_DATA,
		[ASK_END] = VERB_DATA,
		[ASK_CHUNK] = VERB_DATA,
		[ASK_LAST] = VERB_DATA,
	};

	if (m->unsure || m->goodbye || m->mode == MODE_BLIND ||
	    verbs[what.ask] == 0)
		return false;
	if (what.ask == ASK_CHUNK && m->code < 400)
		return false;
	*r = (struct smtp_reply){ .verb = verbs[what.ask],
		.code = m->code,
		.message = what.ask == ASK_END || what.ask == ASK_LAST,
		.null_sender = m->null_answered,
		.hash = what.ask == ASK_RCPT ? what.hash : 0 };
	return true;
}

/* Where we are, by what we have answered. */
static void
follow(struct smtp *m, struct smtp_asked what)
{
	if (what.ask == ASK_NULL)
		m->null_answered = true;
	else if (what.ask == ASK_MAIL || what.ask == ASK_RSET ||
	    what.ask == ASK_HELLO)
		m->null_answered = false;
	if (what.ask == ASK_HELLO)
		m->tls_offered = m->tls_named;
}

static void
count_code(struct dialogue *d, uint16_t code)
{
	if (code >= 400 && code < 500 && d->replies_4xx < UINT16_MAX)
		d->replies_4xx++;
	if (code >= 500 && d->replies_5xx < UINT16_MAX)
		d->replies_5xx++;
}

/* A whole reply of ours, up to the sequence number `end`. */
static bool
take_reply(struct smtp *m, const struct smtp_out *out, uint32_t end,
    struct smtp_reply *r)
{
	struct smtp_asked what = { .ask = ASK_OTHER };
	bool asked = m->owed > 0;

	count_code(&m->dlg, m->code);
	if (asked) {
		what = take_asked(m);
		follow(m, what);
		smtp_note_reply(m, what, end, out->t_us);
	}
	if (m->wait == WAIT_TLS && m->owed == 0 && m->code == CODE_READY)
		m->mode = MODE_BLIND;
	m->tls_named = false;
	if (m->code == CODE_GOODBYE)
		m->goodbye = true;
	else if (!asked && m->mode != MODE_BODY)
		m->unsure = true; /* more than was asked, of what we saw */
	if (m->mode == MODE_BODY) {
		/* It answers a body whose end was lost. */
		m->mode = smtp_after(m->c_next, out->ack) ? MODE_BLIND :
							    MODE_COMMAND;
		m->c_next = out->ack;
		m->body_done = true;
		what.ask = ASK_END;
	}
	return tell(m, what, r);
}

/* A line of ours, up to the sequence number `end`. */
static bool
reply_line(struct smtp *m, const struct smtp_out *out, uint32_t end,
    struct smtp_reply *r)
{
	struct str line = { m->reply, m->reply_n }, text = { m->reply, 0 };

	m->reply_n = 0;
	if (line.n < 3 || !char_is_digit(line.p[0]) ||
	    !char_is_digit(line.p[1]) || !char_is_digit(line.p[2])) {
		smtp_deafen(m);
		return false;
	}
	uint16_t code = (uint16_t)((line.p[0] - '0') * 100 +
	    (line.p[1] - '0') * 10 + (line.p[2] - '0'));

	if (line.n > CODE_BYTES) {
		text = smtp_trim(str_from(line, CODE_BYTES));
		if (code == 250 && str_eq_nocase(text, STR("PIPELINING")))
			m->offered = true;
		if (code == 250 && str_eq_nocase(text, STR("STARTTLS")))
			m->tls_named = true;
	}
	if (line.n >= CODE_BYTES && line.p[3] == '-')
		return false;
	m->code = code;
	if (!take_reply(m, out, end, r))
		return false;
	r->text = text;
	return true;
}

/* The next line of ours; false when its end is not there yet. */
static bool
next_line(struct smtp *m, struct rd *r)
{
	const uint8_t *lf = memchr(r->p, '\n', r->n);
	size_t n = lf == NULL ? r->n : (size_t)(lf - r->p);
	size_t room = SMTP_REPLY_MAX - m->reply_n, kept = n < room ? n : room;
	const uint8_t *p = rd_take(r, n);

	if (kept > 0)
		memcpy(&m->reply[m->reply_n], p, kept);
	m->reply_n = (uint8_t)(m->reply_n + kept);
	if (lf != NULL)
		rd_skip(r, 1);
	return lf != NULL;
}

bool
smtp_server(struct smtp *m, const struct traits *p, int64_t t_us,
    struct smtp_out *out)
{
	struct smtp_place place;

	/* Said again: who knows which of the two the client has heard. */
	if (p->payload_len > 0 && smtp_after(m->s_next, p->seq))
		m->reply_us = 0;
	if (!smtp_place(m->s_next, p, &place))
		return false;
	if (place.ahead > 0)
		smtp_deafen(m);
	*out = (struct smtp_out){ .end = p->seq + p->payload_cap,
		.ack = p->ack,
		.again = place.skip > 0,
		.t_us = t_us };
	out->missing = smtp_new_bytes(p, place.skip, &out->r);
	m->s_next = p->seq + p->payload_len;
	return true;
}

bool
smtp_reply(struct smtp *m, struct smtp_out *out, struct smtp_reply *r)
{
	while (out->r.n > 0 && !m->deaf && m->mode != MODE_BLIND)
		if (next_line(m, &out->r) &&
		    reply_line(m, out, out->end - (uint32_t)out->r.n, r))
			return true;
	if (out->again)
		m->reply_us = 0;
	if (out->missing > 0)
		smtp_deafen(m);
	return false;
}
