/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk_mail - MAIL, RCPT and DATA, in whatever segments */
#include <stdio.h>
#include <string.h>

#include "tests/tools/day/talk_impl.h"

void
talk_nobody(struct talk *t, char out[64])
{
	static const char *const names[] = { "info", "sales", "peter", "maria",
		"webmaster", "john", "test", "office", "contact", "linda" };
	const char *name = names[dice_below(t->dice, 10)];

	snprintf(out, 64, "%s%u@" DOMAIN, name,
	    10000 + dice_below(t->dice, 90000));
}

static void
choose_sender(struct talk *t)
{
	unsigned n = dice_below(t->dice, 100000);

	if (t->s->null_sender)
		t->sender[0] = '\0';
	else if (t->kind->class != CLASS_GOOD)
		snprintf(t->sender, sizeof(t->sender), "x%u@sender%u.example",
		    n, n % 977);
	else if (t->kind->pool > 0)
		snprintf(t->sender, sizeof(t->sender), "u%u@firm%u.example", n,
		    n % 3000);
	else
		snprintf(t->sender, sizeof(t->sender), "u%u@%s", n % 30,
		    t->c->domain);
}

static void
mail_text(const struct talk *t, struct talk_text *x)
{
	char params[64] = "", size[16];
	struct talk_text p = { .n = 0 };

	snprintf(size, sizeof(size), "%u", t->size);
	talk_add_pattern(&p, t->dialect->params, (const char *const[]){ size });
	if (t->ehlo && p.n < sizeof(params))
		memcpy(params, p.p, p.n);
	talk_add_pattern(x, t->dialect->mail,
	    (const char *const[]){ t->sender, params });
	talk_add(x, t->dialect->eol);
}

static void
rcpt_text(const struct talk *t, const char *rcpt, struct talk_text *x)
{
	talk_add_pattern(x, t->dialect->rcpt, (const char *const[]){ rcpt });
	talk_add(x, t->dialect->eol);
}

static void
log_reject(struct talk *t, const char *code, const char *rcpt, const char *why)
{
	talk_log(t, "smtpd",
	    "%s: reject: RCPT from %s: %s <%s>: %s; from=<%s> to=<%s> "
	    "proto=%s helo=<%s>",
	    t->rcpts_ok > 0 ? t->qid : "NOQUEUE", t->who, code, rcpt, why,
	    t->sender, rcpt, t->ehlo ? "ESMTP" : "SMTP", t->c->helo);
}

/* Our reply to one recipient, logged. */
static void
answer_rcpt(struct talk *t, const struct talk_rcpt *r, struct talk_text *x)
{
	static const char why[] = "Recipient address rejected: User unknown "
				  "in virtual mailbox table";

	talk_count(t, V_RCPT, !r->refused && !t->s->grey);
	if (!r->refused && t->s->grey) {
		log_reject(t, "450 4.2.0", r->text,
		    "Recipient address rejected: Greylisted");
		talk_add(x, "450 4.2.0 <");
		talk_add(x, r->text);
		talk_add(x, ">: Recipient address rejected: Greylisted\r\n");
		return;
	}
	if (r->refused) {
		log_reject(t, "550 5.1.1", r->text, why);
		talk_add(x, "550 5.1.1 <");
		talk_add(x, r->text);
		talk_add(x, ">: ");
		talk_add(x, why);
		talk_add(x, "\r\n");
		return;
	}
	if (t->rcpts_ok++ == 0)
		talk_log(t, "smtpd", "%s: client=%s", t->qid, t->who);
	talk_add(x, "250 2.1.5 Ok\r\n");
}

static void
answer_data(struct talk *t, struct talk_text *x)
{
	talk_count(t, V_DATA, t->rcpts_ok > 0);
	talk_add(x,
	    t->rcpts_ok > 0 ? "354 End data with <CR><LF>.<CR><LF>\r\n" :
			      "554 5.5.1 Error: no valid recipients\r\n");
}

static void
data_text(const struct talk *t, struct talk_text *x)
{
	talk_add(x, t->dialect->data);
	talk_add(x, t->dialect->eol);
}

static void
send_text(struct talk *t, const struct talk_text *said,
    struct talk_text *answer)
{
	if (answer->n == sizeof(answer->p))
		answer->n--;
	answer->p[answer->n] = '\0';
	(void)said;
	talk_reply(t, answer->p);
}

/* All in one segment, and all our replies in one. */
static void
glued(struct talk *t, bool data)
{
	struct talk_text x = { .n = 0 }, y = { .n = 0 };

	mail_text(t, &x);
	for (unsigned i = 0; i < t->rcpts_n; i++)
		rcpt_text(t, t->rcpts[i].text, &x);
	if (data)
		data_text(t, &x);
	talk_speak(t, x.p, x.n);
	talk_count(t, V_MAIL, true);
	talk_add(&y, "250 2.1.0 Ok\r\n");
	for (unsigned i = 0; i < t->rcpts_n; i++)
		answer_rcpt(t, &t->rcpts[i], &y);
	if (data)
		answer_data(t, &y);
	send_text(t, &x, &y);
}

