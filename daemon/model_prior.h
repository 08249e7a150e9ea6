/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_prior - what each value says before anything was learned
 *
 * Included by model.c alone, and by the test that checks its sums.  A row is
 * { name, share among zombies, share among mail servers, hard }; the shares of
 * a feature add up to 1.  A value without a row says nothing and is not
 * counted.  Hard: locally learned counts may make it worse, never better.
 * `strength` is how many labelled clients the shares are worth.
 *
 * Where a comment names a figure, it was measured by others (mass checks of
 * millions of mails, postscreen's users, papers); "guess" is what it says.
 * Shares are kept nearer to each other than the measured ones: features of the
 * wire are correlated, and about two mail servers in a hundred are badly run
 * in everything at once.  docs/MODEL.md shows the ratios that come of it.
 */
#ifndef ZFW_DAEMON_MODEL_PRIOR_H
#define ZFW_DAEMON_MODEL_PRIOR_H

#include "daemon/model.h"
#include "fp/dialogue.h"
#include "fp/sigclass.h"

struct model_prior {
	const char *name;
	double strength;
	struct {
		const char *name;
		double qz, qg;
		bool hard;
	} v[MODEL_VALUES_MAX];
};

#define CELL(r, h) [MODEL_RDNS_##r * MODEL_HELOS + MODEL_HELO_##h]

static const struct model_prior model_priors[MODEL_FEATURES] = {
	/*
	 * In 2006 Windows meant zombie; today Microsoft's own servers and
	 * every Exchange send from it.  Ratios: Windows +0.3, old Windows
	 * +1.5, odd +0.8, Linux and BSD -0.3.
	 */
	[MODEL_STACK] = { "stack", 100,
	    {
		[SIG_WINDOWS] = { "windows", 0.311, 0.230, 0 },
		[SIG_OLD_WINDOWS] = { "old-windows", 0.058, 0.013, 0 },
		[SIG_LINUX] = { "linux", 0.487, 0.655, 0 },
		[SIG_APPLE] = { "apple", 0.0135, 0.010, 0 },
		[SIG_BSD] = { "bsd", 0.037, 0.050, 0 },
		[SIG_ODD] = { "odd", 0.0935, 0.042, 0 },
	    } },

	/*
	 * Guess: home lines add tens of milliseconds, botnets are everywhere
	 * and mail mostly comes from near by.  Beyond a second are 5 % of
	 * zombies (flow studies).  Mild: it depends on where the site is.
	 */
	[MODEL_RTT] = { "round-trip", 100,
	    {
		[MODEL_RTT_30] = { "below-30ms", 0.18, 0.30, 0 },
		[MODEL_RTT_80] = { "below-80ms", 0.20, 0.25, 0 },
		[MODEL_RTT_150] = { "below-150ms", 0.22, 0.22, 0 },
		[MODEL_RTT_300] = { "below-300ms", 0.21, 0.14, 0 },
		[MODEL_RTT_1000] = { "below-1s", 0.14, 0.07, 0 },
		[MODEL_RTT_MORE] = { "above-1s", 0.05, 0.02, 0 },
	    } },

	/*
	 * Postscreen's users see a quarter to a half of zombies talk before
	 * the greeting, and about 0.1 % of servers; doubled twice for the badly
	 * run ones, and for greetings that are late.
	 */
	[MODEL_GREETING] = { "greeting", 100,
	    {
		[0] = { "waits", 0.75, 0.996, 0 },
		[1] = { "early", 0.25, 0.004, 1 },
	    } },

	/*
	 * Postfix, Exim and Sendmail pipeline where they may, before STARTTLS
	 * only some sites let them.  Without leave: rate of the bots is a
	 * guess; of servers it should be none.
	 */
	[MODEL_AHEAD] = { "ahead", 100,
	    {
		[0] = { "never", 0.78, 0.685, 0 },
		[1] = { "with-leave", 0.10, 0.30, 0 },
		[2] = { "without-leave", 0.12, 0.015, 0 },
	    } },

	/*
	 * HELO alone: some 3 % of servers (old ones, monitors, appliances),
	 * some 30 % of zombies.  The others are guesses.
	 */
	[MODEL_HELLO] = { "hello", 100,
	    {
		[DIALOGUE_HELLO_EHLO] = { "ehlo", 0.63, 0.935, 0 },
		[DIALOGUE_HELLO_HELO] = { "helo", 0.30, 0.040, 0 },
		[DIALOGUE_HELLO_FALLBACK] = { "fallback", 0.015, 0.012, 0 },
		[DIALOGUE_HELLO_BOTH] = { "both", 0.020, 0.005, 0 },
		[DIALOGUE_HELLO_TWICE] = { "twice", 0.020, 0.005, 0 },
		[DIALOGUE_HELLO_SKIPPED] = { "skipped", 0.015, 0.003, 0 },
	    } },

	/* Every MTA writes capitals; some scripts' libraries do not. */
	[MODEL_CASE] = { "case", 100,
	    {
		[DIALOGUE_CASE_UPPER] = { "upper", 0.79, 0.925, 0 },
		[DIALOGUE_CASE_LOWER] = { "lower", 0.13, 0.050, 0 },
		[DIALOGUE_CASE_TITLE] = { "title", 0.03, 0.010, 0 },
		[DIALOGUE_CASE_MIXED] = { "mixed", 0.05, 0.015, 0 },
	    } },

	/* FROM:<a> is the standard's form; the blank is a common mistake. */
	[MODEL_MAIL_PATH] = { "mail-path", 100,
	    {
		[DIALOGUE_PATH_PLAIN] = { "plain", 0.815, 0.946, 0 },
		[DIALOGUE_PATH_SPACE] = { "space", 0.090, 0.033, 0 },
		[DIALOGUE_PATH_BEFORE] = { "blank-before", 0.005, 0.001, 0 },
		[DIALOGUE_PATH_BARE] = { "bare", 0.035, 0.007, 0 },
		[DIALOGUE_PATH_BARE_SPACE] = { "bare-space", 0.025, 0.005, 0 },
		[DIALOGUE_PATH_OTHER] = { "other", 0.015, 0.004, 0 },
		[DIALOGUE_PATH_MIXED] = { "mixed", 0.015, 0.004, 0 },
	    } },

	[MODEL_EOL] = { "line-end", 100,
	    {
		/* guess */
		[DIALOGUE_EOL_CRLF] = { "crlf", 0.965, 0.988, 0 },
		[DIALOGUE_EOL_LF] = { "lf", 0.022, 0.008, 0 },
		[DIALOGUE_EOL_MIXED] = { "mixed", 0.013, 0.004, 0 },
	    } },

	/* Guess.  Glued is what pipelining makes: it is weighed there. */
	[MODEL_CUT] = { "segments", 100,
	    {
		[DIALOGUE_CUT_WHOLE] = { "whole", 0.745, 0.667, 0 },
		[DIALOGUE_CUT_GLUED] = { "glued", 0.18, 0.30, 0 },
		[DIALOGUE_CUT_SPLIT] = { "split", 0.06, 0.030, 0 },
		[DIALOGUE_CUT_BYTES] = { "bytes", 0.015, 0.003, 0 },
	    } },

	/*
	 * A quarter of wanted mail comes without TLS; spammers hardly use it,
	 * but up to 30 % did at one sinkhole.
	 */
	[MODEL_TLS] = { "tls", 100,
	    {
		[0] = { "unused", 0.85, 0.26, 0 },
		[1] = { "used", 0.15, 0.74, 0 },
	    } },

	/*
	 * Guess: servers go on with the next recipient, reset or quit; bots
	 * hang up, or send their text to whoever listens.
	 */
	[MODEL_REACTION] = { "reaction", 100,
	    {
		[DIALOGUE_REACT_NEXT] = { "next", 0.27, 0.25, 0 },
		[DIALOGUE_REACT_RSET] = { "rset", 0.10, 0.20, 0 },
		[DIALOGUE_REACT_QUIT] = { "quit", 0.24, 0.447, 0 },
		[DIALOGUE_REACT_RETRY] = { "retry", 0.03, 0.010, 0 },
		[DIALOGUE_REACT_DATA] = { "data", 0.05, 0.010, 0 },
		[DIALOGUE_REACT_OTHER] = { "other", 0.05, 0.030, 0 },
		[DIALOGUE_REACT_SPEW] = { "spew", 0.02, 0.003, 0 },
		[DIALOGUE_REACT_CLOSE] = { "close", 0.24, 0.050, 0 },
	    } },

	/*
	 * Servers QUIT in 95 of 100 cases, zombies in some 40; drawn together,
	 * because lost connections happen to everybody.
	 */
	[MODEL_LEAVE] = { "leave", 100,
	    {
		[DIALOGUE_LEAVE_QUIT] = { "quit", 0.53, 0.90, 0 },
		[DIALOGUE_LEAVE_FIN] = { "fin", 0.27, 0.06, 0 },
		[DIALOGUE_LEAVE_RST] = { "rst", 0.20, 0.04, 0 },
	    } },

	/* Guess, mild: home computers and proxies are slow to answer. */
	[MODEL_THINK] = { "think-time", 100,
	    {
		[MODEL_THINK_5] = { "below-5ms", 0.32, 0.41, 0 },
		[MODEL_THINK_50] = { "below-50ms", 0.33, 0.39, 0 },
		[MODEL_THINK_250] = { "below-250ms", 0.18, 0.12, 0 },
		[MODEL_THINK_1000] = { "below-1s", 0.11, 0.05, 0 },
		[MODEL_THINK_MORE] = { "above-1s", 0.06, 0.03, 0 },
	    } },

	/*
	 * Of mails in a mass check: no reverse name 39 % of spam and 1.4 % of
	 * wanted mail; dynamic-looking 26 and 0.75 %; address in the HELO 16
	 * and 0.008 %; HELO without a dot 15 and 0.3 %; localhost 2 % and none.
	 * Servers are nearly all of the last rows' first two cells; two in a
	 * hundred are put where nothing is in order (none x fqdn, none x odd,
	 * generic x fqdn, ...), so that a bad name alone is +3 at most.  A
	 * third of zombies has a name that looks like nothing (guess); a HELO
	 * that is an own generic name can count as match or as dynamic.
	 */
	[MODEL_NAME] = { "name", 100,
	    {
		CELL(NONE, FQDN) = { "none/fqdn", 0.16, 0.014, 0 },
		CELL(NONE, DYNAMIC) = { "none/dynamic", 0.06, 0.003, 0 },
		CELL(NONE, LITERAL) = { "none/literal", 0.04, 0.0025, 0 },
		CELL(NONE, ODD) = { "none/odd", 0.105, 0.009, 0 },
		CELL(NONE, OURS) = { "none/ours", 0.025, 0.00017, 1 },
		CELL(GENERIC, MATCH) = { "generic/match", 0.020, 0.006, 0 },
		CELL(GENERIC, FQDN) = { "generic/fqdn", 0.042, 0.012, 0 },
		CELL(GENERIC, DYNAMIC) = { "generic/dynamic", 0.018, 0.004, 0 },
		CELL(GENERIC, LITERAL) = { "generic/literal", 0.010, 0.0012,
		    0 },
		CELL(GENERIC, ODD) = { "generic/odd", 0.025, 0.003, 0 },
		CELL(GENERIC, OURS) = { "generic/ours", 0.005, 0.00004, 1 },
		CELL(DYNAMIC, MATCH) = { "dynamic/match", 0.025, 0.002, 0 },
		CELL(DYNAMIC, FQDN) = { "dynamic/fqdn", 0.055, 0.004, 0 },
		CELL(DYNAMIC, DYNAMIC) = { "dynamic/dynamic", 0.045, 0.0024,
		    0 },
		CELL(DYNAMIC, LITERAL) = { "dynamic/literal", 0.013, 0.0007,
		    0 },
		CELL(DYNAMIC, ODD) = { "dynamic/odd", 0.034, 0.0018, 0 },
		CELL(DYNAMIC, OURS) = { "dynamic/ours", 0.008, 0.00006, 1 },
		CELL(NAMED, MATCH) = { "named/match", 0.060, 0.66003, 0 },
		CELL(NAMED, FQDN) = { "named/fqdn", 0.120, 0.252, 0 },
		CELL(NAMED, DYNAMIC) = { "named/dynamic", 0.030, 0.004, 0 },
		CELL(NAMED, LITERAL) = { "named/literal", 0.020, 0.004, 0 },
		CELL(NAMED, ODD) = { "named/odd", 0.065, 0.014, 0 },
		CELL(NAMED, OURS) = { "named/ours", 0.015, 0.0001, 1 },
	    } },

	/*
	 * The same where reverse names are rare: a fifth of servers and most
	 * home lines have none (guess; big providers ask for one).
	 */
	[MODEL_NAME_V6] = { "name6", 100,
	    {
		CELL(NONE, FQDN) = { "none/fqdn", 0.30, 0.17, 0 },
		CELL(NONE, DYNAMIC) = { "none/dynamic", 0.045, 0.009, 0 },
		CELL(NONE, LITERAL) = { "none/literal", 0.06, 0.012, 0 },
		CELL(NONE, ODD) = { "none/odd", 0.19, 0.035, 0 },
		CELL(NONE, OURS) = { "none/ours", 0.025, 0.00025, 1 },
		CELL(GENERIC, MATCH) = { "generic/match", 0.013, 0.005, 0 },
		CELL(GENERIC, FQDN) = { "generic/fqdn", 0.030, 0.008, 0 },
		CELL(GENERIC, DYNAMIC) = { "generic/dynamic", 0.012, 0.003, 0 },
		CELL(GENERIC, LITERAL) = { "generic/literal", 0.006, 0.0009,
		    0 },
		CELL(GENERIC, ODD) = { "generic/odd", 0.016, 0.0023, 0 },
		CELL(GENERIC, OURS) = { "generic/ours", 0.003, 0.00003, 1 },
		CELL(DYNAMIC, MATCH) = { "dynamic/match", 0.011, 0.0015, 0 },
		CELL(DYNAMIC, FQDN) = { "dynamic/fqdn", 0.022, 0.003, 0 },
		CELL(DYNAMIC, DYNAMIC) = { "dynamic/dynamic", 0.016, 0.0016,
		    0 },
		CELL(DYNAMIC, LITERAL) = { "dynamic/literal", 0.004, 0.0005,
		    0 },
		CELL(DYNAMIC, ODD) = { "dynamic/odd", 0.014, 0.0012, 0 },
		CELL(DYNAMIC, OURS) = { "dynamic/ours", 0.003, 0.00003, 1 },
		CELL(NAMED, MATCH) = { "named/match", 0.045, 0.50559, 0 },
		CELL(NAMED, FQDN) = { "named/fqdn", 0.090, 0.225, 0 },
		CELL(NAMED, DYNAMIC) = { "named/dynamic", 0.018, 0.003, 0 },
		CELL(NAMED, LITERAL) = { "named/literal", 0.012, 0.003, 0 },
		CELL(NAMED, ODD) = { "named/odd", 0.052, 0.010, 0 },
		CELL(NAMED, OURS) = { "named/ours", 0.013, 0.0001, 1 },
	    } },
};

#undef CELL

#endif
