/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * iface - are the network interfaces of the configuration there?
 *
 * Asked by the engine at a reload, when it has given up root and may open
 * nothing, by `zfwd -n` and by `zfwctl check`.  The kernel answers at once
 * and nothing is changed.  Where it does not say, an interface counts as
 * there: the restart will tell.  Owns nothing.
 */
#ifndef ZFW_DAEMON_IFACE_H
#define ZFW_DAEMON_IFACE_H

#include "daemon/config.h"

bool iface_there(const char *name);
/*
 * False: one of `interface` is not, "FILE:LINE: what" is in `err`.  Those of
 * `known` are not asked for, they may be away for a while; NULL = none.
 */
bool iface_all_there(const struct config *c, char *const *known,
    char err[CONFIG_ERRLEN]);

#endif
