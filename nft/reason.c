/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/reason.h"

#include <stddef.h>

#include "daemon/evidence_kind.h"

static const char *const names[EVIDENCE_KINDS] = {
#define X(sym, num, name, fam, text) [num] = name,
	EVIDENCE_TABLE(X)
#undef X
};

const char *
reason_name(uint8_t kind)
{
	return kind < EVIDENCE_KINDS ? names[kind] : NULL;
}
