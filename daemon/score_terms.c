/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score_terms - what each fact about a client says, in nats
 *
 * Traits that a session shows are the model's: it learns here what they are
 * worth.  Deeds (recipients, traps, floods) have fixed weights: labels are
 * made of them, and nobody may teach them away.  docs/EVIDENCE.md has the
 * same numbers in words.
 */
#include <math.h>

#include "daemon/names_model.h"
#include "daemon/score.h"
#include "fp/sigclass.h"

#define UNKNOWN_EACH    0.8
#define UNKNOWN_MAX     4.5
#define TYPO            0.5 /* of the unknown recipients are mistakes */
#define STALE_SHARE     0.2 /* unknown ones that a newsletter may have ... */
#define HARVEST_SHARE   0.6 /* ... and from where it is nothing else */
#define TRAP_EACH       2.0
#define TRAP_MAX        4.5
#define CONTENT_MAX     1.0
#define AUTH_MANY       5.0 /* failed logins that are no user's mistake */
#define DAMP            0.5 /* of traits that tell the same story */
#define HISTORY_EACH    0.1 /* our own opinion of before, no more */
#define HISTORY_HALF_MS ((int64_t)14 * 86400 * 1000)

/* Facts that are true or not. */
static const double weights[EVIDENCE_KINDS] = {
	[EVIDENCE_STACK_MANY] = 0.2,
	[EVIDENCE_NON_SMTP] = 1.0,
	[EVIDENCE_HELO_CHANGES] = 1.0,
	[EVIDENCE_LISTED] = 2.0,
	[EVIDENCE_RELAY_PROBE] = 1.5,
	[EVIDENCE_RATE] = 0.8,
	[EVIDENCE_NEIGHBOURS] = 0.7,
	[EVIDENCE_PEER] = -3.0,
	[EVIDENCE_END_USER] = 2.5,
	[EVIDENCE_POOL] = -3.0,
	[EVIDENCE_REPORTED] = 3.0,
	[EVIDENCE_REPORTED_HAM] = -3.0,
	[EVIDENCE_BACKSCATTER] = 0.5,
};

/* The latest value of a feature of the model; 0 = it was not seen. */
static double
trait(const struct client *c, enum model_feature f, struct model *m,
    int64_t now_ms)
{
	return c->value[f] == 0 ? 0 : model_llr(m, f, c->value[f] - 1U, now_ms);
}

/* ---- names: one joint trait, told as two terms ---- */

static enum model_feature
name_feature(const struct client *c)
{
	return c->key.family == 6 ? MODEL_NAME_V6 : MODEL_NAME;
}

static bool
is_helo_fact(enum evidence_kind k)
{
	return k == EVIDENCE_HELO_DYNAMIC || k == EVIDENCE_HELO_LITERAL ||
	    k == EVIDENCE_HELO_OURS || k == EVIDENCE_HELO_BAD;
}

/* Has its HELO a fact, and so a term, of its own? */
static bool
helo_told(const struct client *c)
{
	return c->facts[EVIDENCE_HELO_DYNAMIC].last_ms != 0 ||
	    c->facts[EVIDENCE_HELO_LITERAL].last_ms != 0 ||
	    c->facts[EVIDENCE_HELO_OURS].last_ms != 0 ||
	    c->facts[EVIDENCE_HELO_BAD].last_ms != 0;
}

/*
 * The reverse name says what its row says, or what the cell says when the
 * HELO is nothing special; the HELO says the rest.
 */
static double
name_term(const struct client *c, enum evidence_kind k, struct model *m,
    int64_t now_ms)
{
	enum model_feature f = name_feature(c);
	enum model_rdns r = names_rdns_row((enum name_class)c->name_class);
	enum model_helo h = names_helo_column((enum helo_class)c->helo_class);
	double row, cell;

	if (!client_name_known(c))
		return h == MODEL_HELOS ? 0 : model_helo_llr(m, f, h, now_ms);
	row = model_rdns_llr(m, f, r, now_ms);
	if (h == MODEL_HELOS)
		return is_helo_fact(k) ? 0 : row;
	cell = model_llr(m, f, model_name_cell(r, h), now_ms);
	if (is_helo_fact(k))
		return cell - row;
	return helo_told(c) ? row : cell;
}

