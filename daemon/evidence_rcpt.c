/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_rcpt - recipients: unknown ones, traps, bounces to nobody
 *
 * Where the packets show the dialogue, they are the witness: a recipient is
 * counted when our refusal goes over the wire, which no writer of log lines
 * can forge, and before the client comes to its message.  Log lines count
 * where the packets cannot be read: after STARTTLS, with one direction
 * captured only, or without a capture.
 */
#include <stdio.h>
#include <strings.h>

#include "daemon/evidence_impl.h"
#include "daemon/logreply.h"

#define UNKNOWN_LABEL  3.0
#define FLOOD_MS       600000 /* so many bounces to nobody ... */
#define FLOOD_MANY     50     /* ... in that time are a flood */
#define REPLY_LINE_MAX 160

bool
evidence_is_trap(const struct policy *p, struct str rcpt)
{
	for (size_t i = 0; p->traps != NULL && p->traps[i] != NULL; i++) {
		struct str t = evidence_str(p->traps[i]);

		if (t.n == 0 || rcpt.n < t.n)
			continue;
		if (t.p[0] == '@' ?
			strncasecmp(rcpt.p + rcpt.n - t.n, t.p, t.n) == 0 :
			rcpt.n == t.n && strncasecmp(rcpt.p, t.p, t.n) == 0)
			return true;
	}
	return false;
}

/* As struct session hashes the address of a reply. */
static uint64_t
rcpt_hash(struct str rcpt)
{
	char low[256];
	size_t n = rcpt.n < sizeof(low) ? rcpt.n : sizeof(low);

	for (size_t i = 0; i < n; i++)
		low[i] = char_lower(rcpt.p[i]);
	return (uint32_t)hash_stable(low, n);
}

/* Of a recipient: did the client write to it today already? */
static bool
seen_today(struct client *c, uint64_t hash, int64_t now_ms)
{
	uint32_t day = evidence_day(now_ms);
	uint64_t bit = 1ULL << (hash & 63);
	bool seen = c->rcpt_day == day && (c->rcpt_seen & bit) != 0;

	if (c->rcpt_day != day)
		c->rcpt_seen = 0;
	c->rcpt_day = day;
	c->rcpt_seen |= bit;
	return seen;
}

static void
bad_rcpt(struct evidence *e)
{
	if (e->conf.tally != NULL)
		tally_add(e->conf.tally, TALLY_RCPT_BAD);
}

static void
trapped(struct evidence *e, struct client *c, struct str line, int64_t now_ms)
{
	bad_rcpt(e);
	client_add(c, EVIDENCE_TRAP_RCPT, 1, 0, now_ms);
	client_sample(c, EVIDENCE_TRAP_RCPT, line, now_ms);
	evidence_label_bad(e, c, now_ms);
	evidence_judge(e, c);
}

static void
unknown(struct evidence *e, struct client *c, struct str line, int64_t now_ms)
{
	double n;

	bad_rcpt(e);
	client_add(c, EVIDENCE_UNKNOWN_RCPT, 1, 0, now_ms);
	client_sample(c, EVIDENCE_UNKNOWN_RCPT, line, now_ms);
	n = client_count(c, EVIDENCE_UNKNOWN_RCPT, now_ms);
	/* Not who writes to more that exist: a list that has grown old. */
	if (n >= UNKNOWN_LABEL - 0.1 &&
	    n > client_count(c, EVIDENCE_RCPT_OK, now_ms))
		evidence_label_bad(e, c, now_ms);
	evidence_judge(e, c);
}

/*
 * Bounces and callouts go to forged senders: no harvesting, and nobody learns
 * from them.  Only a flood of them is stopped, for a short while.
 */
static void
to_nobody(struct evidence *e, struct client *c, struct str line, int64_t now_ms)
{
	bad_rcpt(e);
	c->bounces_nobody++;
	c->dirty = true;
	if (c->flood_ms == 0 || now_ms - c->flood_ms >= FLOOD_MS) {
		c->flood_ms = now_ms;
		c->flood_n = 0;
	}
	c->flood_n++;
	if (c->flood_n < FLOOD_MANY)
		return;
	client_set(c, EVIDENCE_BACKSCATTER, 0, now_ms);
	client_sample(c, EVIDENCE_BACKSCATTER, line, now_ms);
	evidence_judge(e, c);
}

bool
evidence_flood(const struct client *c, int64_t now_ms)
{
	return c->flood_n >= FLOOD_MANY && now_ms - c->flood_ms < FLOOD_MS;
}

/* ---- packets ---- */

void
evidence_rcpt_asked(struct evidence *e, struct client *c,
    const struct session *s, int64_t now_ms)
{
	char text[CLIENT_SAMPLE_MAX];
	int n;

	if (s->null_sender || s->arg.n == 0 ||
	    !evidence_is_trap(e->conf.policy, s->arg))
		return;
	/* A server that was put off asks for the same one again. */
	if (seen_today(c, rcpt_hash(s->arg), now_ms))
		return;
	c->trap_hash = (uint32_t)rcpt_hash(s->arg);
	n = snprintf(text, sizeof(text), "packet: RCPT TO:<%.*s>",
	    (int)(s->arg.n < 120 ? s->arg.n : 120), s->arg.p);
	trapped(e, c, (struct str){ text, n > 0 ? (size_t)n : 0 }, now_ms);
}

