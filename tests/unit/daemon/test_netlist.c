/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/netlist
 */
#include "daemon/netlist.h"

#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/zt.h"

static char err[NETLIST_ERRLEN];

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static struct addr
addr_of(const char *s)
{
	struct addr a;

	if (!addr_parse(str_of(s), &a))
		abort();
	return a;
}

/* NULL when the text was refused. */
static struct netlist *
list_of(const char *text)
{
	struct netlist *l = netlist_new();

	memset(err, 'x', sizeof(err));
	if (l == NULL)
		abort();
	if (netlist_parse(l, "users", str_of(text), err) == 0)
		return l;
	netlist_free(l);
	return NULL;
}

/* The entry that has the address, "" = none. */
static const char *
found(const struct netlist *l, const char *addr)
{
	static char buf[ADDR_STRLEN];
	struct addr a = addr_of(addr);
	struct net which;

	return netlist_has(l, &a, &which) ? net_print(&which, buf) : "";
}

static const struct {
	const char *name, *text, *addr, *want;
} lookups[] = {
	{ "an empty list has nothing", "", "192.0.2.1", "" },
	{ "a comment is no network", "# 192.0.2.0/24\n;192.0.2.0/24\n",
	    "192.0.2.1", "" },
	{ "a network has its addresses", "192.0.2.0/24\n", "192.0.2.255",
	    "192.0.2.0/24" },
	{ "and not the one behind", "192.0.2.0/24\n", "192.0.3.0", "" },
	{ "and not the one before", "192.0.2.0/24\n", "192.0.1.255", "" },
	{ "an address alone is a network", "192.0.2.7", "192.0.2.7",
	    "192.0.2.7" },
	{ "the longest match wins",
	    "192.0.0.0/16\n192.0.2.0/24\n192.0.2.128/25\n", "192.0.2.200",
	    "192.0.2.128/25" },
	{ "whatever the order", "192.0.2.128/25\n192.0.2.0/24\n192.0.0.0/16\n",
	    "192.0.2.200", "192.0.2.128/25" },
	{ "beside a hole the wider one has it",
	    "192.0.0.0/16\n192.0.2.128/25\n", "192.0.2.5", "192.0.0.0/16" },
	{ "a prefix shorter than a root counts", "192.0.0.0/9\n10.0.0.0/8\n",
	    "192.127.1.1", "192.0.0.0/9" },
	{ "a short prefix holds behind a long one that does not match",
	    "192.0.0.0/9\n192.1.2.0/24\n", "192.1.3.1", "192.0.0.0/9" },
	{ "all of IPv4", "0.0.0.0/0\n", "203.0.113.9", "0.0.0.0/0" },
	{ "is not IPv6", "0.0.0.0/0\n", "2001:db8::1", "" },
	{ "all of IPv6", "::/0\n", "2001:db8::1", "::/0" },
	{ "an IPv6 network", "2001:db8:1::/48\n", "2001:db8:1:2::3",
	    "2001:db8:1::/48" },
	{ "an IPv6 address", "2001:db8:1::5\n", "2001:db8:1::5",
	    "2001:db8:1::5" },
	{ "not the next one", "2001:db8:1::5\n", "2001:db8:1::4", "" },
	{ "long and short IPv6 prefixes",
	    "2001:db8::/29\n2001:db8:1::/48\n2001:db8:1:8000::/49\n",
	    "2001:db8:1:7fff::1", "2001:db8:1::/48" },
	{ "a mapped address is IPv4", "192.0.2.0/24\n", "::ffff:192.0.2.1",
	    "192.0.2.0/24" },
	{ "a label follows blanks", "192.0.2.0/24\tcable customers # x\n",
	    "192.0.2.1", "192.0.2.0/24" },
	{ "a comment may follow at once", "192.0.2.0/24;x\n", "192.0.2.1",
	    "192.0.2.0/24" },
	{ "blanks before it and CR behind it", " \t192.0.2.0/24\r\n",
	    "192.0.2.1", "192.0.2.0/24" },
	{ "a last line without newline", "# x\n192.0.2.0/24", "192.0.2.1",
	    "192.0.2.0/24" },
};

static void
test_lookups(void)
{
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		struct netlist *l = list_of(lookups[i].text);
		bool ok = l != NULL &&
		    strcmp(found(l, lookups[i].addr), lookups[i].want) == 0;

		ZT_CASE(lookups[i].name, ok);
		netlist_free(l);
	}
}

