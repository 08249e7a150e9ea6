/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_learn: what was learned goes to the store and comes back, and what
 * people and DNS tell
 *
 * zt-link: @ENGINE
 * zt-libs: libsodium libm libpcre2-8
 */
#include <errno.h>

#include "daemon/engine.h"
#include "tests/zt.h"

#define T0   ((int64_t)1740988800 * 1000)
#define HOUR ((int64_t)3600 * 1000)

static struct net private_nets[1];

struct seen {
	unsigned n[ENGINE_OUTS];
};

static void
on_out(void *arg, const struct engine_out *o)
{
	((struct seen *)arg)->n[o->kind]++;
}

static struct policy
policy(void)
{
	static const char *const traps[] = { "trap@example.org", NULL };
	struct policy p = { .enforce = true,
		.ports = { 25 },
		.ports_n = 1,
		.block_p = 0.95,
		.certain_p = 0.999,
		.tier_s = { 600, 3600 },
		.tiers_n = 2,
		.lease_s = 86400,
		.settle_s = 3600,
		.good_days = 3,
		.good_rcpts = 2,
		.group_sites = 20,
		.block_rate = 100,
		.half_open_max = 64,
		.sessions_max = 64,
		.clients_max = 128,
		.blocks_max = 64,
		.traps = traps,
		.never = { private_nets, 1 } };

	(void)net_parse(STR("10.0.0.0/8"), &private_nets[0]);
	return p;
}

static struct engine *
make(const struct policy *p, struct seen *s)
{
	struct engine_conf ec = { .policy = p, .arg = s, .out = on_out };

	memset(s, 0, sizeof(*s));
	return engine_new(&ec);
}

/* Nobody is blocked: it is learned all the same. */
static struct engine *
make_quiet(struct policy *p, struct seen *s)
{
	*p = policy();
	p->tiers_n = 0;
	return make(p, s);
}

static struct addr
addr(const char *text)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		printf("not an address: %s\n", text);
	return a;
}

/* Says HELO `helo`, and writes to a trap and to somebody who is not there. */
static void
zombie(struct engine *e, unsigned network, const char *helo)
{
	static const char *const rcpt[] = { "trap", "u1", "u2", "u3" };
	char line[400];

	for (size_t i = 0; i < 4; i++) {
		int n = snprintf(line, sizeof(line),
		    "2025-03-03T08:00:00+00:00 mx postfix/smtpd[1]: NOQUEUE: "
		    "reject: RCPT from unknown[203.%u.%u.7]: 550 5.1.1 "
		    "<%s@example.org>: Recipient address rejected: User "
		    "unknown in local recipient table; from=<a@example.com> "
		    "to=<%s@example.org> proto=ESMTP helo=<%s>",
		    network / 250, network % 250, rcpt[i], rcpt[i], helo);

		(void)engine_line(e, (struct str){ line, (size_t)n }, T0);
	}
}

static bool
has_botnet(struct engine *e, const char *name)
{
	struct botnet_info all[16];
	size_t n = engine_botnets(e, all, 16);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].hit.name, name) == 0)
			return true;
	return false;
}

static void
test_learned(void)
{
	static uint8_t blob[ENGINE_LEARNED][ENGINE_LEARNED_MAX],
	    again[ENGINE_LEARNED_MAX];
	size_t n[ENGINE_LEARNED];
	struct policy p;
	struct seen s;
	struct engine *e = make_quiet(&p, &s), *other = make_quiet(&p, &s);

	for (unsigned i = 0; i < 60; i++)
		zombie(e, i, "smtp.pills.example");
	ZT_CASE("a botnet is known", has_botnet(e, "helo:smtp.pills.example"));
	ZT_CASE("elsewhere it is not",
	    !has_botnet(other, "helo:smtp.pills.example"));
	for (unsigned k = 0; k < ENGINE_LEARNED; k++) {
		enum engine_learned what = (enum engine_learned)k;

		n[k] = engine_learned_encode(e, what, blob[k],
		    ENGINE_LEARNED_MAX);
		ZT_CASE("each part has a name",
		    engine_learned_name[k] != NULL &&
			engine_learned_name[k][0] != '\0');
		ZT_CASE("it becomes bytes", n[k] > 0);
		ZT_CASE("not where there is no room",
		    engine_learned_encode(e, what, again, n[k] - 1) == 0);
		ZT_CASE("bytes that are cut are refused",
		    !engine_learned_decode(other, what, blob[k], n[k] - 1));
		ZT_CASE("and so is nothing",
		    !engine_learned_decode(other, what, blob[k], 0));
	}
	ZT_CASE("what is refused changes nothing",
	    !has_botnet(other, "helo:smtp.pills.example"));
	ZT_CASE("one part is not taken for the other",
	    !engine_learned_decode(other, ENGINE_MODEL, blob[ENGINE_BOTNETS],
		n[ENGINE_BOTNETS]) &&
		!engine_learned_decode(other, ENGINE_BOTNETS,
		    blob[ENGINE_MODEL], n[ENGINE_MODEL]));
	engine_tick(other, T0);
	for (unsigned k = 0; k < ENGINE_LEARNED; k++) {
		enum engine_learned what = (enum engine_learned)k;

		ZT_CASE("the bytes are read back",
		    engine_learned_decode(other, what, blob[k], n[k]));
		ZT_CASE("and are as many again",
		    engine_learned_encode(other, what, again,
			ENGINE_LEARNED_MAX) == n[k]);
	}
	ZT_CASE("the botnet is known there, too",
	    has_botnet(other, "helo:smtp.pills.example"));
	engine_free(e);
	engine_free(other);
}

