/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_names - what a client is called, and what it calls itself */
#include <strings.h>

#include "daemon/cross.h"
#include "daemon/evidence_impl.h"
#include "daemon/names_model.h"

#define HELOS_MANY 4
#define AGAIN_MS   3600000

#define HELO_NOTE_MAX 128

/* The last two labels: whose name it is, near enough. */
static struct str
domain_of(struct str name)
{
	unsigned dots = 0;

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '.' && ++dots == 2)
			return (struct str){ name.p + i, name.n - i };
	return name;
}

/* ---- the good profile ---- */

uint32_t
evidence_good_name(const struct client *c)
{
	struct str dom = domain_of(evidence_str(c->rdns));
	char low[CLIENT_NAME_MAX];
	uint32_t h;

	if (dom.n == 0 || c->name_class == NAME_GENERIC ||
	    c->name_class == NAME_DYNAMIC)
		return 0;
	for (size_t i = 0; i < dom.n; i++)
		low[i] = dom.p[i] >= 'A' && dom.p[i] <= 'Z' ?
		    (char)(dom.p[i] + 'a' - 'A') :
		    dom.p[i];
	h = (uint32_t)hash_stable(low, dom.n);
	return h == 0 ? 1 : h;
}

bool
evidence_profile(const struct policy *p, const struct client *c)
{
	if (c->good_days < p->good_days || c->good_rcpts < p->good_rcpts ||
	    c->complained || c->good_name == 0)
		return false;
	/* Lost only when neither the stack nor the name is what it was. */
	return (c->good_sig != 0 && c->sig_key == c->good_sig) ||
	    evidence_good_name(c) == c->good_name;
}

/* ---- HELO ---- */

static enum evidence_kind
helo_kind(enum helo_class cls)
{
	switch (cls) {
	case HELO_DYNAMIC:
		return EVIDENCE_HELO_DYNAMIC;
	case HELO_LITERAL:
	case HELO_WRONG_LITERAL:
	case HELO_BARE_IP:
		return EVIDENCE_HELO_LITERAL;
	case HELO_OURS:
		return EVIDENCE_HELO_OURS;
	case HELO_LOCAL:
	case HELO_SINGLE:
	case HELO_BAD:
		return EVIDENCE_HELO_BAD;
	default:
		return EVIDENCE_NONE;
	}
}

static void
helo_changes(struct client *c, struct str helo, bool again, int64_t now_ms)
{
	if (!again)
		c->helo_seen |= 1ULL << (hash_stable(helo.p, helo.n) & 63);
	if (__builtin_popcountll(c->helo_seen) >= HELOS_MANY)
		client_set(c, EVIDENCE_HELO_CHANGES, 0, now_ms);
}

/* One of `all` is true of the client now, or none; the others are not. */
static void
only_fact(struct client *c, const enum evidence_kind *all, size_t n,
    enum evidence_kind k)
{
	for (size_t i = 0; i < n; i++)
		if (all[i] != k)
			client_clear(c, all[i]);
}

/* What it is called and what it calls itself are one trait of the model. */
static void
name_value(struct client *c)
{
	enum model_feature f = c->key.family == 6 ? MODEL_NAME_V6 : MODEL_NAME;
	enum model_helo h = names_helo_column((enum helo_class)c->helo_class);

	if (client_name_known(c) && h != MODEL_HELOS)
		evidence_value(c, f,
		    model_name_cell(names_rdns_row(
					(enum name_class)c->name_class),
			h));
}

/* Without a format: nothing is noted as often. */
static void
note_helo(struct client *c, enum evidence_kind k, struct str helo,
    int64_t now_ms)
{
	char text[HELO_NOTE_MAX] = "HELO ";
	size_t n = strnlen(helo.p, helo.n < 120 ? helo.n : 120);

	memcpy(text + 5, helo.p, n);
	client_sample(c, k, (struct str){ text, 5 + n }, now_ms);
}

void
evidence_helo(struct evidence *e, struct client *c, struct str helo,
    int64_t now_ms)
{
	static const enum evidence_kind all[] = { EVIDENCE_HELO_DYNAMIC,
		EVIDENCE_HELO_LITERAL, EVIDENCE_HELO_OURS, EVIDENCE_HELO_BAD };
	enum helo_class cls;
	enum evidence_kind k;
	bool again;

	if (helo.n == 0)
		return;
	cls = helo_classify(helo, &c->key, evidence_str(c->rdns), &e->self);
	if (c->key.family == 6 && cls == HELO_WRONG_LITERAL)
		cls = HELO_LITERAL; /* the key is only the /64 of it */
	k = helo_kind(cls);
	/* It was counted then; as its own name it was not. */
	again = c->helo_class != HELO_RDNS &&
	    str_eq(helo, evidence_str(c->helo));
	evidence_copy(c->helo, sizeof(c->helo), helo);
	c->helo_class = (uint8_t)cls;
	c->dirty = true;
	if (cls != HELO_RDNS)
		helo_changes(c, helo, again, now_ms);
	only_fact(c, all, sizeof(all) / sizeof(all[0]), k);
	if (k != EVIDENCE_NONE) {
		client_set(c, k, (uint8_t)cls, now_ms);
		note_helo(c, k, helo, now_ms);
	}
	name_value(c);
	evidence_grouped(e, c, STR(""), now_ms);
	evidence_judge(e, c);
}

/* ---- the reverse name ---- */

