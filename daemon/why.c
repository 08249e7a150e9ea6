/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "daemon/decide.h"
#include "daemon/jtext.h"
#include "daemon/why.h"
#include "daemon/why_visits.h"
#include "daemon/why_words.h"
#include "fp/sigdb.h"

#define DAY_S    86400
#define TEXT_LEN WHY_TEXT_LEN

static const char *const action_name[] = { "pass", "reject", "drop" };

const char *
why_reasons(const uint8_t reasons[4], char *buf, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < 4 && reasons[i] != 0; i++) {
		int k = snprintf(buf + at, n - at, "%s%s", i == 0 ? "" : ",",
		    evidence_name((enum evidence_kind)reasons[i]));

		if (k < 0 || (size_t)k >= n - at)
			break;
		at += (size_t)k;
	}
	if (at == 0)
		(void)snprintf(buf, n, "none");
	return buf;
}

static json_t *
reasons_json(const uint8_t reasons[4])
{
	json_t *a = json_array();

	for (size_t i = 0; i < 4 && reasons[i] != 0; i++)
		json_array_append_new(a,
		    json_string(evidence_name((enum evidence_kind)reasons[i])));
	return a;
}

static const char *
action_of(const struct client *c)
{
	return c->action <= CLIENT_DROP ? action_name[c->action] : "none";
}

static json_t *
stack_json(const struct stack *s)
{
	return json_pack("{s:i,s:i,s:o}", "len", (int)s->len, "window",
	    (int)s->window, "mss",
	    s->has_mss ? json_integer(s->mss) : json_null());
}

/* What the block is narrowed to; empty: the whole address. */
static json_t *
narrow_json(const struct client *c)
{
	json_t *out = json_array();

	for (size_t i = 0; i < c->narrow_n && i < CLIENT_NARROW; i++)
		json_array_append_new(out, stack_json(&c->narrow[i]));
	return out;
}

json_t *
why_block_json(const struct client *c, const struct net *whole, int64_t now_ms)
{
	struct net net = whole != NULL ? *whole : addr_key_net(&c->key);
	int64_t left_ms = c->block_until_ms - now_ms;

	return json_pack("{s:o,s:i,s:s,s:o,s:b,s:b,s:f,s:o,s:o,s:o,s:I,s:I}",
	    "client", jtext_net(&net), "tier", (int)c->tier, "action",
	    action_of(c), "stacks", narrow_json(c), "by_admin",
	    (int)c->by_admin, "shadow", (int)c->shadow, "score",
	    c->score_permille / 1000.0, "from", jtext_time(c->block_from_ms),
	    "until", jtext_time(c->block_until_ms), "reasons",
	    reasons_json(c->reasons), "left_s",
	    (json_int_t)(left_ms > 0 ? (left_ms + 999) / 1000 : 0), "knocks",
	    (json_int_t)c->knocks);
}

/* Real or not as the mode is now, whatever it was then. */
static json_t *
block_json(const struct why_ask *a, const struct client *c,
    const struct net *net)
{
	json_t *o = why_block_json(c, net, a->now_ms);

	json_object_set_new(o, "shadow", json_boolean(!a->policy->enforce));
	return o;
}

/* ---- machines, the click ---- */

static json_t *
face_json(const struct client *c, const struct face *f, int64_t now_ms)
{
	struct face_rcpts r = face_rcpts(f, now_ms);
	json_t *deeds = json_array();

	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if ((f->deeds & 1ULL << k) != 0)
			json_array_append_new(deeds,
			    json_string(evidence_name((enum evidence_kind)k)));
	return json_pack("{s:o,s:o,s:o,s:I,s:i,s:i,s:o,s:f,s:b}", "stack",
	    stack_json(&f->stack), "first", jtext_time(f->first_ms), "last",
	    jtext_time(f->last_ms), "sessions", (json_int_t)f->sessions,
	    "accepted", (int)f->accepted, "settled", (int)f->settled, "deeds",
	    deeds, "unknown", r.unknown, "blocked",
	    (int)(client_blocked(c, now_ms) &&
		client_narrow_hits(c, &f->stack)));
}

static json_t *
faces_json(const struct client *c, int64_t now_ms)
{
	json_t *out = json_array();

	for (size_t i = 0; i < c->faces.n && i < FACES; i++)
		json_array_append_new(out,
		    face_json(c, &c->faces.v[i], now_ms));
	return out;
}

static json_t *
click_json(const struct client *c)
{
	if (c->click_ms == 0)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "at", jtext_time(c->click_ms),
	    "trusted_until", jtext_time(c->click_until_ms), "no_link_until",
	    jtext_time(c->no_link_until_ms));
}

/* ---- terms ---- */

static json_t *
sample_json(const struct client *c, enum evidence_kind k)
{
	char text[CLIENT_SAMPLE_MAX];
	struct client_sample s;

	if (k == EVIDENCE_STACK_RECORD)
		k = EVIDENCE_STACK_CLASS;
	if (!client_sample_get(c, k, &s) || s.text.n == 0)
		return json_null();
	(void)snprintf(text, sizeof(text), "%.*s", (int)s.text.n, s.text.p);
	return json_pack("{s:o,s:o}", "t", jtext_time(s.t_ms), "text",
	    jtext(text));
}

