/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftwatch - notices when somebody else changes our tables
 *
 * A socket in the NFNLGRP_NFTABLES group.  nftwatch_read() drains it and says
 * what a foreign process did to `inet zfw` and `netdev zfw`; our own changes
 * (told by the netlink port ids given) and other tables' are passed over, and
 * so are elements whose time was up.  ENOBUFS, i.e. lost events, is
 * NFTWATCH_LOOK: go and see.  Non-blocking; owned by the guard.
 */
#ifndef ZFW_NFT_NFTWATCH_H
#define ZFW_NFT_NFTWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nft/nft.h"

enum nftwatch_what {
	NFTWATCH_NOTHING,
	NFTWATCH_ELEMENTS, /* elements, and nothing else */
	NFTWATCH_CHANGED,  /* a chain, rule or set of ours, by others */
	NFTWATCH_DELETED,  /* a table */
	NFTWATCH_LOOK,     /* events were lost */
};

#define NFTWATCH_OPS_MAX 64

/* What others did to elements, in order, of one nftwatch_read(). */
struct nftwatch_seen {
	struct nft_op ops[NFTWATCH_OPS_MAX]; /* kind, action, net, stack */
	size_t ops_n;
	bool more;  /* blocks than fit: a flush, most likely */
	bool other; /* of the allow list, queue_ports or flow4/6 */
};

struct nftwatch;

struct nftwatch *nftwatch_open(void); /* NULL with errno set */
void nftwatch_close(struct nftwatch *w);
int nftwatch_fd(const struct nftwatch *w);
/*
 * Off: the kernel makes no events for us, which saves a quarter of the work
 * while we write very many elements ourselves.  0 or -errno.
 */
int nftwatch_listen(struct nftwatch *w, bool on);
/* The worst that was seen. */
enum nftwatch_what nftwatch_read(struct nftwatch *w, const struct nft *own);
/* Borrowed till the next nftwatch_read(). */
const struct nftwatch_seen *nftwatch_seen(const struct nftwatch *w);

#endif
