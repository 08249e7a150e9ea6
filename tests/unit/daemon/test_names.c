/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/names daemon/names_addr
 */
#include "daemon/names.h"
#include "tests/zt.h"

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static struct addr
addr_of(const char *s)
{
	struct addr a = { 0 };

	if (s[0] != '\0' && !addr_parse(str_of(s), &a))
		abort();
	return a;
}

static const struct {
	const char *addr, *name;
	bool want;
} has_addr[] = {
	// clang-format off
	{ "203.0.113.77", "host-203-0-113-77.dyn.example.org", true },
	{ "203.0.113.77", "77.113.0.203.example.org", true },
	{ "203.0.113.77", "c113-77.pool.example.org", true },
	{ "203.0.113.77", "dsl-77-113.example.org", true },
	{ "203.0.113.77", "203000113077.example.org", true },
	{ "203.0.113.77", "077113000203.example.org", true },
	{ "203.0.113.77", "203011377.example.org", true },
	{ "203.0.113.77", "cb00714d.example.org", true },
	{ "203.0.113.77", "0xCB00714D.example.org", true },
	{ "203.0.113.77", "4d7100cb.example.org", true },
	{ "203.0.113.77", "hcb00714dx.example.org", true },
	{ "203.0.113.77", "cb-00-71-4d.example.org", true },
	{ "203.0.113.77", "ip3405803853.example.org", true },
	{ "203.0.113.77", "mail77.example.org", false },
	{ "203.0.113.77", "mail.example.org", false },
	{ "203.0.113.77", "host-198-51-100-7.example.org", false },
	{ "203.0.113.77", "cb00714e.example.org", false },
	{ "203.0.113.77", "", false },
	{ "192.0.2.1", "web1.dc2.example.org", false },
	{ "192.0.2.1", "web-1-2.example.org", true },
	{ "192.0.2.2", "2.example.org", false },
	{ "2001:db8:1:2::25", "2001-db8-1-2--25.example.org", true },
	{ "2001:db8:1:2::25", "20010db800010002.v6.example.org", true },
	{ "2001:db8:1:2::25", "db8.example.org", false },
	{ "2001:db8::1", "mail1.example.org", false },
	{ "2001:db8::a1b2:c3d4:e5f6:708", "a1b2c3d4e5f60708.example.org",
	    true },
	{ "2001:db8:0:1:211:22ff:fe33:4455", "x-211-22ff-fe33-4455.example.org",
	    true },
	// clang-format on
};

static void
test_names_has_addr(void)
{
	for (size_t i = 0; i < sizeof(has_addr) / sizeof(has_addr[0]); i++) {
		struct addr a = addr_of(has_addr[i].addr);
		char name[128];

		snprintf(name, sizeof(name), "%s %s the address in it: '%s'",
		    has_addr[i].addr, has_addr[i].want ? "is" : "is not",
		    has_addr[i].name);
		ZT_CASE(name,
		    name_has_addr(str_of(has_addr[i].name), &a) ==
			has_addr[i].want);
	}
}

