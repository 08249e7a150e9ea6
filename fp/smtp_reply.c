/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/smtp_own.h"

void
smtp_deafen(struct smtp *m)
{
	m->deaf = true;
	m->reply_n = 0;
	m->reply_us = m->asked_us = 0;
	m->refused[0].awaited = m->refused[1].awaited = false;
}

/* The line that our next reply answers. */
static struct smtp_asked
take_asked(struct smtp *m)
{
	struct smtp_asked what = m->asked[m->asked_at];

	if (m->asked_lost)
		what = (struct smtp_asked){ 0, 0 };
	m->asked_at = (uint8_t)((m->asked_at + 1) % SMTP_ASKED);
	m->owed--;
	if (m->owed == 0)
		m->asked_lost = false;
	return what;
}

/* Where a segment of ours is read. */
struct at {
	uint32_t end; /* the sequence number behind the line */
	uint32_t ack; /* how far we had heard the client then */
	int64_t t_us;
};

/* A whole reply of ours. */
static void
take_reply(struct smtp *m, uint16_t code, const struct at *at)
{
	m->code = code;
	if (code >= 400 && code < 500 && m->dlg.replies_4xx < UINT16_MAX)
		m->dlg.replies_4xx++;
	if (code >= 500 && m->dlg.replies_5xx < UINT16_MAX)
		m->dlg.replies_5xx++;
	/* One that nobody asked for (421) is no matter of the client's. */
	if (m->owed > 0)
		smtp_note_reply(m, take_asked(m), at->end, at->t_us);
	if (m->wait == WAIT_TLS && m->owed == 0 && code == CODE_READY)
		m->mode = MODE_BLIND;
	if (m->mode != MODE_BODY)
		return;
	/* It answers a body whose end was lost. */
	m->mode = smtp_after(m->c_next, at->ack) ? MODE_BLIND : MODE_COMMAND;
	m->c_next = at->ack;
	m->body_done = true;
}

static void
reply_line(struct smtp *m, const struct at *at)
{
	struct str line = { m->reply, m->reply_n };
	struct str word;

	m->reply_n = 0;
	if (line.n < 3 || !char_is_digit(line.p[0]) ||
	    !char_is_digit(line.p[1]) || !char_is_digit(line.p[2])) {
		smtp_deafen(m);
		return;
	}
	uint16_t code = (uint16_t)((line.p[0] - '0') * 100 +
	    (line.p[1] - '0') * 10 + (line.p[2] - '0'));

	if (line.n > 4) {
		word = smtp_trim(str_from(line, 4));
		if (code == 250 && str_eq_nocase(word, STR("PIPELINING")))
			m->offered = true;
	}
	if (line.n < 4 || line.p[3] != '-')
		take_reply(m, code, at);
}

void
smtp_server(struct smtp *m, const struct traits *p, int64_t t_us)
{
	struct at at = { .ack = p->ack, .t_us = t_us };
	struct smtp_place place;
	uint32_t missing;
	struct rd r;

	/* Said again: who knows which of the two the client has heard. */
	if (p->payload_len > 0 && smtp_after(m->s_next, p->seq))
		m->reply_us = 0;
	if (!smtp_place(m->s_next, p, &place))
		return;
	if (place.ahead > 0)
		smtp_deafen(m);
	missing = smtp_new_bytes(p, place.skip, &r);
	m->s_next = p->seq + p->payload_len;
	while (r.n > 0 && !m->deaf && m->mode != MODE_BLIND) {
		char c = (char)rd_u8(&r);

		at.end = p->seq + p->payload_cap - (uint32_t)r.n;
		if (c == '\n')
			reply_line(m, &at);
		else if (m->reply_n < SMTP_REPLY_MAX)
			m->reply[m->reply_n++] = c;
	}
	if (place.skip > 0)
		m->reply_us = 0;
	if (missing > 0)
		smtp_deafen(m);
}