/* ---- how it speaks ---- */

/* The strongest of what its commands look like, and half of the others. */
static double
dialect_base(const struct client *c, struct model *m, int64_t now_ms)
{
	static const enum model_feature all[] = { MODEL_HELLO, MODEL_CASE,
		MODEL_MAIL_PATH, MODEL_CUT, MODEL_TLS };
	double sum = 0, top = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		double l = trait(c, all[i], m, now_ms);

		sum += l;
		if (fabs(l) > fabs(top))
			top = l;
	}
	/* 2 is without leave, and has a fact of its own. */
	if (c->value[MODEL_AHEAD] != 2 + 1)
		sum += trait(c, MODEL_AHEAD, m, now_ms);
	return top + DAMP * (sum - top);
}

static double
dialect_term(const struct client *c, struct model *m, int64_t now_ms)
{
	double base = dialect_base(c, m, now_ms);

	return c->dialect == 0 ?
	    base :
	    model_token_llr(m, MODEL_TOKEN_DIALECT, c->dialect, base, now_ms);
}

/* What was learned of this very stack, beyond its class. */
static double
stack_record(const struct client *c, struct model *m, int64_t now_ms)
{
	double base = trait(c, MODEL_STACK, m, now_ms);

	if (c->stack == 0)
		return 0;
	return model_token_llr(m, MODEL_TOKEN_SIG, c->stack, base, now_ms) -
	    base;
}

/* ---- deeds ---- */

/*
 * One is a typing error, and no witness.  Beside many recipients that exist, a
 * few that do not are a list that has grown old.
 */
static double
unknown_term(const struct client *c, double n, int64_t now_ms)
{
	double known = client_count(c, EVIDENCE_RCPT_OK, now_ms);
	double share = n / (n + known);
	double trust = (share - STALE_SHARE) / (HARVEST_SHARE - STALE_SHARE);

	return fmin(UNKNOWN_EACH * fmax(n - TYPO, n * TYPO), UNKNOWN_MAX) *
	    fmax(0, fmin(trust, 1));
}

/* Is there something that no sender of wanted mail does? */
static bool
contradicted(const struct client *c, int64_t now_ms)
{
	/* One that was good before may be hasty for once. */
	if (c->good_days == 0 &&
	    client_count(c, EVIDENCE_EARLY_TALK, now_ms) > 0.5)
		return true;
	return client_count(c, EVIDENCE_TRAP_RCPT, now_ms) > 0.5 ||
	    unknown_term(c, client_count(c, EVIDENCE_UNKNOWN_RCPT, now_ms),
		now_ms) >= 2;
}

/* Mail on several days speaks louder than one that got through. */
static double
accepted_term(const struct client *c, double n, int64_t now_ms)
{
	double l;

	if (c->good_days >= 3)
		l = -3.0;
	else if (c->good_days >= 1)
		l = (name_is_own(c->name_class) ? -1.25 : -0.7) * c->good_days;
	else
		l = name_is_own(c->name_class) ? -0.7 : -0.2;
	if (contradicted(c, now_ms))
		l /= 3;
	return l * fmin(n, 1);
}

/* A filter errs now and then, about a server that sends other mail as well. */
static double
content_term(const struct client *c, double n)
{
	return fmin(n, CONTENT_MAX) * n / (n + (double)c->good_mails);
}

static double
history_term(const struct client *c, int64_t now_ms)
{
	double age = (double)(now_ms - c->offence_ms);

	if (c->offences == 0)
		return 0;
	return HISTORY_EACH * fmin((double)c->offences, 3) *
	    exp2(-fmax(age, 0) / (double)HISTORY_HALF_MS);
}

