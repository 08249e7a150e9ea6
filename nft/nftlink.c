/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_BYTES 16384

int
nftlink_open(struct nft *n)
{
	n->route = mnl_socket_open2(NETLINK_ROUTE,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (n->route == NULL ||
	    mnl_socket_bind(n->route, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

void
nftlink_close(struct nft *n)
{
	if (n->route != NULL)
		(void)mnl_socket_close(n->route);
	n->route = NULL;
}

static bool
is_there(struct nft *n, const char *name)
{
	char buf[ANSWER_BYTES] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;
	ssize_t got;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	if (mnl_socket_sendto(n->route, nlh, nlh->nlmsg_len) < 0)
		return true; /* then the kernel shall say */
	got = recv(mnl_socket_get_fd(n->route), buf, sizeof(buf),
	    MSG_DONTWAIT | MSG_TRUNC);
	return got < (ssize_t)sizeof(*nlh) || nlh->nlmsg_type != NLMSG_ERROR;
}

void
nftlink_look(struct nft *n, char *says, size_t room)
{
	size_t len = 0;
	int put;

	says[0] = '\0';
	n->devs_n = 0;
	for (size_t i = 0; i < n->conf.ingress_n; i++) {
		if (is_there(n, n->conf.ingress[i])) {
			memcpy(n->devs[n->devs_n++], n->conf.ingress[i],
			    sizeof(n->devs[0]));
			continue;
		}
		put = snprintf(says + len, room - len, "%s%s",
		    len == 0 ? "no ingress hook on interfaces that are not "
			       "there: " :
			       ", ",
		    n->conf.ingress[i]);
		if (put > 0)
			len += (size_t)put;
		if (len >= room)
			len = room - 1;
	}
}
