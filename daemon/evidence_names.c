/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_names - what a client is called, and what it calls itself */
#include <stdio.h>
#include <strings.h>

#include "daemon/cross.h"
#include "daemon/evidence_impl.h"

#define GROUP_GOOD_DAYS 2 /* days of accepted mail: no member of a group */
#define HELOS_MANY      4
#define IPV6_NO_RDNS    0.5F /* reverse DNS is mostly absent there */

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

static bool
same_domain(struct str a, struct str b)
{
	a = domain_of(a);
	b = domain_of(b);
	return a.n == b.n && a.n > 0 && strncasecmp(a.p, b.p, a.n) == 0;
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

/*
 * May this HELO make a group?  Not words that everybody says; not of who
 * sends wanted mail, nor of whom we do not know yet whether it has a name.
 */
static bool
groupable(const struct client *c, enum helo_class cls)
{
	/* Spam is accepted, too: only mail on several days speaks for it. */
	if (!c->name_known || c->good_days >= GROUP_GOOD_DAYS)
		return false;
	return cls == HELO_FQDN || cls == HELO_SINGLE || cls == HELO_BAD ||
	    cls == HELO_OURS;
}

static void
helo_group(struct evidence *e, struct client *c, enum helo_class cls,
    struct str helo, int64_t now_ms)
{
	char text[CLIENT_SAMPLE_MAX];
	unsigned n;

	/* It, or its owner, may well have many machines of that name. */
	if (cls == HELO_RDNS ||
	    (c->rdns[0] != '\0' && same_domain(helo, evidence_str(c->rdns)))) {
		groups_helo_confirmed(e->groups, helo, now_ms);
		return;
	}
	if (!groupable(c, cls))
		return;
	n = groups_helo(e->groups, helo, &c->key, now_ms);
	if (n < e->conf.policy->group_sites)
		return;
	client_set(c, EVIDENCE_HELO_GROUP, n > 255 ? 255 : (uint8_t)n, now_ms);
	(void)snprintf(text, sizeof(text), "HELO %.*s from about %u networks",
	    (int)(helo.n < 100 ? helo.n : 100), helo.p, n);
	client_sample(c, EVIDENCE_HELO_GROUP, evidence_str(text), now_ms);
	evidence_judge(e, c);
}

static void
helo_changes(struct client *c, struct str helo, int64_t now_ms)
{
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

void
evidence_helo(struct evidence *e, struct client *c, struct str helo,
    int64_t now_ms)
{
	static const enum evidence_kind all[] = { EVIDENCE_HELO_DYNAMIC,
		EVIDENCE_HELO_LITERAL, EVIDENCE_HELO_OURS, EVIDENCE_HELO_BAD };
	enum helo_class cls;
	enum evidence_kind k;

	if (helo.n == 0)
		return;
	cls = helo_classify(helo, &c->key, evidence_str(c->rdns), &e->self);
	if (c->key.family == 6 && cls == HELO_WRONG_LITERAL)
		cls = HELO_LITERAL; /* the key is only the /64 of it */
	k = helo_kind(cls);
	evidence_copy(c->helo, sizeof(c->helo), helo);
	c->helo_class = (uint8_t)cls;
	c->dirty = true;
	if (cls != HELO_RDNS)
		helo_changes(c, helo, now_ms);
	only_fact(c, all, sizeof(all) / sizeof(all[0]), k);
	if (k != EVIDENCE_NONE) {
		client_set(c, k, (uint8_t)cls, now_ms);
		evidence_judge(e, c);
	}
	helo_group(e, c, cls, helo, now_ms);
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
		return EVIDENCE_NONE;
	}
}

static void
set_rdns(struct evidence *e, struct client *c, const struct addr *a,
    struct str name, struct str line, int64_t now_ms)
{
	static const enum evidence_kind all[] = { EVIDENCE_RDNS_NONE,
		EVIDENCE_RDNS_GENERIC, EVIDENCE_RDNS_DYNAMIC };
	enum name_class cls = name.n == 0 ? NAME_NONE : name_classify(name, a);
	enum evidence_kind k = name_kind(cls);
	char helo[CLIENT_NAME_MAX];
	bool was_known = c->name_known;

	c->name_known = true;
	c->name_class = (uint8_t)cls;
	/* Of a name that is too long, the end says whose it is. */
	if (name.n > sizeof(c->rdns) - 1) {
		name.p += name.n - (sizeof(c->rdns) - 1);
		name.n = sizeof(c->rdns) - 1;
	}
	evidence_copy(c->rdns, sizeof(c->rdns), name);
	c->dirty = true;
	only_fact(c, all, sizeof(all) / sizeof(all[0]), k);
	if (k != EVIDENCE_NONE) {
		client_set(c, k, (uint8_t)cls, now_ms);
		if (a->family == 6)
			c->facts[k].count = IPV6_NO_RDNS;
		client_sample(c, k, line, now_ms);
		evidence_judge(e, c);
	}
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
