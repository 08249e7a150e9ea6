/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_shape daemon/config_text
 * zt-link: daemon/config_value
 * zt-link: daemon/log fp/addr
 * zt-link: daemon/lists daemon/netlist
 * zt-libs: libconfuse
 */
#include "daemon/lists.h"

#include <unistd.h>

#include "tests/zt.h"

static char dir[] = "/tmp/zfw-lists.XXXXXX", users[64], pools[64];

static void
save(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		abort();
}

static bool
in(const struct netlist *l, const char *addr)
{
	struct addr a;

	return addr_parse((struct str){ addr, strlen(addr) }, &a) &&
	    netlist_has(l, &a, NULL);
}

static void
test_reload(struct config *c, struct lists *l)
{
	const struct policy *p = &c->policy;
	char err[NETLIST_ERRLEN];

	save(users, "198.51.100.0/24\n");
	save(pools, "x\n");
	ZT_CASE("one bad file spoils the reload, by name and line",
	    lists_stage(l, c, err) != 0 && strstr(err, pools) != NULL &&
		strstr(err, ":1: ") != NULL);
	ZT_CASE("and changes nothing",
	    in(p->end_user, "192.0.2.1") && !in(p->end_user, "198.51.100.1") &&
		in(p->pools, "203.0.113.1"));
	save(pools, "# none\n");
	ZT_CASE("staged lists are not in force",
	    lists_stage(l, c, err) == 0 && in(p->end_user, "192.0.2.1"));
	lists_drop(l);
	ZT_CASE("nor dropped ones", in(p->end_user, "192.0.2.1"));
	ZT_CASE("new lists replace the old ones",
	    lists_stage(l, c, err) == 0 &&
		(lists_swap(l), in(p->end_user, "198.51.100.1")) &&
		!in(p->end_user, "192.0.2.1") && netlist_n(p->pools) == 0);
}

static void
test_lists(void)
{
	char text[256], err[CONFIG_ERRLEN];
	struct config *c;
	struct lists *l;

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(users, sizeof(users), "%s/users", dir);
	(void)snprintf(pools, sizeof(pools), "%s/pools", dir);
	(void)snprintf(text, sizeof(text),
	    "end_user_files = {\"%s\"}\npool_files = {\"%s\"}\n", users, pools);
	c = config_parse("zfwd.conf", text, err);
	if (c == NULL)
		abort();
	ZT_CASE("files that are not there are an error that names one",
	    lists_new(c, err) == NULL && strstr(err, users) != NULL);
	save(users, "192.0.2.0/24\n");
	save(pools, "203.0.113.0/24\n");
	l = lists_new(c, err);
	ZT_CASE("each file fills its list",
	    l != NULL && in(c->policy.end_user, "192.0.2.1") &&
		in(c->policy.pools, "203.0.113.1") &&
		!in(c->policy.pools, "192.0.2.1"));
	test_reload(c, l);
	lists_free(l);
	ZT_CASE("the policy has none when they are gone",
	    c->policy.end_user == NULL && c->policy.pools == NULL);
	config_free(c);
	(void)unlink(users);
	(void)unlink(pools);
	(void)rmdir(dir);
	c = config_parse("zfwd.conf", "", err);
	l = lists_new(c, err);
	ZT_CASE("without files there are no lists",
	    l != NULL && c->policy.end_user == NULL);
	lists_free(l);
	config_free(c);
}

static bool
listed(const struct lists *l, const char *text)
{
	struct net want, got;

	if (!net_parse((struct str){ text, strlen(text) }, &want))
		abort();
	for (size_t i = 0; lists_blocked(l, i, &got); i++)
		if (got.bits == want.bits && addr_eq(&got.a, &want.a))
			return true;
	return false;
}

static void
test_blocked(void)
{
	char path[] = "/tmp/zfw-listed.XXXXXX", text[128], err[NETLIST_ERRLEN];
	int fd = mkstemp(path);
	struct net n;
	struct config *c;
	struct lists *l;
	FILE *f;

	close(fd);
	save(path,
	    "# drop\n192.0.2.0/24 ; SBL1\n2001:db8:5::/48\n"
	    "192.0.2.9\n192.0.2.0/24\n");
	(void)snprintf(text, sizeof(text), "block_file = {\"%s\"}\n", path);
	c = config_parse("zfwd.conf", text, err);
	l = lists_new(c, err);
	if (l == NULL)
		abort();
	ZT_CASE("a block_file is in the policy",
	    in(c->policy.listed, "192.0.2.77") &&
		in(c->policy.listed, "2001:db8:5::1") &&
		!in(c->policy.listed, "192.0.3.1"));
	ZT_CASE("and told one by one, each once",
	    listed(l, "192.0.2.0/24") && listed(l, "2001:db8:5::/48") &&
		listed(l, "192.0.2.9/32") && lists_blocked(l, 2, &n) &&
		!lists_blocked(l, 3, &n));
	save(path, "192.0.2.0/24\n192.0.2.1/24\n");
	ZT_CASE("a bad line is named",
	    lists_stage(l, c, err) != 0 && strstr(err, ":2: ") != NULL);
	save(path, "0.0.0.0/0\n");
	ZT_CASE("everybody is too wide a network",
	    lists_stage(l, c, err) != 0 && strstr(err, "wider") != NULL);
	f = fopen(path, "w");
	for (unsigned i = 0; f != NULL && i <= LISTS_BLOCKED_MAX; i++)
		fprintf(f, "198.%u.%u.%u\n", 18 + i / 65536, i / 256 % 256,
		    i % 256);
	if (f == NULL || fclose(f) != 0)
		abort();
	ZT_CASE("one network too many",
	    lists_stage(l, c, err) != 0 && strstr(err, "more than") != NULL);
	ZT_CASE("and all the while the first ones stay",
	    listed(l, "192.0.2.9/32") && in(c->policy.listed, "192.0.2.77"));
	(void)unlink(path);
	lists_free(l);
	config_free(c);
}

static const struct zt_test tests[] = {
	{ "blocked", test_blocked },
	{ "lists", test_lists },
};
ZT_MAIN("lists", tests)
