/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/smtp: dialogues in, command lines out.
 *
 * zt-link: fp/smtp fp/hash fp/addr
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "tests/unit/fp/talk.h"

#define ISN_C 0xfffffff0U /* wraps within the first line */
#define ISN_S 5000U

struct step {
	const char *s[24];
};

static const struct {
	const char *name;
	struct step steps;
	const char *want;
	bool blind, pipelined, bare_lf;
} cases[] = {
	{ "a plain dialogue",
	    { { "S:220 mx.example ESMTP|", "C:EHLO client.example|",
		"S:250-mx.example|250 8BITMIME|", "C:MAIL FROM:<a@b>|",
		"S:250 ok|", "C:RCPT TO:<c@d>|", "S:250 ok|", "C:DATA|",
		"S:354 go|", "C:Subject: x||RCPT TO:<no@command>|.|",
		"S:250 ok|", "C:QUIT|", "S:221 bye|" } },
	    "ehlo(client.example) mail rcpt data quit", false, false, false },
	{ "verbs in any case, spaces around the name",
	    { { "S:220 x|", "C:hElO   friend  |" } }, "helo(friend)", false,
	    false, false },
	{ "a HELO without a name", { { "S:220 x|", "C:HELO|" } }, "helo()",
	    false, false, false },
	{ "a line in many pieces",
	    { { "S:220 x|", "C:HE", "C:LO a", "C:.exa", "C:mple\r", "C:\n" } },
	    "helo(a.example)", false, false, false },
	{ "a bare LF", { { "S:220 x|", "C:HELO a\n" } }, "helo(a)", false,
	    false, true },
	{ "a bare LF in a message is no matter",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:a\nb|.|", "S:250 x|",
		"C:QUIT|" } },
	    "data quit", false, false, false },
	{ "every verb",
	    { { "S:220 x|", "C:RSET|", "S:250 x|", "C:NOOP|", "S:250 x|",
		"C:VRFY a|", "S:250 x|", "C:EXPN a|", "S:250 x|",
		"C:XCLIENT a|", "S:500 x|", "C:BDAT 3 LAST|abc", "S:250 x|",
		"C:MAILX|", "S:500 x|", "C:QUIT|" } },
	    "rset noop vrfy vrfy other data other quit", false, false, false },
	{ "a retransmitted line counts once",
	    { { "S:220 x|", "C:HELO a|", "C-8:HELO a|", "S:250 x|",
		"C:QUIT|" } },
	    "helo(a) quit", false, false, false },
	{ "a retransmission that goes further",
	    { { "S:220 x|", "C:HELO", "C-4:HELO a|" } }, "helo(a)", false,
	    false, false },
	{ "a keep-alive probe",
	    { { "S:220 x|", "C:HELO a|", "C-1:X", "S:250 x|", "C:QUIT|" } },
	    "helo(a) quit", false, false, false },
	{ "a gap makes blind",
	    { { "S:220 x|", "C:HELO a|", "S:250 x|", "C+5:MAIL FROM:<>|",
		"C:QUIT|" } },
	    "helo(a)", true, false, false },
	{ "so does a segment that was not captured whole",
	    { { "S:220 x|", "C.2:HELO a|", "C:QUIT|" } }, "", true, false,
	    false },
	{ "the command before the cut is read",
	    { { "S:220 x|", "C.4:HELO a|QUIT|" } }, "helo(a)", true, false,
	    false },
	{ "STARTTLS ends it",
	    { { "S:220 x|", "C:EHLO a|", "S:250 STARTTLS|", "C:STARTTLS|",
		"S:220 go|", "C:\x16\x03\x01QUIT|" } },
	    "ehlo(a) starttls", true, false, false },
	{ "a refused STARTTLS does not",
	    { { "S:220 x|", "C:STARTTLS|", "S:454 no|", "C:QUIT|" } },
	    "starttls quit", false, false, false },
	{ "TLS without being asked for", { { "C:\x16\x03\x01|QUIT|QUIT|" } },
	    "", true, false, false },
	{ "a refused DATA",
	    { { "S:220 x|", "C:DATA|", "S:503 no|", "C:QUIT|" } }, "data quit",
	    false, false, false },
	{ "an empty message",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:.|", "S:250 x|",
		"C:QUIT|" } },
	    "data quit", false, false, false },
	{ "the end of a message in pieces",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:a\r", "C:\n", "C:.",
		"C:\r", "C:\n", "S:250 x|", "C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a stuffed dot is no end",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:..|QUIT|.|", "S:250 x|",
		"C:QUIT|" } },
	    "data quit", false, false, false },
	{ "CR CR LF dot is no end",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:a\r\r\n.\nQUIT|.|",
		"S:250 x|", "C:QUIT|" } },
	    "data quit", false, false, false },
	{ "QUIT right behind the message",
	    { { "S:220 x|", "C:EHLO a|", "S:250 PIPELINING|", "C:DATA|",
		"S:354 x|", "C:a|.|QUIT|" } },
	    "ehlo(a) data quit", false, false, false },
	{ "a gap in a message is bridged by its end",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C:a|", "C+99:b|.|",
		"S:250 x|", "C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a lost end is told by our reply",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C.3:a|.|", "S:250 x|",
		"C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a lost end and a lost reply make blind",
	    { { "S:220 x|", "C:DATA|", "S:354 x|", "C.3:a|.|", "S+8:221 x|",
		"C:QUIT|", "C+3:QUIT|" } },
	    "data", true, false, false },
	{ "chunks",
	    { { "S:220 x|", "C:EHLO a|", "S:250 x|", "C:BDAT 6|QUIT|",
		"S:250 x|", "C:BDAT 4 LAST|a", "C:|b", "S:250 x|",
		"C:QUIT|" } },
	    "ehlo(a) data data quit", false, false, false },
	{ "a chunk with a hole in it",
	    { { "S:220 x|", "C:BDAT 20 LAST|a", "C+9:0123456789", "S:250 x|",
		"C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a hole that reaches beyond the chunk",
	    { { "S:220 x|", "C:BDAT 5 LAST|a", "C+9:0123456789" } }, "data",
	    true, false, false },
	{ "an empty last chunk",
	    { { "S:220 x|", "C:BDAT 0 LAST|", "S:250 x|", "C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a chunk without a size",
	    { { "S:220 x|", "C:BDAT LAST|", "S:501 x|", "C:QUIT|" } },
	    "data quit", false, false, false },
	{ "a chunk larger than any",
	    { { "S:220 x|", "C:BDAT 99999999999999999999|", "C:QUIT|" } },
	    "data", true, false, false },
	{ "authentication lines are no commands",
	    { { "S:220 x|", "C:EHLO a|", "S:250 AUTH LOGIN|", "C:AUTH LOGIN|",
		"S:334 VXNlcm5hbWU6|", "C:QUIT|", "S:334 UGFzc3dvcmQ6|",
		"C:RSET|", "S:535 no|", "C:QUIT|" } },
	    "ehlo(a) auth quit", false, false, false },
	{ "AUTH with everything in one line",
	    { { "S:220 x|", "C:AUTH PLAIN AGEAYg==|", "S:235 ok|",
		"C:NOOP|" } },
	    "auth noop", false, false, false },
	{ "talking before the greeting",
	    { { "C:HELO a|", "S:220 x|", "S:250 x|", "C:QUIT|" } },
	    "helo(a) quit", false, true, false },
	{ "talking into the greeting's first line",
	    { { "S:220-x|", "C:HELO a|" } }, "helo(a)", false, true, false },
	{ "all at once",
	    { { "S:220 x|", "C:HELO a|MAIL FROM:<>|RCPT TO:<b>|" } },
	    "helo(a) mail rcpt", false, true, false },
	{ "a message without waiting for leave",
	    { { "S:220 x|", "C:EHLO a|", "S:250 PIPELINING|",
		"C:MAIL FROM:<>|DATA|Subject: x|QUIT|" } },
	    "ehlo(a) mail data", true, true, false },
	{ "pipelining with leave",
	    { { "S:220 x|", "C:EHLO a|", "S:250-mx|250-PIPELINING|250 SIZE|",
		"C:MAIL FROM:<>|RCPT TO:<b>|DATA|", "S:250 x|250 x|",
		"S:354 x|", "C:x|.|", "S:250 x|" } },
	    "ehlo(a) mail rcpt data", false, false, false },
	{ "leave given in lower case, over two segments",
	    { { "S:220 x|", "C:EHLO a|", "S:250-mx|250-pipe",
		"S:lining|250 SIZE|", "C:MAIL FROM:<>|RCPT TO:<b>|" } },
	    "ehlo(a) mail rcpt", false, false, false },
	{ "no leave by another name",
	    { { "S:220 x|", "C:EHLO a|", "S:250-mx|250 XPIPELINING|",
		"C:MAIL FROM:<>|RCPT TO:<b>|" } },
	    "ehlo(a) mail rcpt", false, true, false },
	{ "before the answer to EHLO",
	    { { "S:220 x|", "C:EHLO a|", "C:MAIL FROM:<>|" } }, "ehlo(a) mail",
	    false, true, false },
	{ "a gap in our replies ends the judgement",
	    { { "S:220 x|", "C:HELO a|", "S+4:50 x|", "C:NOOP|NOOP|" } },
	    "helo(a) noop noop", false, false, false },
	{ "retransmitted replies count once",
	    { { "S:220 x|", "S-7:220 x|", "C:NOOP|", "C:NOOP|" } }, "noop noop",
	    false, true, false },
	{ "HTTP", { { "C:GET / HTTP/1.1|Host: x||" } }, "http other other",
	    false, true, false },
	{ "an empty line is a command, of sorts",
	    { { "S:220 x|", "C:|", "C:QUIT|" } }, "other quit", false, false,
	    false },
	{ "a server that does not speak SMTP",
	    { { "S:hello|", "C:NOOP|NOOP|" } }, "noop noop", false, false,
	    false },
};

static void
test_dialogues(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk d = { .c_next = ISN_C, .s_next = ISN_S };
		bool ok;

		talk_init(&d, false);
		for (size_t j = 0; j < 24 && cases[i].steps.s[j]; j++)
			talk_step(&d, cases[i].steps.s[j]);
		ok = strcmp(d.log, cases[i].want) == 0 &&
		    smtp_blind(&d.m) == cases[i].blind &&
		    d.m.pipelined == cases[i].pipelined &&
		    d.m.bare_lf == cases[i].bare_lf;
		if (!ok)
			printf("got \"%s\" blind %d pipelined %d lf %d\n",
			    d.log, smtp_blind(&d.m), d.m.pipelined,
			    d.m.bare_lf);
		ZT_CASE(cases[i].name, ok);
	}
}

/* The client acknowledges a reply that the capture has missed. */
static void
test_deaf(void)
{
	struct talk d = { .c_next = ISN_C, .s_next = ISN_S };

	talk_init(&d, false);
	d.s_next += 50;
	talk_step(&d, "C:HELO a|NOOP|");
	ZT_CASE("who has heard what we did not see did not talk early",
	    !d.m.pipelined && strcmp(d.log, "helo(a) noop") == 0);
	talk_step(&d, "C:DATA|");
	ZT_CASE("DATA is still a command", !smtp_blind(&d.m));
	talk_step(&d, "C:x|");
	ZT_CASE("what follows cannot be told", smtp_blind(&d.m));
}

static void
test_greeted(void)
{
	struct talk d = { .c_next = ISN_C, .s_next = ISN_S };

	talk_init(&d, true);
	talk_step(&d, "C:HELO a|");
	ZT_CASE("a greeting that went by is not waited for", !d.m.pipelined);
}

static void
test_long_lines(void)
{
	struct talk d = { .c_next = 1, .s_next = 1 };
	char line[SMTP_KEEP * 2 + 8] = "C:HELO ";

	talk_init(&d, true);
	memset(&line[7], 'a', sizeof(line) - 9);
	line[sizeof(line) - 2] = '|';
	talk_step(&d, line);
	ZT_CASE("a long name is cut",
	    strncmp(d.log, "helo(aaaa", 9) == 0 &&
		strlen(d.log) == 6 + SMTP_KEEP - 5);
	talk_step(&d, "S:250 x|");
	line[sizeof(line) - 2] = 'a';
	for (int i = 0; i < SMTP_LINE_MAX / SMTP_KEEP + 2; i++)
		talk_step(&d, line);
	ZT_CASE("a line without end is not SMTP", smtp_blind(&d.m));
}

static void
test_random(void)
{
	static const char bytes[] = "HELOEHLODATABDAT 0123\r\n.AUTH\r\n250-35";
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 500; i++) {
		struct talk d = { .c_next = ISN_C, .s_next = ISN_S };

		talk_init(&d, false);
		for (int j = 0; j < 60 && !smtp_blind(&d.m); j++) {
			char s[64] = "C:";
			size_t n = 2 + zt_random() % 50;

			if (zt_random() % 3 == 0)
				s[0] = 'S';
			if (zt_random() % 9 == 0)
				memcpy(&s[1],
				    zt_random() % 2 ? "+3:" : "-3:", 4);
			for (size_t k = strlen(s); k < n; k++)
				s[k] = bytes[zt_random() % (sizeof(bytes) - 1)];
			talk_step(&d, s);
			d.log_n = 0;
		}
		ok = ok && d.m.reply_n <= SMTP_REPLY_MAX;
	}
	ZT_CASE("noise does no harm", ok);
}

static const struct zt_test tests[] = {
	{ "dialogues", test_dialogues },
	{ "lost replies", test_deaf },
	{ "lost greeting", test_greeted },
	{ "long lines", test_long_lines },
	{ "noise", test_random },
};

ZT_MAIN("smtp", tests)
