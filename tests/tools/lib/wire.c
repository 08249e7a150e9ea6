/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/wire.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEIGH_TRIES   400
#define NEIGH_WAIT_MS 5
#define NEIGH_GOOD \
	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | \
	    NUD_DELAY)

bool
wire_allowed(const struct addr *a)
{
	static const char *const nets[] = { "127.0.0.0/8", "::1/128",
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
		"2001:db8::/32" };
	struct net n;

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		struct str s = { nets[i], strlen(nets[i]) };

		if (net_parse(s, &n) && net_has(&n, a))
			return true;
	}
	return false;
}

/* Only TCP: byte 9 of an IPv4 header is 6, or byte 6 of an IPv6 header. */
static int
attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x60, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog));
}

int
wire_open(struct wire *w)
{
	const int one = 1, buf = 32 << 20;
	struct sockaddr_ll all = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL) };

	*w = (struct wire){ .fd = -1 };
	w->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->fd < 0)
		return -errno;
	(void)setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buf, sizeof(buf));
	if (setsockopt(w->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		sizeof(one)) < 0 ||
	    attach_filter(w->fd) < 0 ||
	    bind(w->fd, (struct sockaddr *)&all, sizeof(all)) < 0) {
		int e = errno;

		wire_close(w);
		return -e;
	}
	return 0;
}

void
wire_close(struct wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* Sends one rtnetlink request and calls `cb` for the answer. */
static int
rtnl_ask(struct nlmsghdr *h, mnl_cb_t cb, void *arg)
{
	char buf[8192];
	struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE);
	ssize_t n;
	int rc = -EIO;

	if (s == NULL)
		return -errno;
	h->nlmsg_seq = 1;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(s, h, h->nlmsg_len) >= 0 &&
	    (n = mnl_socket_recvfrom(s, buf, sizeof(buf))) > 0)
		rc = mnl_cb_run(buf, (size_t)n, 1, 0, cb, arg) < 0 ? -errno : 0;
	mnl_socket_close(s);
	return rc;
}

static size_t
addr_bytes(const struct addr *a)
{
	return a->family == 4 ? 4 : 16;
}

struct hop {
	struct addr via;
	int ifindex;
	bool loopback;
	bool known;
	uint8_t mac[ETHER_ADDR_LEN];
};

static int
route_attr(const struct nlattr *a, void *arg)
{
	struct hop *h = arg;
	const uint8_t *p = mnl_attr_get_payload(a);

	if (mnl_attr_get_type(a) == RTA_OIF)
		h->ifindex = (int)mnl_attr_get_u32(a);
	else if (mnl_attr_get_type(a) == RTA_GATEWAY)
		h->via = mnl_attr_get_payload_len(a) == 4 ? addr_v4_bytes(p) :
							    addr_v6_bytes(p);
	return MNL_CB_OK;
}

static int
route_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct hop *h = arg;
	const struct rtmsg *r = mnl_nlmsg_get_payload(nlh);

	h->loopback = r->rtm_type == RTN_LOCAL;
	mnl_attr_parse(nlh, sizeof(*r), route_attr, h);
	return MNL_CB_OK;
}

static int
find_route(const struct addr *dst, struct hop *h)
{
	char buf[512] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *r = mnl_nlmsg_put_extra_header(nlh, sizeof(*r));

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	r->rtm_family = dst->family == 4 ? AF_INET : AF_INET6;
	r->rtm_dst_len = (uint8_t)(addr_bytes(dst) * 8);
	mnl_attr_put(nlh, RTA_DST, addr_bytes(dst), dst->b);
	*h = (struct hop){ .via = *dst };
	return rtnl_ask(nlh, route_answer, h);
}

static int
neigh_attr(const struct nlattr *a, void *arg)
{
	struct hop *h = arg;

	if (mnl_attr_get_type(a) == NDA_LLADDR &&
	    mnl_attr_get_payload_len(a) == ETHER_ADDR_LEN) {
		memcpy(h->mac, mnl_attr_get_payload(a), ETHER_ADDR_LEN);
		h->known = true;
	}
	return MNL_CB_OK;
}

static int
neigh_answer(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *m = mnl_nlmsg_get_payload(nlh);

	if (m->ndm_state & NEIGH_GOOD)
		mnl_attr_parse(nlh, sizeof(*m), neigh_attr, arg);
	return MNL_CB_OK;
}

/* Asks for the neighbour; with `use` the kernel starts to look for it. */
static int
ask_neigh(struct hop *h, bool use)
{
	char buf[512] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ndmsg *m = mnl_nlmsg_put_extra_header(nlh, sizeof(*m));

	nlh->nlmsg_type = use ? RTM_NEWNEIGH : RTM_GETNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	if (use)
		nlh->nlmsg_flags |= NLM_F_ACK | NLM_F_CREATE;
	m->ndm_family = h->via.family == 4 ? AF_INET : AF_INET6;
	m->ndm_ifindex = h->ifindex;
	m->ndm_flags = use ? NTF_USE : 0;
	mnl_attr_put(nlh, NDA_DST, addr_bytes(&h->via), h->via.b);
	return rtnl_ask(nlh, neigh_answer, h);
}

static int
find_neigh(struct hop *h)
{
	int rc = ask_neigh(h, true);

	for (int i = 0; rc == 0 && i < NEIGH_TRIES; i++) {
		rc = ask_neigh(h, false);
		if (rc == 0 && h->known)
			return 0;
		if (rc == -ENOENT)
			rc = ask_neigh(h, true);
		(void)poll(NULL, 0, NEIGH_WAIT_MS);
	}
	return rc != 0 ? rc : -EHOSTUNREACH;
}

static struct wire_route *
route_of(struct wire *w, const struct addr *dst)
{
	for (size_t i = 0; i < w->routes_n; i++)
		if (addr_eq(&w->routes[i].dst, dst))
			return &w->routes[i];
	return NULL;
}

int
wire_resolve(struct wire *w, const struct addr *dst)
{
	struct hop h;
	struct wire_route *r;
	int rc;

	if (!wire_allowed(dst))
		return -EPERM;
	if (route_of(w, dst) != NULL)
		return 0;
	if (w->routes_n == WIRE_ROUTES)
		return -ENOSPC;
	rc = find_route(dst, &h);
	if (rc == 0 && !h.loopback)
		rc = find_neigh(&h);
	if (rc != 0)
		return rc;
	r = &w->routes[w->routes_n++];
	r->dst = *dst;
	r->ifindex = h.ifindex;
	memcpy(r->mac, h.mac, sizeof(r->mac));
	return 0;
}

int
wire_send(struct wire *w, const struct addr *dst, const void *ip, size_t n)
{
	const struct wire_route *r = route_of(w, dst);
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_halen = ETHER_ADDR_LEN };

	if (r == NULL)
		return -EHOSTUNREACH;
	to.sll_protocol = htons(dst->family == 4 ? ETH_P_IP : ETH_P_IPV6);
	to.sll_ifindex = r->ifindex;
	memcpy(to.sll_addr, r->mac, sizeof(r->mac));
	for (;;) {
		struct pollfd p = { .fd = w->fd, .events = POLLOUT };

		if (sendto(w->fd, ip, n, 0, (struct sockaddr *)&to,
			sizeof(to)) >= 0)
			return 0;
		if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
			return -errno;
		(void)poll(&p, 1, 10);
	}
}

size_t
wire_recv(struct wire *w, uint8_t buf[WIRE_PACKET])
{
	ssize_t n = recv(w->fd, buf, WIRE_PACKET, 0);

	return n > 0 ? (size_t)n : 0;
}
