/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/scratchnet.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>

#define REQUEST_BYTES 4096

struct request {
	struct mnl_socket *sk;
	unsigned seq;
	struct nlmsghdr *nlh;
	char buf[REQUEST_BYTES] __attribute__((aligned(8)));
};

static struct nlmsghdr *
begin(struct request *r, uint16_t type, uint16_t flags)
{
	r->nlh = mnl_nlmsg_put_header(r->buf);
	r->nlh->nlmsg_type = type;
	r->nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	r->nlh->nlmsg_seq = ++r->seq;
	return r->nlh;
}

/* 0 or -errno, as the kernel answers. */
static int
finish(struct request *r)
{
	char in[REQUEST_BYTES];
	ssize_t n;

	if (mnl_socket_sendto(r->sk, r->nlh, r->nlh->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(r->sk, in, sizeof(in));
	if (n < 0)
		return -errno;
	return mnl_cb_run(in, (size_t)n, r->seq, mnl_socket_get_portid(r->sk),
		   NULL, NULL) < 0 ?
	    -errno :
	    0;
}

static void
put_ifinfo(struct nlmsghdr *nlh, int index, unsigned flags)
{
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = index;
	ifi->ifi_flags = ifi->ifi_change = flags;
}

static void
put_link(struct nlmsghdr *nlh, const char *name, const uint8_t mac[6])
{
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, mac);
}

static int
make_pair(struct request *r, const char *iface)
{
	struct nlmsghdr *nlh = begin(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;

	put_ifinfo(nlh, 0, 0);
	put_link(nlh, iface, frame_server_mac);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	put_ifinfo(nlh, 0, 0);
	put_link(nlh, SCRATCHNET_CLIENT, frame_client_mac);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return finish(r);
}

static int
up(struct request *r, int index)
{
	put_ifinfo(begin(r, RTM_NEWLINK, 0), index,
	    index == 1 ? IFF_UP : IFF_UP | IFF_NOARP);
	return finish(r);
}

static int
set_address(struct request *r, int index, const struct addr *a)
{
	struct nlmsghdr *nlh = begin(r, RTM_NEWADDR, NLM_F_CREATE);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = a->family == 4 ? AF_INET : AF_INET6;
	ifa->ifa_prefixlen = a->family == 4 ? 24 : 64;
	ifa->ifa_flags = a->family == 4 ? 0 : IFA_F_NODAD;
	ifa->ifa_index = (unsigned)index;
	mnl_attr_put(nlh, IFA_LOCAL, a->family == 4 ? 4 : 16, a->b);
	mnl_attr_put(nlh, IFA_ADDRESS, a->family == 4 ? 4 : 16, a->b);
	return finish(r);
}

/* Everybody is behind the wire. */
static int
set_route(struct request *r, int index, uint8_t family)
{
	struct nlmsghdr *nlh = begin(r, RTM_NEWROUTE, NLM_F_CREATE);
	struct rtmsg *rt = mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));

	rt->rtm_family = family;
	rt->rtm_table = RT_TABLE_MAIN;
	rt->rtm_protocol = RTPROT_STATIC;
	rt->rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	rt->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)index);
	return finish(r);
}

int
scratchnet_index(const char *iface)
{
	return (int)if_nametoindex(iface);
}

/* Where the process could not write them they are as in the host. */
static void
set_sysctl(const char *name, const char *value)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	(void)fputs(value, f);
	(void)fclose(f);
}

static bool
failed(char err[SCRATCH_ERRLEN], const char *what, int rc)
{
	(void)snprintf(err, SCRATCH_ERRLEN, "%s: %s", what, strerror(-rc));
	return false;
}

static bool
make_links(struct request *r, const char *iface, bool *v6,
    char err[SCRATCH_ERRLEN])
{
	struct addr a4 = { 0 }, a6 = { 0 };
	int index, rc = make_pair(r, iface);

	if (rc != 0)
		return failed(err, "the kernel makes no veth pair", rc);
	index = scratchnet_index(iface);
	rc = up(r, 1);
	if (rc == 0)
		rc = up(r, index);
	if (rc == 0)
		rc = up(r, scratchnet_index(SCRATCHNET_CLIENT));
	(void)addr_parse(STR(SCRATCHNET_SERVER4), &a4);
	(void)addr_parse(STR(SCRATCHNET_SERVER6), &a6);
	if (rc == 0)
		rc = set_address(r, index, &a4);
	if (rc == 0)
		rc = set_route(r, index, AF_INET);
	*v6 = rc == 0 && set_address(r, index, &a6) == 0 &&
	    set_route(r, index, AF_INET6) == 0;
	return rc == 0 || failed(err, "addresses of the veth pair", rc);
}

bool
scratchnet_make(const char *iface, bool *v6, char err[SCRATCH_ERRLEN])
{
	struct request r = { 0 };
	bool done;

	if (unshare(CLONE_NEWNET) != 0)
		return failed(err, "no new network namespace", -errno);
	set_sysctl("ipv4/conf/all/rp_filter", "0");
	set_sysctl("ipv4/conf/default/rp_filter", "0");
	r.sk = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (r.sk == NULL || mnl_socket_bind(r.sk, 0, MNL_SOCKET_AUTOPID) < 0)
		done = failed(err, "rtnetlink", -errno);
	else
		done = make_links(&r, iface, v6, err);
	if (r.sk != NULL)
		(void)mnl_socket_close(r.sk);
	return done;
}
