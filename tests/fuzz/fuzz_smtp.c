/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_smtp - segments of an SMTP dialogue, in any order and of any size
 *
 * zt-link: fp/smtp fp/smtp_note fp/smtp_reply fp/dialogue fp/dialogue_key
 * zt-link: fp/hash fp/addr
 * zt-libs: libsodium libm
 *
 * The input is a series of segments, each behind a head of three bytes: what
 * (direction and oddities), milliseconds since the last, and the length.  A
 * segment begins where its side has got to, or a few bytes off.  Every one is
 * a copy of its own, so that a read beyond it is seen.
 */
#include "fp/smtp.h"

#include <stdlib.h>

#define WHAT_SERVER 0x01
#define WHAT_AGAIN  0x02 /* begins before its place */
#define WHAT_GAP    0x04 /* or behind it */
#define WHAT_CUT    0x08 /* not captured whole */
#define WHAT_DEAF   0x10 /* acknowledges nothing new */
#define WHAT_LATE   0x20
#define WHAT_BACK   0x40 /* the clock goes back */
#define WHAT_END    0x80 /* the session is over */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct smtp m;
	uint32_t next[2]; /* of the client, of the server */
	uint32_t acked;   /* by the client */
	int64_t now_us;
	size_t commands_n, bytes_n, asked_n, replies_n;
};

static void
check(bool ok)
{
	if (!ok)
		abort();
}

static void
check_times(const struct dialogue_times *t)
{
	check(t->n == 0 || t->min_us <= t->max_us);
	check(t->sum_us <= (uint64_t)t->n * t->max_us);
	check(dialogue_deviation_ms(t) >= 0);
}

/* What is shown must hold, whatever was said. */
static void
check_state(const struct run *run)
{
	const struct smtp *m = &run->m;
	const struct dialogue *d = &m->dlg;
	char text[DIALOGUE_TEXT];

	check(d->hello < DIALOGUE_HELLOS && d->verb_case < DIALOGUE_CASES &&
	    d->word_case < DIALOGUE_CASES && d->mail_path < DIALOGUE_PATHS &&
	    d->rcpt_path < DIALOGUE_PATHS && d->eol < DIALOGUE_EOLS &&
	    d->cut < DIALOGUE_CUTS && d->name < DIALOGUE_NAMES &&
	    d->on_4xx < DIALOGUE_REACTS && d->on_5xx < DIALOGUE_REACTS &&
	    d->leave < DIALOGUE_LEAVES);
	check(m->reply_n <= SMTP_REPLY_MAX && m->line_n <= SMTP_LINE_MAX + 256);
	check(!m->pipelined || (d->flags & DIALOGUE_PIPELINED));
	check((run->commands_n == 0) == (dialogue_key(d) == 0));
	check((dialogue_text(d, text)[0] == '\0') == (dialogue_key(d) == 0));
	check(strlen(text) < DIALOGUE_TEXT);
	check(dialogue_key_rcpt(d) == 0 || run->asked_n > 0);
	check(run->commands_n <= run->bytes_n);
	check(d->early_n <= run->bytes_n);
	check_times(&d->think);
	check_times(&d->answer);
}

static void
client(struct run *run, const struct traits *t)
{
	struct smtp_command cmd;
	struct smtp_in in;

	if (!smtp_client(&run->m, t, run->now_us, &in))
		return;
	while (smtp_next(&run->m, &in, &cmd)) {
		check(cmd.verb != 0 && (cmd.verb & (cmd.verb - 1)) == 0);
		check(cmd.arg.n <= SMTP_KEEP);
		check(cmd.arg.n == 0 || cmd.arg.p[cmd.arg.n - 1] != ' ');
		run->commands_n++;
		/* DATA has two: its own, and that of the message. */
		if (cmd.verb & (VERB_MAIL | VERB_RCPT | VERB_DATA))
			run->asked_n += cmd.verb == VERB_DATA ? 2 : 1;
	}
}

static void
server(struct run *run, const struct traits *t)
{
	struct smtp_reply r;
	struct smtp_out out;

	if (!smtp_server(&run->m, t, run->now_us, &out))
		return;
	while (smtp_reply(&run->m, &out, &r)) {
		/* Each answers something that was said. */
		check(++run->replies_n <= run->asked_n);
		check(r.verb == VERB_MAIL || r.verb == VERB_RCPT ||
		    r.verb == VERB_DATA);
		check(r.code < 1000 && r.text.n <= SMTP_REPLY_MAX);
		check(r.hash == 0 || r.verb == VERB_RCPT);
		check(!r.message || r.verb == VERB_DATA);
		check(!run->m.deaf && !run->m.unsure && !smtp_blind(&run->m));
	}
}

static void
one_segment(struct run *run, uint8_t what, struct str s)
{
	unsigned side = what & WHAT_SERVER;
	uint8_t *copy = malloc(s.n + 1);
	struct traits t = { .flags = TCPF_ACK,
		.seq = run->next[side],
		.ack = run->next[1 - side],
		.payload = copy,
		.payload_cap = (uint32_t)s.n,
		.payload_len = (uint32_t)s.n };
	struct dialogue before = run->m.dlg;
	bool blind = smtp_blind(&run->m);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	if (what & WHAT_AGAIN)
		t.seq -= (uint32_t)(s.n + 1) / 2;
	if (what & WHAT_GAP)
		t.seq += 3;
	if (what & WHAT_CUT)
		t.payload_len += 2;
	if ((what & WHAT_DEAF) && side == 0)
		t.ack = run->acked;
	else if (side == 0)
		run->acked = t.ack;
	if (what & WHAT_LATE)
		smtp_late(&run->m);
	if ((int32_t)(t.seq + t.payload_len - run->next[side]) > 0)
		run->next[side] = t.seq + t.payload_len;
	run->bytes_n += t.payload_len;
	if (side == 0)
		client(run, &t);
	else
		server(run, &t);
	(void)smtp_in_body(&run->m);
	if (what & WHAT_END)
		smtp_close(&run->m, SESSION_END_CLIENT_FIN);
	/* Blind is blind: nothing more is learned, nothing is forgotten. */
	check(!blind ||
	    (smtp_blind(&run->m) &&
		memcmp(&before, &run->m.dlg, sizeof(before)) == 0));
	check(blind || (before.flags & ~run->m.dlg.flags) == 0);
	check(before.rcpt_key == 0 || before.rcpt_key == run->m.dlg.rcpt_key);
	free(copy);
	check_state(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run = { .next = { 0xfffffff0U, 0xffffff80U },
		.now_us = INT64_C(1700000000000000) };
	struct rd r = rd_init(data, size);
	struct smtp_start start = { .c_next = run.next[0],
		.s_next = run.next[1],
		.open_us = run.now_us };

	run.acked = run.next[1];
	smtp_init(&run.m, &start);
	while (r.n > 0) {
		uint8_t what = rd_u8(&r);
		int64_t us = rd_u8(&r) * 1000;
		size_t n = rd_u8(&r);
		const uint8_t *p;

		if (n > r.n)
			n = r.n;
		p = rd_take(&r, n);
		run.now_us += what & WHAT_BACK ? -us : us;
		one_segment(&run, what, (struct str){ (const char *)p, n });
	}
	return 0;
}
