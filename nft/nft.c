/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nft.h"

#include <errno.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftrules.h"

#define INSTALL_TRIES 5

int
nft_fail(struct nft *n, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(n->error, sizeof(n->error), fmt, ap);
	va_end(ap);
	return err;
}

static bool
conf_ok(const struct nft_conf *conf)
{
	for (size_t i = 0; i < conf->ports_n && i < NFT_PORTS_MAX; i++)
		if (conf->ports[i] == 0)
			return false;
	return conf->ports_n > 0 && conf->ports_n <= NFT_PORTS_MAX &&
	    conf->blocks_max > 0 && conf->queue >= -1 &&
	    conf->queue <= UINT16_MAX;
}

struct nft *
nft_open(const struct nft_conf *conf)
{
	struct nft *n;
	int err;

	if (!conf_ok(conf)) {
		errno = EINVAL;
		return NULL;
	}
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->conf = *conf;
	err = nftbatch_init(&n->batch);
	if (err != 0) {
		free(n);
		errno = -err;
		return NULL;
	}
	return n;
}

void
nft_close(struct nft *n)
{
	if (n == NULL)
		return;
	nftbatch_fini(&n->batch);
	free(n);
}

int
nft_configure(struct nft *n, const struct nft_conf *conf)
{
	if (!conf_ok(conf))
		return nft_fail(n, -EINVAL, "no or too many ports");
	n->conf = *conf;
	return 0;
}

const char *
nft_error(const struct nft *n)
{
	return n->error;
}

uint32_t
nft_portid(const struct nft *n)
{
	return mnl_socket_get_portid(n->batch.sk);
}

enum nft_queue_how
nft_queue_how(const struct nft *n)
{
	return n->how;
}

static int
on_table(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	*(bool *)arg = true;
	return MNL_CB_OK;
}

int
nft_present(struct nft *n)
{
	struct nlmsghdr *nlh;
	bool there = false;
	int err;

	nlh = nftbatch_ask(&n->batch, NFT_MSG_GETTABLE, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
	err = nftbatch_answer(&n->batch, nlh, on_table, &there);
	if (err == -ENOENT)
		return 0;
	if (err != 0)
		return nft_fail(n, err, "reading table inet " NFT_TABLE ": %s",
		    strerror(-err));
	return there;
}

static void
put_table(struct nft *n, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, type, flags);

	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
	if (type == NFT_MSG_NEWTABLE) /* also wakes a dormant one */
		mnl_attr_put_u32(nlh, NFTA_TABLE_FLAGS, 0);
	(void)nftbatch_put(&n->batch, nlh);
}

/* All rules of all chains; sets stay. */
static void
put_no_rules(struct nft *n)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELRULE, 0);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	(void)nftbatch_put(&n->batch, nlh);
}

struct install {
	struct nftlayout lay;
	enum nft_queue_how how;
	int queue_msg; /* number of the queue rule's message, -1 = none */
	int queue_err;
	int other_msg, other_err; /* the first other failure */
};

static void
on_install_failed(void *arg, int msg, int err)
{
	struct install *in = arg;

	if (msg >= 0 && msg == in->queue_msg) {
		in->queue_err = err;
	} else if (in->other_err == 0) {
		in->other_msg = msg;
		in->other_err = err;
	}
}

static void
put_sets(struct nft *n, const struct nftlayout *lay, enum nft_queue_how how)
{
	for (enum nft_set_id id = 0; id < NFT_SETS; id++) {
		if (id == NFT_SET_QUEUE_PORTS && how == NFT_QUEUE_OFF) {
			if (lay->have[id])
				(void)nftlayout_del_set(n, id);
		} else if (!lay->have[id]) {
			(void)nftlayout_put_set(n, id);
		}
	}
}

/* One try with one way to queue.  0 or -errno, details in `in`. */
static int
install_once(struct nft *n, struct install *in, enum nft_queue_how how)
{
	static const struct nftlayout nothing;
	const struct nftlayout *lay = &in->lay;

	in->how = how;
	in->queue_err = in->other_err = 0;
	nftbatch_begin(&n->batch);
	if (lay->table && lay->other) {
		put_table(n, NFT_MSG_DELTABLE, 0);
		lay = &nothing;
	}
	put_table(n, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (lay->table)
		put_no_rules(n);
	put_sets(n, lay, how);
	nftrules_put(n, how, &in->queue_msg);
	return nftbatch_send(&n->batch, on_install_failed, in);
}

static const char *
queue_lacks(const struct nft *n)
{
	return n->conf.queue < 0 ?
	    "" :
	    "the kernel has neither nft_queue nor xt_NFQUEUE with nft_compat: "
	    "packets cannot be queued";
}

/* The best way to queue that this kernel knows: found by trying. */
static int
install_queueing(struct nft *n, struct install *in)
{
	static const enum nft_queue_how best_first[] = { NFT_QUEUE_NATIVE,
		NFT_QUEUE_XT, NFT_QUEUE_OFF };
	size_t i = n->conf.queue < 0 ? 2 : n->how == NFT_QUEUE_XT ? 1 : 0;
	int err;

	do
		err = install_once(n, in, best_first[i++]);
	while (err != 0 && in->queue_err != 0 && in->other_err == 0);
	return err;
}

static int
install_failed(struct nft *n, const struct install *in, int err)
{
	if (err == -EPERM)
		return nft_fail(n, err,
		    "no permission to change nftables "
		    "(CAP_NET_ADMIN)");
	if (err == -EOPNOTSUPP || err == -EAFNOSUPPORT ||
	    err == -EPROTONOSUPPORT)
		return nft_fail(n, -ENOTSUP,
		    "the kernel has no nf_tables for family inet (%s)",
		    strerror(-err));
	return nft_fail(n, err,
	    "making table inet " NFT_TABLE ": change %d: %s", in->other_msg,
	    strerror(-err));
}

int
nft_install(struct nft *n, bool *fresh)
{
	struct install in = { 0 };
	int err = 0;

	/* ENOENT, EEXIST: somebody changed it after we had looked. */
	for (int i = 0; i < INSTALL_TRIES; i++) {
		err = nftlayout_read(n, &in.lay);
		if (err == 0)
			err = install_queueing(n, &in);
		if (err != -ENOENT && err != -EEXIST)
			break;
	}
	if (err != 0)
		return install_failed(n, &in, err);
	n->how = in.how;
	(void)nft_fail(n, 0, "%s",
	    in.how == NFT_QUEUE_OFF ? queue_lacks(n) : "");
	*fresh = in.lay.other || !in.lay.have[NFT_SET_ALLOW4] ||
	    !in.lay.have[NFT_SET_ALLOW6] || !in.lay.have[NFT_SET_BLOCK4] ||
	    !in.lay.have[NFT_SET_BLOCK6];
	return 0;
}

int
nft_remove(struct nft *n)
{
	int err;

	nftbatch_begin(&n->batch);
	put_table(n, NFT_MSG_DELTABLE, 0);
	err = nftbatch_send(&n->batch, NULL, NULL);
	if (err == 0 || err == -ENOENT)
		return 0;
	return nft_fail(n, err, "deleting table inet " NFT_TABLE ": %s",
	    strerror(-err));
}
