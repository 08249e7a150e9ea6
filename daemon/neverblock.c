/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/neverblock.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "daemon/config.h"

#define RESOLV_CONF  "/etc/resolv.conf"
#define RESOLV_BYTES 8192
#define IN_BYTES     65536
#define READS_MAX    16   /* datagrams in one neverblock_read() */
#define FIRST_MAX    4096 /* the same while opening */
#define RCVBUF       (1 << 20)

enum look { LOOK_ADDRS, LOOK_ROUTES, LOOKS, LOOK_NONE = LOOKS };

static const enum neverlist_kind look_kind[LOOKS] = {
	[LOOK_ADDRS] = NEVERLIST_ADDRESS,
	[LOOK_ROUTES] = NEVERLIST_GATEWAY,
};

struct neverblock {
	struct mnl_socket *sk;
	bool stale[LOOKS];
	enum look running; /* whose dump is coming in */
	bool spoilt;       /* that dump cannot be relied on */
	uint32_t seq;      /* of that dump */
	int err;
	struct neverlist list;
	char in[IN_BYTES];
};

static void
found(struct neverblock *nb, enum neverlist_kind kind, unsigned family,
    struct rd bytes)
{
	struct addr a;
	int err;

	if (family == AF_INET && bytes.n >= 4)
		a = addr_v4_bytes(bytes.p);
	else if (family == AF_INET6 && bytes.n >= 16)
		a = addr_v6_bytes(bytes.p);
	else
		return;
	err = neverlist_found(&nb->list, kind, &a);
	if (err != 0)
		nb->err = err;
}

static struct rd
attr_bytes(const struct nlattr *attr)
{
	return rd_init(mnl_attr_get_payload(attr),
	    mnl_attr_get_payload_len(attr));
}

struct ctx {
	struct neverblock *nb;
	unsigned family;
	struct rd best; /* of an address message: ours */
};

/* Point to point, IFA_ADDRESS is the other end and IFA_LOCAL is ours. */
static int
on_address_attr(const struct nlattr *attr, void *arg)
{
	struct ctx *c = arg;
	const unsigned type = mnl_attr_get_type(attr);

	if (type == IFA_LOCAL || (type == IFA_ADDRESS && c->best.n == 0))
		c->best = attr_bytes(attr);
	return MNL_CB_OK;
}

static void
on_address(struct neverblock *nb, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct ctx c = { .nb = nb };

	(void)mnl_attr_parse(nlh, sizeof(*ifa), on_address_attr, &c);
	found(nb, NEVERLIST_ADDRESS, ifa->ifa_family, c.best);
}

static int on_route_attr(const struct nlattr *attr, void *arg);

/* Several next hops, each with attributes of its own. */
static void
on_multipath(struct ctx *c, struct rd r)
{
	struct rtnexthop nh;
	struct rd body;
	size_t room;

	while (r.n >= sizeof(nh)) {
		memcpy(&nh, rd_take(&r, sizeof(nh)), sizeof(nh));
		if (nh.rtnh_len < sizeof(nh))
			return;
		room = ((nh.rtnh_len + 3U) & ~3U) - sizeof(nh);
		body = rd_sub(&r, room < r.n ? room : r.n);
		if (body.n > 0)
			(void)mnl_attr_parse_payload(body.p, body.n,
			    on_route_attr, c);
	}
}