static json_t *
terms_json(const struct why_ask *a)
{
	json_t *out = json_array();

	for (size_t i = 0; i < a->score->n; i++) {
		const struct score_term *t = &a->score->terms[i];
		char value[TEXT_LEN];

		json_array_append_new(out,
		    json_pack("{s:s,s:s,s:s,s:o,s:f,s:o,s:o}", "evidence",
			evidence_name(t->kind), "family",
			family_name(t->family), "words", why_words(t), "value",
			jtext(why_value(a->client, t->kind, a->now_ms, value)),
			"llr", t->llr, "last",
			jtext_time(a->client->facts[t->kind].last_ms), "sample",
			sample_json(a->client, t->kind)));
	}
	return out;
}

static json_t *
families_json(const struct score *s)
{
	json_t *out = json_array();

	for (unsigned f = 0; f < FAMILIES; f++)
		if (s->families & 1U << f)
			json_array_append_new(out,
			    json_string(family_name((enum family)f)));
	return out;
}

/* ---- the verdict ---- */

static const char *
verdict(const struct why_ask *a)
{
	const struct client *c = a->client;
	const struct score *s = a->score;

	if (a->never != NULL)
		return "never blocked";
	if (a->allowed != NULL)
		return "allowed";
	if (a->listed != NULL)
		return a->policy->enforce ? "listed" : "would be listed";
	if (a->over != NULL && (c == NULL || !client_blocked(c, a->now_ms)))
		return "blocked with its network";
	if (c == NULL)
		return "never seen";
	if (client_blocked(c, a->now_ms))
		return a->policy->enforce ? "blocked" : "would be blocked";
	if (s->immune)
		return "immune";
	switch (decide(a->policy, c, s, a->now_ms).what) {
	case DECIDE_BLOCK:
		return "suspect";
	case DECIDE_ONE_FAMILY:
		return "one family";
	case DECIDE_SHARED:
		return "shared";
	default:
		return "passes";
	}
}

/*
 * Ways out.  Sentences for people: a program reads the fields.
 */
static json_t *
lifts_json(const struct why_ask *a)
{
	json_t *out = json_array();
	char who[ADDR_STRLEN], text[TEXT_LEN];

	if (a->client == NULL || !client_blocked(a->client, a->now_ms))
		return out;
	(void)addr_print(&a->addr, who);
	json_array_append_new(out,
	    json_string("time: it ends by itself, at the time above"));
	(void)snprintf(text, sizeof(text),
	    "you, until its next offence: zfwctl unblock %s", who);
	json_array_append_new(out, json_string(text));
	(void)snprintf(text, sizeof(text),
	    "you, for good: zfw-whitelist add %s", who);
	json_array_append_new(out, json_string(text));
	if (a->client->by_admin)
		return out;
	(void)snprintf(text, sizeof(text),
	    "a login from there by one of your users (good for %u days)",
	    a->policy->login_s / DAY_S);
	json_array_append_new(out, json_string(text));
	(void)snprintf(text, sizeof(text),
	    "the good profile: wanted mail on %u days to %u recipients "
	    "under a confirmed name",
	    a->policy->good_days, a->policy->good_rcpts);
	json_array_append_new(out, json_string(text));
	return out;
}

static json_t *
history_json(const struct client *c)
{
	json_t *out = json_array();

	for (size_t i = 0; i < CLIENT_TIERS_LOG; i++)
		if (c->history[i].tier != 0)
			json_array_append_new(out,
			    json_pack("{s:i,s:o,s:o}", "tier",
				(int)c->history[i].tier, "from",
				jtext_time(c->history[i].from_ms), "until",
				jtext_time(c->history[i].until_ms)));
	return out;
}

static json_t *
botnet_json(const struct client *c)
{
	char id[12];

	if (c->botnet == 0)
		return json_null();
	(void)snprintf(id, sizeof(id), "%08x", c->botnet);
	return json_string(id);
}

static json_t *
good_json(const struct client *c)
{
	return json_pack("{s:i,s:I,s:I,s:b,s:o,s:o}", "days", (int)c->good_days,
	    "recipients", (json_int_t)c->good_rcpts, "mails",
	    (json_int_t)c->good_mails, "complained", (int)c->complained,
	    "login", jtext_time(c->login_ms), "delivered_to",
	    jtext_time(c->peer_ms));
}

static void
add_score(json_t *o, const struct why_ask *a)
{
	const struct score *s = a->score;

	json_object_set_new(o, "p", json_real(s->p));
	json_object_set_new(o, "prior", json_real(s->prior));
	json_object_set_new(o, "sum", json_real(s->sum));
	json_object_set_new(o, "terms", terms_json(a));
	json_object_set_new(o, "families", families_json(s));
	json_object_set_new(o, "families_agree",
	    json_boolean(s->families_agree));
	json_object_set_new(o, "trapped", json_boolean(s->trapped));
	json_object_set_new(o, "immune_by",
	    s->immune ? json_string(evidence_text(s->immune_by)) : json_null());
}

