/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/smtp_own.h"

#include "fp/hash.h"

#define LINE_BYTES_MIN 5 /* of a shorter line, two pieces say little */

static void
add_u16(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
}

void
smtp_note_early(struct smtp *m, uint32_t ack, uint32_t n)
{
	if (m->deaf)
		return;
	/* greet_delay_us is 0 when the greeting went by unread. */
	if (m->greeted &&
	    (m->dlg.greet_delay_us == 0 || !smtp_after(m->greet_end, ack)))
		return;
	m->dlg.flags |= DIALOGUE_EARLY;
	if (n > UINT32_MAX - m->dlg.early_n)
		n = UINT32_MAX - m->dlg.early_n;
	m->dlg.early_n += n;
}

void
smtp_note_ahead(struct smtp *m, bool never)
{
	if (m->offered && !never) {
		m->dlg.flags |= DIALOGUE_MAY_PIPE;
		return;
	}
	m->dlg.flags |= DIALOGUE_PIPELINED;
	m->pipelined = true;
}

static void
begin_line(struct smtp *m, const struct smtp_in *in)
{
	bool heard = m->owed == 0 && smtp_heard(m, in->ack);

	m->pieces = 0;
	m->line_odd = false;
	m->line_ack = in->ack;
	m->line_ahead = !m->deaf && !heard;
	if (m->reply_us != 0 && heard && in->exact)
		dialogue_time(&m->dlg.think, in->t_us - m->reply_us);
	m->reply_us = 0;
}

void
smtp_note_piece(struct smtp *m, const struct smtp_in *in)
{
	if (m->line_n == 0)
		begin_line(m, in);
	add_u16(&m->pieces);
	if (!in->exact)
		m->line_odd = true;
}

static void
note_cut(struct smtp *m, const struct smtp_in *in)
{
	uint32_t length = m->line_n + 1;
	uint8_t cut;

	if (m->line_odd)
		return;
	/* CR LF may well come together. */
	if (m->pieces > 1)
		cut = m->pieces + 1U >= length && length >= LINE_BYTES_MIN ?
		    DIALOGUE_CUT_BYTES :
		    DIALOGUE_CUT_SPLIT;
	else
		cut = in->lines > 0 ? DIALOGUE_CUT_GLUED : DIALOGUE_CUT_WHOLE;
	if (cut > m->dlg.cut)
		m->dlg.cut = cut;
}

/* What the client does now. */
struct deed {
	uint16_t verb;
	bool known; /* SMTP has it */
	struct smtp_asked asked;
};

static bool
is_rcpt(const struct smtp_asked *what)
{
	return what->ask == ASK_RCPT || what->ask == ASK_RCPT_ODD;
}

static enum dialogue_react
react_of(const struct smtp_asked *refused, const struct deed *now)
{
	if (now->asked.hash != 0 && now->asked.hash == refused->hash &&
	    now->asked.ask == refused->ask)
		return DIALOGUE_REACT_RETRY;
	if (!now->known)
		return DIALOGUE_REACT_SPEW;
	if (now->verb == VERB_RCPT && is_rcpt(refused))
		return DIALOGUE_REACT_NEXT;
	if (now->verb == VERB_RSET)
		return DIALOGUE_REACT_RSET;
	if (now->verb == VERB_QUIT)
		return DIALOGUE_REACT_QUIT;
	if (now->verb == VERB_DATA)
		return DIALOGUE_REACT_DATA;
	return DIALOGUE_REACT_OTHER;
}

/*
 * Those of our refusals that who acknowledges `ack` has heard; without a deed
 * it hangs up.
 */
static void
react(struct smtp *m, uint32_t ack, const struct deed *now)
{
	uint8_t *const on[2] = { &m->dlg.on_4xx, &m->dlg.on_5xx };

	for (int i = 0; i < 2; i++) {
		struct smtp_refused *r = &m->refused[i];

		if (!r->awaited || smtp_after(r->end, ack))
			continue;
		r->awaited = false;
		*on[i] = (uint8_t)(now == NULL ? DIALOGUE_REACT_CLOSE :
						 react_of(&r->what, now));
	}
}

static void
note_hello(struct smtp *m, uint16_t verb)
{
	uint8_t *hello = &m->dlg.hello;
	uint16_t before = m->hello;
	bool again = m->hello_again;

	m->hello = verb;
	m->hello_again = false;
	if (*hello == DIALOGUE_HELLO_SKIPPED)
		return;
	if (before == 0)
		*hello = verb == VERB_EHLO ? DIALOGUE_HELLO_EHLO :
					     DIALOGUE_HELLO_HELO;
	else if (again || (m->deaf && m->hello_code == 0))
		;
	else if (before == verb)
		*hello = DIALOGUE_HELLO_TWICE;
	else if (before == VERB_EHLO && m->hello_code >= 400)
		*hello = DIALOGUE_HELLO_FALLBACK;
	else
		*hello = DIALOGUE_HELLO_BOTH;
	m->hello_code = 0;
}

static void
note_mail(struct smtp *m)
{
	if (m->dlg.hello == DIALOGUE_HELLO_NONE)
		m->dlg.hello = DIALOGUE_HELLO_SKIPPED;
	if (m->verb == VERB_RSET && m->body_done)
		m->dlg.flags |= DIALOGUE_RSET_BETWEEN;
	add_u16(&m->dlg.mails);
	m->rcpts = 0;
	m->body_done = false;
}

