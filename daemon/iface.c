/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/iface.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool
iface_there(const char *name)
{
	/*
	 * Our own system call filter leaves neither ioctl() nor netlink, but
	 * a socket of any family can be bound to an interface, and the kernel
	 * looks for it by name.  "eth0:1" is an address of eth0.
	 */
	const size_t n = strcspn(name, ":");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool there = true;

	if (fd == -1)
		return true;
	if (n == 0 || n >= IFNAMSIZ)
		there = false;
	else if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
		     (socklen_t)n) != 0)
		there = errno != ENODEV;
	close(fd);
	return there;
}

static bool
among(char *const *v, const char *name)
{
	for (; v != NULL && *v != NULL; v++)
		if (strcmp(*v, name) == 0)
			return true;
	return false;
}

bool
iface_all_there(const struct config *c, char *const *known,
    char err[CONFIG_ERRLEN])
{
	for (char **p = c->interfaces; p != NULL && *p != NULL; p++) {
		if (among(known, *p) || iface_there(*p))
			continue;
		(void)snprintf(err, CONFIG_ERRLEN,
		    "%s:%d: interface: there is no %s on this machine", c->path,
		    c->interface_line, *p);
		return false;
	}
	return true;
}