static void
one_by_one(struct talk *t, bool data)
{
	struct talk_text x = { .n = 0 }, y = { .n = 0 };

	mail_text(t, &x);
	talk_speak(t, x.p, x.n);
	talk_count(t, V_MAIL, true);
	talk_reply(t, "250 2.1.0 Ok\r\n");
	for (unsigned i = 0; i < t->rcpts_n; i++) {
		x.n = y.n = 0;
		rcpt_text(t, t->rcpts[i].text, &x);
		talk_speak(t, x.p, x.n);
		answer_rcpt(t, &t->rcpts[i], &y);
		send_text(t, &x, &y);
	}
	if (!data || t->rcpts_ok == 0)
		return;
	x.n = y.n = 0;
	data_text(t, &x);
	talk_speak(t, x.p, x.n);
	answer_data(t, &y);
	send_text(t, &x, &y);
}

static void
body_text(struct talk *t, struct talk_text *x)
{
	char line[192];

	snprintf(line, sizeof(line),
	    "Message-Id: <%s@%s>\r\nSubject: news %u\r\n\r\n", t->qid,
	    t->c->domain, dice_below(t->dice, 1000));
	talk_add(x, line);
	while (x->n < t->size && x->n + 100 < sizeof(x->p)) {
		snprintf(line, sizeof(line), "%016llx some words of text\r\n",
		    (unsigned long long)dice_bits(t->dice));
		talk_add(x, line);
	}
	talk_add(x, ".\r\n");
}

static void
log_delivery(struct talk *t)
{
	talk_log(t, "cleanup", "%s: message-id=<%s@%s>", t->qid, t->qid,
	    t->c->domain);
	if (t->s->passed == 0) {
		talk_log(t, "cleanup",
		    "%s: milter-reject: END-OF-MESSAGE from %s: 5.7.1 Spam "
		    "message rejected; from=<%s> to=<%s> proto=%s helo=<%s>",
		    t->qid, t->who, t->sender, t->rcpts[0].text,
		    t->ehlo ? "ESMTP" : "SMTP", t->c->helo);
		return;
	}
	talk_log(t, "qmgr", "%s: from=<%s>, size=%u, nrcpt=%u (queue active)",
	    t->qid, t->sender, t->size, t->rcpts_ok);
	for (unsigned i = 0; i < t->rcpts_n; i++)
		if (!t->rcpts[i].refused)
			talk_log(t, "lmtp",
			    "%s: to=<%s>, relay=mx.example.org[private/"
			    "dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, "
			    "dsn=2.0.0, status=sent (250 2.0.0 Saved)",
			    t->qid, t->rcpts[i].text);
	talk_log(t, "qmgr", "%s: removed", t->qid);
}

static void
message(struct talk *t)
{
	struct talk_text x = { .n = 0 };

	t->s->data_us = t->flow.t_us;
	body_text(t, &x);
	talk_speak(t, x.p, x.n);
	t->s->sent_us = t->flow.t_us;
	t->s->messages = 1;
	t->s->passed = !dice_yes(t->dice, t->kind->refused);
	t->after = "END-OF-MESSAGE";
	t->flow.t_us += dice_us(t->dice, 10, 120);
	log_delivery(t);
	talk_reply(t,
	    t->s->passed ? "250 2.0.0 Ok: queued\r\n" :
			   "550 5.7.1 Spam message rejected\r\n");
}

void
talk_transaction(struct talk *t, bool body)
{
	choose_sender(t);
	if (t->dialect->before != NULL) {
		talk_command(t, t->dialect->before, "250 2.0.0 Ok\r\n");
		talk_count(t, V_RSET, true);
	}
	if (t->dialect->glued && t->rcpts_n < 30)
		glued(t, body);
	else
		one_by_one(t, body);
	t->after = "RCPT";
	if (body && t->rcpts_ok > 0)
		message(t);
}

void
talk_relay(struct talk *t)
{
	struct talk_text x = { .n = 0 };
	const char *to = "probe@elsewhere.example";

	choose_sender(t);
	mail_text(t, &x);
	talk_speak(t, x.p, x.n);
	talk_count(t, V_MAIL, true);
	talk_reply(t, "250 2.1.0 Ok\r\n");
	x.n = 0;
	rcpt_text(t, to, &x);
	talk_speak(t, x.p, x.n);
	talk_count(t, V_RCPT, false);
	log_reject(t, "554 5.7.1", to, "Relay access denied");
	talk_reply(t,
	    "554 5.7.1 <probe@elsewhere.example>: Relay access denied\r\n");
	t->after = "RCPT";
}
