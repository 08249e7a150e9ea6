/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_expect - what a scenario expects of the engine */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "tests/tools/lib/zs.h"

bool
zs_check(struct zs *z, bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		z->passed++;
		return true;
	}
	z->failed++;
	printf("FAIL %s:%d: ", z->file, z->line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return false;
}

/* Why it is (not) blocked: every term of its score. */
static void
explain(struct zs *z, const struct addr *a)
{
	struct score s;
	const struct client *c = engine_client(z->engine, a, z->now_us / 1000,
	    &s);

	if (c == NULL) {
		puts("     no record");
		return;
	}
	printf("     P %.3f (%.2f nats), families %02x, %s, immune by %s;", s.p,
	    s.sum, s.families, s.families_agree ? "agree" : "do not agree",
	    evidence_name(s.immune_by));
	for (size_t i = 0; i < s.n; i++)
		printf(" %s%+.2f", evidence_name(s.terms[i].kind),
		    s.terms[i].llr);
	printf("; tier %u, offences %" PRIu32 "\n", c->tier, c->offences);
}

static struct zs_event *
last_event(struct zs *z, enum engine_out_kind k, const struct addr *a)
{
	struct addr key = addr_key(a);

	for (size_t i = z->events_n; i > 0; i--)
		if (z->events[i - 1].kind == k &&
		    addr_eq(&z->events[i - 1].net.a, &key))
			return &z->events[i - 1];
	return NULL;
}

/* The first that no `expect` has taken yet. */
static struct zs_event *
take_event(struct zs *z, enum engine_out_kind k, const struct addr *a)
{
	struct addr key = addr_key(a);

	for (size_t i = 0; i < z->events_n; i++) {
		struct zs_event *e = &z->events[i];

		if (e->kind != k || e->used || !addr_eq(&e->net.a, &key))
			continue;
		e->used = true;
		return e;
	}
	return NULL;
}

static bool
has_reason(struct zs *z, const struct client *c, const char *name)
{
	const struct zs_event *e = last_event(z, ENGINE_BLOCK, &c->key);
	enum evidence_kind k = evidence_by_name(
	    (struct str){ name, strlen(name) });

	if (k == EVIDENCE_NONE)
		zs_die(z, "no evidence is called %s", name);
	for (size_t i = 0; e != NULL && i < e->score.n; i++)
		if (e->score.terms[i].kind == k && e->score.terms[i].llr > 0)
			return true;
	for (size_t i = 0; i < sizeof(c->reasons); i++)
		if (c->reasons[i] == k)
			return true;
	return false;
}

/* The whole length, within the jitter. */
static bool
about(const struct zs *z, const struct client *c, int64_t want_ms)
{
	int64_t got_ms = c->block_until_ms - c->block_from_ms;
	int64_t slack_ms = want_ms * z->config->policy.jitter_percent / 100;

	return got_ms >= want_ms - slack_ms && got_ms <= want_ms + slack_ms;
}

static void
block_detail(struct zs *z, struct zs_words *w, const struct client *c)
{
	int64_t left_ms = c->block_until_ms - z->now_us / 1000;
	int64_t d;

	if (zs_is(w, "tier"))
		zs_check(z, c->tier == zs_number(z, zs_next(z, w, "a tier")),
		    "it is tier %u", c->tier);
	else if (zs_is(w, "ttl"))
		zs_check(z,
		    about(z, c, zs_duration(z, zs_next(z, w, "a time")) / 1000),
		    "it is for %" PRId64 " s",
		    (c->block_until_ms - c->block_from_ms) / 1000);
	else if (zs_is(w, "left")) {
		d = zs_duration(z, zs_next(z, w, "a time")) / 1000;
		zs_check(z, llabs(left_ms - d) <= 1000,
		    "%" PRId64 " ms are left", left_ms);
	} else if (zs_is(w, "offences"))
		zs_check(z,
		    c->offences == zs_number(z, zs_next(z, w, "a number")),
		    "offences are %" PRIu32, c->offences);
	else if (zs_is(w, "reason"))
		zs_check(z, has_reason(z, c, zs_next(z, w, "evidence")),
		    "not for that reason");
	else if (zs_is(w, "whole"))
		zs_check(z, c->narrow_n == 0, "it is narrow");
	else if (zs_is(w, "narrow"))
		zs_check(z,
		    c->narrow_n == zs_number(z, zs_next(z, w, "stacks")),
		    "it is of %u stacks", c->narrow_n);
	else if (zs_is(w, "hits"))
		zs_check(z, zs_narrow_hits(z, c, zs_next(z, w, "a stack")),
		    "not that stack");
	else if (zs_is(w, "spares"))
		zs_check(z, !zs_narrow_hits(z, c, zs_next(z, w, "a stack")),
		    "that stack, too");
	else if (zs_is(w, "reject"))
		zs_check(z, c->action == CLIENT_REJECT, "it is dropped");
	else if (zs_is(w, "drop"))
		zs_check(z, c->action == CLIENT_DROP, "it is not dropped");
	else if (zs_is(w, "without"))
		zs_check(z, !has_reason(z, c, zs_next(z, w, "evidence")),
		    "for that reason too");
	else if (zs_is(w, "shadow"))
		zs_check(z, c->shadow, "it is not in shadow");
	else if (zs_is(w, "enforced"))
		zs_check(z, !c->shadow, "it is in shadow");
	else
		zs_end(z, w);
}

