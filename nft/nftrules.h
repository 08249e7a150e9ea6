/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftrules - the chains of `inet zfw` and their rules
 *
 * Internal to nft/.  Adds messages to the running batch:
 *
 *	chain prerouting {
 *		type filter hook prerouting priority raw; policy accept;
 *		tcp dport { 25, 465 } tcp flags syn / fin,syn,rst,ack jump smtp
 *	}
 *	chain smtp {
 *		ip saddr @allow4 accept
 *		ip6 saddr @allow6 accept
 *		ip saddr @block4 counter drop
 *		ip6 saddr & ffff:ffff:ffff:ffff:: @block6 counter drop
 *		tcp dport @queue_ports counter queue flags bypass to 0
 *	}
 *
 * Every match is positive: a packet that cannot be read (a later fragment)
 * matches nothing and passes.  Everything that is not a SYN to an SMTP port
 * costs one rule.
 */
#ifndef ZFW_NFT_NFTRULES_H
#define ZFW_NFT_NFTRULES_H

#include "nft/nftpriv.h"

/* Adds both chains and all rules.  Tells the number of the queue's rule. */
void nftrules_put(struct nft *n, enum nft_queue_how how, int *queue_msg);

#endif
