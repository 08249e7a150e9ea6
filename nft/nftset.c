/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftwork.h"

int
nft_apply_failed(struct nft *n, int err)
{
	if (err == -ENFILE)
		return nft_fail(n, err, "a block set is full (%u elements)",
		    n->conf.blocks_max);
	if (err == -ENOENT)
		return nft_fail(n, err, "table inet " NFT_TABLE " is gone");
	if (err == -EINVAL)
		return nft_fail(n, err,
		    "not an IPv4 /32 or IPv6 /64 (dropped whole: /56, /48) "
		    "with a timeout, or refused by the kernel");
	if (err == -ENOTSUP)
		return nft_fail(n, err, "this kernel has no such set");
	return nft_fail(n, err, "changing elements of inet " NFT_TABLE ": %s",
	    strerror(-err));
}

static int
apply_batch(struct nft *n, const struct nft_op *ops, size_t count, size_t *done)
{
	int *results = n->results;
	int err = 0;

	if (!nftbulk_ops(n, ops, count, results))
		nftwork_ops(n, ops, count, results);
	for (size_t i = 0; i < count; i++) {
		if (results[i] == 0)
			(*done)++;
		else if (err == 0 || results[i] == -ENOENT)
			err = results[i];
	}
	return err;
}

/* Results are kept of one transaction only: those of small calls. */
static int
apply_parts(struct nft *n, const struct nft_op *ops, size_t count, size_t *done)
{
	const size_t room = nftwork_room(n);
	int kept[NFT_BATCH_MAX];
	size_t at = 0, now;
	int err = 0, e;

	for (; at < count && err != -ENOENT && err != -EPERM; at += now) {
		now = count - at < room ? count - at : room;
		e = apply_batch(n, ops + at, now, done);
		if (err == 0 || e == -ENOENT)
			err = e;
		if (count <= NFT_BATCH_MAX)
			memcpy(kept + at, n->results, now * sizeof(kept[0]));
	}
	if (count > NFT_BATCH_MAX)
		return err;
	for (; at < count; at++)
		kept[at] = err;
	memcpy(n->results, kept, count * sizeof(kept[0]));
	n->results_n = count;
	return err;
}

int
nft_apply(struct nft *n, const struct nft_op *ops, size_t count, size_t *done)
{
	int err;

	*done = 0;
	n->results_n = 0;
	err = apply_parts(n, ops, count, done);
	return err == 0 ? 0 : nft_apply_failed(n, err);
}

int
nft_result(const struct nft *n, size_t i)
{
	return i < n->results_n ? n->results[i] : -ENODATA;
}

static int
put_elems(struct nft *n, const struct elem *elems, size_t count)
{
	int results[NFT_PORTS_MAX];

	nftwork_elems(n, elems, count, results);
	for (size_t i = 0; i < count; i++)
		if (results[i] != 0)
			return nft_apply_failed(n, results[i]);
	return 0;
}

int
nft_queue_renew(struct nft *n)
{
	struct elem ports[NFT_PORTS_MAX] = { 0 };

	if (n->how == NFT_QUEUE_OFF)
		return 0;
	for (size_t i = 0; i < n->conf.ports_n; i++)
		nftelem_of_port(n->conf.ports[i], &ports[i]);
	return put_elems(n, ports, n->conf.ports_n);
}

int
nft_cut_flow(struct nft *n, const struct addr *client, uint16_t port)
{
	struct elem e;
	int err = nftelem_of_flow(n, client, port, &e);

	return err == 0 ? put_elems(n, &e, 1) : nft_apply_failed(n, err);
}

int
nft_flush_blocks(struct nft *n)
{
	struct nlmsghdr *nlh;
	int err;

	nftbatch_begin(&n->batch);
	for (enum nft_table_id t = 0; t <= (n->ingress ? NFT_NETDEV : NFT_INET);
	     t++) {
		n->batch.family = nft_family(t);
		for (enum nft_set_id id = 0; id < NFT_SETS; id++) {
			if (!nftlayout_is_block(id) ||
			    !nftlayout_wants(n, t, id))
				continue;
			nlh = nftbatch_msg(&n->batch, NFT_MSG_DELSETELEM, 0);
			mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE,
			    NFT_TABLE);
			mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET,
			    nftlayout_set_name(id));
			(void)nftbatch_put(&n->batch, nlh);
		}
	}
	err = nftbatch_send(&n->batch, NULL, NULL);
	return err == 0 ? 0 : nft_apply_failed(n, err);
}