static void
expect_block(struct zs *z, struct zs_words *w, bool no)
{
	const char *word = zs_next(z, w, "an address");
	struct addr a = zs_addr(z, word);
	const struct client *c = zs_blocked(z, &a);

	if (no && zs_is(w, "ever")) {
		zs_check(z, last_event(z, ENGINE_BLOCK, &a) == NULL,
		    "%s was blocked", word);
		return;
	}
	if (!zs_check(z, (c != NULL) != no, "%s is %sblocked", word,
		no ? "" : "not ")) {
		explain(z, &a);
		w->at = w->n;
	}
	while (!no && c != NULL && zs_more(w))
		block_detail(z, w, c);
}

static void
event_detail(struct zs *z, struct zs_words *w, const struct addr *a,
    const struct zs_event *e)
{
	if (zs_is(w, "timeout"))
		zs_check(z,
		    e->timeout_s ==
			zs_duration(z, zs_next(z, w, "a time")) / 1000000,
		    "timeout is %" PRIu32 " s", e->timeout_s);
	else if (zs_is(w, "reject"))
		zs_check(z, e->action == CLIENT_REJECT, "it is dropped");
	else if (zs_is(w, "drop"))
		zs_check(z, e->action == CLIENT_DROP, "it is not dropped");
	else if (zs_is(w, "of"))
		zs_check(z, e->net.bits == zs_number(z, zs_next(z, w, "bits")),
		    "it is a /%u", e->net.bits);
	else if (zs_is(w, "stack"))
		zs_check(z,
		    zs_is_stack(z, a, &e->stack, zs_next(z, w, "a stack")),
		    "of another stack, %u/%u/%u", e->stack.len, e->stack.window,
		    e->stack.mss);
	else if (zs_is(w, "why")) {
		const char *word = zs_next(z, w, "a reason");

		zs_check(z, strcmp(e->why, word) == 0, "because \"%s\"",
		    e->why);
	} else
		zs_end(z, w);
}

static void
expect_event(struct zs *z, struct zs_words *w, enum engine_out_kind k, bool no)
{
	const char *word = zs_next(z, w, "an address");
	struct addr a = zs_addr(z, word);
	const struct zs_event *e = take_event(z, k, &a);

	if (!zs_check(z, (e != NULL) != no, "%s: %s such event", word,
		no ? "there is" : "no"))
		w->at = w->n;
	if (e == NULL)
		return;
	while (zs_more(w))
		event_detail(z, w, &a, e);
}

static void
expect_immune(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	struct score s = { .p = 0 };
	const struct client *c = engine_client(z->engine, &a, z->now_us / 1000,
	    &s);

	if (!zs_check(z, (c != NULL && s.immune) != no, "it is %simmune",
		no ? "" : "not "))
		explain(z, &a);
	if (zs_is(w, "by")) {
		const char *by = zs_next(z, w, "evidence");

		zs_check(z, strcmp(evidence_name(s.immune_by), by) == 0,
		    "immune by %s", evidence_name(s.immune_by));
	}
}

static void
expect_score(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	struct score s = { .p = 0 };
	bool above;
	double limit;

	(void)no;
	(void)engine_client(z->engine, &a, z->now_us / 1000, &s);
	above = zs_is(w, "above");
	if (!above && !zs_is(w, "below"))
		zs_die(z, "above or below what?");
	limit = atof(zs_next(z, w, "a probability"));
	if (!zs_check(z, above ? s.p > limit : s.p < limit, "P is %.3f", s.p))
		explain(z, &a);
}

/* One term of its score, in nats; 0 = it is not there. */
static void
expect_term(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	const char *name = zs_next(z, w, "evidence");
	enum evidence_kind k = evidence_by_name(
	    (struct str){ name, strlen(name) });
	struct score s = { .n = 0 };
	double got = 0, limit;
	bool above;

	if (k == EVIDENCE_NONE)
		zs_die(z, "no evidence is called %s", name);
	(void)engine_client(z->engine, &a, z->now_us / 1000, &s);
	for (size_t i = 0; i < s.n; i++)
		got += s.terms[i].kind == k ? s.terms[i].llr : 0;
	above = zs_is(w, "above");
	if (!above && !zs_is(w, "below"))
		zs_die(z, "above or below what?");
	limit = atof(zs_next(z, w, "nats"));
	if (!zs_check(z, (above ? got > limit : got < limit) != no,
		"%s says %+.2f", name, got))
		explain(z, &a);
}