static void
add_client(json_t *o, const struct why_ask *a)
{
	const struct client *c = a->client;

	json_object_set_new(o, "first", jtext_time(c->first_ms));
	json_object_set_new(o, "last", jtext_time(c->last_ms));
	json_object_set_new(o, "connects", json_integer(c->connects));
	json_object_set_new(o, "knocks", json_integer(c->knocks));
	json_object_set_new(o, "last_knock", jtext_time(c->knock_ms));
	json_object_set_new(o, "rdns", jtext(c->rdns));
	json_object_set_new(o, "helo", jtext(c->helo));
	json_object_set_new(o, "helo_class", json_string(why_helo(c)));
	json_object_set_new(o, "sig", jtext(c->sig));
	json_object_set_new(o, "os",
	    c->os[0] == '\0' ? json_null() : jtext(c->os));
	json_object_set_new(o, "os_grade",
	    json_string(sigdb_grade_name[c->os_grade]));
	json_object_set_new(o, "offences", json_integer(c->offences));
	json_object_set_new(o, "block",
	    c->tier == 0 ? json_null() : block_json(a, c, NULL));
	json_object_set_new(o, "history", history_json(c));
	json_object_set_new(o, "good", good_json(c));
	json_object_set_new(o, "machines", faces_json(c, a->now_ms));
	json_object_set_new(o, "click", click_json(c));
	json_object_set_new(o, "botnet", botnet_json(c));
	json_object_set_new(o, "sessions", why_visits_json(c));
	json_object_set_new(o, "trouble", why_trouble_json(c, a->now_ms));
}

/* Nats from the sum to the limit. */
static double
missing(const struct why_ask *a)
{
	double more = 0;

	while (score_probability(a->score->sum + more) < a->policy->block_p &&
	    more < 20)
		more += 0.01;
	return more;
}

/* Two traps convict who has no name: what the sum says does not matter. */
static json_t *
traps_change(json_t *out)
{
	json_array_append_new(out,
	    json_string("it wrote to two spam traps or more within a day: a "
			"confirmed name or accepted mail would be needed"));
	return out;
}

/*
 * What would change the verdict: of a blocked one, without which piece it
 * would not be; of another, what is missing.
 */
static json_t *
changes_json(const struct why_ask *a)
{
	json_t *out = json_array();
	const struct score *s = a->score;
	char text[TEXT_LEN];
	bool over;

	if (a->client == NULL || s->immune)
		return out;
	if (s->trapped)
		return traps_change(out);
	over = s->p >= a->policy->block_p;
	for (size_t i = 0; over && i < s->n; i++) {
		const struct score_term *t = &s->terms[i];

		if (t->llr <= 0 ||
		    score_probability(s->sum - t->llr) >= a->policy->block_p)
			continue;
		(void)snprintf(text, sizeof(text),
		    "without \"%s\" it would pass (probability %.4f)",
		    why_words(t), score_probability(s->sum - t->llr));
		json_array_append_new(out, json_string(text));
	}
	if (over && !s->families_agree)
		json_array_append_new(out,
		    json_string("a second kind of witness would convict it"));
	if (!over) {
		double more = missing(a);

		(void)snprintf(text, sizeof(text),
		    "it would be blocked at a sum of %+.2f, which is %.2f more"
		    "%s",
		    s->sum + more, more,
		    s->families_agree ? "" : ", with two kinds of witness");
		json_array_append_new(out, json_string(text));
	}
	return out;
}

json_t *
why_json(const struct why_ask *a)
{
	struct net key = addr_key_net(&a->addr);
	json_t *o = json_pack("{s:b,s:o,s:o,s:s,s:f,s:s,s:I}", "ok", 1, "asked",
	    jtext_addr(&a->addr), "client", jtext_net(&key), "verdict",
	    verdict(a), "threshold", a->policy->block_p, "mode",
	    a->policy->enforce ? "enforce" : "shadow", "now",
	    (json_int_t)(a->now_ms / 1000));

	if (o == NULL)
		return NULL;
	json_object_set_new(o, "allowed_by",
	    a->allowed == NULL ? json_null() : jtext_net(a->allowed));
	json_object_set_new(o, "never_by",
	    a->never == NULL ? json_null() : jtext_net(a->never));
	json_object_set_new(o, "listed_by",
	    a->listed == NULL ? json_null() : jtext_net(a->listed));
	json_object_set_new(o, "over",
	    a->over == NULL ? json_null() :
			      block_json(a, a->over, a->over_net));
	if (a->client != NULL) {
		add_score(o, a);
		add_client(o, a);
	}
	json_object_set_new(o, "changes", changes_json(a));
	json_object_set_new(o, "lifts", lifts_json(a));
	return o;
}
