/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/talk_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORK_MS 0.6 /* what our server needs for a reply, at least */

static const char *const verb_name[VERBS] = { "helo", "ehlo", "starttls",
	"auth", "mail", "rcpt", "data", "rset", "noop", "quit", "unknown" };

void
talk_add(struct talk_text *x, const char *s)
{
	size_t n = strlen(s);

	if (n > sizeof(x->p) - x->n)
		n = sizeof(x->p) - x->n;
	memcpy(x->p + x->n, s, n);
	x->n += n;
}

/* The pattern with each % and its letter replaced by the next of `words`. */
void
talk_add_pattern(struct talk_text *x, const char *pattern,
    const char *const *words)
{
	char one[2] = { 0 };

	for (const char *p = pattern; *p != '\0'; p++) {
		one[0] = *p;
		if (*p == '%' && p[1] != '\0') {
			talk_add(x, *words++);
			p++;
		} else {
			talk_add(x, one);
		}
	}
}

void
talk_qid(struct dice *d, char out[16])
{
	unsigned high = dice_below(d, 1 << 20);

	snprintf(out, 16, "%05X%06X", high, dice_below(d, 1 << 24));
}

void
talk_begin(struct talk *t)
{
	char b[ADDR_STRLEN];
	int n = snprintf(t->who, sizeof(t->who), "%s[%s]",
	    t->c->rdns[0] != '\0' ? t->c->rdns : "unknown",
	    addr_print(&t->c->a, b));

	if (!t->pc->noport)
		snprintf(t->who + n, sizeof(t->who) - (size_t)n, ":%u",
		    t->s->port);
	t->pid = 2000 + dice_below(t->dice, 400) * 3;
	t->after = "CONNECT";
	t->ehlo = (t->dialect->hello[0] | 0x20) == 'e';
	talk_qid(t->dice, t->qid);
	t->size = 400 + (unsigned)(dice_exp(t->dice) * 1200);
	if (t->size > 6000)
		t->size = 6000;
}

void
talk_log(const struct talk *t, const char *service, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_line(t->pc->out, t->flow.t_us - 200, "postfix/%s[%u]: %s", service,
	    t->pid +
		(service[0] == 'c'        ? 1 :
			service[0] == 'q' ? 2 :
					    0),
	    text);
}

/* ---- bytes on the wire ---- */

/* A TLS record of application data, as long as its text. */
static size_t
record(struct talk *t, uint8_t kind, size_t n, uint8_t *out)
{
	out[0] = kind;
	out[1] = 3;
	out[2] = 3;
	out[3] = (uint8_t)(n >> 8);
	out[4] = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		out[5 + i] = (uint8_t)dice_bits(t->dice);
	return n + 5;
}

void
talk_reply(struct talk *t, const char *text)
{
	uint8_t sealed[TALK_TEXT_MAX + 64];
	size_t n = strlen(text);

	if (t->s->tls)
		flow_server(&t->flow, sealed, record(t, 0x17, n + 17, sealed));
	else
		flow_server(&t->flow, text, n);
}

/* Between hearing us and speaking, of the bin that the session has. */
static int64_t
pause_us(struct talk *t)
{
	static const double lo_ms[] = { 0.2, 6, 55, 270, 1100 };
	static const double hi_ms[] = { 4, 40, 200, 800, 4000 };
	double u = dice_unit(t->dice);

	return (int64_t)((lo_ms[t->think] +
			     (hi_ms[t->think] - lo_ms[t->think]) * u * u) *
	    1000);
}

void
talk_speak(struct talk *t, const char *p, size_t n)
{
	uint8_t sealed[TALK_TEXT_MAX * 2 + 64];

	if (t->s->tls) {
		n = record(t, 0x17, n + 17, sealed);
		p = (const char *)sealed;
	}
	flow_client(&t->flow, pause_us(t), p, n);
	t->flow.t_us += dice_us(t->dice, WORK_MS, WORK_MS * 6);
}

void
talk_count(struct talk *t, enum verb v, bool ok)
{
	t->all[v]++;
	t->ok[v] += ok;
}

/* One command without arguments, and its reply. */
void
talk_command(struct talk *t, const char *word, const char *reply)
{
	struct talk_text x = { .n = 0 };

	talk_add(&x, word);
	talk_add(&x, t->dialect->eol);
	talk_speak(t, x.p, x.n);
	talk_reply(t, reply);
}

/* ---- greeting ---- */

static void
hello_text(const struct talk *t, struct talk_text *x)
{
	talk_add_pattern(x, t->dialect->hello,
	    (const char *const[]){ t->c->helo });
	talk_add(x, t->dialect->eol);
}

void
talk_hello_early(struct talk *t)
{
	struct talk_text x = { .n = 0 };

	if (t->errand == E_CONNECT || t->errand == E_MONITOR) {
		t->s->early = 0; /* it has nothing to say */
		return;
	}
	hello_text(t, &x);
	flow_client_now(&t->flow, x.p, x.n);
	t->said_early = true;
}

