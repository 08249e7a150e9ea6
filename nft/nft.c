/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nft.h"

#include <errno.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftlink.h"
#include "nft/nftpriv.h"

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
front_ok(const struct nft_conf *conf)
{
	return conf->front == NFT_FRONT_OFF ||
	    ((conf->front == NFT_FRONT_TPROXY ||
		 conf->front == NFT_FRONT_REDIRECT) &&
		conf->front_port != 0);
}

static bool
conf_ok(const struct nft_conf *conf)
{
	for (size_t i = 0; i < conf->ports_n && i < NFT_PORTS_MAX; i++)
		if (conf->ports[i] == 0)
			return false;
	if (conf->ingress_n > NFT_DEVS_MAX)
		return false;
	for (size_t i = 0; i < conf->ingress_n; i++)
		if (conf->ingress[i][0] == '\0' ||
		    memchr(conf->ingress[i], '\0', sizeof(conf->ingress[i])) ==
			NULL)
			return false;
	return conf->ports_n > 0 && conf->ports_n <= NFT_PORTS_MAX &&
	    conf->blocks_max > 0 && conf->queue >= -1 &&
	    conf->queue <= UINT16_MAX && front_ok(conf) &&
	    conf->leak <= UINT32_MAX / NFT_AUDIT;
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
	n->ingress = conf->ingress_n > 0; /* till nft_install() knows */
	err = nftbatch_init(&n->batch);
	if (err == 0)
		err = nftlink_open(n);
	if (err != 0) {
		nft_close(n);
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
	nftlink_close(n);
	nftbatch_fini(&n->batch);
	free(n);
}

int
nft_configure(struct nft *n, const struct nft_conf *conf)
{
	if (!conf_ok(conf))
		return nft_fail(n, -EINVAL,
		    "no or too many ports, or a front, leak or interface that "
		    "cannot be");
	n->conf = *conf;
	n->lacks = 0; /* a module may be there by now */
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

enum nft_front
nft_front_how(const struct nft *n)
{
	return nft_fronts(n) ? n->conf.front : NFT_FRONT_OFF;
}

unsigned
nft_lacking(const struct nft *n)
{
	return n->lacks;
}

int
nft_present(struct nft *n)
{
	int rc = nftlayout_table(n, NFT_INET);

	if (rc == 1 && n->ingress)
		rc = nftlayout_table(n, NFT_NETDEV);
	if (rc < 0)
		return nft_fail(n, rc, "reading table inet " NFT_TABLE ": %s",
		    strerror(-rc));
	return rc;
}

static int
remove_table(struct nft *n, enum nft_table_id t)
{
	struct nlmsghdr *nlh;
	int err;

	nftbatch_begin(&n->batch);
	n->batch.family = nft_family(t);
	nlh = nftbatch_msg(&n->batch, NFT_MSG_DELTABLE, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
	(void)nftbatch_put(&n->batch, nlh);
	err = nftbatch_send(&n->batch, NULL, NULL);
	return err == -ENOENT || err == -EAFNOSUPPORT || err == -EOPNOTSUPP ?
	    0 :
	    err;
}

int
nft_remove(struct nft *n)
{
	int err = remove_table(n, NFT_INET), also;

	/* Whoever removes may not know what another had configured. */
	also = nftlayout_table(n, NFT_NETDEV) == 1 ?
	    remove_table(n, NFT_NETDEV) :
	    0;
	if (err == 0)
		err = also;
	if (err == 0)
		return 0;
	return nft_fail(n, err, "deleting table inet " NFT_TABLE ": %s",
	    strerror(-err));
}
