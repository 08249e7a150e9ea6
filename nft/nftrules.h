/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftrules - the rules in our chains
 *
 * Internal to nft/.  Adds messages to the running batch.  Of `inet zfw`
 * (with `leak`; smtp has rules for reject4/6 as for block4/6 while there is
 * no front, and then none of the chains with "front" in their name are made):
 *
 *	chain prerouting {
 *		type filter hook prerouting priority raw; policy accept;
 *		tcp dport { 25, 465 } tcp flags syn / fin,syn,rst,ack goto smtp
 *		tcp dport { 25, 465 } goto flows
 *	}
 *	chain smtp {
 *		ip saddr @allow4 accept comment "allow4"
 *		ip6 saddr @allow6 accept comment "allow6"
 *		ip saddr @block4 counter goto blocked
 *		ip6 saddr & ffff:ffff:ffff:ffff:: @block6 counter goto blocked
 *		... /56 of it @block6_56 ..., /48 of it @block6_48 ...
 *		ip saddr . ip length . tcp window . tcp option maxseg size
 *		    @stack4 counter goto blocked
 *		... tcp option maxseg missing ... @stack4_nomss ...
 *		... the same with ip6 length: @stack6, @stack6_nomss ...
 *		tcp dport @queue_ports counter queue flags bypass to 0
 *	}
 *	chain blocked {		without leak: `drop` in its rules' place;
 *				without a front: mod 10 * N
 *		jhash ip saddr . tcp sport mod N seed S 0 counter accept
 *		jhash ip6 saddr . tcp sport mod N seed S 0 counter accept
 *		drop
 *	}
 *	chain flows {
 *		ip saddr . tcp sport @flow4 counter tcp flags set rst
 *		ip6 saddr . tcp sport @flow6 counter tcp flags set rst
 *	}
 *	chain front {		with redirect: front_nat, priority -110
 *		type filter hook prerouting priority mangle; policy accept;
 *		tcp dport { 25, 465 } tcp flags syn / fin,syn,rst,ack
 *		    goto to_front
 *	}
 *	chain to_front {
 *		ip saddr @allow4 accept
 *		ip6 saddr @allow6 accept
 *		jhash ... mod 10 * N seed S 0 counter accept
 *		ip saddr @reject4 counter tproxy ip to 127.0.0.1:PORT accept
 *		... @reject6 ... tproxy ip6 to [::1]:PORT accept
 *		jhash ... mod N seed S 0 goto leaked
 *	}
 *	chain leaked {
 *		every block and stack set: counter tproxy ... accept
 *	}
 *	chain front_input {	with redirect only
 *		type filter hook input priority filter; policy accept;
 *		tcp dport PORT ct status ! dnat drop
 *	}
 *
 * `netdev zfw` has a chain `ingress` with the first rule, and smtp with
 * allow, blocks and stacks, and blocked.  A leaked SYN is accepted there and
 * again by the same hash at prerouting.
 *
 * A look into an interval set costs as much as all of the rest, even when it
 * is empty: the rules of allow4 and allow6 in smtp are only there while their
 * list is not known to be empty; nft_allow_replace() adds and deletes them.
 *
 * Every match is positive: a packet that cannot be read (a later fragment)
 * matches nothing and passes.  tproxy without a listening front ends its rule
 * and no more: the SYN goes on to the mail server.  Packets to other ports
 * cost two rules.
 */
#ifndef ZFW_NFT_NFTRULES_H
#define ZFW_NFT_NFTRULES_H

#include "nft/nftlayout.h"

/* Adds all rules of that table; its chains and sets are there. */
void nftrules_put(struct nft *n, enum nft_table_id t);
/* One of the two rules that are there only now and then; it has a comment. */
void nftrules_put_allow(struct nft *n, enum nft_table_id t, bool v6);

#endif