static void
expect_fact(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	const char *name = zs_next(z, w, "evidence");
	enum evidence_kind k = evidence_by_name(
	    (struct str){ name, strlen(name) });
	const struct client *c = engine_client(z->engine, &a, z->now_us / 1000,
	    NULL);
	double n = c == NULL ? 0 : client_count(c, k, z->now_us / 1000);

	if (k == EVIDENCE_NONE)
		zs_die(z, "no evidence is called %s", name);
	if (no)
		zs_check(z, n < 0.01, "%s is there %.2f times", name, n);
	else if (zs_more(w))
		zs_check(z,
		    fabs(n - (double)zs_number(z, zs_next(z, w, "n"))) < 0.1,
		    "%s is there %.2f times", name, n);
	else
		zs_check(z, n > 0.01, "no %s", name);
}

static void
expect_record(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));

	zs_check(z,
	    (engine_client(z->engine, &a, z->now_us / 1000, NULL) != NULL) !=
		no,
	    "there is %s record", no ? "a" : "no");
}

static bool
counter(const struct zs *z, const char *name, uint64_t *out)
{
	struct engine_counts n;
	const struct {
		const char *name;
		uint64_t v;
	} * c,
	    all[] = {
		    { "blocks", (engine_counts(z->engine, &n), n.blocks) },
		    { "blocked", n.blocks_now },
		    { "unblocks", n.unblocks },
		    { "syn_drops", n.syn_drops },
		    { "shadow_blocks", n.shadow_blocks },
		    { "orphans", n.orphans },
		    { "joined_port", n.joined_port },
		    { "joined_time", n.joined_time },
		    { "duplicates", n.duplicates },
		    { "one_family", n.one_family },
		    { "immune_spared", n.immune_spared },
		    { "shared_spared", n.shared_spared },
		    { "cuts", n.cuts },
		    { "audited", n.audited },
		    { "narrow", n.narrow },
		    { "rejects", n.rejects },
		    { "leaks", n.leaks },
		    { "audits", n.audits },
		    { "renewed", n.renewed },
		    { "evicted", n.evicted },
		    { "climbed", n.climbed },
		    { "inline_drops", n.inline_drops },
		    { "clicks", n.clicks },
		    { "rate_spared", n.rate_spared },
		    { "full_spared", n.full_spared },
		    { "unjoined_blocked", n.unjoined_blocked },
		    { "clients", n.clients_now },
		    { "handshakes", n.sessions.opened },
		    { "half_open", n.sessions.half_open_now },
		    { "restored", z->restored },
	    };

	for (c = all; c < all + sizeof(all) / sizeof(all[0]); c++)
		if (strcmp(c->name, name) == 0) {
			*out = c->v;
			return true;
		}
	for (size_t i = 0; i < TALLY_TOTALS; i++)
		if (strcmp(tally_name[i], name) == 0) {
			*out = engine_tally(z->engine)->n[i];
			return true;
		}
	return false;
}

static void
expect_counter(struct zs *z, struct zs_words *w)
{
	const char *name = zs_next(z, w, "what");
	uint64_t got = 0;
	long want;

	if (!counter(z, name, &got))
		zs_die(z, "expect what? \"%s\"", name);
	want = zs_number(z, zs_next(z, w, "a number"));
	zs_check(z, got == (uint64_t)want, "%s is %" PRIu64 ", not %ld", name,
	    got, want);
}

void
zs_expect(struct zs *z, struct zs_words *w)
{
	static const struct {
		const char *word;
		enum engine_out_kind kind;
	} events[] = { { "unblock", ENGINE_UNBLOCK },
		{ "expire", ENGINE_EXPIRE }, { "renew", ENGINE_RENEW },
		{ "syn_drop", ENGINE_SYN_DROP }, { "orphan", ENGINE_ORPHAN },
		{ "cut", ENGINE_CUT }, { "move", ENGINE_MOVE } };
	static const struct {
		const char *word;
		void (*ask)(struct zs *z, struct zs_words *w, bool no);
	} asks[] = { { "block", expect_block }, { "immune", expect_immune },
		{ "score", expect_score }, { "term", expect_term },
		{ "fact", expect_fact }, { "record", expect_record },
		{ "session", zs_expect_session }, { "asked", zs_expect_asked },
		{ "botnet", zs_expect_botnet }, { "ratio", zs_expect_ratio },
		{ "alarm", zs_expect_alarm }, { "labels", zs_expect_labels },
		{ "front", zs_expect_ask }, { "inline", zs_expect_inline } };
	bool no = zs_is(w, "no");

	zs_start(z);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (zs_is(w, asks[i].word)) {
			asks[i].ask(z, w, no);
			return;
		}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (zs_is(w, events[i].word)) {
			expect_event(z, w, events[i].kind, no);
			return;
		}
	if (zs_is(w, "refused"))
		zs_check(z, (z->rc != 0) != no, "the answer is %d", z->rc);
	else
		expect_counter(z, w);
}