static void
note_verb(struct smtp *m, uint16_t verb)
{
	switch (verb) {
	case VERB_HELO:
	case VERB_EHLO:
		note_hello(m, verb);
		break;
	case VERB_MAIL:
		note_mail(m);
		break;
	case VERB_RCPT:
		add_u16(&m->rcpts);
		if (m->rcpts > m->dlg.rcpts_max)
			m->dlg.rcpts_max = m->rcpts;
		break;
	case VERB_RSET:
		if (m->dlg.mails == 0)
			m->dlg.flags |= DIALOGUE_RSET_FIRST;
		m->hello_again = true;
		break;
	case VERB_STARTTLS:
	case VERB_AUTH:
		m->hello_again = true;
		break;
	case VERB_QUIT:
		if (m->verb == VERB_RSET)
			m->dlg.flags |= DIALOGUE_RSET_QUIT;
		m->dlg.leave = DIALOGUE_LEAVE_QUIT;
		break;
	default:
		break;
	}
	m->verb = verb;
}

/* As the log's addresses are hashed: lower case. */
static uint32_t
address_hash(struct str s)
{
	char lower[SMTP_KEEP];

	for (size_t i = 0; i < s.n; i++)
		lower[i] = char_lower(s.p[i]);
	return (uint32_t)hash_stable(lower, s.n);
}

/*
 * What was asked, to know it again, and whom a reply is about.  Nothing is
 * kept of a password.
 */
static struct smtp_asked
asked_of(const struct dialogue_line *l, enum smtp_ask ask)
{
	struct smtp_asked what = { .ask = (uint8_t)ask };

	if (ask == ASK_MAIL && l->null_path)
		what.ask = ASK_NULL;
	if (ask == ASK_RCPT && (l->address.n == 0 || l->address_cut))
		what.ask = ASK_RCPT_ODD;
	if (what.ask == ASK_RCPT)
		what.hash = address_hash(l->address);
	else if (l->verb != VERB_AUTH && l->text.n > 0)
		what.hash = (uint32_t)hash_stable(l->text.p, l->text.n);
	return what;
}

void
smtp_note_line(struct smtp *m, const struct smtp_in *in,
    struct dialogue_line *l, enum smtp_ask ask)
{
	struct deed now = { .verb = l->verb };
	bool first = m->dlg.eol == DIALOGUE_EOL_NONE;

	if (m->line_ahead)
		smtp_note_ahead(m, false);
	if (first && (m->dlg.flags & DIALOGUE_EARLY))
		m->dlg.early_verb = l->verb;
	now.known = dialogue_line(&m->dlg, l);
	note_cut(m, in);
	/* Not every server answers an empty line. */
	if (smtp_trim(l->text).n == 0) {
		m->unsure = true;
		return;
	}
	now.asked = asked_of(l, ask);
	react(m, m->line_ack, &now);
	note_verb(m, l->verb);
	if (ask == ASK_HELLO || ask == ASK_MAIL || ask == ASK_RSET)
		m->null_sender = now.asked.ask == ASK_NULL;
	if (ask == ASK_RCPT)
		dialogue_mark_rcpt(&m->dlg);
	m->asked_us = m->owed == 0 && in->exact ? in->t_us : 0;
	smtp_owe(m, now.asked);
}

void
smtp_note_body(struct smtp *m, const struct smtp_in *in)
{
	const struct deed now = { .verb = VERB_DATA, .known = true };
	bool go = m->owed == 0 && m->code == CODE_MESSAGE;

	if (m->owed > 0 || (go && !smtp_heard(m, in->ack)))
		m->dlg.flags |= DIALOGUE_DATA_EARLY;
	if (!go)
		return; /* refused: what follows is a command, of sorts */
	m->reply_us = 0;
	react(m, in->ack, &now);
}

void
smtp_note_reply(struct smtp *m, struct smtp_asked what, uint32_t end,
    int64_t t_us)
{
	bool temporary = m->code >= 400 && m->code < 500;

	m->reply_end = end;
	m->replied = true;
	m->reply_us = m->owed == 0 ? t_us : 0;
	if (m->asked_us != 0 && m->owed == 0)
		dialogue_time(&m->dlg.answer, t_us - m->asked_us);
	m->asked_us = 0;
	if (!m->greeted) {
		int64_t d = t_us - m->open_us;

		m->greeted = true;
		m->greet_end = end;
		m->dlg.greet_delay_us = d < 1 ? 1 :
		    d > UINT32_MAX            ? UINT32_MAX :
						(uint32_t)d;
	}
	if (what.ask == ASK_HELLO)
		m->hello_code = m->code;
	if (m->code < 400 ||
	    (temporary ? m->dlg.replies_4xx : m->dlg.replies_5xx) > 1)
		return;
	m->refused[temporary ? 0 : 1] = (struct smtp_refused){ .what = what,
		.end = end,
		.awaited = true };
}

void
smtp_close(struct smtp *m, enum session_end how)
{
	bool fin = how == SESSION_END_CLIENT_FIN;

	if (m->mode == MODE_BLIND || !(fin || how == SESSION_END_CLIENT_RST))
		return;
	react(m, m->c_ack, NULL);
	if (m->dlg.leave == DIALOGUE_LEAVE_NONE)
		m->dlg.leave = fin ? DIALOGUE_LEAVE_FIN : DIALOGUE_LEAVE_RST;
}
