/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/neverlist fp/addr
 */
#include "daemon/neverlist.h"
#include "tests/zt.h"

static struct net
net(const char *s)
{
	struct net n = { 0 };

	if (!net_parse((struct str){ s, strlen(s) }, &n))
		abort();
	return n;
}

static struct addr
addr(const char *s)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ s, strlen(s) }, &a))
		abort();
	return a;
}

/* What the callback was told, as "+192.0.2.1 -192.0.2.2 ". */
struct told {
	char text[1024];
};

static void
on_own(void *arg, const struct net *n, bool added)
{
	struct told *t = arg;
	char buf[ADDR_STRLEN];
	size_t len = strlen(t->text);

	(void)snprintf(t->text + len, sizeof(t->text) - len, "%c%s ",
	    added ? '+' : '-', addr_print(&n->a, buf));
}

static bool
told(struct told *t, const char *want)
{
	bool ok = strcmp(t->text, want) == 0;

	if (!ok)
		printf("told \"%s\", wanted \"%s\"\n", t->text, want);
	t->text[0] = '\0';
	return ok;
}

static void
test_lists(void)
{
	struct net never[] = { net("10.0.0.0/8"), net("64:ff9b::/96"),
		net("203.0.113.0/24") };
	struct net ours[] = { net("198.51.100.7/32"),
		net("2001:db8:7::1/128") };
	struct net_list never_list = { never, 3 }, ours_list = { ours, 2 };
	static const struct {
		const char *name, *net;
		bool want;
	} cases[] = {
		{ "inside a range", "10.1.2.3/32", true },
		{ "the range itself", "10.0.0.0/8", true },
		{ "a network around a range", "0.0.0.0/0", true },
		{ "before the range", "9.255.255.255/32", false },
		{ "behind the range", "11.0.0.0/32", false },
		{ "a /64 that is wider than the range", "64:ff9b::/64", true },
		{ "the next /64", "64:ff9b:0:1::/64", false },
		{ "our own host", "198.51.100.7/32", true },
		{ "its neighbour", "198.51.100.8/32", false },
		{ "the /64 of our own IPv6 host", "2001:db8:7::/64", true },
		{ "IPv6 of another /64", "2001:db8:8::/64", false },
		{ "a stranger", "192.0.2.1/32", false },
	};
	struct neverlist *l = calloc(1, sizeof(*l));
	struct net none = { 0 }, n;

	if (l == NULL)
		abort();
	l->fixed[0] = &never_list;
	l->fixed[1] = &ours_list;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = net(cases[i].net);
		ZT_CASE(cases[i].name,
		    (neverlist_why(l, &n) != NULL) == cases[i].want);
	}
	ZT_CASE("no network at all is never blocked",
	    neverlist_why(l, &none) != NULL);
	n = net("198.51.100.7/32");
	ZT_CASE("it says why",
	    strcmp(neverlist_why(l, &n), "one of our hosts") == 0);
	free(l);
}

static void
sweep(struct neverlist *l, enum neverlist_kind kind, const char *a,
    const char *b)
{
	const char *const v[] = { a, b };

	neverlist_sweep(l, kind);
	for (size_t i = 0; i < 2; i++) {
		struct addr x;

		if (v[i] == NULL)
			continue;
		x = addr(v[i]);
		(void)neverlist_found(l, kind, &x);
	}
	neverlist_swept(l, kind);
}

static void
test_sweeps(void)
{
	struct neverlist *l = calloc(1, sizeof(*l));
	struct told t = { "" };
	struct net n = net("2001:db8:1::/64"), v4 = net("192.0.2.1/32");

	if (l == NULL)
		abort();
	l->cb = on_own;
	l->arg = &t;
	sweep(l, NEVERLIST_ADDRESS, "192.0.2.1", "2001:db8:1::5");
	ZT_CASE("new addresses are told",
	    told(&t, "+192.0.2.1 +2001:db8:1::5 "));
	ZT_CASE("the /64 of an own address is never blocked",
	    strcmp(neverlist_why(l, &n), "an address of this host") == 0);
	sweep(l, NEVERLIST_ADDRESS, "2001:db8:1::5", "192.0.2.1");
	ZT_CASE("nothing new is not told", told(&t, ""));
	sweep(l, NEVERLIST_GATEWAY, "192.0.2.1", "192.0.2.254");
	ZT_CASE("an address that is a gateway too is told once",
	    told(&t, "+192.0.2.254 "));
	sweep(l, NEVERLIST_ADDRESS, "192.0.2.9", NULL);
	ZT_CASE("what stays as a gateway is not taken away",
	    told(&t, "+192.0.2.9 -2001:db8:1::5 "));
	ZT_CASE("it is still protected",
	    strcmp(neverlist_why(l, &v4), "a default gateway") == 0);
	ZT_CASE("the address that went is not", neverlist_why(l, &n) == NULL);
	neverlist_each(l, on_own, &t);
	ZT_CASE("each has every address once",
	    strlen(t.text) == strlen("+192.0.2.1 +192.0.2.254 +192.0.2.9 "));
	t.text[0] = '\0';
	sweep(l, NEVERLIST_GATEWAY, NULL, NULL);
	ZT_CASE("gateways go", t.text[0] == '-');
	free(l);
}

static void
test_full(void)
{
	struct neverlist *l = calloc(1, sizeof(*l));
	struct addr a;
	int err = 0;

	if (l == NULL)
		abort();
	neverlist_sweep(l, NEVERLIST_ADDRESS);
	for (uint32_t i = 0; i < NEVERLIST_OWN_MAX; i++) {
		a = addr_v4(0xc6120000U + i);
		err |= neverlist_found(l, NEVERLIST_ADDRESS, &a);
	}
	ZT_CASE("as many as there is room for", err == 0);
	a = addr("192.0.2.1");
	ZT_CASE("one more is an error",
	    neverlist_found(l, NEVERLIST_ADDRESS, &a) < 0);
	a = addr_v4(0xc6120000U);
	ZT_CASE("a known one is not",
	    neverlist_found(l, NEVERLIST_ADDRESS, &a) == 0);
	free(l);
}

static void
test_resolv(void)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
		{ "one nameserver", "nameserver 192.0.2.53\n", "+192.0.2.53 " },
		{ "no newline at the end", "nameserver 192.0.2.53",
		    "+192.0.2.53 " },
		{ "comments and options are passed over",
		    "# nameserver 192.0.2.1\nsearch example.org\n"
		    "nameserver\t 2001:db8::53 \noptions edns0\n",
		    "+2001:db8::53 " },
		{ "a zone is cut off", "nameserver fe80::1%eth0\n",
		    "+fe80::1 " },
		{ "DOS lines", "nameserver 192.0.2.53\r\n", "+192.0.2.53 " },
		{ "nonsense is nothing",
		    "nameserver\nnameserver \nnameserver x\n"
		    "nameservers 192.0.2.1\n\nnameserver 1.2.3\n",
		    "" },
		{ "nothing is nothing", "", "" },
	};
	struct told t = { "" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct neverlist *l = calloc(1, sizeof(*l));

		if (l == NULL)
			abort();
		l->cb = on_own;
		l->arg = &t;
		(void)neverlist_resolv(l,
		    (struct str){ cases[i].text, strlen(cases[i].text) });
		ZT_CASE(cases[i].name, told(&t, cases[i].want));
		free(l);
	}
}

static const struct zt_test tests[] = {
	{ "fixed lists", test_lists },
	{ "sweeps", test_sweeps },
	{ "a full list", test_full },
	{ "resolv.conf", test_resolv },
};

ZT_MAIN("neverblock", tests)
