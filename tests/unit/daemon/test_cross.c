/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_cross - which log lines the packets of a session bear out
 *
 * zt-link: daemon/cross
 */
#include "daemon/cross.h"
#include "tests/zt.h"

// clang-format off
static const struct {
	const char *name; /* a sentence: it is the failure message */
	struct session s;
	enum log_kind kind;
	unsigned before; /* rejects told already */
	bool want;
} cases[] = {
	{ "a reject for the first of two recipients fits",
	  { .open_us = 1, .commands_n = 3, .rcpts_n = 2 }, LOG_UNKNOWN_RCPT, 0, true },
	{ "and one for the second",
	  { .open_us = 1, .commands_n = 3, .rcpts_n = 2 }, LOG_UNKNOWN_RCPT, 1, true },
	{ "a third does not",
	  { .open_us = 1, .commands_n = 3, .rcpts_n = 2 }, LOG_UNKNOWN_RCPT, 2, false },
	{ "relay attempts are counted with them",
	  { .open_us = 1, .commands_n = 3, .rcpts_n = 1 }, LOG_RELAY_DENIED, 1, false },
	{ "a reject before any recipient needs a command",
	  { .open_us = 1, .commands_n = 1 }, LOG_UNKNOWN_RCPT, 0, true },
	{ "a DNS list rejects who has said nothing yet",
	  { .open_us = 1, .refusals = 1 }, LOG_LIST_REJECT, 9, true },
	{ "but not without a word of ours",
	  { .open_us = 1, .commands_n = 5, .rcpts_n = 2, .rcpts_ok = 2 }, LOG_LIST_REJECT, 0, false },
	{ "nor does a limit without one",
	  { .open_us = 1, .commands_n = 5 }, LOG_RATE_LIMIT, 0, false },
	{ "nor a content filter",
	  { .open_us = 1, .commands_n = 5, .messages = 1 }, LOG_CONTENT_REJECT, 0, false },
	{ "nor is a password wrong without one",
	  { .open_us = 1, .commands_n = 5 }, LOG_AUTH_FAIL, 0, false },
	{ "nor is relaying denied without one",
	  { .open_us = 1, .commands_n = 5, .rcpts_n = 2, .rcpts_ok = 2 }, LOG_RELAY_DENIED, 0, false },
	{ "words of ours that cannot be read may be a refusal",
	  { .open_us = 1, .commands_n = 5, .deaf = true }, LOG_CONTENT_REJECT, 0, true },
	{ "or are hidden by TLS",
	  { .open_us = 1, .commands_n = 5, .blind = true }, LOG_AUTH_FAIL, 0, true },
	{ "a bare line feed is what postscreen may have meant",
	  { .open_us = 1, .bare_lf = true }, LOG_PIPELINING, 0, true },
	{ "a reject of a silent client is not borne out",
	  { .open_us = 1 }, LOG_UNKNOWN_RCPT, 0, false },
	{ "after STARTTLS the log is believed",
	  { .open_us = 1, .blind = true }, LOG_UNKNOWN_RCPT, 9, true },
	{ "in a one-sided capture the log is believed",
	  { .open_us = 1, .one_sided = true }, LOG_EARLY_TALK, 0, true },
	{ "early talk that the packets saw",
	  { .open_us = 1, .early_us = 2 }, LOG_EARLY_TALK, 0, true },
	{ "early talk that they did not see",
	  { .open_us = 1, .greet_us = 2 }, LOG_EARLY_TALK, 0, false },
	{ "even when the rest of the session was hidden",
	  { .open_us = 1, .blind = true }, LOG_EARLY_TALK, 0, false },
	{ "pipelining that they saw",
	  { .open_us = 1, .pipelined = true }, LOG_PIPELINING, 0, true },
	{ "early talk is what an MTA calls pipelining after CONNECT",
	  { .open_us = 1, .early_us = 2 }, LOG_PIPELINING, 0, true },
	{ "pipelining that they did not see",
	  { .open_us = 1 }, LOG_PIPELINING, 0, false },
	{ "an HTTP request that they saw",
	  { .open_us = 1, .verbs = VERB_HTTP }, LOG_NON_SMTP, 0, true },
	{ "a session of plain SMTP",
	  { .open_us = 1, .verbs = VERB_EHLO | VERB_QUIT }, LOG_NON_SMTP, 0, false },
	{ "what packets cannot show is not asked of them",
	  { .open_us = 1 }, LOG_OTHER_REJECT, 0, true },
};
// clang-format on

static void
test_agrees(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log_event ev = { .kind = cases[i].kind };
		struct client c = { .cross_us = cases[i].s.open_us,
			.cross_n = cases[i].before };

		ZT_CASE(cases[i].name,
		    cross_agrees(&c, &cases[i].s, &ev) == cases[i].want);
	}
}

static void
test_sessions_apart(void)
{
	struct session one = { .open_us = 1, .commands_n = 1, .rcpts_n = 1 };
	struct session two = { .open_us = 2, .commands_n = 1, .rcpts_n = 1 };
	struct log_event ev = { .kind = LOG_UNKNOWN_RCPT };
	struct client c = { 0 };

	ZT_CASE("the first session's reject", cross_agrees(&c, &one, &ev));
	ZT_CASE("not twice", !cross_agrees(&c, &one, &ev));
	ZT_CASE("the next session's", cross_agrees(&c, &two, &ev));
	ZT_CASE("without a session there is nothing to ask",
	    cross_agrees(&c, NULL, &ev));
}

static void
test_helo(void)
{
	struct session none = { .open_us = 1 };
	struct session seen = { .open_us = 1, .helo_n = 4, .helo = "mail" };

	ZT_CASE("no HELO was seen: the line's", cross_helo(&none));
	ZT_CASE("one was seen: not the line's", !cross_helo(&seen));
	ZT_CASE("no session: the line's", cross_helo(NULL));
}

static const struct zt_test tests[] = {
	{ "agrees", test_agrees },
	{ "sessions apart", test_sessions_apart },
	{ "helo", test_helo },
};
ZT_MAIN("cross", tests)
