/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record_brief - of a stored client only what statistics need
 *
 * Reads the head and the groups of a client's record (record.h) that tell who
 * it is and what became of it, and jumps over facts, samples, visits and
 * machines behind the address: a tenth of the time of record_client_decode().  Texts
 * are borrowed from the value and not terminated.  Check bytes are not looked
 * at again: scan.h has done that.  Called by tools for each of a million
 * clients; pure; owns nothing.
 */
#ifndef ZFW_DB_RECORD_BRIEF_H
#define ZFW_DB_RECORD_BRIEF_H

#include "fp/addr.h"

struct record_brief {
	struct addr key;
	int64_t first_ms, last_ms, knock_ms, block_from_ms, block_until_ms;
	int64_t login_ms;
	uint32_t connects, knocks, offences, good_mails, botnet;
	uint16_t good_days, score_permille;
	uint8_t tier, reasons[4];
	uint8_t name_class, helo_class;
	bool by_admin, shadow;
	bool peer;    /* we deliver to it */
	bool wanted;  /* people reported wanted mail */
	bool clicked; /* the record tells of a click, or that it gets no link */
	struct str rdns, helo, sig, os;
};

/* False: no client, of another version, or not readable so far. */
bool record_brief(const void *key, size_t key_n, const void *value, size_t n,
    struct record_brief *out);

#endif
