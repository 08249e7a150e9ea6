/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dumpclient - all that is stored of one client as a JSON object, and back
 *
 * For export and import.  Members have the names of struct client
 * (daemon/client.h), evidence its stable names (daemon/evidence_kind.h); what
 * is zero is left out.  Pure.
 */
#ifndef ZFW_TOOLS_DUMPCLIENT_H
#define ZFW_TOOLS_DUMPCLIENT_H

#include <jansson.h>

#include "daemon/client.h"

/* Adds its members to `o`; false: no memory. */
bool dumpclient_write(const struct client *c, json_t *o);
/* `o` has "kind", too.  NULL, or the name of a member that is wrong. */
const char *dumpclient_read(const json_t *o, struct client *out);

#endif
