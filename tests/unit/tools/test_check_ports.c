/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who listens: lines as the kernel writes them.
 *
 * zt-link: tools/check_ports
 */
#include "tests/zt.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/check_ports.h"

static const struct {
	const char *name, *line;
	uint16_t port;
	bool want;
} cases[] = {
	{ "a listener on all IPv4 addresses",
	    "   0: 00000000:0019 00000000:0000 0A 00000000:00000000 "
	    "00:00000000 "
	    "00000000     0        0 1234 1 0000000000000000 100 0 0 10 0\n",
	    25, true },
	{ "one on an IPv6 address",
	    "  12: B80D01200000000000000000010000:0019 "
	    "00000000000000000000000000000000:0000 0A 00000000:00000000\n",
	    25, true },
	{ "another port",
	    "   0: 00000000:001A 00000000:0000 0A 00000000:00000000\n", 25,
	    false },
	{ "a session on that port is no listener",
	    "   3: 0100007F:0019 0200007F:A001 01 00000000:00000000\n", 25,
	    false },
	{ "a session to that port elsewhere is none",
	    "   3: 0100007F:A001 0200007F:0019 01 00000000:00000000\n", 25,
	    false },
	{ "the headline",
	    "  sl  local_address rem_address   st tx_queue rx_queue\n", 25,
	    false },
	{ "an empty line", "", 0, false },
	{ "a line that is cut off", "   0: 00000000:0019 00000000:0000", 25,
	    false },
};

static void
test_lines(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name,
		    check_ports_line(cases[i].line, cases[i].port) ==
			cases[i].want);
}

static void
test_live(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint16_t port;
	bool before, during;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		ZT_CASE("a socket for the test", false);
		return;
	}
	port = ntohs(a.sin_port);
	before = check_ports_listens(port);
	during = listen(fd, 1) == 0 && check_ports_listens(port);
	ZT_CASE("a port is listened on when it is, and not before",
	    !before && during);
	close(fd);
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "live", test_live },
};
ZT_MAIN("check_ports", tests)
