/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_shape daemon/config_text
 * zt-link: daemon/config_value
 * zt-link: daemon/log fp/addr
 * zt-libs: libconfuse
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/config_key.h"
#include "tests/zt.h"

static char err[CONFIG_ERRLEN];

static struct config *
parse(const char *text)
{
	memset(err, 'x', sizeof(err));
	err[CONFIG_ERRLEN - 1] = '\0';
	return config_parse("zfwd.conf", text, err);
}

/* config_print() as a string of the caller's. */
static char *
printed(const struct config *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	config_print(c, f);
	fclose(f);
	return text;
}

static void
test_durations(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t s;
		const char *print;
	} cases[] = {
		{ "90s", true, 90, "90s" },
		{ "10min", true, 600, "10min" },
		{ "1h", true, 3600, "1h" },
		{ "24h", true, 86400, "1d" },
		{ "60min", true, 3600, "1h" },
		{ "3d", true, 259200, "3d" },
		{ "0s", true, 0, "0s" },
		{ "4294967295s", true, UINT32_MAX, "4294967295s" },
		{ "4294967296s", false, 0, "" },
		{ "49711d", false, 0, "" },
		{ "9999999999999999999d", false, 0, "" },
		{ "10", false, 0, "" },
		{ "min", false, 0, "" },
		{ "", false, 0, "" },
		{ "-1s", false, 0, "" },
		{ "+1s", false, 0, "" },
		{ " 1s", false, 0, "" },
		{ "1 s", false, 0, "" },
		{ "1.5h", false, 0, "" },
		{ "1h30min", false, 0, "" },
		{ "10m", false, 0, "" },
		{ "1H", false, 0, "" },
		{ "1w", false, 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = { cases[i].text, strlen(cases[i].text) };
		uint32_t out_s = 0;
		char buf[24];
		bool ok = config_duration(s, &out_s) == cases[i].ok &&
		    out_s == cases[i].s;

		if (ok && cases[i].ok)
			ok = strcmp(config_duration_print(out_s, buf),
				 cases[i].print) == 0;
		ZT_CASE(cases[i].text, ok);
	}
}

static void
test_defaults(void)
{
	struct config *c = config_read(NULL, err);
	char why[CONFIG_WHYLEN];
	struct config_value v;

	ZT_CASE("defaults parse", c != NULL);
	if (c == NULL)
		return;
	ZT_CASE("shadow by default", !c->policy.enforce);
	ZT_CASE("port 25", c->policy.ports_n == 1 && c->policy.ports[0] == 25);
	ZT_CASE("six tiers", c->policy.tiers_n == 6);
	ZT_CASE("tier 1 is 10 min", c->policy.tier_s[0] == 600);
	ZT_CASE("tier 6 is 60 d", c->policy.tier_s[5] == 60 * 86400);
	ZT_CASE("block from 0.98", c->policy.block_p == 0.98);
	ZT_CASE("certain from 0.98", c->policy.certain_p == 0.98);
	ZT_CASE("no queue", c->queue == -1);
	ZT_CASE("no interface", c->interfaces[0] == NULL);
	ZT_CASE("one log",
	    strcmp(c->logs[0], "/var/log/mail.log") == 0 && c->logs[1] == NULL);
	ZT_CASE("lease of a day", c->policy.lease_s == 86400);
	ZT_CASE("three submission services",
	    c->policy.submission[2] != NULL && c->policy.submission[3] == NULL);
	ZT_CASE("root only controls", c->ctl_group[0] == '\0');
	ZT_CASE("no socket for p0f's questions", c->p0f_socket[0] == '\0');
	ZT_CASE("lists are never NULL",
	    c->policy.traps[0] == NULL && c->policy.own_names[0] == NULL &&
		c->allow[0] == NULL && c->our_hosts[0] == NULL);
	ZT_CASE("the front is on, by tproxy", c->front == 1 && c->policy.front);
	ZT_CASE("its page listens on loopback",
	    strcmp(c->front_http, "127.0.0.1:8025") == 0);
	ZT_CASE("there are no links by default", c->front_url[0] == '\0');
	ZT_CASE("one in 100 leaks",
	    c->policy.leak == 100 && c->policy.leak_seed == 24301);
	ZT_CASE("inline verdicts are on",
	    c->policy.inline_verdicts && c->policy.inline_sites == 50);
	ZT_CASE("no interface has an ingress hook", c->ingress[0] == NULL);
	ZT_CASE("path of defaults", c->path[0] == '\0');
	config_free(c);
	for (size_t i = 0; i < config_keys_n; i++)
		if (config_key[i].list_max == 0)
			ZT_CASE(config_key[i].name,
			    config_value(&config_key[i], config_key[i].def, &v,
				why));
}

