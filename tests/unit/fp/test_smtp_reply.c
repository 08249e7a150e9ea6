/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/smtp: which of our replies answers which command.
 *
 * zt-link: fp/smtp fp/hash fp/addr
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-libs: libsodium libm
 */
#include "fp/hash.h"
#include "tests/zt.h"

#include "tests/unit/fp/talk.h"

#define ISN_C  0xfffffff0U /* wraps within the first line */
#define ISN_S  5000U
#define HELLO  "S:220 x|", "C:EHLO a|", "S:250-x|250 PIPELINING|"
#define PLAIN  HELLO, "C:MAIL FROM:<a@b>|", "S:250 ok|"
#define WANTED "mail250 rcpt250"

struct step {
	const char *s[24];
};

static const struct {
	const char *name;
	struct step steps;
	const char *want;
} cases[] = {
	{ "greeting, EHLO, NOOP, RSET and QUIT are not told",
	    { { HELLO, "C:NOOP|", "S:250 x|", "C:RSET|", "S:250 x|", "C:QUIT|",
		"S:221 x|" } },
	    "" },
	{ "one by one",
	    { { PLAIN, "C:RCPT TO:<c@d>|", "S:550 no|", "C:RCPT TO:<e@d>|",
		"S:451 later|", "C:RCPT TO:<f@d>|", "S:251 ok|", "C:DATA|",
		"S:354 go|", "C:x|.|", "S:250 ok|", "C:QUIT|" } },
	    "mail250 rcpt550 rcpt451 rcpt251 data354 end250" },
	{ "pipelined, all answers in one segment",
	    { { HELLO, "C:MAIL FROM:<a@b>|RCPT TO:<c@d>|RCPT TO:<e@d>|DATA|",
		"S:250 x|550 no|250 ok|354 go|", "C:x|.|QUIT|",
		"S:250 ok|221 x|" } },
	    "mail250 rcpt550 rcpt250 data354 end250" },
	{ "pipelined, with others between",
	    { { HELLO, "C:RSET|MAIL FROM:<>|NOOP|RCPT TO:<c@d>|VRFY x|",
		"S:250 rset|250 mail|250 noop|550 rcpt|252 vrfy|" } },
	    "mail250 rcpt550" },
	{ "answered while the client goes on",
	    { { HELLO, "C:MAIL FROM:<>|RCPT TO:<a>|", "S:250 x|",
		"c:RCPT TO:<b>|", "S:550 a|", "C:RCPT TO:<c>|",
		"S:451 b|250 c|" } },
	    "mail250 rcpt550 rcpt451 rcpt250" },
	{ "several lines are one reply",
	    { { PLAIN, "C:RCPT TO:<c@d>|", "S:550-no|550-such|",
		"S:550 user|" } },
	    "mail250 rcpt550" },
	{ "a reply over many segments",
	    { { PLAIN, "C:RCPT TO:<c@d>|", "S:5", "S:50 n", "S:o\r", "S:\n" } },
	    "mail250 rcpt550" },
	{ "a reply without text", { { PLAIN, "C:RCPT TO:<c@d>|", "S:550|" } },
	    "mail250 rcpt550" },
	{ "a retransmitted reply counts once",
	    { { PLAIN, "C:RCPT TO:<c@d>|", "S:550 no|", "S-8:550 no|",
		"C:RCPT TO:<e@d>|", "S-8:550 no|250 ok|" } },
	    "mail250 rcpt550 rcpt250" },
	{ "a retransmitted command is answered once",
	    { { PLAIN, "C:RCPT TO:<c@d>|", "C-16:RCPT TO:<c@d>|", "S:550 no|",
		"C:RCPT TO:<e@d>|", "S:250 ok|" } },
	    "mail250 rcpt550 rcpt250" },
	{ "a refused MAIL and what is sent all the same",
	    { { HELLO, "C:MAIL FROM:<a@b>|", "S:553 no|", "C:RCPT TO:<c@d>|",
		"S:503 first MAIL|" } },
	    "mail553 rcpt503" },
	{ "a refused DATA",
	    { { PLAIN, "C:DATA|", "S:554 no|", "C:RSET|", "S:250 x|",
		"C:MAIL FROM:<>|", "S:250 x|" } },
	    "mail250 data554 mail250" },
	{ "a refused message",
	    { { PLAIN, "C:RCPT TO:<c>|", "S:250 x|", "C:DATA|", "S:354 x|",
		"C:x|.|", "S:554 spam|" } },
	    WANTED " data354 end554" },
	{ "two messages",
	    { { PLAIN, "C:RCPT TO:<c>|", "S:250 x|", "C:DATA|", "S:354 x|",
		"C:x|.|", "S:250 x|", "C:MAIL FROM:<a>|RCPT TO:<b>|DATA|",
		"S:250 x|250 x|354 x|", "C:.|", "S:451 x|" } },
	    WANTED " data354 end250 " WANTED " data354 end451" },
	{ "chunks: the last one, and refusals",
	    { { PLAIN, "C:BDAT 3|abc", "S:250 3|", "C:BDAT 3 LAST|abc",
		"S:250 ok|", "C:BDAT 2|ab", "S:503 no|", "C:BDAT 0 LAST|",
		"S:503 no|" } },
	    "mail250 end250 data503 end503" },
	{ "authentication keeps step",
	    { { HELLO, "C:AUTH LOGIN|", "S:334 x|", "C:eA==|", "S:334 x|",
		"C:eA==|", "S:535 no|", "C:MAIL FROM:<a>|", "S:530 no|" } },
	    "mail530" },
	{ "a gap in our replies",
	    { { PLAIN, "C:RCPT TO:<c>|", "S+8:250 x|", "C:RCPT TO:<d>|",
		"S:550 x|" } },
	    "mail250" },
	{ "a reply of which the end was not captured",
	    { { PLAIN, "C:RCPT TO:<c>|", "S.3:550 no|", "C:RCPT TO:<d>|",
		"S:250 x|" } },
	    "mail250" },
	{ "a gap in the commands",
	    { { PLAIN, "C+16:RCPT TO:<c>|", "S:250 x|", "C:RCPT TO:<d>|",
		"S:250 x|" } },
	    "mail250" },
	{ "a gap in a message is none in the commands",
	    { { PLAIN, "C:DATA|", "S:354 x|", "C.9:aaaaaaaaaaaa|.|", "S:250 x|",
		"C:MAIL FROM:<>|", "S:250 x|" } },
	    "mail250 data354 end250 mail250" },
	{ "unless we answer more than was seen of it",
	    { { PLAIN, "C:DATA|", "S:354 x|", "C.9:aaaaaaaaaaaa|.|",
		"S:250 x|250 x|", "C:MAIL FROM:<>|", "S:250 x|" } },
	    "mail250 data354 end250" },
	{ "TLS ends it",
	    { { HELLO, "C:STARTTLS|", "S:220 go|", "C:MAIL FROM:<>|",
		"S:250 x|" } },
	    "" },
	{ "TLS that was refused does not",
	    { { HELLO, "C:STARTTLS|", "S:454 no|", "C:MAIL FROM:<>|",
		"S:250 x|" } },
	    "mail250" },
	{ "a message that came without leave",
	    { { HELLO, "C:MAIL FROM:<>|RCPT TO:<a>|DATA|", "C:x|.|",
		"S:250 x|550 x|503 x|500 x|" } },
	    "" },
	{ "an empty line: some servers answer it, some do not",
	    { { PLAIN, "C:|RCPT TO:<a>|RCPT TO:<b>|",
		"S:500 what|550 a|250 b|" } },
	    "mail250" },
	{ "a 421 may be about anything",
	    { { PLAIN, "C:RCPT TO:<a>|RCPT TO:<b>|", "S:550 a|421 enough|" } },
	    "mail250 rcpt550" },
	{ "and nothing counts behind it",
	    { { PLAIN, "C:RCPT TO:<a>|RCPT TO:<b>|", "S:421 x|550 x|" } },
	    "mail250" },
	{ "a reply that nobody asked for",
	    { { PLAIN, "S:250 x|", "C:RCPT TO:<a>|", "S:550 x|" } },
	    "mail250" },
	{ "a reply before the command, for who sees it so late",
	    { { PLAIN, "S:550 x|", "C!:RCPT TO:<a>|", "C:RCPT TO:<b>|",
		"S:250 x|" } },
	    "mail250" },
	{ "a server that does not speak SMTP",
	    { { "S:hello|", "C:MAIL FROM:<a>|", "S:250 x|" } }, "" },
	{ "early talk is answered in turn",
	    { { "C:EHLO a|MAIL FROM:<a>|RCPT TO:<b>|",
		"S:220 x|250 x|250 x|550 x|" } },
	    "mail250 rcpt550" },
	{ "a line cut by no CR, a text that is longer than what is kept",
	    { { PLAIN, "C:RCPT TO:<c@d>|",
		"S:550 "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\n" } },
	    "mail250 rcpt550" },
};

static void
begin(struct talk *d)
{
	*d = (struct talk){ .c_next = ISN_C, .s_next = ISN_S };
	talk_init(d, false);
}

static void
steps(struct talk *d, const struct step *s)
{
	for (size_t i = 0; i < 24 && s->s[i] != NULL; i++)
		talk_step(d, s->s[i]);
}

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk d;
		bool ok;

		begin(&d);
		steps(&d, &cases[i].steps);
		ok = strcmp(d.replies, cases[i].want) == 0;
		if (!ok)
			printf("got \"%s\"\n", d.replies);
		ZT_CASE(cases[i].name, ok);
	}
}