static enum evidence_kind
name_kind(enum name_class cls)
{
	switch (cls) {
	case NAME_NONE:
		return EVIDENCE_RDNS_NONE;
	case NAME_GENERIC:
		return EVIDENCE_RDNS_GENERIC;
	case NAME_DYNAMIC:
		return EVIDENCE_RDNS_DYNAMIC;
	default:
		return EVIDENCE_NAMED;
	}
}

/* Each of its lines says so; and the name of one address is of one class. */
static bool
told_just_now(const struct client *c, struct str name, int64_t now_ms)
{
	enum evidence_kind k = name_kind((enum name_class)c->name_class);

	return c->key.family == 4 && client_name_known(c) &&
	    now_ms - c->facts[k].last_ms < AGAIN_MS &&
	    str_eq(name, evidence_str(c->rdns));
}

static void
set_rdns(struct evidence *e, struct client *c, const struct addr *a,
    struct str name, struct str line, int64_t now_ms)
{
	static const enum evidence_kind all[] = { EVIDENCE_RDNS_NONE,
		EVIDENCE_RDNS_GENERIC, EVIDENCE_RDNS_DYNAMIC, EVIDENCE_NAMED };
	enum name_class cls;
	enum evidence_kind k;
	char helo[CLIENT_NAME_MAX];
	bool was_known = client_name_known(c), same;

	if (told_just_now(c, name, now_ms))
		return;
	cls = name.n == 0 ? NAME_NONE : name_classify(name, a);
	k = name_kind(cls);
	same = was_known && c->name_class == (uint8_t)cls;
	/* Of a name that is too long, the end says whose it is. */
	if (name.n > sizeof(c->rdns) - 1) {
		name.p += name.n - (sizeof(c->rdns) - 1);
		name.n = sizeof(c->rdns) - 1;
	}
	/* Each of its lines says so. */
	if (same && now_ms - c->facts[k].last_ms < AGAIN_MS &&
	    str_eq(name, evidence_str(c->rdns)))
		return;
	c->name_class = (uint8_t)cls;
	evidence_copy(c->rdns, sizeof(c->rdns), name);
	c->dirty = true;
	only_fact(c, all, sizeof(all) / sizeof(all[0]), k);
	client_set(c, k, (uint8_t)cls, now_ms);
	if (!same)
		client_sample(c, k, line, now_ms);
	name_value(c);
	if (c->label_due)
		evidence_label_bad(e, c, now_ms);
	evidence_judge(e, c);
	/* A HELO that came before its client's name is looked at again. */
	if (!was_known && c->helo[0] != '\0') {
		memcpy(helo, c->helo, sizeof(helo));
		evidence_helo(e, c, evidence_str(helo), now_ms);
	}
}

/*
 * A good name that was confirmed today stays: a resolver has bad moments,
 * and a log line may be forged.
 */
static bool
name_holds(const struct client *c, struct str name, const struct addr *a,
    int64_t now_ms)
{
	enum name_class cls;

	if (c->rdns[0] == '\0' || now_ms - c->name_ms >= EVIDENCE_DAY_MS ||
	    c->name_class == NAME_GENERIC || c->name_class == NAME_DYNAMIC)
		return false;
	if (c->key.family == 4 && str_eq(name, evidence_str(c->rdns)))
		return false; /* it is of the same class as before */
	cls = name.n == 0 ? NAME_NONE : name_classify(name, a);
	return cls != NAME_HOST && cls != NAME_SERVER;
}

/*
 * A name that nobody has confirmed may be a lie, but no lie would call a host
 * a dial-up line: only what is to its disadvantage is believed.
 */
static bool
believable(const struct log_event *ev)
{
	enum name_class cls;

	if (!ev->name_claimed)
		return true;
	cls = name_classify(ev->name, &ev->client);
	return cls == NAME_GENERIC || cls == NAME_DYNAMIC;
}

void
evidence_name_of(struct evidence *e, const struct log_event *ev,
    const struct session *s, struct str line, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &ev->client, now_ms);
	bool none = ev->rdns_none || ev->rdns_unconfirmed;
	struct str name = none ? STR("") : ev->name;

	if ((none || name.n > 0) && believable(ev) &&
	    !name_holds(c, name, &ev->client, now_ms)) {
		if (name.n > 0)
			c->name_ms = now_ms;
		set_rdns(e, c, &ev->client, name, line, now_ms);
	}
	if (ev->helo.n > 0 && cross_helo(s))
		evidence_helo(e, c, ev->helo, now_ms);
}

void
evidence_dns_name(struct evidence *e, const struct addr *a, struct str name,
    int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, a, now_ms);

	/* The MTA has asked as well, and is nearer to the connection. */
	if (client_name_known(c) && now_ms - c->name_ms < EVIDENCE_DAY_MS)
		return;
	if (name.n > 0)
		c->name_ms = now_ms;
	set_rdns(e, c, a, name,
	    name.n > 0 ? STR("our resolver: a confirmed name") :
			 STR("our resolver: no confirmed name"),
	    now_ms);
}

void
evidence_dns_listed(struct evidence *e, const struct addr *a, struct str zone,
    double nats, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, a, now_ms);

	client_set(c, EVIDENCE_DNS_LIST, 0, now_ms);
	c->facts[EVIDENCE_DNS_LIST].count = (float)nats;
	evidence_note(c, EVIDENCE_DNS_LIST, now_ms, "DNS list %.*s",
	    (int)(zone.n < 120 ? zone.n : 120), zone.p);
	evidence_judge(e, c);
}