static const struct {
	const char *name, *text, *want;
} bad[] = {
	{ "a word that is no network", "192.0.2.0/24\nusers\n",
	    "users:2: not a network or address (host bits must be zero)" },
	{ "host bits", "192.0.2.1/24\n",
	    "users:1: not a network or address (host bits must be zero)" },
	{ "too many bits", "\n\n192.0.2.0/33\n",
	    "users:3: not a network or address (host bits must be zero)" },
	{ "a control character", "192.0.2.0/24 \x01\n",
	    "users:1: a control character in the line" },
};

static void
test_bad(void)
{
	static char giant[LINE_MAX + 2000];
	struct netlist *l;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ZT_CASE(bad[i].name,
		    list_of(bad[i].text) == NULL &&
			strcmp(err, bad[i].want) == 0);
	memset(giant, '#', sizeof(giant) - 1);
	ZT_CASE("a line that is too long",
	    list_of(giant) == NULL &&
		strcmp(err, "users:1: the line is too long") == 0);
	l = list_of("192.0.2.0/24\n");
	ZT_CASE("a text with an error adds nothing",
	    netlist_parse(l, "b", STR("198.51.100.0/24\nx\n"), err) == -1 &&
		netlist_n(l) == 1 && strcmp(found(l, "198.51.100.1"), "") == 0);
	ZT_CASE("the same network twice is one",
	    netlist_parse(l, "b", STR("192.0.2.0/24\n192.0.2.0/25\n"), err) ==
		    0 &&
		netlist_n(l) == 2);
	netlist_free(l);
	ZT_CASE("no list has nothing",
	    netlist_n(NULL) == 0 && strcmp(found(NULL, "192.0.2.1"), "") == 0);
	netlist_free(NULL);
}

/* Any line with a NUL in it is refused, wherever the NUL is. */
static void
test_nul(void)
{
	static const char text[] = "192.0.2.0/24 a\0b\n";
	struct netlist *l = netlist_new();

	ZT_CASE("a NUL is refused",
	    netlist_parse(l, "users", (struct str){ text, sizeof(text) - 1 },
		err) == -1);
	netlist_free(l);
}

static void
test_files(void)
{
	char dir[] = "/tmp/zfw-netlist.XXXXXX", path[64], want[128];
	struct netlist *l = netlist_new();
	FILE *f;

	if (mkdtemp(dir) == NULL || l == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/users", dir);
	(void)snprintf(want, sizeof(want), "%s: No such file or directory",
	    path);
	ZT_CASE("a file that is not there is an error that names it",
	    netlist_read(l, path, err) == -1 && strcmp(err, want) == 0);
	(void)snprintf(want, sizeof(want), "%s: Is a directory", dir);
	ZT_CASE("a directory is an error that names it",
	    netlist_read(l, dir, err) == -1 && strcmp(err, want) == 0);
	if (mkfifo(path, 0600) != 0)
		abort();
	ZT_CASE("a pipe is refused at once", netlist_read(l, path, err) == -1);
	(void)unlink(path);
	f = fopen(path, "w");
	if (f == NULL)
		abort();
	fputs("192.0.2.0/24 a\n2001:db8::/32\n", f);
	(void)fclose(f);
	ZT_CASE("a file is read",
	    netlist_read(l, path, err) == 0 && netlist_n(l) == 2 &&
		strcmp(found(l, "2001:db8::1"), "2001:db8::/32") == 0);
	(void)unlink(path);
	(void)rmdir(dir);
	netlist_free(l);
}

#define NETS 3000

static struct net
random_net(bool v6)
{
	uint8_t b[16];
	unsigned bits = (unsigned)(zt_random() % (v6 ? 129 : 33));
	struct addr a;

	/* Few different bytes, so that networks nest and touch. */
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(zt_random() % 3 * 0x7f);
	b[0] = 0x20;
	a = v6 ? addr_v6_bytes(b) : addr_v4_bytes(b);
	return net_of(&a, bits);
}

/* Against a look at every network of the list. */
static void
test_random(void)
{
	static struct net nets[NETS];
	struct netlist *l = netlist_new();
	unsigned wrong = 0, hits = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (size_t i = 0; i < NETS; i++) {
		nets[i] = random_net(i % 2 == 0);
		wrong += netlist_add(l, &nets[i], STR("")) != 0;
	}
	for (size_t i = 0; i < 20000; i++) {
		struct net n = random_net(i % 3 == 0), got = { 0 };
		int best = -1;
		bool has;

		for (size_t k = 0; k < NETS; k++)
			if (net_has(&nets[k], &n.a) && nets[k].bits > best)
				best = nets[k].bits;
		has = netlist_has(l, &n.a, &got);
		hits += has;
		wrong += has != (best >= 0) ||
		    (has && (got.bits != best || !net_has(&got, &n.a)));
	}
	ZT_CASE("it finds what a look at every network finds", wrong == 0);
	ZT_CASE("and the test was about something", hits > 1000);
	netlist_free(l);
}

static double
cpu_s(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) != 0)
		abort();
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#define LOOKUPS 1000000

