/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/smtp_note: dialogues in, the dialect out.
 *
 * zt-link: fp/smtp fp/smtp_note fp/smtp_reply fp/dialogue fp/dialogue_key
 * zt-link: fp/hash fp/addr
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "tests/unit/fp/talk.h"

#define N(a)  (sizeof(a) / sizeof((a)[0]))
#define STEPS 28

struct script {
	const char *s[STEPS];
};

static void
run(struct talk *d, const struct script *s)
{
	memset(d, 0, sizeof(*d));
	d->c_next = 0xfffffff0U;
	d->s_next = 0xffffffe0U;
	talk_init(d, false);
	for (size_t i = 0; i < STEPS && s->s[i] != NULL; i++)
		talk_step(d, s->s[i]);
}

/* What each begins with. */
#define HELLO "S:220 mx|", "C:EHLO a.example|", "S:250 mx|"
#define PIPES "S:220 mx|", "C:EHLO a.example|", "S:250-mx|250 PIPELINING|"
#define START "ehlo upper "
#define FORMS "FROM:< TO:< crlf whole fqdn "

static const struct {
	const char *name;
	struct script script;
	const char *want;
} cases[] = {
	{ "nothing", { { "S:220 mx|", "F:" } }, "" },
	{ "a whole dialogue",
	    { { HELLO, "C:MAIL FROM:<a@b.example>|", "S:250 ok|",
		"C:RCPT TO:<c@d.example>|", "S:250 ok|", "C:DATA|", "S:354 go|",
		"C:Subject: x||y|.|", "S:250 ok|", "C:QUIT|", "S:221 bye|",
		"F:" } },
	    START FORMS "quit" },
	{ "lower case, a blank, a bare LF",
	    { { "S:220 mx|", "C:helo user-pc\n", "S:250 mx|",
		"C:mail from: <a@b>\n", "S:250 ok|" } },
	    "helo lower from:_< lf whole label" },

	/* HELO and EHLO */
	{ "HELO after a refused EHLO",
	    { { "S:220 mx|", "C:EHLO a.example|", "S:502 no|",
		"C:HELO a.example|" } },
	    "ehlo-then-helo upper crlf whole fqdn 5xx=other" },
	{ "HELO after an accepted EHLO", { { HELLO, "C:HELO a.example|" } },
	    "ehlo-and-helo upper crlf whole fqdn" },
	{ "EHLO after HELO",
	    { { "S:220 mx|", "C:HELO a.example|", "S:250 mx|",
		"C:EHLO a.example|" } },
	    "ehlo-and-helo upper crlf whole fqdn" },
	{ "EHLO twice", { { HELLO, "C:EHLO a.example|" } },
	    "hello-twice upper crlf whole fqdn" },
	{ "EHLO again after RSET is in order",
	    { { HELLO, "C:RSET|", "S:250 ok|", "C:EHLO a.example|" } },
	    "ehlo upper crlf whole fqdn rset-first" },
	{ "EHLO again after a refused STARTTLS too",
	    { { HELLO, "C:STARTTLS|", "S:454 no|", "C:EHLO a.example|" } },
	    "ehlo upper crlf whole fqdn 4xx=other starttls" },
	{ "no hello", { { "S:220 mx|", "C:MAIL FROM:<a>|" } },
	    "no-hello upper FROM:< crlf whole" },
	{ "a hello that comes too late is still none",
	    { { "S:220 mx|", "C:MAIL FROM:<a>|", "S:503 no|", "C:HELO a.b|" } },
	    "no-hello upper FROM:< crlf whole fqdn 5xx=other" },

	/* early talk, pipelining */
	{ "before the greeting", { { "C:EHLO a.example|", "S:220 mx|" } },
	    START "crlf whole fqdn early pipelined" },
	{ "before it was heard", { { "S:220 mx|", "c:EHLO a.example|" } },
	    START "crlf whole fqdn early pipelined" },
	{ "into a greeting of two lines",
	    { { "S:220-mx|", "C:EHLO a.example|", "S:220 mx|" } },
	    START "crlf whole fqdn early pipelined" },
	{ "once the greeting was heard, nothing is early",
	    { { "S:220-mx|", "S:220 mx|", "C:EHLO a.example|" } },
	    START "crlf whole fqdn" },
	{ "before our reply was heard",
	    { { HELLO, "C:MAIL FROM:<a>|", "S:250 ok|", "c:RCPT TO:<b>|" } },
	    START FORMS "pipelined" },
	{ "our own goodbye was not waited for",
	    { { HELLO, "A:", "S:421 too long|", "c:MAIL FROM:<a>|" } },
	    START "FROM:< crlf whole fqdn" },
	{ "several at once, with leave",
	    { { PIPES, "C:MAIL FROM:<a>|RCPT TO:<b>|DATA|",
		"S:250 ok|250 ok|354 go|", "C:x|.|QUIT|" } },
	    START "FROM:< TO:< crlf glued fqdn quit may-pipe" },
	{ "several at once, without",
	    { { HELLO, "C:MAIL FROM:<a>|RCPT TO:<b>|DATA|" } },
	    START "FROM:< TO:< crlf glued fqdn pipelined" },
	{ "a body before 354",
	    { { PIPES, "C:MAIL FROM:<a>|", "S:250 ok|", "C:DATA|x|.|" } },
	    START "FROM:< crlf whole fqdn pipelined data-early" },
	{ "a body before 354 was heard",
	    { { HELLO, "C:DATA|", "S:354 go|", "c:x|.|", "S:250 ok|",
		"C:QUIT|" } },
	    START "crlf whole fqdn quit pipelined data-early" },

	/* how lines are cut */
	{ "in two pieces", { { "S:220 mx|", "C:EHLO ", "A:", "C:a.example|" } },
	    START "crlf split fqdn" },
	{ "CR LF on its own", { { "S:220 mx|", "C:EHLO a.example", "C:|" } },
	    START "crlf split fqdn" },
	{ "a byte each",
	    { { "S:220 mx|", "C:Q", "C:U", "C:I", "C:T", "C:\r", "C:\n" } },
	    "upper crlf bytes quit" },
	{ "a byte each, as one types",
	    { { "S:220 mx|", "C:Q", "C:U", "C:I", "C:T", "C:|" } },
	    "upper crlf bytes quit" },
	{ "a retransmission that goes further is no split",
	    { { "S:220 mx|", "C:EHLO", "C-4:EHLO a.example|" } },
	    START "crlf fqdn" },
	{ "a late piece is no split",
	    { { "S:220 mx|", "C:EHLO ", "C!:a.example|" } },
	    START "crlf fqdn" },
	{ "a late segment is not glued",
	    { { PIPES, "C!:MAIL FROM:<a>|RCPT TO:<b>|" } },
	    START "FROM:< TO:< crlf whole fqdn may-pipe" },

	/* what it does when refused */
	{ "the next recipient",
	    { { HELLO, "C:RCPT TO:<a>|", "S:450 no|", "C:RCPT TO:<b>|",
		"S:550 no|", "C:RCPT TO:<c>|" } },
	    START "TO:< crlf whole fqdn 4xx=next 5xx=next" },
	{ "the same again",
	    { { HELLO, "C:RCPT TO:<a>|", "S:450 no|", "C:RCPT TO:<a>|" } },
	    START "TO:< crlf whole fqdn 4xx=retry" },
	{ "only the first refusal counts",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "C:RSET|", "S:250 ok|",
		"C:RCPT TO:<a>|", "S:550 no|", "C:QUIT|" } },
	    START "TO:< crlf whole fqdn 5xx=rset quit rset-first" },
	{ "QUIT",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "C:QUIT|", "S:221 x|" } },
	    START "TO:< crlf whole fqdn 5xx=quit quit" },
	{ "DATA all the same",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "C:DATA|" } },
	    START "TO:< crlf whole fqdn 5xx=data" },
	{ "a message all the same",
	    { { PIPES, "C:RCPT TO:<a>|DATA|", "S:550 no|354 go|", "C:x|.|",
		"S:554 no|", "C:QUIT|" } },
	    START "TO:< crlf glued fqdn 5xx=data quit may-pipe" },
	{ "headers as commands",
	    { { HELLO, "C:DATA|", "S:554 no|", "C:Subject: x|", "S:500 ?|" } },
	    START "crlf whole fqdn 5xx=spew unknown" },
	{ "it hangs up", { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "F:" } },
	    START "TO:< crlf whole fqdn 5xx=close drop" },
	{ "it hangs up with a RST, which says nothing, after an ACK",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "A:", "R:" } },
	    START "TO:< crlf whole fqdn 5xx=close reset" },
	{ "it hangs up before it has heard",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "R:" } },
	    START "TO:< crlf whole fqdn reset" },
	{ "we hang up",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "A:", "f:" } },
	    START "TO:< crlf whole fqdn" },
	{ "what was sent before our refusal is no answer to it",
	    { { PIPES, "C:RCPT TO:<a>|", "C:RCPT TO:<b>|", "S:550 no|",
		"c:RCPT TO:<c>|", "S:250 ok|", "C:QUIT|" } },
	    START "TO:< crlf whole fqdn 5xx=quit quit may-pipe" },
	{ "a greeting that refuses",
	    { { "S:554 no|", "C:QUIT|", "S:221 bye|" } },
	    "upper crlf whole 5xx=quit quit" },
	{ "an empty line is no answer to a refusal",
	    { { HELLO, "C:DATA|", "S:554 no|", "C:|", "C:QUIT|" } },
	    START "crlf whole fqdn 5xx=quit quit empty" },

	/* habits */
	{ "RSET at the start, between messages and at the end",
	    { { HELLO, "C:RSET|", "S:250 ok|", "C:MAIL FROM:<a>|", "S:250 ok|",
		"C:DATA|", "S:354 go|", "C:.|", "S:250 ok|", "C:RSET|",
		"S:250 ok|", "C:MAIL FROM:<b>|", "S:250 ok|", "C:RSET|",
		"S:250 ok|", "C:QUIT|" } },
	    START "FROM:< crlf whole fqdn quit rset-first rset-between "
		  "rset-quit" },
	{ "a RSET that gives up a message is not between two",
	    { { HELLO, "C:MAIL FROM:<a>|", "S:250 ok|", "C:RSET|", "S:250 ok|",
		"C:MAIL FROM:<b>|", "S:250 ok|" } },
	    START "FROM:< crlf whole fqdn" },
	{ "RSET between chunked messages",
	    { { HELLO, "C:MAIL FROM:<a>|", "S:250 ok|", "C:BDAT 1 LAST|", "C:x",
		"S:250 ok|", "C:RSET|", "S:250 ok|", "C:MAIL FROM:<b>|" } },
	    START "FROM:< crlf whole fqdn rset-between bdat" },
	{ "NOOP, VRFY, and a verb that there is not",
	    { { HELLO, "C:NOOP|", "S:250 ok|", "C:EXPN a|", "S:502 no|",
		"C:WIZ|", "S:500 ?|" } },
	    START "crlf whole fqdn 5xx=spew noop vrfy unknown" },
	{ "a browser", { { "C:GET / HTTP/1.1|Host: mx||" } },
	    "crlf glued early pipelined http unknown empty" },
	{ "blanks where none belong",
	    { { "S:220 mx|", "C: EHLO  a.example |" } },
	    START "crlf whole fqdn trailing spaced" },
	{ "parameters", { { HELLO, "C:MAIL FROM:<a> SIZE=1|" } },
	    START "FROM:< crlf whole fqdn params" },

	/* what goes blind says no more, but has said */
	{ "TLS",
	    { { HELLO, "C:STARTTLS|", "S:220 go|", "C:\x16\x03\x01|QUIT|",
		"F:" } },
	    START "crlf whole fqdn starttls" },
	{ "a gap",
	    { { HELLO, "C:MAIL FROM:<a>|", "S:250 ok|", "C+9:QUIT|", "R:" } },
	    START "FROM:< crlf whole fqdn" },
	{ "a gap in our replies",
	    { { HELLO, "C:RCPT TO:<a>|", "S:550 no|", "S+9:250 ok|",
		"C:QUIT|" } },
	    START "TO:< crlf whole fqdn quit" },
	{ "passwords are no dialect",
	    { { HELLO, "C:AUTH LOGIN|", "S:334 x|", "C:quit \n", "S:334 y|",
		"C:RSET|", "S:235 ok|", "C:EHLO a.example|" } },
	    START "crlf whole fqdn auth" },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < N(cases); i++) {
		char text[DIALOGUE_TEXT];
		struct talk d;
		bool ok;

		run(&d, &cases[i].script);
		dialogue_text(&d.m.dlg, text);
		ok = strcmp(text, cases[i].want) == 0;
		if (!ok)
			printf("want \"%s\"\n got \"%s\"\n", cases[i].want,
			    text);
		ZT_CASE(cases[i].name, ok);
	}
}