static uint32_t
hash_of(const char *address)
{
	return (uint32_t)hash_stable(address, strlen(address));
}

/* What stands between the brackets, and whom a reply is about. */
static const struct {
	const char *name, *line, *address;
	bool hashed;
} addresses[] = {
	{ "plain", "RCPT TO:<Ann@B.example>|", "Ann@B.example", true },
	{ "with parameters", "RCPT TO:<a@b> NOTIFY=NEVER|", "a@b", true },
	{ "blanks all over", "rcpt  to : < a@b > |", "a@b", true },
	{ "without brackets", "RCPT TO:a@b NOTIFY=NEVER|", "a@b", true },
	{ "a quoted bracket", "RCPT TO:<\"a>b\"@c>|", "\"a>b\"@c", true },
	{ "no address", "RCPT TO:<>|", "", false },
	{ "no TO", "RCPT a@b|", "", false },
	{ "no colon", "RCPT TO <a@b>|", "", false },
	{ "nothing at all", "RCPT|", "", false },
	{ "an open bracket", "RCPT TO:<a@b|", "a@b", true },
	{ "a source route", "RCPT TO:<@x:a@b>|", "@x:a@b", true },
};

static void
test_addresses(void)
{
	struct talk d;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		char step[80], lower[80] = "";
		const char *a = addresses[i].address;
		uint32_t want;

		for (size_t j = 0; a[j] != '\0'; j++)
			lower[j] = char_lower(a[j]);
		want = addresses[i].hashed ? hash_of(lower) : 0;
		begin(&d);
		snprintf(step, sizeof(step), "C:%s", addresses[i].line);
		steps(&d, &(struct step){ { PLAIN, step, "S:550 no|" } });
		if (strcmp(d.address, a) != 0 || d.reply.hash != want)
			printf("got \"%s\" %x\n", d.address, d.reply.hash);
		ZT_CASE(addresses[i].name,
		    strcmp(d.address, a) == 0 && d.reply.hash == want &&
			d.reply.verb == VERB_RCPT && d.reply.code == 550);
	}
	begin(&d);
	steps(&d,
	    &(struct step){ { PLAIN,
		"C:RCPT TO:<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaa@b>|",
		"S:550 no|" } });
	ZT_CASE("an address longer than what is kept: its beginning, no hash",
	    strlen(d.address) == SMTP_KEEP - 9 && d.reply.hash == 0 &&
		d.reply.code == 550);
}