static void
test_dns_lists(void)
{
	static const struct {
		const char *text, *zone; /* NULL: it is none */
		double nats;
	} cases[] = {
		{ "zen.example=2.0", "zen.example", 2 },
		{ "zen.example=0.25", "zen.example", 0.25 },
		{ "a_b-c.example=3", "a_b-c.example", 3 },
		{ "zen.example", NULL, 0 },
		{ "zen.example=", NULL, 0 },
		{ "=1", NULL, 0 },
		{ "zen.example=1=2", NULL, 0 },
		{ "zen.example=x", NULL, 0 },
		{ "zen.example=1.2.3", NULL, 0 },
		{ "zen.example=.5", NULL, 0 },
		{ "zen.example=-1", NULL, 0 },
		{ "zen.example=1e1", NULL, 0 },
		{ "zen.example=123456789", NULL, 0 },
		{ "zen..example=1", NULL, 0 },
		{ ".zen.example=1", NULL, 0 },
		{ "zen.example.=1", NULL, 0 },
		{ "zen example=1", NULL, 0 },
		{ "", NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = { cases[i].text, strlen(cases[i].text) }, zone;
		const char *want = cases[i].zone;
		double nats;
		bool ok = config_dns_list(s, &zone, &nats);

		if (want == NULL)
			ok = !ok;
		else
			ok = ok && nats == cases[i].nats &&
			    str_eq(zone, (struct str){ want, strlen(want) });
		ZT_CASE(cases[i].text, ok);
	}
}

static void
test_listen(void)
{
	static const struct {
		const char *text, *addr; /* NULL: it is none */
		uint16_t port;
	} cases[] = {
		{ "127.0.0.1:8025", "127.0.0.1", 8025 },
		{ "[::1]:65535", "::1", 65535 },
		{ "[2001:db8::7]:1", "2001:db8::7", 1 },
		{ "127.0.0.1", NULL, 0 },
		{ "127.0.0.1:", NULL, 0 },
		{ "127.0.0.1:0", NULL, 0 },
		{ "127.0.0.1:65536", NULL, 0 },
		{ "127.0.0.1:080250", NULL, 0 },
		{ "127.0.0.1:80x", NULL, 0 },
		{ "[127.0.0.1]:80", NULL, 0 },
		{ "[::ffff:127.0.0.1]:80", NULL, 0 },
		{ "::1:80", NULL, 0 },
		{ "[::1]80", NULL, 0 },
		{ "[]:80", NULL, 0 },
		{ ":80", NULL, 0 },
		{ "80", NULL, 0 },
		{ "localhost:80", NULL, 0 },
		{ "", NULL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = { cases[i].text, strlen(cases[i].text) };
		char buf[ADDR_STRLEN];
		struct addr a;
		uint16_t port = 0;
		bool ok = config_listen(s, &a, &port);

		if (cases[i].addr == NULL)
			ok = !ok;
		else
			ok = ok && port == cases[i].port &&
			    strcmp(addr_print(&a, buf), cases[i].addr) == 0;
		ZT_CASE(cases[i].text, ok);
	}
}

static void
test_front(void)
{
	static const struct {
		const char *text;
		int way;
		bool policy;
	} cases[] = {
		{ "front = off", 0, false },
		{ "front = tproxy", 1, true },
		{ "front = redirect", 2, true },
	};
	struct config *c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c = parse(cases[i].text);
		ZT_CASE(cases[i].text,
		    c != NULL && c->front == cases[i].way &&
			c->policy.front == cases[i].policy);
		config_free(c);
	}
	c = parse("front_url = HTTPS://MX.Example.ORG\n"
		  "front_http = \"[2001:DB8:0::1]:80\"\n"
		  "front_name = MX.example.org\n");
	ZT_CASE("names are kept in lower case, addresses in one form",
	    c != NULL && strcmp(c->front_url, "https://mx.example.org") == 0 &&
		strcmp(c->front_http, "[2001:db8::1]:80") == 0 &&
		strcmp(c->front_name, "mx.example.org") == 0);
	config_free(c);
}

static void
test_round_trip(void)
{
	static const char *const texts[] = {
		"",
		"mode = enforce",
		"mode = \"enforce\"\nqueue = 0\njitter = 0\n",
		"queue=65535 jitter=50 good_days=1",
		"tiers = {1s, \"90s\", 1h}\ncertain_tier = 3\n",
		"block_probability = 0.9\ncertain_probability = 0.98765432109",
		"block_probability = 0.9995",
		"resolver = on\nresolver_servers = {::1, 192.0.2.53}\n",
		"dns_lists = {\"Zen.example=2.0\", \"a-b.example=0.1\"}\n",
		"end_user_files = {/a, \"/b c\"}\npool_files = {/d}\n",
		"tiers = {\"1h\"}",
		"log = {}\ninterface = {eth0, eth0.12, br-lan}\n",
		"log = {\"/a b/c\\\"d\", \"/x\\\\y\", '/$z', \"/\\${HOME}\"}",
		"allow = {192.0.2.0/24, 2001:DB8:0::/32, 198.51.100.7}",
		"spam_traps = {Trap@Example.ORG, @Spam.Example}",
		"own_names = {MX.example.org}\nctl_group = mail\n",
		"# a comment\n// another\n/* and a third */\nmode = shadow\n",
		"log = /a//b # \"\n/* c */ allow = { # d\n10.0.0.1 //\n}",
		"# '\nctl_group = 'a' // \"\n",
		"log += \"/var/log/two.log\"",
		"settle = 0s\nlease = 1min\n",
		"p0f_socket = /run/p0f\np0f_group = \"\"\n",
		"ports = {25, 2525}",
		"front = off\nfront_http = \"\"\nfront_max = 1\n",
		"front = redirect\nfront_url = \"http://a.example:8080\"\n",
		"leak = 0\nleak_seed = 4294967295\ningress = {eth0, eth1}\n",
		"inline = off\ninline_networks = 1\nfront_name = a.example\n",
		"mode =\n shadow leak = 3 interface = eth0 front = off",
		"own_names = {mode,\nleak,\n}\njitter\n=\n5\n",
		"own_names = {\"a\\\nb\"} \"jitter\" =+ 7",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *a = parse(texts[i]), *b = NULL;
		char *pa = NULL, *pb = NULL;

		if (a != NULL)
			pa = printed(a);
		else
			printf("%s\n", err);
		if (pa != NULL && (b = parse(pa)) != NULL)
			pb = printed(b);
		ZT_CASE(texts[i], pb != NULL && strcmp(pa, pb) == 0);
		free(pa);
		free(pb);
		config_free(a);
		config_free(b);
	}
}

static const struct {
	const char *text, *want;
} bad[] = {
	{ "colour = red\n", "zfwd.conf:1: unknown key 'colour'" },
	{ "\nmodus = shadow\n",
	    "zfwd.conf:2: unknown key 'modus' (did you mean 'mode'?)" },
	{ "interfaces = {eth0}",
	    "zfwd.conf:1: unknown key 'interfaces' (did you mean "
	    "'interface'?)" },
	{ "teirs = {1h}",
	    "zfwd.conf:1: unknown key 'teirs' (did you mean 'tiers'?)" },
	{ "Block-Rate = 1",
	    "zfwd.conf:1: unknown key 'Block-Rate' (did you mean "
	    "'block_rate'?)" },
	{ "mode: shadow",
	    "zfwd.conf:1: unknown key 'mode:' (did you mean 'mode'?)" },
	{ "a = 1", "zfwd.conf:1: unknown key 'a'" },
	{ "a_key_that_is_longer_than_any_of_ours = 1",
	    "zfwd.conf:1: unknown key "
	    "'a_key_that_is_longer_than_any_of_ours'" },
	{ "\n\nmode = maybe\n",
	    "zfwd.conf:3: mode: \"maybe\" is neither shadow nor "
	    "enforce" },
	{ "mode = shadow\nlease = 24\n",
	    "zfwd.conf:2: lease: 24 needs a unit: s, min, h or d" },
	{ "lease = 25h", "zfwd.conf:1: lease: 25h is not between 1min and 1d" },
	{ "lease = soon",
	    "zfwd.conf:1: lease: \"soon\" is not a duration like 90s, "
	    "10min, 8h, 3d" },
	{ "jitter = 51", "zfwd.conf:1: jitter: 51 is not between 0 and 50" },
	{ "jitter = ten",
	    "zfwd.conf:1: jitter: \"ten\" is not a whole number" },
	{ "jitter = 1\njitter = 2\n",
	    "zfwd.conf:2: jitter is set twice, first in line 1" },
	{ "block_probability = 0.4",
	    "zfwd.conf:1: block_probability: 0.4 is not between 0.5 "
	    "and 0.9999" },
	{ "block_probability = 95%",
	    "zfwd.conf:1: block_probability: \"95%\" is not a fraction "
	    "like 0.95" },
	{ "block_probability = 0x1p-1",
	    "zfwd.conf:1: block_probability: \"0x1p-1\" is not a "
	    "fraction like 0.95" },
	{ "\nblock_probability = 0.99\ncertain_probability = 0.98\n",
	    "zfwd.conf:3: certain_probability: lower than "
	    "block_probability" },
	{ "tiers = {1h}\ncertain_tier = 2\n",
	    "zfwd.conf:2: certain_tier: higher than there are "
	    "tiers" },
	{ "tiers = {1h,\n2h,\n2h}",
	    "zfwd.conf:3: tiers: the values must ascend" },
	{ "tiers = {}", "zfwd.conf:1: tiers: the list is empty" },
	{ "ports = {}", "zfwd.conf:1: ports: the list is empty" },
	{ "ports = {25, 25}", "zfwd.conf:1: ports: a value is there twice" },
	{ "ports = {0}", "zfwd.conf:1: ports: 0 is not between 1 and 65535" },
	{ "queue = on",
	    "zfwd.conf:1: queue: \"on\" is neither off nor a number" },
	{ "front = yes",
	    "zfwd.conf:1: front: \"yes\" is neither off, tproxy nor "
	    "redirect" },
	{ "front_url = mx.example.org",
	    "zfwd.conf:1: front_url: \"mx.example.org\" is not "
	    "https://HOST (without a path)" },
	{ "front_url = \"https://mx.example.org/\"",
	    "zfwd.conf:1: front_url: \"https://mx.example.org/\" is not "
	    "https://HOST (without a path)" },
	{ "front_url = \"https://mx.example.org:0\"",
	    "zfwd.conf:1: front_url: \"https://mx.example.org:0\" is not "
	    "https://HOST (without a path)" },
	{ "front_url = \"ftp://mx.example.org\"",
	    "zfwd.conf:1: front_url: \"ftp://mx.example.org\" is not "
	    "https://HOST (without a path)" },
	{ "front_url = \"https://a@b\"",
	    "zfwd.conf:1: front_url: \"https://a@b\" is not "
	    "https://HOST (without a path)" },
	{ "front_http = 8025",
	    "zfwd.conf:1: front_http: \"8025\" is not ADDRESS:PORT or "
	    "[ADDRESS]:PORT" },
	{ "front_max = 0",
	    "zfwd.conf:1: front_max: 0 is not between 1 and 65536" },
	{ "leak_seed = 0",
	    "zfwd.conf:1: leak_seed: 0 is not between 1 and 4294967295" },
	{ "queue = 65536",
	    "zfwd.conf:1: queue: 65536 is not between 0 and 65535" },
	{ "allow = {192.0.2.1/24}",
	    "zfwd.conf:1: allow: \"192.0.2.1/24\" is not an address or "
	    "a network (host bits must be zero)" },
	{ "allow = {192.0.2.0/24,\n mail.example.org}",
	    "zfwd.conf:2: allow: \"mail.example.org\" is not an "
	    "address or a network" },
	{ "state_dir = var/lib",
	    "zfwd.conf:1: state_dir: \"var/lib\" is not an absolute "
	    "path" },
	{ "user = \"\"", "zfwd.conf:1: user: the value is empty" },
	{ "user = \"no body\"",
	    "zfwd.conf:1: user: \"no body\" cannot be a user or "
	    "group" },
	{ "p0f_socket = run/p0f",
	    "zfwd.conf:1: p0f_socket: \"run/p0f\" is not an absolute path" },
	{ "p0f_group = -x",
	    "zfwd.conf:1: p0f_group: \"-x\" cannot be a user or group" },
	{ "run_dir = \"\"", "zfwd.conf:1: run_dir: the value is empty" },
	{ "syslog_facility = local8",
	    "zfwd.conf:1: syslog_facility: \"local8\" is not a syslog "
	    "facility" },
	{ "spam_traps = {trap}",
	    "zfwd.conf:1: spam_traps: \"trap\" is neither user@domain "
	    "nor @domain" },
	{ "interface = {this-name-is-too-long}",
	    "zfwd.conf:1: interface: \"this-name-is-too-long...\" is "
	    "too long" },
	{ "mode = \"a\\nb\"",
	    "zfwd.conf:1: mode: a control character in the value" },
	{ "include(\"/etc/passwd\")", "zfwd.conf:1: unknown key 'include'" },
	{ "mode = {shadow}", "zfwd.conf:1: unexpected token '{'" },
	{ "mode\n\n", "zfwd.conf:1: mode: there is no value" },
	{ "\nmode =\n", "zfwd.conf:2: mode: there is no value" },
	{ "mode =\nleak = 5\n", "zfwd.conf:1: mode: there is no value" },
	{ "= shadow", "zfwd.conf:1: " },
	{ "log = {/a", "zfwd.conf:1: log: the { of this list is not closed" },
	{ "leak = 1\nlog = {/a,\n/b,\n\n# }\nmode = enforce\nports = {25}\n",
	    "zfwd.conf:2: log: the { of this list is not closed" },
	{ "log =\n{\"/a\"\n own_names += { b.example }",
	    "zfwd.conf:2: log: the { of this list is not closed" },
	{ "own_names = {\nmodus = shadow\n}\n",
	    "zfwd.conf:1: own_names: the { of this list is not closed" },
	{ "dns_lists = {\n zen.example=2.0}",
	    "zfwd.conf:2: dns_lists: a value with = in it needs double "
	    "quotes" },
	{ "log = {/a,\n /b\n \"/c\"}",
	    "zfwd.conf:3: log: there is no comma before \"/c\"" },
	{ "interface = eth0 eth1",
	    "zfwd.conf:1: interface: several values need braces and commas: "
	    "{A, B}" },
	{ "interface = eth0, eth1",
	    "zfwd.conf:1: interface: several values need braces and commas: "
	    "{A, B}" },
	{ "interface = eth0\neth1", "zfwd.conf:2: unknown key 'eth1'" },
	{ "own_names = {\"a, \"b\"}\nlog = \"/x\"\n",
	    "zfwd.conf:1: a string is not closed" },
	{ "\nmode = \"shadow\nleak = 5\nuser = \"zfw\"\n",
	    "zfwd.conf:2: a string is not closed" },
	{ "\nlog = \"/a\\\"\nmode=shadow",
	    "zfwd.conf:2: a string is not closed" },
	{ "mode = shadow\n/* never closed\nmode = enforce\n",
	    "zfwd.conf:2: a comment is not closed" },
	{ "# {\nlog = {/a,\n/b,\n/a}\n",
	    "zfwd.conf:4: log: a value is there twice" },
	{ "log = {/a}\nlog = {/b}\n",
	    "zfwd.conf:2: log is set twice, first in line 1" },
	{ "\n  ports = {}", "zfwd.conf:2: ports: the list is empty" },
	{ "log = '/a", "zfwd.conf:1: a string is not closed" },
	{ "}", "zfwd.conf:1: " },
};

static void
test_errors(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct config *c = parse(bad[i].text);
		bool whole = bad[i].want[strlen(bad[i].want) - 1] != ' ';
		bool ok = c == NULL &&
		    (whole ? strcmp(err, bad[i].want) == 0 :
			     strncmp(err, bad[i].want, strlen(bad[i].want)) ==
				0);

		if (!ok || !whole)
			printf("# %s\n#  -> %s\n", bad[i].text, err);
		ZT_CASE(bad[i].text, ok);
		config_free(c);
	}
}