/* A long line of a's between `head` and `tail`, as a step. */
static const char *
long_line(char buf[1024], const char *head, size_t n, const char *tail)
{
	size_t at = strlen(head);

	memcpy(buf, head, at);
	memset(&buf[at], 'a', n);
	strcpy(&buf[at + n], tail);
	return buf;
}

static void
test_equal(void)
{
	static const struct {
		const char *name;
		struct script a, b;
	} pairs[] = {
		{ "other addresses, another size, more recipients",
		    { { HELLO, "C:MAIL FROM:<a@b.example> SIZE=9|", "S:250 ok|",
			"C:RCPT TO:<c@d.example>|", "S:250 ok|", "C:DATA|",
			"S:354 go|", "C:x|.|", "S:250 ok|", "C:QUIT|" } },
		    { { "S:220-mx|220 y|", "C:EHLO mail.other.example|",
			"S:250-mx|250 SIZE|",
			"C:MAIL FROM:<bounce-77@x> SIZE=99999|", "S:250 ok|",
			"C:RCPT TO:<c>|", "S:250 ok|", "C:RCPT TO:<d>|",
			"S:250 ok|", "C:DATA|", "S:354 go|", "C:x|y|", "C:z|.|",
			"S:250 ok|", "W:9000", "C:QUIT|" } } },
		{ "a bounce",
		    { { HELLO, "C:MAIL FROM:<a@b.example>|", "S:250 ok|" } },
		    { { HELLO, "C:MAIL FROM:<>|", "S:250 ok|" } } },
		{ "lost and sent again, on both sides",
		    { { HELLO, "C:NOOP|", "S:250 ok|", "C:QUIT|" } },
		    { { "S:220 mx|", "S-8:220 mx|", "C:EHLO a.example|",
			"C-16:EHLO a.example|", "S:250 mx|", "W:300",
			"S-8:250 mx|", "C!:NOOP|", "C-6:NOOP|", "S:250 ok|",
			"C:QUIT|" } } },
	};

	for (size_t i = 0; i < N(pairs); i++) {
		struct talk a, b;

		run(&a, &pairs[i].a);
		run(&b, &pairs[i].b);
		ZT_CASE(pairs[i].name,
		    dialogue_key(&a.m.dlg) != 0 &&
			dialogue_key(&a.m.dlg) == dialogue_key(&b.m.dlg));
	}
}

