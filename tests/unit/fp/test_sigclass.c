/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sigclass: what a label and a SYN make together.
 *
 * zt-link: fp/sigclass
 */
#include "tests/zt.h"

#include "fp/sigclass.h"

static const struct sigdb_label win = { .name = "Windows",
	.flavor = "10 or 11",
	.family = SIGDB_F_WINDOWS };
static const struct sigdb_label xp = { .name = "Windows",
	.flavor = "2000, XP or Server 2003",
	.family = SIGDB_F_WINDOWS };
static const struct sigdb_label lin = { .name = "Linux",
	.flavor = "",
	.family = SIGDB_F_LINUX };
static const struct sigdb_label android = { .name = "Android",
	.flavor = "",
	.family = SIGDB_F_LINUX };
static const struct sigdb_label apple = { .name = "macOS",
	.flavor = "",
	.family = SIGDB_F_APPLE };
static const struct sigdb_label bsd = { .name = "OpenBSD",
	.flavor = "",
	.family = SIGDB_F_BSD };
static const struct sigdb_label printer = { .name = "printer",
	.flavor = "",
	.family = SIGDB_F_OTHER };
static const struct sigdb_label nmap = { .name = "nmap",
	.flavor = "",
	.family = SIGDB_F_TOOL };

static const struct {
	const char *name;
	const struct sigdb_label *best, *second;
	bool no_ws, no_mss;
	uint32_t quirks;
	enum sig_class want;
} cases[] = {
	{ "a Windows", &win, NULL, false, false, Q_DF, SIG_WINDOWS },
	{ "a Windows without window scaling", &win, NULL, true, false, Q_DF,
	    SIG_OLD_WINDOWS },
	{ "a Windows XP that scales", &xp, NULL, false, false, Q_DF,
	    SIG_OLD_WINDOWS },
	{ "a Linux", &lin, NULL, false, false, Q_DF, SIG_LINUX },
	{ "an Apple", &apple, NULL, false, false, Q_DF, SIG_APPLE },
	{ "a BSD", &bsd, NULL, false, false, 0, SIG_BSD },
	{ "one of two names of a family", &lin, &android, false, false, Q_DF,
	    SIG_LINUX },
	{ "one of two families is no class", &apple, &bsd, false, false, Q_DF,
	    SIG_UNKNOWN },
	{ "a printer is no class", &printer, NULL, false, false, 0,
	    SIG_UNKNOWN },
	{ "no label", NULL, NULL, false, false, Q_DF, SIG_UNKNOWN },
	{ "a tool", &nmap, NULL, false, false, 0, SIG_ODD },
	{ "no MSS, whatever the label", &lin, NULL, false, true, Q_DF,
	    SIG_ODD },
	{ "a forged urgent pointer, whatever the label", &win, NULL, false,
	    false, Q_DF | Q_URG_NZ, SIG_ODD },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct traits t = { .opts_n = 5,
			.has_ws = !cases[i].no_ws,
			.has_mss = !cases[i].no_mss,
			.mss = cases[i].no_mss ? 0 : 1460,
			.quirks = cases[i].quirks };
		struct sigdb_match m = { .best = cases[i].best };

		if (cases[i].second != NULL) {
			m.cand[0] = cases[i].best;
			m.cand[1] = cases[i].second;
			m.cand_n = 2;
		}
		ZT_CASE(cases[i].name, sigclass_of(&t, &m) == cases[i].want);
	}
}

static const struct zt_test tests[] = { { "table", test_table } };

ZT_MAIN("sigclass", tests)
