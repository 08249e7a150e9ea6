/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which interface has the default route, from what /proc says.
 *
 * zt-link: daemon/route
 */
#include <errno.h>

#include "daemon/route.h"
#include "tests/zt.h"

static const char v4[] =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"
    "\tWindow\tIRTT\n"
    "lo\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t00000000\t020200C0\t0003\t0\t0\t9\t00000000\t0\t0\t0\n"
    "eth2\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth3\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
    "garbage\n\n";
static const char v6[] =
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001 "
    "eth1\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "20010db8000000000000000000000002 00000400 00000002 00000000 00000003 "
    "eth6\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200 "
    "lo\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "20010db8000000000000000000000002 00000400 00000002 00000000 00000203 "
    "eth7\n";

static FILE *
text(const char *s)
{
	static char copy[2][2048];
	static unsigned k;
	char *c = copy[k++ % 2];

	(void)snprintf(c, sizeof(copy[0]), "%s", s);
	return fmemopen(c, strlen(c), "r");
}

static void
test_default(void)
{
	char names[4][ROUTE_NAME_MAX];
	FILE *a = text(v4), *b = text(v6);
	size_t n = route_default(a, b, names, 0, 4);

	ZT_CASE("the interfaces of both default routes, each once",
	    n == 2 && strcmp(names[0], "eth0") == 0 &&
		strcmp(names[1], "eth6") == 0);
	fclose(a);
	fclose(b);
	ZT_CASE("no files, no names",
	    route_default(NULL, NULL, names, 0, 4) == 0);
	a = text(v4);
	ZT_CASE("never more than there is room for",
	    route_default(a, NULL, names, 0, 0) == 0);
	fclose(a);
}

static const struct zt_test tests[] = {
	{ "default", test_default },
};
ZT_MAIN("daemon/route", tests)