static double
deed_term(const struct client *c, enum evidence_kind k, double n,
    int64_t now_ms)
{
	switch (k) {
	case EVIDENCE_UNKNOWN_RCPT:
		return unknown_term(c, n, now_ms);
	case EVIDENCE_TRAP_RCPT: /* an old address, of who is known by name */
		return name_is_own(c->name_class) ?
		    fmin(n, 2) :
		    fmin(TRAP_EACH * n, TRAP_MAX);
	case EVIDENCE_ACCEPTED:
		return accepted_term(c, n, now_ms);
	case EVIDENCE_CONTENT:
		return name_is_own(c->name_class) ? 0 : content_term(c, n);
	case EVIDENCE_AUTH_GUESS:
		return n < AUTH_MANY ? 0 : 1.5;
	case EVIDENCE_LISTED: /* spam from a real server is not our matter */
	case EVIDENCE_END_USER:
		return name_is_own(c->name_class) ? 0 : weights[k] * fmin(n, 1);
	case EVIDENCE_RCPT_OK: /* only beside those that do not exist */
		return 0;
	default:
		return weights[k] * fmin(n, 1);
	}
}

/* Facts whose count is what they say. */
static bool
says_itself(enum evidence_kind k)
{
	return k == EVIDENCE_HELO_GROUP || k == EVIDENCE_TEMPLATE ||
	    k == EVIDENCE_BOTNET || k == EVIDENCE_DNS_LIST;
}

double
score_term(const struct client *c, enum evidence_kind k, struct model *m,
    int64_t now_ms)
{
	const struct client_fact *f = &c->facts[k];
	double n;

	if (k == EVIDENCE_HISTORY)
		return history_term(c, now_ms);
	if (k == EVIDENCE_STACK_RECORD)
		return stack_record(c, m, now_ms);
	if (f->last_ms == 0)
		return 0;
	if (says_itself(k))
		return (double)f->count;
	n = client_count(c, k, now_ms);
	if (n <= 0.05)
		return 0;
	n = fmin(n,
	    k == EVIDENCE_UNKNOWN_RCPT || k == EVIDENCE_TRAP_RCPT ||
		    k == EVIDENCE_CONTENT || k == EVIDENCE_AUTH_GUESS ?
		n :
		1);
	switch (k) {
	case EVIDENCE_STACK_CLASS:
		return trait(c, MODEL_STACK, m, now_ms);
	case EVIDENCE_RTT:
		return trait(c, MODEL_RTT, m, now_ms) * n;
	case EVIDENCE_EARLY_TALK:
		return model_llr(m, MODEL_GREETING, 1, now_ms) * n;
	case EVIDENCE_PATIENT:
		return model_llr(m, MODEL_GREETING, 0, now_ms) * n;
	case EVIDENCE_PIPELINING:
		return model_llr(m, MODEL_AHEAD, 2, now_ms) * n;
	case EVIDENCE_BARE_LF:
		return trait(c, MODEL_EOL, m, now_ms) * n;
	case EVIDENCE_DIALECT:
		return dialect_term(c, m, now_ms) * n;
	case EVIDENCE_THINK:
		return trait(c, MODEL_THINK, m, now_ms) * n;
	case EVIDENCE_REACTION:
		return trait(c, MODEL_REACTION, m, now_ms) * n;
	case EVIDENCE_NO_QUIT:
		return trait(c, MODEL_LEAVE, m, now_ms) * n;
	case EVIDENCE_RDNS_NONE:
	case EVIDENCE_RDNS_GENERIC:
	case EVIDENCE_RDNS_DYNAMIC:
	case EVIDENCE_NAMED:
	case EVIDENCE_HELO_LITERAL:
	case EVIDENCE_HELO_OURS:
	case EVIDENCE_HELO_BAD:
	case EVIDENCE_HELO_DYNAMIC:
		return name_term(c, k, m, now_ms) * n;
	default:
		return deed_term(c, k, n, now_ms);
	}
}