static void
test_long_lists(void)
{
	char text[8192] = "allow = {";
	size_t n = strlen(text);
	struct config *c;

	for (unsigned i = 0; i < CONFIG_LIST_MAX; i++)
		n += (size_t)sprintf(text + n, "%s10.0.0.%u", i == 0 ? "" : ",",
		    i);
	strcpy(text + n, "}");
	c = parse(text);
	ZT_CASE("as many values as a list holds",
	    c != NULL && c->policy.allow.n == CONFIG_LIST_MAX);
	config_free(c);
	strcpy(text + n, ",10.1.0.0}");
	c = parse(text);
	ZT_CASE("one more is an error",
	    c == NULL &&
		strcmp(err, "zfwd.conf:1: allow: more than 64 values") == 0);
	config_free(c);
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "user = ", 7);
	text[sizeof(text) - 1] = '\0';
	c = parse(text);
	ZT_CASE("a very long value is an error", c == NULL);
	config_free(c);
}

static bool
in_list(const struct net_list *l, const char *text)
{
	struct addr a;

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (net_has(&l->v[i], &a))
			return true;
	return false;
}

static void
test_never(void)
{
	static const struct {
		const char *addr;
		bool built_in, lifted;
	} cases[] = {
		{ "127.0.0.1", true, true },
		{ "10.1.2.3", true, false },
		{ "10.0.255.255", true, true },
		{ "10.2.0.0", true, true },
		{ "10.255.255.255", true, true },
		{ "100.64.0.1", true, true },
		{ "169.254.1.1", true, true },
		{ "172.31.0.1", true, false },
		{ "172.32.0.1", false, false },
		{ "192.168.1.1", true, true },
		{ "224.0.0.1", true, true },
		{ "0.0.0.0", true, true },
		{ "::1", true, true },
		{ "::", true, true },
		{ "fe80::1", true, true },
		{ "fd00::1", true, false },
		{ "fc00::1", true, true },
		{ "ff02::1", true, true },
		{ "64:ff9b::1", true, true },
		{ "192.0.2.1", false, false },
		{ "8.8.8.8", false, false },
		{ "2001:db8::1", false, false },
		{ "198.51.100.7", false, true },
		{ "203.0.113.9", false, true },
	};
	struct config *a = parse("");
	struct config *b = parse("never_block_lift = {10.1.0.0/16,"
				 "172.16.0.0/12, fd00::/8, 203.0.113.0/24}\n"
				 "never_block = {198.51.100.7, 203.0.113.9}");

	ZT_CASE("both parse", a != NULL && b != NULL);
	if (a == NULL || b == NULL)
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].addr,
		    in_list(&a->policy.never, cases[i].addr) ==
			    cases[i].built_in &&
			in_list(&b->policy.never, cases[i].addr) ==
			    cases[i].lifted);
	config_free(a);
	config_free(b);
}

