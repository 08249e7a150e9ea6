/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/dialogue: the dialect key that is known by the first RCPT.
 *
 * zt-link: fp/smtp fp/hash fp/addr
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "tests/unit/fp/talk.h"

#define HELLO "S:220 x|", "C:EHLO a.example|", "S:250-x|250 PIPELINING|"

struct script {
	const char *s[16];
};

static uint64_t
key_of(const struct script *script)
{
	struct talk d = { .c_next = 0xfffffff0U, .s_next = 5000 };

	talk_init(&d, false);
	for (size_t i = 0; i < 16 && script->s[i] != NULL; i++)
		talk_step(&d, script->s[i]);
	return dialogue_key_rcpt(&d.m.dlg);
}

static const struct script plain = { { HELLO, "C:MAIL FROM:<a@b>|", "S:250 x|",
    "C:RCPT TO:<c@d>|" } };

/* Is it the key of the plain one? */
static const struct {
	const char *name;
	struct script script;
	bool same;
} cases[] = {
	{ "who it is and to whom it writes is no matter",
	    { { "S:220 y|", "C:EHLO other.example|", "S:250 z|",
		"C:MAIL FROM:<e@f.example>|", "S:250 x|",
		"C:RCPT TO:<g@h.example>|" } },
	    true },
	{ "nor the null sender",
	    { { HELLO, "C:MAIL FROM:<>|", "S:250 x|", "C:RCPT TO:<c@d>|" } },
	    true },
	{ "nor what we answer it",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:450 x|", "C:RCPT TO:<c@d>|",
		"S:550 x|" } },
	    true },
	{ "nor what comes later",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:250 x|", "C:RCPT TO:<c@d>|",
		"S:550 x|", "C:rcpt to: x  y|", "C:Rset|quit|VRFY a|HELO b|",
		"C:GET /|", "R:" } },
	    true },
	{ "nor the form of its name",
	    { { "S:220 x|", "C:EHLO [192.0.2.1]|", "S:250 x|",
		"C:MAIL FROM:<a@b>|", "S:250 x|", "C:RCPT TO:<c@d>|" } },
	    true },
	{ "nor whether it waits",
	    { { "C:EHLO a.example|", "S:220 x|", "S:250 x|",
		"C:MAIL FROM:<a@b>|", "S:250 x|", "C:RCPT TO:<c@d>|" } },
	    true },
	{ "lower case is another",
	    { { HELLO, "C:mail from:<a@b>|", "S:250 x|", "C:rcpt to:<c@d>|" } },
	    false },
	{ "so are blanks behind the colon, if only in RCPT",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:250 x|",
		"C:RCPT TO: <c@d>|" } },
	    false },
	{ "HELO",
	    { { "S:220 x|", "C:HELO a.example|", "S:250 x|",
		"C:MAIL FROM:<a@b>|", "S:250 x|", "C:RCPT TO:<c@d>|" } },
	    false },
	{ "a bare LF",
	    { { HELLO, "C:MAIL FROM:<a@b>\n", "S:250 x|",
		"C:RCPT TO:<c@d>\n" } },
	    false },
	{ "parameters",
	    { { HELLO, "C:MAIL FROM:<a@b> SIZE=9|", "S:250 x|",
		"C:RCPT TO:<c@d>|" } },
	    false },
	{ "blanks at the end",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:250 x|",
		"C:RCPT TO:<c@d> |" } },
	    false },
	{ "RSET first",
	    { { HELLO, "C:RSET|", "S:250 x|", "C:MAIL FROM:<a@b>|", "S:250 x|",
		"C:RCPT TO:<c@d>|" } },
	    false },
	{ "MAIL and RCPT glued, with leave",
	    { { HELLO, "C:MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA|" } }, false },
	{ "and without",
	    { { "S:220 x|", "C:EHLO a.example|", "S:250 x|",
		"C:MAIL FROM:<a@b>|RCPT TO:<c@d>|" } },
	    false },
	{ "a byte at a time",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:250 x|", "C:RCPT",
		"C: TO:<c@d>|" } },
	    false },
};

static void
test_cases(void)
{
	const uint64_t key = key_of(&plain);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t k = key_of(&cases[i].script);

		ZT_CASE(cases[i].name, k != 0 && (k == key) == cases[i].same);
		for (size_t j = 0; j < i; j++)
			if (!cases[i].same && !cases[j].same &&
			    k == key_of(&cases[j].script))
				ZT_CASE(cases[j].name, false);
	}
}

static void
test_moment(void)
{
	struct talk d = { .c_next = 7, .s_next = 5000 };
	const struct dialogue *g = &d.m.dlg;
	static const char *const later[] = { "S:250 x|", "C:RCPT TO:e|",
		"S:550 x|", "C:DATA|", "S:354 x|", "C:x|.|", "S:250 x|",
		"C:QUIT|", "S:221 x|", "F:" };
	uint64_t key;
	bool same = true;

	talk_init(&d, false);
	for (size_t i = 0; i < 5; i++)
		talk_step(&d, plain.s[i]);
	ZT_CASE("none before the first RCPT", dialogue_key_rcpt(g) == 0);
	talk_step(&d, "C:RCPT TO:<c@d");
	ZT_CASE("nor at half of it", dialogue_key_rcpt(g) == 0);
	talk_step(&d, "C:>|");
	key = dialogue_key_rcpt(g);
	ZT_CASE("then there is one, of another kind than the whole key",
	    key != 0 && key != dialogue_key(g));
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		talk_step(&d, later[i]);
		same = same && dialogue_key_rcpt(g) == key;
	}
	ZT_CASE("which stays to the end", same && g->leave != 0);
	ZT_CASE("a session without RCPT has none",
	    key_of(&(struct script){ { HELLO, "C:QUIT|", "F:" } }) == 0);
}

static const struct zt_test tests[] = {
	{ "dialects", test_cases },
	{ "when", test_moment },
};

ZT_MAIN("dialect_rcpt", tests)
