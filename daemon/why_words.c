/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "daemon/botnet.h"
#include "daemon/names.h"
#include "daemon/why_words.h"
#include "fp/sigclass.h"

#define WHOLE_N 0.05 /* a count this near to a whole number is one */

/* Where the sign decides what to say; NULL: the kind's own words. */
static const struct {
	enum evidence_kind kind;
	const char *bad, *good;
} signs[] = {
	{ EVIDENCE_STACK_CLASS, NULL, "TCP stack as mail servers have it" },
	{ EVIDENCE_STACK_RECORD, "this very TCP stack was seen on zombies here",
	    "this very TCP stack was seen on mail servers here" },
	{ EVIDENCE_RTT, "far away, as zombies often are",
	    "near by, as mail servers often are" },
	{ EVIDENCE_DIALECT, "speaks SMTP as zombies do",
	    "speaks SMTP as mail servers do" },
	{ EVIDENCE_THINK, "pauses between commands as zombies do",
	    "pauses between commands as mail servers do" },
	{ EVIDENCE_REACTION, "takes a refusal as zombies do",
	    "takes a refusal as mail servers do" },
	{ EVIDENCE_NO_QUIT, "leaves as zombies do",
	    "leaves as mail servers do" },
	{ EVIDENCE_HELO_BAD, NULL, "its HELO makes that no worse" },
	{ EVIDENCE_HELO_LITERAL, NULL, "its HELO makes that no worse" },
	{ EVIDENCE_HELO_DYNAMIC, NULL, "its HELO makes that no worse" },
	{ EVIDENCE_BOTNET, NULL, "its like send wanted mail" },
	{ EVIDENCE_TEMPLATE, NULL, "hosts named alike send wanted mail" },
	{ EVIDENCE_HELO_GROUP, NULL, "others with this HELO send wanted mail" },
	{ EVIDENCE_HISTORY, "was caught here", NULL },
};

const char *
why_words(const struct score_term *t)
{
	const char *words = NULL;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].kind == t->kind)
			words = t->llr < 0 ? signs[i].good : signs[i].bad;
	return words == NULL ? evidence_text(t->kind) : words;
}

const char *
why_helo(const struct client *c)
{
	return c->helo_class < HELO_CLASSES ? helo_class_name[c->helo_class] :
					      "unknown";
}

/* The names of what the model sees of its speech, with what they say. */
static void
dialect_value(const struct client *c, char buf[WHY_TEXT_LEN])
{
	static const enum model_feature all[] = { MODEL_HELLO, MODEL_CASE,
		MODEL_MAIL_PATH, MODEL_CUT, MODEL_TLS, MODEL_AHEAD };
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		unsigned v = c->value[all[i]];
		int n = v == 0 ?
		    0 :
		    snprintf(buf + at, WHY_TEXT_LEN - at, "%s%s %s",
			at == 0 ? "" : ", ", model_feature_name(all[i]),
			model_value_name(all[i], v - 1));

		if (n < 0 || (size_t)n >= WHY_TEXT_LEN - at)
			break;
		at += (size_t)n;
	}
}

/* The client's value of that feature of the model. */
static const char *
trait(const struct client *c, enum model_feature f)
{
	return c->value[f] == 0 ? "-" : model_value_name(f, c->value[f] - 1U);
}

/* Counts fade: `4`, or `about 3.6`. */
static const char *
count(double n, char buf[32])
{
	bool whole = fabs(n - round(n)) < WHOLE_N;

	(void)snprintf(buf, 32, whole ? "%.0f" : "about %.1f", n);
	return buf;
}

/* How often, or how much of it is left. */
static void
times(double n, char buf[WHY_TEXT_LEN])
{
	char b[32];

	if (n < 1 - WHOLE_N)
		(void)snprintf(buf, WHY_TEXT_LEN, "faded to %.0f %%", n * 100);
	else if (n < 1 + WHOLE_N)
		(void)snprintf(buf, WHY_TEXT_LEN, "once");
	else
		(void)snprintf(buf, WHY_TEXT_LEN, "%s times", count(n, b));
}

