/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftrules - the rules in our chains
 *
 * Internal to nft/.  Adds messages to the running batch.  Of `inet zfw`
 * (smtp has rules for reject4/6 while there is no front, and then none of the
 * chains with "front" in their name are made; SYN: tcp flags syn /
 * fin,syn,rst,ack; CLASS: th sport & 30 == 26, of fp/jhash.h):
 *
 *	chain prerouting {
 *		type filter hook prerouting priority raw; policy accept;
 *		SYN ip saddr @allow4 accept comment "allow4"
 *		SYN ip6 saddr @allow6 accept comment "allow6"
 *		th dport != { 25, 465 } accept
 *		CLASS jump sample	with leak
 *		ip protocol tcp SYN ip saddr @block4 drop
 *		SYN ip6 saddr & ffff:ffff:ffff:ffff:: @block6 drop
 *		SYN goto smtp
 *		meta l4proto tcp goto flows
 *	}
 *	chain smtp {
 *		ip saddr @blocklist4 counter drop comment "blocklist4"
 *		ip6 saddr @blocklist6 counter drop comment "blocklist6"
 *		ip6 saddr & ... /56 of it @block6_56 counter drop
 *		... /48 of it @block6_48 ...
 *		ip saddr . ip length . tcp window . tcp option maxseg size
 *		    @stack4 counter drop
 *		... tcp option maxseg missing ... @stack4_nomss ...
 *		... the same with ip6 length: @stack6, @stack6_nomss ...
 *		tcp dport @queue_ports counter queue flags bypass to 0
 *	}
 *	chain sample {		without a front: mod 10 * M
 *		SYN jhash ip saddr . tcp sport mod M seed S 0 goto spared
 *		SYN jhash ip6 saddr . tcp sport mod M seed S 0 goto spared
 *	}
 *	chain spared {		who is not blocked goes back to prerouting
 *		every block and stack set: counter accept
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
 *		CLASS jhash ... mod 10 * M seed S 0 counter accept
 *		ip saddr @reject4 counter tproxy ip to 127.0.0.1:PORT accept
 *		... @reject6 ... tproxy ip6 to [::1]:PORT accept
 *		CLASS jhash ... mod M seed S 0 goto leaked
 *	}
 *	chain leaked {
 *		every block and stack set: counter tproxy ... accept
 *	}
 *	chain front_input {	with redirect only
 *		type filter hook input priority filter; policy accept;
 *		tcp dport PORT ct status ! dnat drop
 *	}
 *
 * `netdev zfw` has a chain `ingress` like prerouting but for the flows, smtp
 * without queue, sample and spared.  A leaked SYN is accepted there and again
 * by the same hash at prerouting.
 *
 * A look into an interval set costs as much as all of the rest, even when it
 * is empty: the rules of allow4 and allow6 in prerouting are only there while
 * their list is not known to be empty; nft_allow_replace() adds and deletes
 * them.
 *
 * Every drop is behind a match of TCP flags, which a packet that cannot be
 * read (a later fragment) does not pass: it matches nothing.  tproxy without a
 * listening front ends its rule and no more: the SYN goes on to the mail
 * server.  Packets to other ports cost one rule, and one for each allow list
 * that is not empty.
 */
#ifndef ZFW_NFT_NFTRULES_H
#define ZFW_NFT_NFTRULES_H

#include "nft/nftlayout.h"

/* Adds all rules of that table; its chains and sets are there. */
void nftrules_put(struct nft *n, enum nft_table_id t);
/* One of the two rules that are there only now and then; it has a comment. */
void nftrules_put_allow(struct nft *n, enum nft_table_id t, bool v6);
/* The same of blocklist4/6, which are in the chain smtp. */
void nftrules_put_list(struct nft *n, enum nft_table_id t, bool v6);

#endif
