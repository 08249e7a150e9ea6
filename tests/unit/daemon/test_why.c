/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client's story as JSON: what stands in it, and that no byte that a
 * stranger chose can break it.
 *
 * zt-link: daemon/why daemon/why_visits daemon/why_words daemon/jtext daemon/score
 * zt-link: daemon/decide daemon/score_terms @MODEL @BOTNET daemon/client daemon/faces daemon/names
 * zt-link: daemon/names_addr fp/sigclass fp/sigdb fp/sigdb_build fp/sigdb_match fp/sig fp/link fp/traits fp/addr fp/hash
 * zt-libs: libjansson libsodium libm
 */
#include "daemon/names.h"
#include "daemon/why.h"
#include "daemon/why_words.h"
#include "fp/sigclass.h"
#include "tests/zt.h"

#define NOW ((int64_t)1800000000 * 1000)
#define MIN ((int64_t)60 * 1000)

static const struct hash_key model_key = { { 1 } };
static struct model *model;

static struct policy pol = { .enforce = true,
	.block_p = 0.95,
	.certain_p = 0.999,
	.tier_s = { 600 },
	.tiers_n = 1,
	.login_s = 30 * 86400,
	.good_days = 3,
	.good_rcpts = 2 };

static struct addr
addr(const char *s)
{
	struct addr a = { 0 };

	(void)addr_parse((struct str){ s, strlen(s) }, &a);
	return a;
}

/* A zombie as it comes: early talk, no name, odd HELO, one old block. */
static struct client
zombie(const char *who)
{
	struct client c;
	struct addr a = addr(who), key = addr_key(&a);

	client_init(&c, &key, NOW - 10 * MIN);
	client_add(&c, EVIDENCE_EARLY_TALK, 1, 0, NOW - MIN);
	client_sample(&c, EVIDENCE_EARLY_TALK,
	    STR("EARLY \"EHLO x\" \xff\x01 25 bytes"), NOW - MIN);
	client_add(&c, EVIDENCE_RDNS_NONE, 1, 0, NOW - MIN);
	client_add(&c, EVIDENCE_HELO_BAD, 1, HELO_SINGLE, NOW - MIN);
	client_add(&c, EVIDENCE_STACK_CLASS, 1, SIG_WINDOWS, NOW - MIN);
	client_add(&c, EVIDENCE_UNKNOWN_RCPT, 2, 0, NOW - MIN);
	memcpy(c.helo, "ylmf-pc\xc3", 9);
	c.helo_class = HELO_SINGLE;
	memcpy(c.sig, "4:64+0:0:1460", 14);
	c.connects = 3;
	c.offences = 1;
	c.offence_ms = NOW - MIN;
	c.tier = 2;
	c.action = CLIENT_DROP;
	c.score_permille = 981;
	c.reasons[0] = EVIDENCE_EARLY_TALK;
	c.reasons[1] = EVIDENCE_RDNS_NONE;
	c.block_from_ms = NOW - MIN;
	c.block_until_ms = NOW + 9 * MIN;
	c.history[0] = (struct client_tier){ 2, NOW - MIN, NOW + 9 * MIN };
	c.history[1] = (struct client_tier){ 1, NOW - 900 * MIN,
		NOW - 890 * MIN };
	return c;
}

static json_t *
why(const char *who, const struct client *c, struct score *s)
{
	struct why_ask a = { .policy = &pol,
		.addr = addr(who),
		.client = c,
		.score = s,
		.now_ms = NOW };

	if (model == NULL)
		model = model_new(&model_key);
	if (c != NULL)
		score_client(c, model, NOW, s);
	return why_json(&a);
}

static bool
text_is(const json_t *o, const char *key, const char *want)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL && strcmp(s, want) == 0;
}

static const json_t *
term(const json_t *o, const char *name)
{
	const json_t *list = json_object_get(o, "terms");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (text_is(json_array_get(list, i), "evidence", name))
			return json_array_get(list, i);
	return NULL;
}