static void
test_texts(void)
{
	struct talk d;

	begin(&d);
	steps(&d,
	    &(struct step){ { PLAIN, "C:RCPT TO:<a>|",
		"S:550-5.1.1 first|550 5.1.1 no such user  |" } });
	ZT_CASE("the text is that of the last line, without its end",
	    strcmp(d.text, "5.1.1 no such user") == 0);
	talk_step(&d, "C:RCPT TO:<a>|");
	talk_step(&d, "S:451|");
	ZT_CASE("or nothing", d.text[0] == '\0' && d.reply.code == 451);
	talk_step(&d, "C:RCPT TO:<a>|");
	talk_step(&d, cases[sizeof(cases) / sizeof(cases[0]) - 1].steps.s[6]);
	ZT_CASE("or cut",
	    strlen(d.text) == SMTP_REPLY_MAX - 4 && d.text[0] == 'a');
}

/* A dictionary: more at once than hashes are kept. */
static void
test_many(void)
{
	struct talk d;
	char step[40];
	unsigned known = 0, right = 0;

	begin(&d);
	steps(&d, &(struct step){ { PLAIN } });
	for (int i = 0; i < 100; i++) {
		snprintf(step, sizeof(step), "c:RCPT TO:<u%d@b>|", i);
		talk_step(&d, step);
	}
	d.replies_n = 0;
	for (int i = 0; i < 100; i++) {
		talk_step(&d, i % 3 == 0 ? "S:250 x|" : "S:550 x|");
		snprintf(step, sizeof(step), "u%d@b", i);
		known += d.reply.hash != 0;
		right += d.reply.hash == hash_of(step) && i >= 36 &&
		    d.reply.code == (i % 3 == 0 ? 250 : 550);
	}
	ZT_CASE("of a hundred at once the last 64 are known by their hash",
	    known == SMTP_HASHES && right == SMTP_HASHES);
	d.replies[d.replies_n] = '\0';
	ZT_CASE("all of them are told", d.replies_n == 100 * 8 - 1);

	begin(&d);
	steps(&d, &(struct step){ { PLAIN } });
	for (int i = 0; i < SMTP_ASKED + 1; i++)
		talk_step(&d, "c:RCPT TO:<a>|");
	d.replies_n = 0;
	d.replies[0] = '\0';
	for (int i = 0; i < SMTP_ASKED + 1; i++)
		talk_step(&d, "S:550 x|");
	ZT_CASE("more than are remembered: nothing is told of them",
	    d.replies[0] == '\0' && d.m.owed == 0);
	talk_step(&d, "C:RCPT TO:<a>|");
	talk_step(&d, "S:550 x|");
	ZT_CASE("nor of what comes after", d.replies[0] == '\0' && d.m.unsure);
}

