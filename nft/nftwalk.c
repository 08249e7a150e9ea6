/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftwalk.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nft/nftelem.h"
#include "nft/nftlayout.h"

#define READ_BYTES  65536
#define FIRST       NFT_SET_BLOCK4
#define SETS        (NFT_SET_REJECT6 - FIRST + 1)
#define SETS_WALKED (2 * SETS) /* of inet, then of netdev */

struct nftwalk {
	struct mnl_socket *sk;
	uint32_t seq;
	unsigned at;   /* the set that is read, or will be next */
	unsigned left; /* sets that are not read to their end */
	bool running;  /* the kernel has more of that set */
	char buf[READ_BYTES] __attribute__((aligned(8)));
};

struct nftwalk *
nftwalk_open(void)
{
	struct nftwalk *w = calloc(1, sizeof(*w));
	int err;

	if (w == NULL)
		return NULL;
	w->sk = mnl_socket_open2(NETLINK_NETFILTER,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (w->sk == NULL ||
	    mnl_socket_bind(w->sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = errno;
		nftwalk_close(w);
		errno = err;
		return NULL;
	}
	return w;
}

void
nftwalk_close(struct nftwalk *w)
{
	if (w == NULL)
		return;
	if (w->sk != NULL)
		(void)mnl_socket_close(w->sk);
	free(w);
}

void
nftwalk_begin(struct nftwalk *w)
{
	/* The one that is half read counts once more, from its start. */
	w->left = SETS_WALKED + (w->running ? 1 : 0);
}

static void
next_set(struct nftwalk *w)
{
	w->running = false;
	w->at = (w->at + 1) % SETS_WALKED;
	w->left--;
}

struct walked {
	enum nft_set_id set;
	void (*fn)(void *arg, const struct nft_op *op);
	void *arg;
	struct nft_op op;
	bool known; /* op has its key */
	uint64_t ms;
};

static int
on_value(const struct nlattr *value, void *arg)
{
	struct walked *k = arg;

	k->known = nftelem_to_op(k->set, mnl_attr_get_payload(value),
	    mnl_attr_get_payload_len(value), &k->op);
	return MNL_CB_OK;
}

static int
on_attr(const struct nlattr *attr, void *arg)
{
	struct walked *k = arg;
	uint64_t be;

	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_KEY)
		return mnl_attr_parse_nested(attr, on_value, k);
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_EXPIRATION &&
	    mnl_attr_get_payload_len(attr) == sizeof(be)) {
		memcpy(&be, mnl_attr_get_payload(attr), sizeof(be));
		k->ms = be64toh(be);
	}
	return MNL_CB_OK;
}

static int
on_element(const struct nlattr *one, void *arg)
{
	struct walked *k = arg;
	int rc;

	k->known = false;
	k->ms = UINT64_MAX;
	rc = mnl_attr_parse_nested(one, on_attr, k);
	if (!k->known)
		return rc;
	k->op.kind = NFT_DEL;
	k->op.timeout_s = k->ms / 1000 >= NFTWALK_FOREVER ?
	    NFTWALK_FOREVER :
	    (uint32_t)((k->ms + 999) / 1000);
	k->fn(k->arg, &k->op);
	return rc;
}

static int
on_list(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS)
		return mnl_attr_parse_nested(attr, on_element, arg);
	return MNL_CB_OK;
}

static int
on_message(const struct nlmsghdr *nlh, void *arg)
{
	return mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_list, arg);
}

static int
ask(struct nftwalk *w)
{
	const enum nft_table_id t = w->at < SETS ? NFT_INET : NFT_NETDEV;
	const enum nft_set_id set = (enum nft_set_id)(FIRST + w->at % SETS);
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(w->buf, NFT_MSG_GETSETELEM,
	    nft_family(t), NLM_F_DUMP, ++w->seq);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, nftlayout_set_name(set));
	return mnl_socket_sendto(w->sk, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* The kernel answers while it is asked, so nothing here waits. */
int
nftwalk_step(struct nftwalk *w, void (*fn)(void *arg, const struct nft_op *op),
    void *arg)
{
	struct walked k = { .fn = fn, .arg = arg };
	ssize_t got;
	int rc;

	if (w->left == 0)
		return 0;
	rc = w->running ? 0 : ask(w);
	if (rc != 0) {
		w->left = 0;
		return rc;
	}
	w->running = true;
	k.set = (enum nft_set_id)(FIRST + w->at % SETS);
	got = recv(mnl_socket_get_fd(w->sk), w->buf, sizeof(w->buf),
	    MSG_DONTWAIT);
	if (got < 0 && errno == EINTR)
		return 1;
	/* No such set is an answer, too; the walk is only about the rest. */
	if (got < 0 ||
	    mnl_cb_run(w->buf, (size_t)got, w->seq,
		mnl_socket_get_portid(w->sk), on_message, &k) <= 0)
		next_set(w);
	return w->left > 0;
}
