/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scratchnet - the links and addresses of tools/scratch, by rtnetlink
 *
 * Internal to tools/scratch.  Takes the process into a new network namespace
 * and makes a veth pair there: the gateway's end with an address of each
 * family and the default routes, the client's without any.  Neither asks for
 * neighbours.  Errors are a sentence.
 */
#ifndef ZFW_TOOLS_SCRATCHNET_H
#define ZFW_TOOLS_SCRATCHNET_H

#include <stdbool.h>

#include "tools/scratch.h"

#define SCRATCHNET_CLIENT  "zfwworld"
#define SCRATCHNET_SERVER4 "198.51.100.1"
#define SCRATCHNET_SERVER6 "2001:db8:ffff::1"

/* *v6: this kernel speaks IPv6. */
bool scratchnet_make(const char *iface, bool *v6, char err[SCRATCH_ERRLEN]);
/* 0: no such interface. */
int scratchnet_index(const char *iface);

#endif
