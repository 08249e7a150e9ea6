/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is an interface there?  The loopback is, in every network namespace.
 *
 * zt-link: daemon/iface
 */
#include <string.h>

#include "daemon/iface.h"
#include "tests/zt.h"

static void
test_there(void)
{
	static const struct {
		const char *name, *iface;
		bool want;
	} cases[] = {
		{ "the loopback is there", "lo", true },
		{ "an address of it with a label is, too", "lo:1", true },
		{ "another name is not", "zfwnone0", false },
		{ "nor a longer one that begins like it", "lox", false },
		{ "nor one that is too long for an interface",
		    "lo-is-much-too-long", false },
		{ "nor no name at all", "", false },
		{ "nor what libpcap calls any", "any", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name,
		    iface_there(cases[i].iface) == cases[i].want);
}

static void
test_all(void)
{
	char lo[] = "lo", a[] = "zfwnone0", b[] = "zfwnone1", path[] = "t.conf";
	char *both[] = { lo, a, NULL }, *none[] = { NULL };
	char *known[] = { a, NULL }, *other[] = { b, NULL };
	struct config c = { .path = path, .interface_line = 7 };
	char err[CONFIG_ERRLEN] = "";

	c.interfaces = none;
	ZT_CASE("no names: all are there", iface_all_there(&c, NULL, err));
	c.interfaces = both;
	ZT_CASE("one that is not there is named, with file and line",
	    !iface_all_there(&c, NULL, err) &&
		strcmp(err,
		    "t.conf:7: interface: there is no zfwnone0 on this "
		    "machine") == 0);
	ZT_CASE("one that is in force may be away",
	    iface_all_there(&c, known, err));
	ZT_CASE("another that is in force does not help it",
	    !iface_all_there(&c, other, err));
}

static const struct zt_test tests[] = {
	{ "there", test_there },
	{ "all", test_all },
};
ZT_MAIN("iface", tests)