/* Addresses longer than what is kept of a line. */
static void
test_long(void)
{
	static const struct script hello = { { HELLO } };
	char buf[1024];
	struct talk a, b;
	bool params = true, none = true;

	for (size_t n = 1; n < 300; n++) {
		run(&a, &hello);
		talk_step(&a, long_line(buf, "C:MAIL FROM:<", n, "> A=b|"));
		params = params && a.m.dlg.flags == DIALOGUE_PARAMS &&
		    a.m.dlg.mail_path == DIALOGUE_PATH_PLAIN;
		run(&b, &hello);
		talk_step(&b, long_line(buf, "C:MAIL FROM:<", n, ">|"));
		none = none && b.m.dlg.flags == 0 &&
		    b.m.dlg.mail_path == DIALOGUE_PATH_PLAIN;
	}
	ZT_CASE("parameters are seen behind an address of any length", params);
	ZT_CASE("and none where there are none", none);
	talk_step(&b, "S:250 ok|");
	talk_step(&b, long_line(buf, "C:RCPT TO:<", 300, "> |"));
	ZT_CASE("a blank at the end of a long line",
	    b.m.dlg.flags == DIALOGUE_TRAILING);
}

/* TCP cuts what is longer than a segment; that is no habit of anybody. */
static void
test_full_segment(void)
{
	static const struct script hello = { { PIPES } };
	char buf[1024];
	struct talk d;

	run(&d, &hello);
	long_line(buf, "C:MAIL FROM:<a>|RCPT TO:<", 480, ">|RCPT TO:<b");
	talk_step(&d, buf);
	talk_step(&d, "C:>|");
	ZT_CASE("a line cut at the end of a full segment is not split",
	    d.m.dlg.cut == DIALOGUE_CUT_GLUED && d.m.dlg.rcpts_max == 2);
}

