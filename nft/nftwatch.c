/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftwatch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nft/nftelem.h"
#include "nft/nftlayout.h"

#define READS_MAX  64 /* datagrams in one call */
#define READ_BYTES 32768
#define RCVBUF     (1 << 22)

struct nftwatch {
	struct mnl_socket *sk;
	struct nftwatch_seen seen;
	char buf[READ_BYTES] __attribute__((aligned(8)));
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
nftwatch_listen(struct nftwatch *w, bool on)
{
	int group = NFNLGRP_NFTABLES;

	return mnl_socket_setsockopt(w->sk,
		   on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP,
		   &group, sizeof(group)) < 0 ?
	    -errno :
	    0;
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

/* A message about elements: of which set, and what was done to them. */
struct note {
	struct nftwatch_seen *seen;
	enum nft_set_id set;
	enum nft_op_kind kind;
};

static int
on_value(const struct nlattr *value, void *arg)
{
	const struct note *n = arg;
	struct nftwatch_seen *s = n->seen;
	struct nft_op op;

	if (!nftelem_to_op(n->set, mnl_attr_get_payload(value),
		mnl_attr_get_payload_len(value), &op)) {
		s->other = true;
	} else if (s->ops_n == NFTWATCH_OPS_MAX) {
		s->more = true;
	} else {
		op.kind = n->kind;
		s->ops[s->ops_n++] = op;
	}
	return MNL_CB_OK;
}

static int
on_key(const struct nlattr *key, void *arg)
{
	if (mnl_attr_get_type(key) == NFTA_SET_ELEM_KEY)
		return mnl_attr_parse_nested(key, on_value, arg);
	return MNL_CB_OK;
}

static int
on_element(const struct nlattr *one, void *arg)
{
	return mnl_attr_parse_nested(one, on_key, arg);
}

static int
on_list(const struct nlattr *attr, void *arg)
{
	struct note *n = arg;

	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_SET &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		n->set = nftlayout_set_id(mnl_attr_get_str(attr));
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS &&
	    n->set != NFT_SETS)
		return mnl_attr_parse_nested(attr, on_element, n);
	return MNL_CB_OK;
}

static enum nftwatch_what
judge(struct nftwatch *w, const struct nlmsghdr *nlh, uint32_t own)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const unsigned type = NFNL_MSG_TYPE(nlh->nlmsg_type);
	struct note note = { &w->seen, NFT_SETS,
		type == NFT_MSG_NEWSETELEM ? NFT_ADD : NFT_DEL };
	bool ours = false;

	if (nlh->nlmsg_type == NLMSG_OVERRUN)
		return NFTWATCH_LOOK;
	if (NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*nfg) ||
	    (nfg->nfgen_family != NFPROTO_INET &&
		nfg->nfgen_family != NFPROTO_NETDEV) ||
	    type == NFT_MSG_NEWGEN || type == NFT_MSG_TRACE ||
	    nlh->nlmsg_pid == own)
		return NFTWATCH_NOTHING;
	/* Port 0 is the kernel itself: an element's time was up. */
	if (nlh->nlmsg_pid == 0 && type == NFT_MSG_DELSETELEM)
		return NFTWATCH_NOTHING;
	(void)mnl_attr_parse(nlh, sizeof(*nfg), on_attr, &ours);
	if (!ours)
		return NFTWATCH_NOTHING;
	if (type != NFT_MSG_NEWSETELEM && type != NFT_MSG_DELSETELEM)
		return type == NFT_MSG_DELTABLE ? NFTWATCH_DELETED :
						  NFTWATCH_CHANGED;
	(void)mnl_attr_parse(nlh, sizeof(*nfg), on_list, &note);
	return NFTWATCH_ELEMENTS;
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

	w->seen.ops_n = 0;
	w->seen.more = w->seen.other = false;
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
			what = worse(what, judge(w, nlh, portid));
	}
	return what;
}

const struct nftwatch_seen *
nftwatch_seen(const struct nftwatch *w)
{
	return &w->seen;
}
