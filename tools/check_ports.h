/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_ports - does anybody listen on a TCP port of this machine?
 *
 * For `zfwctl check`.  Reads /proc/net/tcp and tcp6, which know the sockets of
 * our own network namespace only.  check_ports_line() is pure.
 */
#ifndef ZFW_TOOLS_CHECK_PORTS_H
#define ZFW_TOOLS_CHECK_PORTS_H

#include <stdbool.h>
#include <stdint.h>

bool check_ports_listens(uint16_t port);
/* Is this line of those files a listening socket on that port? */
bool check_ports_line(const char *line, uint16_t port);

#endif