static bool
is(const struct dialogue_times *t, uint16_t n, uint32_t min_ms, uint32_t max_ms)
{
	bool ok = t->n == n && t->min_us == min_ms * 1000 &&
	    t->max_us == max_ms * 1000;

	if (!ok)
		printf("%u of %u..%u us\n", t->n, t->min_us, t->max_us);
	return ok;
}

static void
test_times(void)
{
	static const struct script plain = { { "W:499", "S:220 mx|", "W:29",
	    "C:EHLO a|", "W:3", "S:250 mx|", "W:49", "C:NOOP|", "W:1",
	    "S:250-x|", "W:1", "S:250 ok|", "W:9", "C:NO", "W:500", "C:OP|" } };
	static const struct script refused = { { "S:220 mx|", "W:9", "C:DATA|",
	    "S:503 no|", "W:19", "C:x|", "S:500 no|", "W:29", "C:.|" } };
	static const struct script again = { { "S:220 mx|", "W:900",
	    "S-8:220 mx|", "C:EHLO a|", "S:250 mx|", "W:700", "C!:NOOP|",
	    "S:250 ok|", "W:9", "C:NOOP|" } };
	static const struct script ahead = { { PIPES, "W:9",
	    "C:MAIL FROM:<a>|RCPT TO:<b>|", "W:9", "S:250 ok|", "W:99",
	    "c:DATA|", "S:250 ok|", "S:354 go|", "W:99", "C:x|.|", "W:4999",
	    "S:250 ok|", "W:19", "C:QUIT|" } };
	struct talk d;

	run(&d, &plain);
	ZT_CASE("the greeting's delay", d.m.dlg.greet_delay_us == 500000);
	ZT_CASE("think times, up to a command's first byte",
	    is(&d.m.dlg.think, 3, 10, 50));
	ZT_CASE("answer times, from its end to our last line",
	    is(&d.m.dlg.answer, 2, 4, 4));
	run(&d, &refused);
	ZT_CASE("what follows a refused DATA is timed",
	    is(&d.m.dlg.think, 3, 10, 30));
	run(&d, &again);
	ZT_CASE("what was sent again, or came late, is not timed",
	    is(&d.m.dlg.think, 1, 10, 10));
	run(&d, &ahead);
	ZT_CASE("only what waited for our reply is timed",
	    is(&d.m.dlg.think, 3, 1, 20));
	ZT_CASE("an answer to one of several is not timed, nor a message's",
	    is(&d.m.dlg.answer, 1, 1, 1));
}

