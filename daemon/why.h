/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * why - after stage 8: the whole story of one client, as JSON
 *
 * Everything that led to the verdict: each term with its family, words,
 * value, weight and the raw text behind it, the sum, the threshold, the
 * block and its history, and what would lift it.  Called for `zfwctl why`
 * with what the engine says of the client.  Pure; NULL only when memory is
 * short.  Times in the result are seconds since 1970, null = never; text from
 * outside is raw (see jtext.h): who prints it escapes it.
 */
#ifndef ZFW_DAEMON_WHY_H
#define ZFW_DAEMON_WHY_H

#include <jansson.h>

#include "daemon/policy.h"
#include "daemon/score.h"

struct why_ask {
	const struct policy *policy;
	struct addr addr;            /* as asked for */
	const struct client *client; /* NULL = never seen */
	const struct score *score;   /* of it; NULL only with client */
	const struct net *allowed;   /* the allow entry it is under, or NULL */
	const struct net *never;     /* the never-block entry, or NULL */
	const struct net *listed;    /* that of a block_file, or NULL */
	/* the IPv6 network that is blocked as a whole over it, or NULL */
	const struct client *over;
	const struct net *over_net;
	int64_t now_ms;
};

json_t *why_json(const struct why_ask *a);

/* One line of `zfwctl blocks`; `net`: of a whole network, else NULL. */
json_t *
why_block_json(const struct client *c, const struct net *net, int64_t now_ms);

/* "early-talk,no-rdns", or "none"; returns `buf`. */
const char *why_reasons(const uint8_t reasons[4], char *buf, size_t n);

#endif
