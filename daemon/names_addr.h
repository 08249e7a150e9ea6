/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names_addr - stage 6 of 8: is the client's address in the name?
 *
 * Providers number their access lines after the address, in more ways than
 * one: decimal octets in any order and with any separator, padded or glued
 * together, hexadecimal, the whole as one number; of IPv6 its groups or one
 * half.  Called by names for rDNS and HELO; pure, no memory, linear (a name
 * is cut at 255 bytes).  Two octets are enough when they stand side by side
 * or are four figures long together, so that `web1.dc2` is no address.
 */
#ifndef ZFW_DAEMON_NAMES_ADDR_H
#define ZFW_DAEMON_NAMES_ADDR_H

#include "fp/addr.h"

/* At least two octets of the address (v4: any order, decimal or hex) there? */
bool name_has_addr(struct str name, const struct addr *a);

#endif