/* A gateway, one of another family (RTA_VIA), or many. */
static int
on_route_attr(const struct nlattr *attr, void *arg)
{
	struct ctx *c = arg;
	struct rd r = attr_bytes(attr);
	struct rtvia via;

	switch (mnl_attr_get_type(attr)) {
	case RTA_GATEWAY:
		found(c->nb, NEVERLIST_GATEWAY, c->family, r);
		break;
	case RTA_VIA:
		if (r.n < sizeof(via))
			break;
		memcpy(&via, rd_take(&r, sizeof(via)), sizeof(via));
		found(c->nb, NEVERLIST_GATEWAY, via.rtvia_family, r);
		break;
	case RTA_MULTIPATH:
		on_multipath(c, r);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static void
on_route(struct neverblock *nb, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(nlh);
	struct ctx c = { .nb = nb, .family = rt->rtm_family };

	(void)mnl_attr_parse(nlh, sizeof(*rt), on_route_attr, &c);
}

static bool
is_default(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) >= sizeof(*rt) &&
	    rt->rtm_dst_len == 0 && rt->rtm_type == RTN_UNICAST &&
	    (rt->rtm_flags & RTM_F_CLONED) == 0;
}

/* Begins the next look when one is due and none is running. */
static int
ask(struct neverblock *nb)
{
	char buf[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	enum look look = nb->stale[LOOK_ADDRS] ? LOOK_ADDRS : LOOK_ROUTES;

	if (nb->running != LOOK_NONE || !nb->stale[look])
		return 0;
	nlh->nlmsg_type = look == LOOK_ADDRS ? RTM_GETADDR : RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++nb->seq;
	(void)mnl_nlmsg_put_extra_header(nlh,
	    look == LOOK_ADDRS ? sizeof(struct ifaddrmsg) :
				 sizeof(struct rtmsg));
	if (mnl_socket_sendto(nb->sk, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	nb->stale[look] = false;
	nb->running = look;
	nb->spoilt = false;
	neverlist_sweep(&nb->list, look_kind[look]);
	return 0;
}

/* The end of a dump.  A spoilt one takes nothing away and is repeated. */
static void
dump_done(struct neverblock *nb)
{
	if (nb->spoilt)
		nb->stale[nb->running] = true;
	else
		neverlist_swept(&nb->list, look_kind[nb->running]);
	nb->running = LOOK_NONE;
}

static void
on_dump(struct neverblock *nb, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const size_t n = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nb->spoilt = true;
	if (nlh->nlmsg_type == RTM_NEWADDR && n >= sizeof(struct ifaddrmsg)) {
		on_address(nb, nlh);
	} else if (nlh->nlmsg_type == RTM_NEWROUTE && is_default(nlh)) {
		on_route(nb, nlh);
	} else if (nlh->nlmsg_type == NLMSG_DONE) {
		dump_done(nb);
	} else if (nlh->nlmsg_type == NLMSG_ERROR) {
		nb->err = n >= sizeof(e->error) ? e->error : -EPROTO;
		nb->running = LOOK_NONE;
	}
}

static void
on_msg(struct neverblock *nb, const struct nlmsghdr *nlh)
{
	if (nb->running != LOOK_NONE && nlh->nlmsg_seq == nb->seq &&
	    nlh->nlmsg_pid == mnl_socket_get_portid(nb->sk)) {
		on_dump(nb, nlh);
		return;
	}
	switch (nlh->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
		nb->stale[LOOK_ADDRS] = true;
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		/* IPv4 routes go without a word when their link does. */
		nb->stale[LOOK_ROUTES] = true;
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (is_default(nlh))
			nb->stale[LOOK_ROUTES] = true;
		break;
	default:
		break;
	}
}

/* One datagram.  1, 0 when there is none, -errno. */
static int
read_one(struct neverblock *nb)
{
	const struct nlmsghdr *nlh;
	ssize_t got;
	int n;

	got = recv(neverblock_fd(nb), nb->in, sizeof(nb->in), MSG_DONTWAIT);
	if (got < 0 && errno == ENOBUFS) { /* something was lost: look */
		nb->stale[LOOK_ADDRS] = nb->stale[LOOK_ROUTES] = true;
		nb->spoilt = true;
		return 1;
	}
	if (got < 0)
		return errno == EAGAIN ? 0 : errno == EINTR ? 1 : -errno;
	n = (int)got;
	for (nlh = (const void *)nb->in; mnl_nlmsg_ok(nlh, n);
	     nlh = mnl_nlmsg_next(nlh, &n))
		on_msg(nb, nlh);
	return 1;
}

/* What is asked for last is read next time: its answer wakes the loop. */
static int
read_some(struct neverblock *nb, int datagrams)
{
	int rc = 1;

	nb->err = 0;
	for (int i = 0; i < datagrams && rc == 1; i++) {
		rc = ask(nb);
		if (rc == 0)
			rc = read_one(nb);
	}
	if (rc >= 0)
		rc = ask(nb);
	return rc < 0 ? rc : nb->err;
}

static int
join_groups(struct neverblock *nb)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE };
	int rcv = RCVBUF, group;

	(void)setsockopt(neverblock_fd(nb), SOL_SOCKET, SO_RCVBUF, &rcv,
	    sizeof(rcv));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		group = groups[i];
		if (mnl_socket_setsockopt(nb->sk, NETLINK_ADD_MEMBERSHIP,
			&group, sizeof(group)) < 0)
			return -errno;
	}
	return 0;
}

/* A host without a resolver has none to protect. */
static void
read_nameservers(struct neverblock *nb)
{
	FILE *f = fopen(RESOLV_CONF, "re");
	char text[RESOLV_BYTES];
	size_t n;

	if (f == NULL)
		return;
	n = fread(text, 1, sizeof(text), f);
	(void)fclose(f);
	(void)neverlist_resolv(&nb->list, (struct str){ text, n });
}

static int
start(struct neverblock *nb)
{
	int err;

	nb->running = LOOK_NONE;
	nb->stale[LOOK_ADDRS] = nb->stale[LOOK_ROUTES] = true;
	nb->sk = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (nb->sk == NULL ||
	    mnl_socket_bind(nb->sk, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	err = join_groups(nb);
	if (err == 0)
		err = read_some(nb, FIRST_MAX);
	return err == -ENOSPC ? 0 : err;
}

struct neverblock *
neverblock_open(const struct config *c, neverlist_cb *cb, void *arg)
{
	struct neverblock *nb = calloc(1, sizeof(*nb));
	int err;

	if (nb == NULL)
		return NULL;
	nb->list.fixed[0] = &c->policy.never;
	nb->list.fixed[1] = &c->policy.ours;
	err = start(nb);
	if (err != 0) {
		neverblock_close(nb);
		errno = -err;
		return NULL;
	}
	read_nameservers(nb);
	nb->list.cb = cb;
	nb->list.arg = arg;
	return nb;
}

void
neverblock_close(struct neverblock *nb)
{
	if (nb == NULL)
		return;
	if (nb->sk != NULL)
		(void)mnl_socket_close(nb->sk);
	free(nb);
}

int
neverblock_fd(const struct neverblock *nb)
{
	return mnl_socket_get_fd(nb->sk);
}

int
neverblock_read(struct neverblock *nb)
{
	return read_some(nb, READS_MAX);
}

bool
neverblock_has(const struct neverblock *nb, const struct net *net)
{
	return neverlist_why(&nb->list, net) != NULL;
}

const char *
neverblock_why(const struct neverblock *nb, const struct net *net)
{
	return neverlist_why(&nb->list, net);
}

void
neverblock_each(const struct neverblock *nb, neverlist_cb *cb, void *arg)
{
	neverlist_each(&nb->list, cb, arg);
}