/* What one engine has learned decides about a newcomer in the next. */
static void
test_learned_decides(void)
{
	static uint8_t blob[ENGINE_LEARNED_MAX];
	struct addr who = addr_v4(0xcb009007U); /* 203.0.144.7 */
	struct score before, after;
	struct policy p;
	struct seen s;
	struct engine *e = make_quiet(&p, &s), *other = make_quiet(&p, &s);
	size_t n;

	for (unsigned i = 0; i < 60; i++)
		zombie(e, i, "smtp.pills.example");
	zombie(other, 144, "smtp.pills.example");
	(void)engine_client(other, &who, T0, &before);
	n = engine_learned_encode(e, ENGINE_BOTNETS, blob, sizeof(blob));
	ZT_CASE("clusters are taken over",
	    engine_learned_decode(other, ENGINE_BOTNETS, blob, n));
	zombie(other, 144, "smtp.pills.example");
	(void)engine_client(other, &who, T0, &after);
	ZT_CASE("and speak against the next member",
	    after.sum > before.sum + 1);
	engine_free(e);
	engine_free(other);
}

static void
test_report(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct addr who = addr("198.51.100.1"), inner = addr("10.1.2.3"),
		    never = addr("198.51.100.2");
	struct net one = { who, 32 };
	const struct client *c;

	(void)engine_admin_block(e, &one, 3600, T0);
	ZT_CASE("a report of spam", engine_report(e, &who, true, T0) == 0);
	c = engine_client(e, &who, T0, NULL);
	ZT_CASE("is kept",
	    c != NULL && c->facts[EVIDENCE_REPORTED].last_ms == T0);
	ZT_CASE("and lifts no block", s.n[ENGINE_UNBLOCK] == 0);
	ZT_CASE("one of wanted mail",
	    engine_report(e, &who, false, T0 + 1) == 0);
	ZT_CASE("lifts it", s.n[ENGINE_UNBLOCK] == 1);
	ZT_CASE("of who is not blocked it is no error",
	    engine_report(e, &who, false, T0 + 2) == 0 &&
		s.n[ENGINE_UNBLOCK] == 1);
	ZT_CASE("who is never judged is not reported",
	    engine_report(e, &inner, true, T0 + 3) == -EPERM &&
		engine_client(e, &inner, T0 + 3, NULL) == NULL);
	ZT_CASE("who was never seen is",
	    engine_report(e, &never, true, T0 + 4) == 0 &&
		engine_client(e, &never, T0 + 4, NULL) != NULL);
	engine_free(e);
}

static void
test_dns(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct addr who = addr("198.51.100.1"), inner = addr("10.1.2.3");
	const struct client *c;
	struct score score;

	engine_dns_name(e, &who, STR("mx.a.example"), T0);
	c = engine_client(e, &who, T0, NULL);
	ZT_CASE("a name of our resolver's",
	    c != NULL && strcmp(c->rdns, "mx.a.example") == 0);
	engine_dns_name(e, &who, STR(""), T0 + 1);
	c = engine_client(e, &who, T0 + 1, NULL);
	ZT_CASE("stays for a day", strcmp(c->rdns, "mx.a.example") == 0);
	engine_dns_name(e, &who, STR(""), T0 + 25 * HOUR);
	c = engine_client(e, &who, T0 + 25 * HOUR, NULL);
	ZT_CASE("and then it has none",
	    c->rdns[0] == '\0' && client_name_known(c));
	engine_dns_listed(e, &who, STR("dnsbl.example"), 2.5, T0 + 25 * HOUR);
	c = engine_client(e, &who, T0 + 25 * HOUR, &score);
	ZT_CASE("a DNS list weighs what the admin said",
	    score_term(c, EVIDENCE_DNS_LIST, NULL, T0 + 25 * HOUR) == 2.5);
	ZT_CASE("but does not block alone", s.n[ENGINE_BLOCK] == 0);
	engine_dns_name(e, &inner, STR(""), T0 + 26 * HOUR);
	engine_dns_listed(e, &inner, STR("dnsbl.example"), 9, T0 + 26 * HOUR);
	ZT_CASE("nobody is known by it who is never judged",
	    engine_client(e, &inner, T0 + 26 * HOUR, NULL) == NULL);
	engine_free(e);
}

static const struct zt_test tests[] = {
	{ "learned", test_learned },
	{ "learned decides", test_learned_decides },
	{ "report", test_report },
	{ "dns", test_dns },
};
ZT_MAIN("engine_learn", tests)