static const char *
plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static void
deed_value(const struct client *c, enum evidence_kind k, int64_t now_ms,
    char buf[WHY_TEXT_LEN])
{
	double n = client_count(c, k, now_ms);
	char a[32], b[32];

	switch (k) {
	case EVIDENCE_UNKNOWN_RCPT:
		(void)snprintf(buf, WHY_TEXT_LEN,
		    "%s that do not exist, %s that do", count(n, a),
		    count(client_count(c, EVIDENCE_RCPT_OK, now_ms), b));
		break;
	case EVIDENCE_ACCEPTED:
		(void)snprintf(buf, WHY_TEXT_LEN, "%u settled, on %u day%s",
		    c->good_mails, c->good_days, plural(c->good_days));
		break;
	case EVIDENCE_HISTORY:
		(void)snprintf(buf, WHY_TEXT_LEN, "%u offence%s%s", c->offences,
		    plural(c->offences),
		    client_blocked(c, now_ms) && !c->by_admin ?
			", this one included" :
			"");
		break;
	case EVIDENCE_EARLY_TALK:
	case EVIDENCE_PIPELINING:
	case EVIDENCE_NON_SMTP:
	case EVIDENCE_TRAP_RCPT:
	case EVIDENCE_RELAY_PROBE:
	case EVIDENCE_RATE:
	case EVIDENCE_LISTED:
	case EVIDENCE_CONTENT:
	case EVIDENCE_AUTH_GUESS:
		times(n, buf);
		break;
	default: /* it is so, or it is not */
		(void)snprintf(buf, WHY_TEXT_LEN, "yes");
		break;
	}
}

static const char *
cluster_value(const struct client *c, enum evidence_kind k)
{
	uint8_t v = c->facts[k].value;

	return v < BOTNET_KINDS ? botnet_kind_name[v] : "unknown";
}

const char *
why_value(const struct client *c, enum evidence_kind k, int64_t now_ms,
    char buf[WHY_TEXT_LEN])
{
	uint8_t v = c->facts[k].value;

	switch (k) {
	case EVIDENCE_STACK_CLASS:
		(void)snprintf(buf, WHY_TEXT_LEN, "%s, %s",
		    v < SIG_CLASSES ? sig_class_name[v] : "unknown", c->sig);
		return buf;
	case EVIDENCE_STACK_RECORD:
		return c->sig;
	case EVIDENCE_RDNS_NONE:
		return "none";
	case EVIDENCE_RDNS_GENERIC:
	case EVIDENCE_RDNS_DYNAMIC:
	case EVIDENCE_NAMED:
		return c->rdns;
	case EVIDENCE_HELO_LITERAL:
	case EVIDENCE_HELO_OURS:
	case EVIDENCE_HELO_BAD:
	case EVIDENCE_HELO_DYNAMIC:
		(void)snprintf(buf, WHY_TEXT_LEN, "%s (%s)", c->helo,
		    why_helo(c));
		return buf;
	case EVIDENCE_DIALECT:
		dialect_value(c, buf);
		return buf;
	case EVIDENCE_RTT:
		return trait(c, MODEL_RTT);
	case EVIDENCE_THINK:
		return trait(c, MODEL_THINK);
	case EVIDENCE_REACTION:
		return trait(c, MODEL_REACTION);
	case EVIDENCE_NO_QUIT:
		return trait(c, MODEL_LEAVE);
	case EVIDENCE_BARE_LF:
		return trait(c, MODEL_EOL);
	case EVIDENCE_HELO_GROUP:
	case EVIDENCE_TEMPLATE:
	case EVIDENCE_BOTNET:
		return cluster_value(c, k);
	default:
		deed_value(c, k, now_ms, buf);
		return buf;
	}
}
