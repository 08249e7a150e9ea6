/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftconf - the kernel table that a configuration asks for
 *
 * Used by the guard and by the tools that touch or judge the table, so that
 * all of them mean the same one.  Without the front: its port is the guard's
 * choice, who adds both when it has one.  Pure.
 */
#ifndef ZFW_DAEMON_NFTCONF_H
#define ZFW_DAEMON_NFTCONF_H

#include "daemon/config.h"
#include "nft/nft.h"

struct nft_conf nftconf_of(const struct config *c);

#endif