static void
hello_reply(struct talk *t)
{
	const char *plain = "250-mx.example.org\r\n250-PIPELINING\r\n"
			    "250-SIZE 52428800\r\n250-ETRN\r\n"
			    "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n"
			    "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
			    "250-DSN\r\n250 SMTPUTF8\r\n";

	talk_count(t, t->ehlo ? V_EHLO : V_HELO, true);
	t->after = t->ehlo ? "EHLO" : "HELO";
	talk_reply(t, t->ehlo ? plain : "250 mx.example.org\r\n");
}

void
talk_hello(struct talk *t)
{
	struct talk_text x = { .n = 0 };

	if (!t->said_early) {
		hello_text(t, &x);
		talk_speak(t, x.p, x.n);
	} else {
		t->flow.t_us += dice_us(t->dice, WORK_MS, WORK_MS * 3);
	}
	t->said_early = false;
	hello_reply(t);
}

void
talk_tls(struct talk *t)
{
	uint8_t b[TALK_TEXT_MAX];
	struct talk_text x = { .n = 0 };
	int64_t wait_us;

	talk_command(t, "STARTTLS", "220 2.0.0 Ready to start TLS\r\n");
	talk_count(t, V_STARTTLS, true);
	wait_us = pause_us(t);
	flow_client(&t->flow, wait_us, b, record(t, 0x16, 300, b));
	t->flow.t_us += 1200;
	flow_server(&t->flow, b, record(t, 0x16, 2300, b));
	flow_client(&t->flow, 1500, b, record(t, 0x16, 75, b));
	t->flow.t_us += 500;
	talk_log(t, "smtpd",
	    "Anonymous TLS connection established from %s: TLSv1.3 with "
	    "cipher TLS_AES_256_GCM_SHA384 (256/256 bits)",
	    t->who);
	t->s->tls = 1;
	hello_text(t, &x);
	talk_speak(t, x.p, x.n);
	hello_reply(t);
}

/* ---- other errands ---- */

void
talk_noop(struct talk *t)
{
	talk_command(t, "NOOP", "250 2.0.0 Ok\r\n");
	talk_count(t, V_NOOP, true);
	t->after = "NOOP";
}

void
talk_auth(struct talk *t)
{
	talk_command(t, "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n");
	talk_command(t, "aW5mbw==", "334 UGFzc3dvcmQ6\r\n");
	talk_speak(t, "c2VjcmV0\r\n", 10);
	t->flow.t_us += dice_us(t->dice, 500, 2500);
	talk_log(t, "smtpd",
	    "warning: %s: SASL LOGIN authentication failed: UGFzc3dvcmQ6, "
	    "sasl_username=info@" DOMAIN,
	    t->who);
	talk_reply(t, "535 5.7.8 Error: authentication failed: \r\n");
	talk_count(t, V_AUTH, false);
	t->after = "AUTH";
}

void
talk_http(struct talk *t, bool early)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: 192.0.2.25:25\r\n"
				   "User-Agent: probe\r\n\r\n";

	if (early)
		flow_client_now(&t->flow, text, sizeof(text) - 1);
	else
		flow_client(&t->flow, 2000, text, sizeof(text) - 1);
}

void
talk_http_answer(struct talk *t)
{
	t->flow.t_us += 1500;
	talk_log(t, "smtpd",
	    "warning: non-SMTP command from %s: GET / HTTP/1.1", t->who);
	talk_reply(t, "221 2.7.0 Error: I can break rules, too. Goodbye.\r\n");
	talk_log(t, "smtpd", "disconnect from %s unknown=0/1 commands=0/1",
	    t->who);
	flow_end(&t->flow, FLOW_SERVER);
	t->over = true;
}

/* ---- the end ---- */

static void
log_disconnect(struct talk *t)
{
	char text[256] = "", one[32];
	unsigned ok = 0, all = 0;

	for (unsigned v = 0; v < VERBS; v++) {
		if (t->all[v] == 0)
			continue;
		ok += t->ok[v];
		all += t->all[v];
		if (t->ok[v] == t->all[v])
			snprintf(one, sizeof(one), "%s=%u ", verb_name[v],
			    t->ok[v]);
		else
			snprintf(one, sizeof(one), "%s=%u/%u ", verb_name[v],
			    t->ok[v], t->all[v]);
		strcat(text, one);
	}
	if (ok == all && all > 0)
		snprintf(one, sizeof(one), "commands=%u", all);
	else
		snprintf(one, sizeof(one), "commands=%u/%u", ok, all);
	talk_log(t, "smtpd", "disconnect from %s %s%s", t->who, text, one);
}

void
talk_leave(struct talk *t)
{
	if (t->leave == LEAVE_QUIT) {
		struct talk_text x = { .n = 0 };

		talk_add(&x, t->dialect->quit);
		talk_add(&x, t->dialect->eol);
		talk_speak(t, x.p, x.n);
		talk_count(t, V_QUIT, true);
		talk_reply(t, "221 2.0.0 Bye\r\n");
		log_disconnect(t);
		flow_end(&t->flow, FLOW_SERVER);
		return;
	}
	flow_client(&t->flow, pause_us(t), NULL, 0);
	flow_end(&t->flow, t->leave == LEAVE_FIN ? FLOW_CLIENT : FLOW_RESET);
	t->flow.t_us += 300;
	talk_log(t, "smtpd", "lost connection after %s from %s", t->after,
	    t->who);
	log_disconnect(t);
}
