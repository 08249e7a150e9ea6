/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigclass.h"

/* Quirks that no mail server's stack shows in a SYN. */
#define QUIRKS_ODD \
	(Q_RESERVED | Q_SEQ_ZERO | Q_ACK_NZ | Q_URG_NZ | Q_URG | Q_PUSH | \
	    Q_PEER_TS_NZ | Q_EOL_NZ | Q_EXWS | Q_BAD)

const char *const sig_class_name[SIG_CLASSES] = {
	[SIG_UNKNOWN] = "unknown",
	[SIG_WINDOWS] = "windows",
	[SIG_OLD_WINDOWS] = "old-windows",
	[SIG_LINUX] = "linux",
	[SIG_APPLE] = "apple",
	[SIG_BSD] = "bsd",
	[SIG_ODD] = "odd",
};

static bool
one_family(const struct sigdb_match *m)
{
	for (size_t i = 1; i < m->cand_n; i++)
		if (m->cand[i]->family != m->cand[0]->family)
			return false;
	return true;
}

/* Windows before Vista did not scale its window unless told to. */
static enum sig_class
windows(const struct traits *t, const struct sigdb_label *l)
{
	if (!t->has_ws || strstr(l->flavor, "XP") != NULL)
		return SIG_OLD_WINDOWS;
	return SIG_WINDOWS;
}

enum sig_class
sigclass_of(const struct traits *t, const struct sigdb_match *m)
{
	if (t->opts_n == 0 || !t->has_mss || t->mss == 0 ||
	    (t->quirks & QUIRKS_ODD))
		return SIG_ODD;
	if (m->best == NULL || !one_family(m))
		return SIG_UNKNOWN;
	switch (m->best->family) {
	case SIGDB_F_WINDOWS:
		return windows(t, m->best);
	case SIGDB_F_LINUX:
		return SIG_LINUX;
	case SIGDB_F_APPLE:
		return SIG_APPLE;
	case SIGDB_F_BSD:
		return SIG_BSD;
	case SIGDB_F_TOOL:
		return SIG_ODD;
	default:
		return SIG_UNKNOWN;
	}
}
