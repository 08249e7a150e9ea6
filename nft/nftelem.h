/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftelem - set elements: from an operation to the kernel's bytes, and back
 *
 * Internal to nft/.  Says which set an operation goes to and builds keys,
 * timeouts and comments into messages.  Pure, but for nftelem_learn().
 */
#ifndef ZFW_NFT_NFTELEM_H
#define ZFW_NFT_NFTELEM_H

#include "nft/nftpriv.h"

#define NFTELEM_BYTES 256 /* of one element in a message, at most */

struct elem {
	enum nft_set_id set;
	uint8_t key[28], key_bytes;
	uint8_t comment_n; /* with NUL; 0: none */
	uint32_t timeout_s;
	char comment[128];
};

enum elem_form {
	ELEM_KEY,      /* to delete or to read */
	ELEM_WHOLE,    /* with time and comment */
	ELEM_RENEWING, /* and so that one that is there gets the time, too */
};

/* 0, -EINVAL (no such key, timeout 0), -ENOTSUP (sets that are not there). */
int nftelem_of_op(const struct nft *n, const struct nft_op *op, struct elem *e);
void nftelem_of_port(uint16_t port, struct elem *e);
int nftelem_of_flow(const struct nft *n, const struct addr *client,
    uint16_t port, struct elem *e);
/* The set and key of an element that the kernel told of; false: not a block. */
bool nftelem_to_op(enum nft_set_id set, const uint8_t *key, size_t bytes,
    struct nft_op *op);

/* Begins the body of a message that has elements of that set ... */
struct nlattr *nftelem_begin(struct nlmsghdr *nlh, enum nft_set_id set);
/* ... one of them ... */
void
nftelem_put(struct nlmsghdr *nlh, const struct elem *e, enum elem_form form);
/* ... and the end. */
void nftelem_end(struct nlmsghdr *nlh, struct nlattr *list);

/* Finds out, once, what this kernel does with one that is added again. */
void nftelem_learn(struct nft *n);

#endif
