/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/scratchsock.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/sockname.h"
#include "tools/scratchnet.h"

#define BACKLOG 1024

struct addr
scratchsock_address(const char *text)
{
	struct addr a = { 0 };

	(void)addr_parse((struct str){ text, strlen(text) }, &a);
	return a;
}

static int
closed(int fd)
{
	const int e = errno;

	close(fd);
	return -e;
}

int
scratchsock_listen(const char *at, uint16_t port, bool transparent)
{
	const struct addr a = scratchsock_address(at);
	const int on = 1, v6 = a.family == 6;
	union sockname name;
	socklen_t len = sockname_set(&name, &a, port);
	int fd = socket(name.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
	if (transparent &&
	    setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on, sizeof(on)) != 0)
		return closed(fd);
	if (bind(fd, &name.any, len) != 0 || listen(fd, BACKLOG) != 0)
		return closed(fd);
	return fd;
}

int
scratchsock_port(int fd)
{
	union sockname name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len) != 0)
		return -errno;
	return sockname_port(&name);
}

int
scratchsock_packet(const char *iface)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = scratchnet_index(iface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -errno;
	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)) != 0)
		return closed(fd);
	return fd;
}

static bool
is_from(int fd, const struct frame *f)
{
	union sockname n;
	socklen_t len = sizeof(n);
	struct addr a;

	if (getpeername(fd, &n.any, &len) != 0)
		return false;
	a = n.any.sa_family == AF_INET ?
	    addr_v4_bytes((const void *)&n.v4.sin_addr) :
	    addr_v6_bytes((const void *)&n.v6.sin6_addr);
	return addr_eq(&a, &f->src) && sockname_port(&n) == f->sport;
}

bool
scratchsock_accept(int fd, const struct frame *client, int *out)
{
	while ((*out = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) !=
	    -1) {
		if (is_from(*out, client))
			return true;
		close(*out);
	}
	return false;
}
