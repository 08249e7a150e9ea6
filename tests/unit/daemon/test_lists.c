/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_text daemon/config_value
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
	    lists_stage(l, err) != 0 && strstr(err, pools) != NULL &&
		strstr(err, ":1: ") != NULL);
	ZT_CASE("and changes nothing",
	    in(p->end_user, "192.0.2.1") && !in(p->end_user, "198.51.100.1") &&
		in(p->pools, "203.0.113.1"));
	save(pools, "# none\n");
	ZT_CASE("staged lists are not in force",
	    lists_stage(l, err) == 0 && in(p->end_user, "192.0.2.1"));
	lists_drop(l);
	ZT_CASE("nor dropped ones", in(p->end_user, "192.0.2.1"));
	ZT_CASE("new lists replace the old ones",
	    lists_stage(l, err) == 0 &&
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

static const struct zt_test tests[] = {
	{ "lists", test_lists },
};
ZT_MAIN("lists", tests)
