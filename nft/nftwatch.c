/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftwatch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nft/nft.h"

#define READS_MAX  64 /* datagrams in one call */
#define READ_BYTES 32768
#define RCVBUF     (1 << 22)

struct nftwatch {
	struct mnl_socket *sk;
	char buf[READ_BYTES];
};

struct nftwatch *
nftwatch_open(void)
{
	struct nftwatch *w = calloc(1, sizeof(*w));
	int group = NFNLGRP_NFTABLES, rcv = RCVBUF, err;

	if (w == NULL)
		return NULL;
	w->sk = mnl_socket_open2(NETLINK_NETFILTER,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (w->sk == NULL ||
	    mnl_socket_bind(w->sk, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(w->sk, NETLINK_ADD_MEMBERSHIP, &group,
		sizeof(group)) < 0) {
		err = errno;
		nftwatch_close(w);
		errno = err;
		return NULL;
	}
	/* Our own restores come by here too; less only means NFTWATCH_LOOK. */
	(void)setsockopt(nftwatch_fd(w), SOL_SOCKET, SO_RCVBUFFORCE, &rcv,
	    sizeof(rcv));
	return w;
}

void
nftwatch_close(struct nftwatch *w)
{
	if (w == NULL)
		return;
	if (w->sk != NULL)
		(void)mnl_socket_close(w->sk);
	free(w);
}

int
nftwatch_fd(const struct nftwatch *w)
{
	return mnl_socket_get_fd(w->sk);
}

/* In every message about something in a table its name is attribute 1. */
static int
on_attr(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) != NFTA_TABLE_NAME)
		return MNL_CB_OK;
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		*(bool *)arg = strcmp(mnl_attr_get_str(attr), NFT_TABLE) == 0;
	return MNL_CB_STOP;
}

static enum nftwatch_what
judge(const struct nlmsghdr *nlh, uint32_t own)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const unsigned type = NFNL_MSG_TYPE(nlh->nlmsg_type);
	bool ours = false;

	if (nlh->nlmsg_type == NLMSG_OVERRUN)
		return NFTWATCH_LOOK;
	if (NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*nfg) ||
	    nfg->nfgen_family != NFPROTO_INET || type == NFT_MSG_NEWGEN ||
	    type == NFT_MSG_TRACE || nlh->nlmsg_pid == own)
		return NFTWATCH_NOTHING;
	/* Port 0 is the kernel itself: an element's time was up. */
	if (nlh->nlmsg_pid == 0 && type == NFT_MSG_DELSETELEM)
		return NFTWATCH_NOTHING;
	(void)mnl_attr_parse(nlh, sizeof(*nfg), on_attr, &ours);
	if (!ours)
		return NFTWATCH_NOTHING;
	return type == NFT_MSG_DELTABLE ? NFTWATCH_DELETED : NFTWATCH_CHANGED;
}

/* The worse of two; lost events are worse than known small ones. */
static enum nftwatch_what
worse(enum nftwatch_what a, enum nftwatch_what b)
{
	if (a == NFTWATCH_DELETED || b == NFTWATCH_DELETED)
		return NFTWATCH_DELETED;
	return a > b ? a : b;
}

enum nftwatch_what
nftwatch_read(struct nftwatch *w, const struct nft *own)
{
	const uint32_t portid = nft_portid(own);
	enum nftwatch_what what = NFTWATCH_NOTHING;
	const struct nlmsghdr *nlh;
	ssize_t got;
	int n;

	for (int i = 0; i < READS_MAX; i++) {
		got = recv(nftwatch_fd(w), w->buf, sizeof(w->buf),
		    MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != EAGAIN)
			what = worse(what, NFTWATCH_LOOK);
		if (got < 0 && errno != ENOBUFS)
			break;
		n = got < 0 ? 0 : (int)got;
		for (nlh = (const void *)w->buf; mnl_nlmsg_ok(nlh, n);
		     nlh = mnl_nlmsg_next(nlh, &n))
			what = worse(what, judge(nlh, portid));
	}
	return what;
}