static void
test_files(void)
{
	char dir[] = "/tmp/zt-config.XXXXXX", path[64];
	struct config *c;
	FILE *f;

	if (mkdtemp(dir) == NULL)
		abort();
	sprintf(path, "%s/conf", dir);
	ZT_CASE("a missing file is an error",
	    config_read(path, err) == NULL &&
		strstr(err, "No such file or directory") != NULL &&
		strncmp(err, path, strlen(path)) == 0);
	ZT_CASE("a directory is an error", config_read(dir, err) == NULL);
	f = fopen(path, "w");
	fwrite("mode = enforce\n\0x = y\n", 1, 22, f);
	fclose(f);
	ZT_CASE("a NUL is an error",
	    config_read(path, err) == NULL && strstr(err, "text") != NULL);
	f = fopen(path, "w");
	fputs("mode = enforce\n", f);
	fclose(f);
	c = config_read(path, err);
	ZT_CASE("a file is read",
	    c != NULL && c->policy.enforce && strcmp(c->path, path) == 0);
	config_free(c);
	if (truncate(path, 2 << 20) == -1)
		abort();
	ZT_CASE("a huge file is an error", config_read(path, err) == NULL);
	unlink(path);
	rmdir(dir);
}

static void
test_keys(void)
{
	char *text = NULL;
	size_t n = 0, lines = 0;
	FILE *f = open_memstream(&text, &n);

	config_keys(f);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	ZT_CASE("a line for each key", lines == config_keys_n);
	ZT_CASE("as promised",
	    strncmp(text, "mode mode shadow - - ", 21) == 0 &&
		strstr(text, "\nlease duration 1d 1min 1d ") != NULL &&
		strstr(text, "\nports port-list {25} 1 65535 ") != NULL);
	free(text);
}