static void
test_null_sender(void)
{
	struct talk d;

	begin(&d);
	steps(&d,
	    &(struct step){ { HELLO,
		"C:MAIL FROM:<>|RCPT TO:<a>|RSET|MAIL FROM:<x@y>|RCPT TO:<b>|",
		"S:250 x|550 a|" } });
	ZT_CASE("a reply is of the transaction that it answers",
	    d.reply.null_sender && !d.m.null_sender);
	talk_step(&d, "S:250 x|250 x|250 b|");
	ZT_CASE("the next is of the next",
	    !d.reply.null_sender && d.reply.hash == hash_of("b"));
	talk_step(&d, "C:MAIL FROM: < >|");
	ZT_CASE("blanks are no sender of that kind", !d.m.null_sender);
	talk_step(&d, "C:MAIL FROM:<> SIZE=3|");
	ZT_CASE("parameters change nothing", d.m.null_sender);
	talk_step(&d, "C:RSET|");
	ZT_CASE("RSET ends a transaction", !d.m.null_sender);
}

/* How many replies those commands may have, DATA two. */
static uint64_t
answers_of(const char *log)
{
	uint64_t n = 0;

	for (; *log != '\0'; log++) {
		if (strncmp(log, "mail", 4) == 0 ||
		    strncmp(log, "rcpt", 4) == 0)
			n++;
		if (strncmp(log, "data", 4) == 0)
			n += 2;
	}
	return n;
}

/* Whatever comes: no more replies than there were commands for them. */
static void
test_random(void)
{
	static const char *const says[] = { "MAIL FROM:<a>|", "RCPT TO:<b>|",
		"RCPT TO:<b>|RCPT TO:<c>|", "NOOP|", "RSET|", "DATA|", "x|.|",
		"BDAT 1|x", "BDAT 1 LAST|x", "|", "AUTH LOGIN|" };
	static const char *const answers[] = { "250 x|", "550 x|", "354 x|",
		"451-x|", "451 x|", "4", "21 x|", "250 x|250 x|", "334 x|" };
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 2000 && ok; i++) {
		struct talk d;
		uint64_t told = 0, asked = 0;

		begin(&d);
		talk_step(&d, "S:220 x|");
		for (int j = 0; j < 40; j++) {
			char s[64];
			bool us = zt_random() % 2 == 0;

			snprintf(s, sizeof(s), "%s%s:%s", us ? "S" : "C",
			    zt_random() % 30 == 0     ? "+3" :
				zt_random() % 10 == 0 ? "-4" :
							"",
			    us ? answers[zt_random() % 9] :
				 says[zt_random() % 11]);
			d.log[0] = '\0';
			d.log_n = d.replies_n = 0;
			d.replies[0] = '\0';
			talk_step(&d, s);
			asked += answers_of(d.log);
			for (size_t k = 0; k < d.replies_n; k++)
				told += d.replies[k] == ' ' || k == 0;
			ok = ok && told <= asked;
		}
	}
	ZT_CASE("nothing is told twice", ok);
}

static const struct zt_test tests[] = {
	{ "replies", test_cases },
	{ "addresses", test_addresses },
	{ "texts", test_texts },
	{ "many at once", test_many },
	{ "null sender", test_null_sender },
	{ "noise", test_random },
};

ZT_MAIN("smtp_reply", tests)
