/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * why_visits - after stage 8: the sessions of a client as JSON, for why
 *
 * Called by why.c only; pure, NULL when memory is short.
 */
#ifndef ZFW_DAEMON_WHY_VISITS_H
#define ZFW_DAEMON_WHY_VISITS_H

#include <jansson.h>

#include "daemon/client.h"

/* Those that are remembered one by one, newest first. */
json_t *why_visits_json(const struct client *c);
/* What it does that is no evidence, and why it is seen at all. */
json_t *why_trouble_json(const struct client *c, int64_t now_ms);

#endif