static void
test_many(bool v6, size_t nets)
{
	struct netlist *l = netlist_new();
	double t = cpu_s(), best = 1e9;
	unsigned hits = 0;

	for (size_t i = 0; i < nets; i++) {
		uint64_t v[2] = { zt_random(), zt_random() };
		struct addr a = v6 ? addr_v6_bytes((const uint8_t *)v) :
				     addr_v4((uint32_t)v[0]);
		struct net n;

		if (v6)
			a.b[0] = 0x20;
		n = net_of(&a, v6 ? 48 : 18 + (unsigned)(v[0] >> 32) % 15);
		if (netlist_add(l, &n, STR("")) != 0)
			abort();
	}
	t = cpu_s() - t;
	for (int run = 0; run < 3; run++) {
		double from = cpu_s();

		for (size_t i = 0; i < LOOKUPS; i++) {
			uint64_t v[2] = { zt_random(), zt_random() };
			struct addr a = v6 ? addr_v6_bytes((const uint8_t *)v) :
					     addr_v4((uint32_t)v[0]);

			if (v6)
				a.b[0] = 0x20;
			hits += netlist_has(l, &a, NULL);
		}
		from = (cpu_s() - from) / LOOKUPS * 1e9;
		best = from < best ? from : best;
	}
	printf("note %zu networks of IPv%d: made in %.2f s, %.0f ns a lookup, "
	       "%u hits\n",
	    netlist_n(l), v6 ? 6 : 4, t, best, hits);
	ZT_CASE("a look at a big list takes less than 3 us", best < 3000);
	netlist_free(l);
}

static void
test_big(void)
{
	test_many(false, 50000);
	test_many(false, 1000000);
	test_many(true, 1000000);
}

struct seen {
	const char *const *want;
	unsigned n, bad;
};

static void
see(void *arg, const struct net *n)
{
	struct seen *s = arg;
	char text[ADDR_STRLEN];
	bool found = false;

	(void)net_print(n, text);
	s->n++;
	for (const char *const *w = s->want; *w != NULL; w++)
		found = found || strcmp(*w, text) == 0;
	s->bad += !found;
}

static void
test_each(void)
{
	static const char *const nets[] = { "0.0.0.0/1", "192.0.2.0/24",
		"192.0.2.0/25", "192.0.2.128/25", "192.0.2.7", "::/1",
		"2001:db8::/32", "2001:db8::/48", "2001:db8::1", NULL };
	struct seen s = { nets, 0, 0 };
	struct netlist *l = netlist_new();

	netlist_each(NULL, see, &s);
	netlist_each(l, see, &s);
	ZT_CASE("an empty list has none", s.n == 0);
	for (int twice = 0; twice < 2; twice++)
		for (size_t i = 0; nets[i] != NULL; i++) {
			struct net n;

			if (!net_parse((struct str){ nets[i], strlen(nets[i]) },
				&n) ||
			    netlist_add(l, &n, STR("x")) != 0)
				abort();
		}
	netlist_each(l, see, &s);
	ZT_CASE("each is told once, as it was written",
	    s.bad == 0 && s.n == 9 && netlist_n(l) == 9);
	netlist_free(l);
}

static const struct zt_test tests[] = {
	{ "each", test_each },
	{ "lookups", test_lookups },
	{ "bad", test_bad },
	{ "nul", test_nul },
	{ "files", test_files },
	{ "random", test_random },
	{ "big", test_big },
};
ZT_MAIN("netlist", tests)