/* The shipped file, and the same with every default written out. */
static void
test_example(void)
{
	char *text, *a, *b;
	struct config *c, *d;
	unsigned keys = 0;
	int fd;

	if (access("docs/zfwd.conf", R_OK) == -1) {
		ZT_SKIP("docs/zfwd.conf", "run from the top of the tree");
		return;
	}
	fd = open("docs/zfwd.conf", O_RDONLY);
	if (fd == -1 || config_slurp_fd(fd, &text) != 0)
		abort();
	close(fd);
	c = parse(text);
	for (char *p = text; (p = strstr(p, "\n#")) != NULL; p++)
		if (p[2] >= 'a' && p[2] <= 'z') {
			p[1] = ' ';
			keys++;
		}
	d = parse(text);
	ZT_CASE("the shipped file parses", c != NULL && d != NULL);
	ZT_CASE("it names every key", keys == config_keys_n - 1);
	if (c != NULL && d != NULL) {
		a = printed(c);
		b = printed(d);
		ZT_CASE("what it calls a default is one", strcmp(a, b) == 0);
		ZT_CASE("it is in shadow mode", !c->policy.enforce);
		free(a);
		free(b);
	} else {
		printf("# %s\n", err);
	}
	config_free(c);
	config_free(d);
	free(text);
}

