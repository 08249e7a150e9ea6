/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * route - before stage 1: which interfaces carry the default route
 *
 * Reads /proc/net/route and /proc/net/ipv6_route, for a config without
 * `interfaces`.  Called once at start.  A file that is missing or has odd
 * lines gives fewer names, never an error.
 */
#ifndef ZFW_DAEMON_ROUTE_H
#define ZFW_DAEMON_ROUTE_H

#include <stddef.h>
#include <stdio.h>

#define ROUTE_NAME_MAX 32

/*
 * Adds the names in `v4` and `v6` (either may be NULL) that are not among
 * the `n` there already; returns how many there are now, at most `max`.
 */
size_t route_default(FILE *v4, FILE *v6, char names[][ROUTE_NAME_MAX], size_t n,
    size_t max);

#endif