static void
test_blocked(void)
{
	struct client c = zombie("192.0.2.7");
	struct score s;
	json_t *o = why("192.0.2.7", &c, &s);
	const json_t *b = json_object_get(o, "block");
	const json_t *t = term(o, "early-talk");
	double sum = json_number_value(json_object_get(o, "prior"));
	const json_t *terms = json_object_get(o, "terms");

	for (size_t i = 0; i < json_array_size(terms); i++)
		sum += json_number_value(
		    json_object_get(json_array_get(terms, i), "llr"));
	ZT_CASE("the verdict", text_is(o, "verdict", "blocked"));
	ZT_CASE("the block",
	    json_integer_value(json_object_get(b, "tier")) == 2 &&
		json_integer_value(json_object_get(b, "left_s")) == 540 &&
		json_integer_value(json_object_get(b, "until")) ==
		    NOW / 1000 + 540);
	ZT_CASE("its reasons, main first",
	    json_array_size(json_object_get(b, "reasons")) == 2);
	ZT_CASE("the terms add up",
	    sum - json_number_value(json_object_get(o, "sum")) < 1e-9 &&
		json_number_value(json_object_get(o, "sum")) - sum < 1e-9);
	ZT_CASE("a term has family, words, value",
	    text_is(t, "family", "wire") &&
		text_is(t, "words", "talks before the greeting") &&
		text_is(t, "value", "once"));
	ZT_CASE("and the raw text behind it, safely",
	    text_is(json_object_get(t, "sample"), "text",
		"EARLY \"EHLO x\" \xef\xbf\xbd\x01 25 bytes"));
	ZT_CASE("a HELO's value is the HELO and its class",
	    text_is(term(o, "helo-bad"), "value",
		"ylmf-pc\xef\xbf\xbd (single)"));
	ZT_CASE("counts that fade are shown as they are now",
	    text_is(term(o, "unknown-rcpt"), "value",
		"2 that do not exist, 0 that do"));
	ZT_CASE("the history",
	    json_array_size(json_object_get(o, "history")) == 2);
	ZT_CASE("ways out", json_array_size(json_object_get(o, "lifts")) == 5);
	json_decref(o);
}

/* The same trait may speak for a zombie or for a server. */
static void
test_words(void)
{
	struct client c = zombie("192.0.2.7");
	struct score_term t = { EVIDENCE_DIALECT, FAMILY_WIRE, 1 };
	char buf[WHY_TEXT_LEN];

	ZT_CASE("a bad dialect",
	    strcmp(why_words(&t), "speaks SMTP as zombies do") == 0);
	t.llr = -1;
	ZT_CASE("a good one",
	    strcmp(why_words(&t), "speaks SMTP as mail servers do") == 0);
	t = (struct score_term){ EVIDENCE_TRAP_RCPT, FAMILY_RECIPIENT, 1 };
	ZT_CASE("others have one text",
	    strcmp(why_words(&t), evidence_text(EVIDENCE_TRAP_RCPT)) == 0);
	client_add(&c, EVIDENCE_TRAP_RCPT, 2, 0, NOW);
	ZT_CASE("how often",
	    strcmp(why_value(&c, EVIDENCE_TRAP_RCPT, NOW, buf), "2 times") ==
		0);
	ZT_CASE("how much of it is left",
	    strcmp(why_value(&c, EVIDENCE_EARLY_TALK, NOW + 2879 * MIN, buf),
		"faded to 50 %") == 0);
	ZT_CASE("which offence it is",
	    strcmp(why_value(&c, EVIDENCE_HISTORY, NOW, buf),
		"1 offence, this one included") == 0);
	client_set(&c, EVIDENCE_PATIENT, 0, NOW);
	ZT_CASE("what is so or not",
	    strcmp(why_value(&c, EVIDENCE_PATIENT, NOW, buf), "yes") == 0);
}

