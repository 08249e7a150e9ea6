/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reason - evidence kind -> its short stable name
 *
 * For element comments and messages of programs that do not link the score.
 * Pure; the names are those of EVIDENCE_TABLE.
 */
#ifndef ZFW_NFT_REASON_H
#define ZFW_NFT_REASON_H

#include <stdint.h>

/* NULL for EVIDENCE_NONE and for numbers that nobody knows. */
const char *reason_name(uint8_t kind);

#endif