static void
test_counts(void)
{
	static const struct script mails = { { HELLO, "C:MAIL FROM:<a>|",
	    "S:250 ok|", "C:RCPT TO:<a>|", "S:450 no|", "C:RCPT TO:<b>|",
	    "S:250 ok|", "C:DATA|", "S:554-no|554 no|", "C:RSET|", "S:250 ok|",
	    "C:MAIL FROM:<a>|", "S:250 ok|", "C:RCPT TO:<a>|", "S:250 ok|",
	    "S:421 bye|" } };
	static const struct script early = { { "C:NO", "C:OP|EH", "C-4:|EHLO a",
	    "S:220 mx|", "c:|", "S:250 ok|", "C:QUIT|" } };
	struct talk d;
	const struct dialogue *g = &d.m.dlg;

	run(&d, &mails);
	ZT_CASE("transactions and recipients",
	    g->mails == 2 && g->rcpts_max == 2);
	ZT_CASE("refusals", g->replies_4xx == 2 && g->replies_5xx == 1);
	run(&d, &early);
	ZT_CASE("what was said early, without copies",
	    g->early_n == 14 && g->early_verb == VERB_NOOP);
}

/* More commands at once than are remembered. */
static void
test_many(void)
{
	static const struct script hello = { { PIPES } };
	struct talk d;

	run(&d, &hello);
	for (int i = 0; i < 300; i++)
		talk_step(&d, "C:RCPT TO:<a>|");
	for (int i = 0; i < 300; i++)
		talk_step(&d, i == 30 ? "S:550 no|" : "S:250 ok|");
	talk_step(&d, "C:RCPT TO:<a>|");
	ZT_CASE("which of three hundred was refused is not known",
	    d.m.dlg.on_5xx == DIALOGUE_REACT_OTHER);
	ZT_CASE("all are answered", d.m.owed == 1 && !d.m.asked_lost);
	run(&d, &hello);
	for (int i = 0; i < 8; i++)
		talk_step(&d, i == 5 ? "C:RCPT TO:<b>|" : "C:RCPT TO:<a>|");
	for (int i = 0; i < 8; i++)
		talk_step(&d, i == 5 ? "S:550 no|" : "S:250 ok|");
	talk_step(&d, "C:RCPT TO:<b>|");
	ZT_CASE("which of eight is", d.m.dlg.on_5xx == DIALOGUE_REACT_RETRY);
}

