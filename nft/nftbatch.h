/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftbatch - one nf_tables transaction: build, send, read every answer
 *
 * Internal to nft/.  Owns the netlink socket and one buffer.  A batch is
 * begun, gets messages one after the other and is sent as one piece; the
 * kernel applies all of it or nothing.  It looks at every message even after
 * one has failed, so one round tells *all* that are wrong: their numbers go
 * to a callback.  The kernel answers while we send, therefore nothing here
 * ever waits.  Running out of room is remembered and returned by
 * nftbatch_send(); results are 0 or -errno.
 */
#ifndef ZFW_NFT_NFTBATCH_H
#define ZFW_NFT_NFTBATCH_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NFTBATCH_MSG_MAX 65536 /* room that every message can rely on */

struct nftbatch {
	struct mnl_socket *sk;
	char *buf, *in;
	size_t len, room;     /* bytes used; bytes before the spare message */
	uint32_t first, next; /* sequence numbers: of the batch, of the next */
	struct nlmsghdr *last;
	int err;
	uint8_t family; /* of the messages that follow; inet after begin */
};

int nftbatch_init(struct nftbatch *b); /* 0 or -errno */
void nftbatch_fini(struct nftbatch *b);

/* Makes room for a batch of `bytes`; before nftbatch_begin(). */
int nftbatch_reserve(struct nftbatch *b, size_t bytes);
void nftbatch_begin(struct nftbatch *b);
/* A message, to be filled by the caller ... */
struct nlmsghdr *
nftbatch_msg(struct nftbatch *b, uint16_t type, uint16_t flags);
/* ... and added.  Returns its number: 0, 1, 2, ... */
int nftbatch_put(struct nftbatch *b, struct nlmsghdr *nlh);

/* Called for each message that failed; -1 is the batch as a whole. */
typedef void nftbatch_failed(void *arg, int msg, int err);
/* 0: applied.  Else the first -errno, and nothing was applied. */
int nftbatch_send(struct nftbatch *b, nftbatch_failed *cb, void *arg);

/* One request outside of a batch (get or dump); cb is mnl's data callback. */
struct nlmsghdr *
nftbatch_ask(struct nftbatch *b, uint8_t family, uint16_t type, uint16_t flags);
int nftbatch_answer(struct nftbatch *b, struct nlmsghdr *nlh, mnl_cb_t cb,
    void *arg);

#endif
