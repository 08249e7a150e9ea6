/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nets - lists of networks for interval sets
 *
 * Pure.  The kernel refuses intervals that overlap, so a list is sorted and
 * freed of what a wider network has already; networks side by side stay as
 * they were written, because people recognise them so.
 */
#ifndef ZFW_NFT_NETS_H
#define ZFW_NFT_NETS_H

#include "fp/addr.h"

/* Sorts v[0..n) and drops what is covered or twice; returns what is left. */
size_t nets_disjoint(struct net *v, size_t n);

/*
 * The first address behind the network, at the same length.  False when
 * there is none: it ends where the address space does.
 */
bool nets_end(const struct net *net, uint8_t end[16]);

#endif
