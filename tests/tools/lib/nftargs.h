/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftargs - what nfttool is told on its command line
 *
 * Numbers, networks, elements ([reject:]NET[@LENGTH.WINDOW[.MSS]]) and
 * options.  What makes no sense ends the program with a sentence.
 */
#ifndef ZFW_TESTS_TOOLS_LIB_NFTARGS_H
#define ZFW_TESTS_TOOLS_LIB_NFTARGS_H

#include "nft/nft.h"

int64_t now_us(void);
void die(const char *what, const char *why) __attribute__((noreturn));
struct net net_arg(const char *s);
unsigned long num_arg(const char *s);
struct nft_op
op_make(enum nft_op_kind kind, const char *elem, const char *seconds);
/* One option of getopt(), its argument in `optarg`. */
#define NFTARGS_OPTIONS "+p:m:q:sl:f:r:i:"
void option_arg(int c, struct nft_conf *conf);

#endif