static void
test_start(void)
{
	struct smtp m;

	smtp_init(&m, &(struct smtp_start){ .syn_data = 9 });
	ZT_CASE("data in the SYN is early, and gone",
	    m.dlg.flags == DIALOGUE_EARLY && m.dlg.early_n == 9 &&
		smtp_blind(&m));
	smtp_init(&m, &(struct smtp_start){ .greeted = true });
	ZT_CASE("a greeting that went by is not timed",
	    m.dlg.greet_delay_us == 0 && !smtp_blind(&m));
}

static void
test_in_body(void)
{
	static const struct script data = { { HELLO, "C:DATA|" } };
	static const struct script bdat = { { HELLO, "C:BDAT 2|x" } };
	struct talk d;
	bool before, go;

	run(&d, &data);
	before = smtp_in_body(&d.m);
	talk_step(&d, "S:354 go|");
	go = smtp_in_body(&d.m);
	talk_step(&d, "C:x|");
	ZT_CASE("a message is expected from 354 on",
	    !before && go && smtp_in_body(&d.m));
	talk_step(&d, "C:.|");
	ZT_CASE("up to its end", !smtp_in_body(&d.m));
	run(&d, &bdat);
	before = smtp_in_body(&d.m);
	talk_step(&d, "C:y");
	ZT_CASE("a chunk up to its last byte", before && !smtp_in_body(&d.m));
}

static const struct zt_test tests[] = {
	{ "dialects", test_cases },
	{ "equal keys", test_equal },
	{ "long lines", test_long },
	{ "full segments", test_full_segment },
	{ "times", test_times },
	{ "counts", test_counts },
	{ "many", test_many },
	{ "start", test_start },
	{ "bodies", test_in_body },
};

ZT_MAIN("dialect", tests)
