/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names_model - stage 6 of 8: classes of names -> cells of the model
 *
 * Called by evidence, which keeps the cell as a trait, and by score, which
 * asks what it says.  Pure, without state.
 */
#ifndef ZFW_DAEMON_NAMES_MODEL_H
#define ZFW_DAEMON_NAMES_MODEL_H

#include "daemon/model.h"
#include "daemon/names.h"

static inline enum model_rdns
names_rdns_row(enum name_class cls)
{
	switch (cls) {
	case NAME_NONE:
		return MODEL_RDNS_NONE;
	case NAME_GENERIC:
		return MODEL_RDNS_GENERIC;
	case NAME_DYNAMIC:
		return MODEL_RDNS_DYNAMIC;
	default:
		return MODEL_RDNS_NAMED;
	}
}

/* MODEL_HELOS: nothing was said. */
static inline enum model_helo
names_helo_column(enum helo_class cls)
{
	switch (cls) {
	case HELO_NONE:
		return MODEL_HELOS;
	case HELO_FQDN:
		return MODEL_HELO_FQDN;
	case HELO_RDNS:
		return MODEL_HELO_MATCH;
	case HELO_DYNAMIC:
		return MODEL_HELO_DYNAMIC;
	case HELO_LITERAL:
		return MODEL_HELO_LITERAL;
	case HELO_OURS:
		return MODEL_HELO_OURS;
	default:
		return MODEL_HELO_ODD;
	}
}

#endif