/* Random edits of a good file: read or refused, never a crash. */
static void
test_random(void)
{
	static const char base[] = "mode = \"enforce\"\ntiers = {1h, 2h}\n"
				   "allow = {192.0.2.0/24}\nlease = 1h\n";
	static const char noise[] = "{}=\",'\\\n#/*$+() a1.";

	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned i = 0; i < 2000; i++) {
		char text[sizeof(base)];
		struct config *c;

		memcpy(text, base, sizeof(base));
		for (uint64_t k = zt_random() % 4 + 1; k > 0; k--)
			text[zt_random() % (sizeof(base) - 1)] =
			    noise[zt_random() % (sizeof(noise) - 1)];
		c = parse(text);
		if ((c == NULL) != (strncmp(err, "zfwd.conf:", 10) == 0))
			ZT_CASE(text, false);
		config_free(c);
	}
	ZT_CASE("2000 edited files", true);
}

static const struct zt_test tests[] = {
	{ "durations", test_durations },
	{ "defaults", test_defaults },
	{ "listen", test_listen },
	{ "front", test_front },
	{ "dns lists", test_dns_lists },
	{ "round trip", test_round_trip },
	{ "errors", test_errors },
	{ "long lists", test_long_lists },
	{ "never", test_never },
	{ "files", test_files },
	{ "keys", test_keys },
	{ "example", test_example },
	{ "random", test_random },
};

ZT_MAIN("config", tests)