/* What our words mean; *ev gets code and softness. */
static enum log_kind
reply_kind(const struct session *s, char line[REPLY_LINE_MAX], size_t *n,
    struct log_event *ev)
{
	int k = snprintf(line, REPLY_LINE_MAX, "%u %.*s", s->reply_code,
	    (int)(s->reply.n < 140 ? s->reply.n : 140), s->reply.p);

	*n = k > 0 ? (size_t)k : 0;
	return logreply_kind(STR("RCPT"), (struct str){ line, *n }, ev);
}

static void
once(struct evidence *e, struct client *c, enum evidence_kind k,
    const struct session *s, struct str sample, int64_t now_ms)
{
	if (!evidence_first(c, k, s, now_ms))
		return;
	client_add(c, k, 1, 0, now_ms);
	client_sample(c, k, sample, now_ms);
	evidence_judge(e, c);
}

static void
refused(struct evidence *e, struct client *c, const struct session *s,
    int64_t now_ms)
{
	char line[REPLY_LINE_MAX], text[CLIENT_SAMPLE_MAX];
	struct log_event ev = { 0 };
	struct str sample;
	size_t n;
	enum log_kind kind = reply_kind(s, line, &n, &ev);
	bool again = s->reply_hash != 0 && seen_today(c, s->reply_hash, now_ms);

	(void)snprintf(text, sizeof(text), "packet: RCPT answered %s", line);
	sample = evidence_str(text);
	if (kind == LOG_RELAY_DENIED)
		once(e, c, EVIDENCE_RELAY_PROBE, s, sample, now_ms);
	if (kind == LOG_LIST_REJECT)
		once(e, c, EVIDENCE_LISTED, s, sample, now_ms);
	if (kind != LOG_UNKNOWN_RCPT)
		return;
	if (s->reply_hash != 0 && s->reply_hash == c->trap_hash)
		return; /* that it is refused as well is no second offence */
	if (s->null_sender)
		to_nobody(e, c, sample, now_ms);
	else if (!ev.soft || !again) /* a server must try again later */
		unknown(e, c, sample, now_ms);
}

void
evidence_rcpt_reply(struct evidence *e, struct client *c,
    const struct session *s, int64_t now_ms)
{
	if (s->reply_verb != VERB_RCPT)
		return;
	if (s->reply_code / 100 == 2) {
		client_add(c, EVIDENCE_RCPT_OK, 1, 0, now_ms);
		return;
	}
	refused(e, c, s, now_ms);
}

/* ---- the log ---- */

bool
evidence_wire_tells(const struct session *s)
{
	return s != NULL && !s->blind && !s->one_sided && !s->deaf;
}

/*
 * Was this line's refusal counted when it went over the wire?  `cross_n` says
 * how many lines there were, this one included.
 */
static bool
told_before(const struct client *c, const struct session *s)
{
	return s != NULL &&
	    (evidence_wire_tells(s) ||
		(c->cross_us == s->open_us &&
		    c->cross_n <= (unsigned)s->rcpts_refused + s->rcpts_soft));
}

bool
evidence_rcpt_logged(struct evidence *e, struct client *c,
    const struct log_event *ev, const struct session *s, struct str line,
    int64_t now_ms)
{
	bool trap = ev->rcpt.n > 0 &&
	    evidence_is_trap(e->conf.policy, ev->rcpt);
	bool again;

	if (!trap && ev->kind != LOG_UNKNOWN_RCPT)
		return false;
	if (told_before(c, s)) {
		enum evidence_kind k = trap ? EVIDENCE_TRAP_RCPT :
					      EVIDENCE_UNKNOWN_RCPT;

		/* It reads better than a packet. */
		if (c->facts[k].last_ms != 0 && !ev->null_sender)
			client_sample(c, k, line, now_ms);
		return true;
	}
	again = ev->rcpt.n > 0 && seen_today(c, rcpt_hash(ev->rcpt), now_ms);
	if (ev->null_sender) {
		if (!trap)
			to_nobody(e, c, line, now_ms);
		return true;
	}
	if (ev->soft && again)
		return true;
	if (trap)
		trapped(e, c, line, now_ms);
	else
		unknown(e, c, line, now_ms);
	return true;
}

void
evidence_rcpt_delivered(struct evidence *e, struct client *c, struct str rcpt,
    struct str line, int64_t now_ms)
{
	/* The packets may have shown it a moment ago. */
	if (c->facts[EVIDENCE_TRAP_RCPT].last_ms != 0 &&
	    seen_today(c, rcpt_hash(rcpt), now_ms))
		return;
	trapped(e, c, line, now_ms);
}