static void
test_verdicts(void)
{
	struct client c = zombie("192.0.2.7");
	struct score s;
	struct net n = { addr("192.0.2.0"), 24 };
	struct why_ask a = { .policy = &pol,
		.addr = addr("192.0.2.7"),
		.client = &c,
		.score = &s,
		.now_ms = NOW };
	json_t *o = why("192.0.2.9", NULL, NULL);

	ZT_CASE("a stranger", text_is(o, "verdict", "never seen"));
	ZT_CASE("has no terms", json_object_get(o, "terms") == NULL);
	json_decref(o);
	pol.enforce = false;
	o = why("192.0.2.7", &c, &s);
	ZT_CASE("in shadow", text_is(o, "verdict", "would be blocked"));
	json_decref(o);
	pol.enforce = true;
	c.shadow = true;
	o = why("192.0.2.7", &c, &s);
	ZT_CASE("what was decided in shadow is real in the other mode",
	    text_is(o, "verdict", "blocked"));
	json_decref(o);
	c.block_until_ms = NOW - 1;
	o = why("192.0.2.7", &c, &s);
	ZT_CASE("over the line, not blocked now",
	    text_is(o, "verdict", "suspect"));
	ZT_CASE("then nothing has to lift it",
	    json_array_size(json_object_get(o, "lifts")) == 0);
	json_decref(o);
	s.immune = true;
	s.immune_by = EVIDENCE_LOGIN;
	o = why_json(&a);
	ZT_CASE("immune", text_is(o, "verdict", "immune"));
	json_decref(o);
	s.immune = s.families_agree = false;
	o = why_json(&a);
	ZT_CASE("one family", text_is(o, "verdict", "one family"));
	json_decref(o);
	s.p = 0.1;
	o = why_json(&a);
	ZT_CASE("passes", text_is(o, "verdict", "passes"));
	json_decref(o);
	a.allowed = &n;
	o = why_json(&a);
	ZT_CASE("allowed, and by what",
	    text_is(o, "verdict", "allowed") &&
		text_is(o, "allowed_by", "192.0.2.0/24"));
	json_decref(o);
	a.never = &n;
	o = why_json(&a);
	ZT_CASE("never blocked", text_is(o, "verdict", "never blocked"));
	json_decref(o);
}

static void
test_ipv6(void)
{
	struct client c = zombie("2001:db8::7");
	struct score s;
	json_t *o = why("2001:db8::7", &c, &s);

	ZT_CASE("IPv6: asked for an address, told of its /64",
	    text_is(o, "asked", "2001:db8::7") &&
		text_is(o, "client", "2001:db8::/64"));
	json_decref(o);
}

static void
test_reasons(void)
{
	char buf[128], tiny[8];

	ZT_CASE("reasons as one word",
	    strcmp(why_reasons((const uint8_t[]){ EVIDENCE_EARLY_TALK,
				   EVIDENCE_RDNS_NONE, 0, 0 },
		       buf, sizeof(buf)),
		"early-talk,no-rdns") == 0);
	ZT_CASE("none",
	    strcmp(why_reasons((const uint8_t[4]){ 0 }, buf, sizeof(buf)),
		"none") == 0);
	(void)why_reasons((const uint8_t[]){ EVIDENCE_EARLY_TALK, 200, 7, 9 },
	    tiny, sizeof(tiny));
	ZT_CASE("never beyond the buffer", strlen(tiny) < sizeof(tiny));
}

/* Whatever bytes are in a record, there is an answer and it is JSON. */
static void
test_random(void)
{
	bool ok = true;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 2000 && ok; i++) {
		struct client c = zombie("192.0.2.7");
		struct score s;
		json_t *o, *back;
		char *text;

		for (size_t k = 0; k < sizeof(c.helo) - 1; k++) {
			c.helo[k] = (char)zt_random();
			c.rdns[k] = (char)zt_random();
			c.notes[k] = (uint8_t)zt_random();
		}
		c.helo_class = (uint8_t)zt_random();
		c.action = (uint8_t)zt_random();
		c.reasons[2] = (uint8_t)zt_random();
		c.facts[EVIDENCE_STACK_CLASS].value = (uint8_t)zt_random();
		o = why("192.0.2.7", &c, &s);
		text = json_dumps(o, 0);
		back = text == NULL ? NULL : json_loads(text, 0, NULL);
		ok = back != NULL && text_is(back, "verdict", "blocked") &&
		    json_object_get(back, "block") != NULL;
		json_decref(back);
		json_decref(o);
		free(text);
	}
	ZT_CASE("random bytes in a record never break the answer", ok);
}

static const struct zt_test tests[] = {
	{ "blocked", test_blocked },
	{ "words", test_words },
	{ "verdicts", test_verdicts },
	{ "ipv6", test_ipv6 },
	{ "reasons", test_reasons },
	{ "random", test_random },
};
ZT_MAIN("daemon/why", tests)