static const struct {
	const char *addr, *name;
	enum name_class want;
} classes[] = {
	// clang-format off
	{ "203.0.113.77", "", NAME_NONE },
	{ "203.0.113.77", "unknown", NAME_NONE },
	{ "203.0.113.77", "mail.example.org", NAME_SERVER },
	{ "203.0.113.77", "mx1.example.org", NAME_SERVER },
	{ "203.0.113.77", "alpha.example.org", NAME_HOST },
	{ "203.0.113.77", "example.org", NAME_HOST },
	{ "203.0.113.77", "203-0-113-77.example.org", NAME_GENERIC },
	{ "203.0.113.77", "203-0-113-77.dyn.example.org", NAME_DYNAMIC },
	{ "203.0.113.77", "203-0-113-77.ADSL.example.org", NAME_DYNAMIC },
	{ "203.0.113.77", "cable-203-0-113-77.example.co.uk", NAME_DYNAMIC },
	{ "203.0.113.77", "client-203-0-113-77.example.org", NAME_DYNAMIC },
	{ "203.0.113.77", "dsl4711.example.org", NAME_DYNAMIC },
	{ "203.0.113.77", "client4711.example.org", NAME_HOST },
	{ "203.0.113.77", "pool.example.org", NAME_HOST },
	{ "203.0.113.77", "203-0-113-77.static.example.org", NAME_SERVER },
	{ "203.0.113.77", "static-203-0-113-77.dsl.example.org", NAME_SERVER },
	{ "203.0.113.77", "mail-203-0-113-77.example.org", NAME_SERVER },
	{ "203.0.113.77", "mail.203-0-113-77.dyn.example.org", NAME_SERVER },
	/* words of the provider's own name do not count */
	{ "203.0.113.77", "203-0-113-77.mail.example", NAME_GENERIC },
	{ "203.0.113.77", "alpha4711.cable.example", NAME_HOST },
	{ "203.0.113.77", "203-0-113-77.dsl.co.uk", NAME_GENERIC },
	{ "", "dyn-1-2.example.org", NAME_DYNAMIC },
	{ "203.0.113.77", "203-0-113-77.dyn.example.org.", NAME_DYNAMIC },
	{ "2001:db8:1:2::25", "2001-db8-1-2--25.dyn.example.org",
	    NAME_DYNAMIC },
	/* as providers all over the world write them */
	{ "203.0.113.7", "ip-203-0-113-7.ec2.internal", NAME_GENERIC },
	{ "203.0.113.7",
	    "ec2-203-0-113-7.compute-1.cloud.example", NAME_GENERIC },
	{ "203.0.113.7", "7.113.0.203.in-addr.arpa", NAME_GENERIC },
	{ "203.0.113.7", "203.0.113.7.example.net", NAME_GENERIC },
	{ "203.0.113.7", "host7-113-0-203.range.example", NAME_GENERIC },
	{ "203.0.113.7",
	    "host7-113-dynamic.0-203-r.retail.example.it", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "cpe-203-0-113-7.socal.res.example.com", NAME_DYNAMIC },
	{ "203.0.113.7", "c-203-0-113-7.hsd1.ca.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "pCB007107.dip0.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "p5BCB0071.dip0.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "p4FD5A3C1.dip.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "dslb-203-000-113-007.203.000.pools.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "dyn-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "adsl-pool-203.0.113.7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "adsl-203-0-113-7.dsl.pltn13.example.net", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "pool-203-0-113-7.nycmny.fios.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "static-203-0-113-7.example.net", NAME_SERVER },
	{ "203.0.113.7", "203-0-113-7.static.example.net", NAME_SERVER },
	{ "203.0.113.7", "static.203.113.0.203.clients.isp.example", NAME_SERVER },
	{ "203.0.113.7", "cb007107.example.net", NAME_GENERIC },
	{ "203.0.113.7", "host-cb007107.example.net", NAME_GENERIC },
	{ "203.0.113.7", "cb.00.71.07.example.net", NAME_GENERIC },
	{ "203.0.113.7", "3405803783.example.net", NAME_GENERIC },
	{ "203.0.113.7", "ip3405803783.example.net", NAME_GENERIC },
	{ "203.0.113.7", "0xcb007107.example.net", NAME_GENERIC },
	{ "203.0.113.7", "ppp-203-0-113-7.revip2.example.co.th", NAME_DYNAMIC },
	{ "203.0.113.7", "123-113-0-203.btc-net.example.bg", NAME_GENERIC },
	{ "203.0.113.7",
	    "broadband-203-0-113-7.ip.moscow.example.ru", NAME_DYNAMIC },
	{ "203.0.113.7", "user-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "customer-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "203-0-113-7-cust.example.net", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "lfbn-idf1-1-7-113.w203-0.abo.example.fr", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "abts-north-dynamic-007.113.0.203.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "203-0-113-7.dynamic.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "203-0-113-7.dyn.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "h203-0-113-7.dynamic.example.com", NAME_DYNAMIC },
	{ "203.0.113.7", "mobile-203-000-113-007.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "x5f7.dyn.example.org", NAME_DYNAMIC },
	{ "203.0.113.7", "i59F5A3C1.isp.example", NAME_HOST },
	{ "203.0.113.7",
	    "ipservice-203-000-113-007.203.000.pools.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "business-203-000-113-007.static.isp.example", NAME_SERVER },
	{ "203.0.113.7", "d203-0-113-7.abhsia.example.net", NAME_GENERIC },
	{ "203.0.113.7", "cable-203-0-113-7.cust.example.ch", NAME_DYNAMIC },
	{ "203.0.113.7", "203.113.0.7.cloud.example", NAME_GENERIC },
	{ "203.0.113.7", "7.113.0.203.cloud.example", NAME_GENERIC },
	{ "203.0.113.7", "vps-7.example.net", NAME_SERVER },
	{ "203.0.113.7", "vmi203113.host.example", NAME_HOST },
	{ "203.0.113.7", "li203-7.members.example", NAME_GENERIC },
	{ "203.0.113.7", "mail-wr1-f7.isp.example", NAME_SERVER },
	{ "203.0.113.7",
	    "mail-am6eur05on2113.outbound.protection.example", NAME_SERVER },
	{ "203.0.113.7", "a8-7.smtp-out.isp.example", NAME_SERVER },
	{ "203.0.113.7", "mta113-7.mail.example.com", NAME_SERVER },
	{ "203.0.113.7", "mx7.example.com", NAME_SERVER },
	{ "203.0.113.7", "server7.example.com", NAME_SERVER },
	{ "203.0.113.7", "srv203113.example.com", NAME_SERVER },
	{ "203.0.113.7", "relay-out-7.example.org", NAME_SERVER },
	{ "203.0.113.7", "unn-203-0-113-7.cdn.example", NAME_GENERIC },
	{ "203.0.113.7", "S0106cb007107.vc.isp.example", NAME_GENERIC },
	{ "203.0.113.7",
	    "modemcable007.113-0-203.mc.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "toroon12-3405803783.sdsl.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "wifi-guest-7.hotel.example", NAME_HOST },
	{ "203.0.113.7", "home.example.net", NAME_HOST },
	{ "203.0.113.7", "dynamic.example.net", NAME_HOST },
	{ "203.0.113.7", "adsl.company.example", NAME_HOST },
	{ "203.0.113.7", "pppoe7.isp.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "dhcp-113-7.campus.example.edu", NAME_DYNAMIC },
	{ "203.0.113.7", "pc007.dhcp.example.edu", NAME_DYNAMIC },
	{ "203.0.113.7", "athedsl-20311.home.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "bras-base-toroon-grc-07-203-0-113-7.dsl.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "77.dsl-113.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "xdsl-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "ip7-113-0-203.adsl2.static.example.net", NAME_SERVER },
	{ "203.0.113.7", "nat-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "vpn-203-0-113-7.example.net", NAME_GENERIC },
	{ "203.0.113.7", "4g-203-0-113-7.example.net", NAME_GENERIC },
	{ "203.0.113.7", "lte-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "m203-0-113-7.cust.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "ftth-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "subscriber-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "ras-7.example.net", NAME_HOST },
	{ "203.0.113.7",
	    "dsl-kk-dynamic-007.113.0.203.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "staticip-203-0-113-7.example.net", NAME_SERVER },
	{ "203.0.113.7", "fixed-203-0-113-7.example.net", NAME_SERVER },
	{ "203.0.113.7", "reverse.203-0-113-7.example.net", NAME_GENERIC },
	{ "203.0.113.7", "rev-203-0-113-7.isp.example.net", NAME_GENERIC },
	{ "203.0.113.7", "unallocated.example.net", NAME_HOST },
	{ "203.0.113.7",
	    "dynamicip-203-0-113-7.pppoe.example.ru", NAME_DYNAMIC },
	{ "203.0.113.7", "dyn113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7",
	    "dynamic-ip-2030113007.cable.example.co", NAME_DYNAMIC },
	{ "203.0.113.7", "203000113007.user.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "203-0-113-7.user.isp.example", NAME_DYNAMIC },
	{ "203.0.113.7", "newsletter7.example.com", NAME_SERVER },
	{ "203.0.113.7", "dns113-7.example.com", NAME_GENERIC },
	{ "203.0.113.7", "poolparty.example.com", NAME_HOST },
	{ "203.0.113.7", "dialog7.example.com", NAME_HOST },
	{ "203.0.113.7", "host.dip.jp.example", NAME_HOST },
	{ "203.0.113.7", "static-dyn-203-0-113-7.example.com", NAME_SERVER },
	{ "203.0.113.7", "nonstatic-203-0-113-7.example.net", NAME_GENERIC },
	{ "203.0.113.7", "non-static-203-0-113-7.example.net", NAME_DYNAMIC },
	{ "203.0.113.7", "mail.dyn-203-0-113-7.example.net", NAME_SERVER },
	{ "203.0.113.7", "webmail7.example.com", NAME_SERVER },
	{ "203.0.113.7", "mxout-203-0-113-7.example.com", NAME_SERVER },
	{ "203.0.113.7", "smtp-203-0-113-7.example.com", NAME_SERVER },
	{ "203.0.113.7", "gw.office-example.com", NAME_HOST },
	{ "203.0.113.7", "dsl.office.example.com", NAME_HOST },
	{ "2001:db8:1:2:3:4:5:6",
	    "2001-db8-1-2-3-4-5-6.dyn.example.net", NAME_DYNAMIC },
	{ "2001:db8:1:2:3:4:5:6",
	    "6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", NAME_GENERIC },
	{ "2001:db8:1:2:3:4:5:6",
	    "2001-0db8-0001-0002-0003-0004-0005-0006.ipv6.isp.example", NAME_GENERIC },
	{ "2001:db8:1:2:3:4:5:6",
	    "20010db8000100020003000400050006.v6.example.net", NAME_GENERIC },
	{ "2001:db8:1:2:3:4:5:6",
	    "2001-db8-1-2.ip6.example.net", NAME_GENERIC },
	{ "2001:db8:1:2:a00:27ff:fe4e:66a1",
	    "ipv6-0a0027fffe4e66a1.example.net", NAME_GENERIC },
	{ "2001:db8:1:2:a00:27ff:fe4e:66a1",
	    "p200300DB8.dip0.isp.example", NAME_DYNAMIC },
	{ "2001:db8:1:2:a00:27ff:fe4e:66a1",
	    "p20010db8000100020a0027fffe4e66a1.dip0.isp.example", NAME_DYNAMIC },
	{ "2001:db8:1:2:a00:27ff:fe4e:66a1",
	    "2001:db8:1:2:a00:27ff:fe4e:66a1.example.net", NAME_GENERIC },
	{ "2001:db8:1:2:a00:27ff:fe4e:66a1", "mail6.example.net", NAME_SERVER },
	{ "2001:db8::25", "mx2001.example.net", NAME_SERVER },
	{ "2001:db8::25", "host-2001-db8--25.example.net", NAME_GENERIC },
	// clang-format on
};

static void
test_names_classes(void)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		struct addr a = addr_of(classes[i].addr);
		enum name_class got = name_classify(str_of(classes[i].name),
		    &a);
		char name[128];

		snprintf(name, sizeof(name), "'%s' is of class %s, not %s",
		    classes[i].name, name_class_name[classes[i].want],
		    name_class_name[got]);
		ZT_CASE(name, got == classes[i].want);
	}
}

static const struct {
	const char *helo, *rdns;
	enum helo_class want;
} helos[] = {
	// clang-format off
	{ "", "", HELO_NONE },
	{ "mail.example.net", "", HELO_FQDN },
	{ "mail.example.net", "mail.example.net", HELO_RDNS },
	{ "MAIL.example.net", "mail.Example.net", HELO_RDNS },
	{ "203-0-113-77.example.net", "", HELO_DYNAMIC },
	{ "203-0-113-77.example.net", "203-0-113-77.example.net",
	    HELO_DYNAMIC },
	{ "static-203-0-113-77.example.net", "static-203-0-113-77.example.net",
	    HELO_RDNS },
	{ "dsl4711.example.net", "", HELO_DYNAMIC },
	{ "[203.0.113.77]", "", HELO_LITERAL },
	{ "[IPv6:2001:db8::1]", "", HELO_WRONG_LITERAL },
	{ "[203.0.113.78]", "", HELO_WRONG_LITERAL },
	{ "[203.0.113.77", "", HELO_WRONG_LITERAL },
	{ "[", "", HELO_WRONG_LITERAL },
	{ "[]", "", HELO_WRONG_LITERAL },
	{ "[192.0.2.25]", "", HELO_OURS },
	{ "192.0.2.25", "", HELO_OURS },
	{ "203.0.113.77", "", HELO_BARE_IP },
	{ "198.51.100.1", "", HELO_BARE_IP },
	{ "2001:db8::1", "", HELO_BARE_IP },
	{ "mx.example.org", "", HELO_OURS },
	{ "MX.Example.Org", "", HELO_OURS },
	{ "localhost", "", HELO_LOCAL },
	{ "localhost.localdomain", "", HELO_LOCAL },
	{ "pc.local", "", HELO_LOCAL },
	{ "router.home.arpa", "", HELO_LOCAL },
	{ "laptop.fritz.lan", "", HELO_LOCAL },
	{ "local", "", HELO_SINGLE },
	{ "DESKTOP-4F7A1B2", "", HELO_SINGLE },
	{ "my_pc", "", HELO_SINGLE },
	{ "user", "", HELO_SINGLE },
	{ "mail.example.net.", "", HELO_BAD },
	{ "mail..example.net", "", HELO_BAD },
	{ ".example.net", "", HELO_BAD },
	{ "x y.example.net", "", HELO_BAD },
	{ "a[192.0.2.66].example.net", "", HELO_BAD },
	{ "\xff\xfe.example.net", "", HELO_BAD },
	{ "1.2.3.4.5", "", HELO_BAD },
	{ "300.1.1.1", "", HELO_BAD },
	{ "-", "", HELO_SINGLE },
	{ "example.net/x", "", HELO_BAD },
	// clang-format on
};

static void
test_names_helo(void)
{
	static const char *const names[] = { "mx.example.org", "mx", NULL };
	struct addr own = addr_of("192.0.2.25");
	struct addr client = addr_of("203.0.113.77");
	struct names_self self = { names, &own, 1 };
	struct names_self nobody = { NULL, NULL, 0 };

	for (size_t i = 0; i < sizeof(helos) / sizeof(helos[0]); i++) {
		enum helo_class got = helo_classify(str_of(helos[i].helo),
		    &client, str_of(helos[i].rdns), &self);
		char name[128];

		snprintf(name, sizeof(name), "HELO '%s' is of class %s, not %s",
		    helos[i].helo, helo_class_name[helos[i].want],
		    helo_class_name[got]);
		ZT_CASE(name, got == helos[i].want);
	}
	ZT_CASE("without a self nothing is ours",
	    helo_classify(STR("mx.example.org"), &client, STR(""), &nobody) ==
		HELO_FQDN);
}

static const struct {
	const char *name, *want;
} templates[] = {
	{ "123-45-6-7.dyn.example.com", "#-#-#-#.dyn.example.com" },
	{ "p5483AB.Dip0.example.com", "p#ab.dip#.example.com" },
	{ "cb00714d.example.com", "@.example.com" },
	{ "0xCB00714D.example.com", "@.example.com" },
	{ "ip-cb00714d-x.example.com", "ip-@-x.example.com" },
	{ "203000113077.example.com", "#.example.com" },
	{ "abcdefab.example.com", "abcdefab.example.com" },
	{ "mail.example.com", "mail.example.com" },
	{ "0x.example.com", "#x.example.com" },
	{ "cb-00-71-07.example.com", "#-#-#-#.example.com" },
	{ "ip-3e-c6-ec-81.example.com", "ip-#-#-#-#.example.com" },
	{ "7.113.0.203.ace.de", "#.#.#.#.ace.de" },
	{ "1.2.3.de", "#.#.#.de" },
	{ "2001-db8-1-2-a00-27ff-fe4e-66a1.example.com",
	    "#-#-#-#-#-#-#-#.example.com" },
	{ "host-123-123-123-123.example.com", "host-#-#-#-#.example.com" },
	{ "mx-cb-00-71-07a.example.com", "mx-#-#-#-#.example.com" },
	{ "dead-beef-cafe-bad1.example.com",
	    "dead-beef-cafe-bad#.example.com" },
	{ "7.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	    "#.#.#.#.#.#.#.#.#.#.#.#.ip#.arpa" },
	{ "", "" },
};

static void
test_names_template(void)
{
	char out[256], small[5];
	char giant[1000];

	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		size_t n = name_template(str_of(templates[i].name), out,
		    sizeof(out));
		bool ok = strcmp(out, templates[i].want) == 0 &&
		    n == strlen(out);

		if (!ok)
			printf("got %s\n", out);
		ZT_CASE(templates[i].name, ok);
	}
	ZT_CASE("a small buffer gets the beginning",
	    name_template(STR("mail.example.com"), small, sizeof(small)) == 4 &&
		strcmp(small, "mail") == 0);
	ZT_CASE("no buffer gets nothing",
	    name_template(STR("mail"), small, 0) == 0);
	memset(giant, 'x', sizeof(giant));
	ZT_CASE("a name is cut at 255 bytes",
	    name_template((struct str){ giant, sizeof(giant) }, giant,
		sizeof(giant)) == 255);
}

/* Any bytes: classes in range, no crash; what is said of one name holds. */
static void
test_names_noise(void)
{
	static const char alphabet[] = "0123456789.-_abcdefxm[]:\xff ";
	unsigned wrong = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 200000; i++) {
		struct addr a = addr_v4((uint32_t)zt_random());
		char text[40], out[48];
		struct str s = { text, zt_random() % sizeof(text) };

		for (size_t k = 0; k < s.n; k++)
			text[k] =
			    alphabet[zt_random() % (sizeof(alphabet) - 1)];
		wrong += name_classify(s, &a) >= NAME_CLASSES ||
		    helo_classify(s, &a, s, NULL) >= HELO_CLASSES ||
		    name_template(s, out, sizeof(out)) > s.n;
	}
	ZT_CASE("any bytes get a class", wrong == 0);
}

/* An address in a name is seen however it is written. */
static void
test_names_written(void)
{
	unsigned missed = 0;

	for (int i = 0; i < 20000; i++) {
		struct addr a = addr_v4((uint32_t)zt_random());
		char name[64];
		int n = 0;

		switch (i % 5) {
		case 0:
			n = snprintf(name, sizeof(name), "%u-%u-%u-%u.dsl.x",
			    a.b[0], a.b[1], a.b[2], a.b[3]);
			break;
		case 1:
			n = snprintf(name, sizeof(name), "x%u.%u.%u.%u.x",
			    a.b[3], a.b[2], a.b[1], a.b[0]);
			break;
		case 2:
			n = snprintf(name, sizeof(name), "h%03u%03u%03u%03u.x",
			    a.b[0], a.b[1], a.b[2], a.b[3]);
			break;
		case 3:
			n = snprintf(name, sizeof(name), "%02x%02x%02X%02X.x",
			    a.b[0], a.b[1], a.b[2], a.b[3]);
			break;
		default:
			n = snprintf(name, sizeof(name), "c%u_%u_%u_%u.x",
			    a.b[2], a.b[3], a.b[0], a.b[1]);
		}
		missed += !name_has_addr((struct str){ name, (size_t)n }, &a);
	}
	ZT_CASE("20000 addresses in five notations are seen", missed == 0);
}

static const struct zt_test tests[] = {
	{ "has_addr", test_names_has_addr },
	{ "classes", test_names_classes },
	{ "helo", test_names_helo },
	{ "template", test_names_template },
	{ "noise", test_names_noise },
	{ "written", test_names_written },
};
ZT_MAIN("names", tests)
