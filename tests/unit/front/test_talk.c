/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole dialogues: what the client says, all of it at once and then byte by
 * byte, and what it hears.
 *
 * zt-link: front/talk fp/addr
 */
#include "front/talk.h"
#include "tests/zt.h"

#define NAME  "mx.example.com"
#define URL   "https://mx.example.com"
#define TOKEN "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"
#define HELLO "220 " NAME " ESMTP\r\n"
#define EHLO \
	"250-" NAME "\r\n250-PIPELINING\r\n250-SIZE\r\n" \
	"250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
#define OK     "250 2.0.0 Ok\r\n"
#define MAIL   "250 2.1.0 Ok\r\n"
#define LATER  "451 4.7.1 Please try again in a minute\r\n"
#define BYE    "221 2.0.0 Bye\r\n"
#define WHAT   "500 5.5.2 Unknown command\r\n"
#define NOSMTP "421 4.5.2 " NAME " speaks SMTP only, closing\r\n"
#define WHY(words) \
	"550-5.7.1 Mail from [192.0.2.7] is blocked here: " words ".\r\n"
#define LINK \
	"550 5.7.1 To unblock it, open this page, press its button, and send " \
	"again: " URL "/a/" TOKEN "\r\n"
#define NOLINK \
	"550 5.7.1 The block of [192.0.2.7] ends by itself after a while; " \
	"the postmaster here can end it at once.\r\n"
#define RECIPIENTS WHY("it sent mail to many addresses that do not exist")

static const struct talk_conf conf = { NAME, URL };
static struct talk_client client;
static struct talk talk;

struct heard {
	size_t n;
	char b[1 << 20];
};

static struct talk_client
blocked(enum front_kind kind, const char *token)
{
	struct talk_client c = { .told = true, .blocked = true, .kind = kind };

	c.who = addr_v4(0xc0000207);
	snprintf(c.token, sizeof(c.token), "%s", token);
	return c;
}

/* Says `said` in pieces of at most `piece` bytes. */
static void
converse(const char *said, size_t n, size_t piece, struct heard *h)
{
	size_t at = 0;

	h->n = talk_begin(&talk, &conf, &client, h->b);
	while (at < n && !talk.over) {
		size_t used, len = n - at < piece ? n - at : piece;

		h->n += talk_take(&talk, said + at, len, &used, h->b + h->n);
		if (used == 0 || used > len)
			abort();
		at += used;
	}
}

static bool
hears(const struct heard *h, const char *want)
{
	if (h->n == strlen(want) && memcmp(h->b, want, h->n) == 0)
		return true;
	printf("want: %s\nheard: %.*s\n", want, (int)h->n, h->b);
	return false;
}

#define START "EHLO mail.example.org\r\nMAIL FROM:<a@example.org>\r\n"

static const struct {
	const char *name, *said, *want; /* want: behind the greeting */
	bool over;
} cases[] = {
	{ "it greets and waits", "", "", false },
	{ "EHLO is answered with what helps to reach RCPT, and no STARTTLS",
	    "EHLO mail.example.org\r\n", EHLO, false },
	{ "HELO is answered", "HELO mail\r\n", "250 " NAME "\r\n", false },
	{ "verbs may be of any case", "eHlO x\r\nqUiT\r\n", EHLO BYE, true },
	{ "EHLO without a name is refused", "EHLO\r\nEHLO  \r\n",
	    "501 5.5.4 Syntax: EHLO hostname\r\n"
	    "501 5.5.4 Syntax: EHLO hostname\r\n",
	    false },
	{ "HELO without a name is refused", "HELO \r\n",
	    "501 5.5.4 Syntax: HELO hostname\r\n", false },
	{ "a recipient is refused with reason and link",
	    START "RCPT TO:<b@example.com>\r\n", EHLO MAIL RECIPIENTS LINK,
	    false },
	{ "a bounce is treated alike",
	    "HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\n",
	    "250 " NAME "\r\n" MAIL RECIPIENTS LINK, false },
	{ "each recipient hears it",
	    START "RCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n",
	    EHLO MAIL RECIPIENTS LINK RECIPIENTS LINK, false },
	{ "all at once, as with PIPELINING",
	    START "RCPT TO:<b@example.com>\r\nDATA\r\nQUIT\r\n",
	    EHLO MAIL RECIPIENTS LINK "554 5.5.1 No valid recipients\r\n" BYE,
	    true },
	{ "MAIL with parameters and blanks is understood",
	    "EHLO x\r\nMAIL FROM: <a@example.org> SIZE=1 BODY=8BITMIME\r\n"
	    "RCPT TO: <b@example.com> NOTIFY=NEVER\r\n",
	    EHLO MAIL RECIPIENTS LINK, false },
	{ "MAIL without brackets is understood",
	    "MAIL FROM:a@example.org\r\nRCPT TO:b@example.com\r\n",
	    MAIL RECIPIENTS LINK, false },
	{ "MAIL of nothing is refused", "MAIL FROM:\r\nMAIL\r\nMAIL x\r\n",
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n"
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n"
	    "501 5.5.4 Syntax: MAIL FROM:<address>\r\n",
	    false },
	{ "MAIL twice is refused", START "MAIL FROM:<b@example.org>\r\n",
	    EHLO MAIL "503 5.5.1 There is a sender already\r\n", false },
	{ "RCPT first is refused", "EHLO x\r\nRCPT TO:<b@example.com>\r\n",
	    EHLO "503 5.5.1 MAIL comes first\r\n", false },
	{ "RCPT of nothing is refused", START "RCPT TO:\r\nRCPT b@c\r\n",
	    EHLO MAIL "501 5.5.4 Syntax: RCPT TO:<address>\r\n"
		      "501 5.5.4 Syntax: RCPT TO:<address>\r\n",
	    false },
	{ "DATA first is refused", "DATA\r\n", "503 5.5.1 MAIL comes first\r\n",
	    false },
	{ "DATA without RCPT is refused", START "DATA\r\n",
	    EHLO MAIL "503 5.5.1 RCPT comes first\r\n", false },
	{ "RSET forgets the sender",
	    START "RSET\r\nRCPT TO:<b@example.com>\r\n",
	    EHLO MAIL OK "503 5.5.1 MAIL comes first\r\n", false },
	{ "RSET makes a new mail possible",
	    START "RSET\r\nMAIL FROM:<c@example.org>\r\n", EHLO MAIL OK MAIL,
	    false },
	{ "EHLO forgets the sender, too",
	    START "EHLO x\r\nMAIL FROM:<c@example.org>\r\n",
	    EHLO MAIL EHLO MAIL, false },
	{ "NOOP, VRFY and HELP are answered",
	    "NOOP\r\nNOOP with words\r\nVRFY b\r\nHELP\r\n",
	    OK OK "252 2.0.0 Try to send to it\r\n"
		  "214 2.0.0 EHLO HELO MAIL RCPT RSET NOOP VRFY HELP QUIT\r\n",
	    false },
	{ "STARTTLS is not offered", "EHLO x\r\nSTARTTLS\r\n",
	    EHLO "502 5.5.1 Not offered here\r\n", false },
	{ "AUTH and BDAT are not offered",
	    "AUTH PLAIN AGEAYg==\r\nBDAT 5 LAST\r\n",
	    "502 5.5.1 Not offered here\r\n502 5.5.1 Not offered here\r\n",
	    false },
	{ "what follows QUIT is not heard", "QUIT\r\nNOOP\r\n", BYE, true },
	{ "bare LF ends a line", "HELO x\nMAIL FROM:<>\nQUIT\n",
	    "250 " NAME "\r\n" MAIL BYE, true },
	{ "a bare CR within a line is refused", "HELO x\rMAIL\r\n",
	    "500 5.5.2 A carriage return within the line\r\n", false },
	{ "an empty line is no command", "\r\n\n", WHAT WHAT, false },
	{ "nor is one that begins with a blank", " QUIT\r\n", WHAT, false },
	{ "nor a verb with a tail", "QUITS\r\nRCPTO:<b>\r\n", WHAT WHAT,
	    false },
	{ "a web browser is told at once", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	    NOSMTP, true },
	{ "so is one that posts", "POST /x HTTP/1.0\r\n\r\n", NOSMTP, true },
	{ "and one of HTTP/2", "PRI * HTTP/2.0\r\n\r\n", NOSMTP, true },
	{ "8 bits in an address are no reason",
	    START "RCPT TO:<b\xc3\xbc@example.com>\r\n",
	    EHLO MAIL RECIPIENTS LINK, false },
	{ "ten lines of nonsense are enough",
	    "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\nj\r\nk\r\n",
	    WHAT WHAT WHAT WHAT WHAT WHAT WHAT WHAT WHAT
	    "421 4.7.0 " NAME " Too many errors, closing\r\n",
	    true },
};

static void
test_dialogues(void)
{
	static struct heard h;
	char want[4096];

	client = blocked(FRONT_KIND_RECIPIENTS, TOKEN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t n = strlen(cases[i].said);
		static const size_t pieces[] = { 4096, 1, 2, 7 };

		snprintf(want, sizeof(want), HELLO "%s", cases[i].want);
		for (size_t p = 0; p < sizeof(pieces) / sizeof(*pieces); p++) {
			converse(cases[i].said, n, pieces[p], &h);
			ZT_CASE(cases[i].name,
			    hears(&h, want) && talk.over == cases[i].over);
		}
	}
}

/* Not C strings: controls and zeros. */
static void
test_binary(void)
{
	static const struct {
		const char *name, *said;
		size_t n;
	} bad[] = {
		{ "a TLS hello ends it", "\x16\x03\x01\x02\x00\x01\x00", 7 },
		{ "a zero in a line ends it", "HELO a\0b\r\n", 10 },
		{ "an escape in a line ends it", "HELO \x1b[2J\r\n", 11 },
		{ "a zero of its own ends it", "\0", 1 },
		{ "an SSLv2 hello ends it", "\x80\x2e\x01\x00\x02", 5 },
	};
	static struct heard h;

	client = blocked(FRONT_KIND_TALK, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t piece = 1; piece < 12; piece += 10) {
			converse(bad[i].said, bad[i].n, piece, &h);
			ZT_CASE(bad[i].name,
			    hears(&h, HELLO NOSMTP) && talk.over);
		}
}

static const struct {
	const char *name;
	enum front_kind kind;
	const char *token, *want;
} kinds[] = {
	{ "a kind that is not known has words", FRONT_KIND_NONE, TOKEN,
	    WHY("spam came from it") LINK },
	{ "one without a token has no link", FRONT_KIND_NONE, "",
	    WHY("spam came from it") NOLINK },
	{ "talk has words", FRONT_KIND_TALK, "",
	    WHY("it speaks like a program that sends spam") NOLINK },
	{ "recipients has words", FRONT_KIND_RECIPIENTS, "",
	    RECIPIENTS NOLINK },
	{ "name has words", FRONT_KIND_NAME, "",
	    WHY("it has no proper name in DNS or in its HELO") NOLINK },
	{ "botnet has words", FRONT_KIND_BOTNET, "",
	    WHY("it acts like machines that are known to send spam") NOLINK },
	{ "trap has words", FRONT_KIND_TRAP, "",
	    WHY("it sent mail to addresses that were never given to "
		"anybody") NOLINK },
	{ "admin has words", FRONT_KIND_ADMIN, "",
	    WHY("the administrator has blocked it") NOLINK },
	{ "bounces has words", FRONT_KIND_BOUNCES, "",
	    WHY("it sends bounces of mail that nobody here sent") NOLINK },
};

static bool
lines_ok(const struct heard *h)
{
	size_t start = 0;

	for (size_t i = 0; i + 1 < h->n; i++) {
		if (h->b[i] == '\n' && i + 1 - start > TALK_REPLY_MAX)
			return false;
		if (h->b[i] == '\n')
			start = i + 1;
	}
	return h->n - start <= TALK_REPLY_MAX && h->n >= 2 &&
	    memcmp(h->b + h->n - 2, "\r\n", 2) == 0;
}

static void
test_kinds(void)
{
	static const char said[] = START "RCPT TO:<b@example.com>\r\n";
	static struct heard h;
	char want[4096];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		client = blocked(kinds[i].kind, kinds[i].token);
		converse(said, sizeof(said) - 1, 4096, &h);
		snprintf(want, sizeof(want), HELLO EHLO MAIL "%s",
		    kinds[i].want);
		ZT_CASE(kinds[i].name, hears(&h, want));
	}
	ZT_CASE("all kinds are there",
	    sizeof(kinds) / sizeof(kinds[0]) == FRONT_KINDS + 1);
}

static void
test_not_blocked(void)
{
	static const char said[] = START
	    "RCPT TO:<b@example.com>\r\nDATA\r\nQUIT\r\n";
	static struct heard h;

	client = (struct talk_client){ .told = true };
	converse(said, sizeof(said) - 1, 4096, &h);
	ZT_CASE("one who is not blocked shall try again",
	    hears(&h,
		HELLO EHLO MAIL LATER
		"451 4.7.1 No recipients now: try again in a minute\r\n" BYE));
	ZT_CASE("and is counted",
	    talk.refused == 1 && talk.rcpt.n == strlen("b@example.com"));
}

/* Room for one line of all that a name or a link may be at most. */
static void
test_long_names(void)
{
	static const char said[] = START "RCPT TO:<b@example.com>\r\nQUIT\r\n";
	static struct heard h;
	struct talk_conf c = conf;
	char name[254], url[140];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(url, 'u', sizeof(url) - 1);
	client = blocked(FRONT_KIND_TRAP, TOKEN);
	memset(client.who.b, 0xff, 16);
	client.who.family = 6;
	for (size_t n = 1; n < sizeof(url); n++) {
		const char *link;
		size_t used, at = 0;

		url[n] = '\0';
		c = (struct talk_conf){ name, url };
		h.n = talk_begin(&talk, &c, &client, h.b);
		while (at < sizeof(said) - 1) {
			h.n += talk_take(&talk, said + at,
			    sizeof(said) - 1 - at, &used, h.b + h.n);
			at += used;
		}
		h.b[h.n] = '\0';
		link = strstr(h.b, "/a/" TOKEN "\r\n");
		ZT_CASE("no reply line is longer than 200 octets",
		    lines_ok(&h));
		ZT_CASE("a link is whole or not there",
		    n > 127 ? strstr(h.b, TOKEN) == NULL : link != NULL);
		url[n] = 'u';
	}
}

static void
test_long_lines(void)
{
	static char said[TALK_LINE_MAX + 100];
	static struct heard h;

	client = blocked(FRONT_KIND_TALK, "");
	memset(said, 'x', sizeof(said));
	memcpy(said, "HELO ", 5);
	memcpy(said + TALK_LINE_MAX - 2, "\r\n", 2);
	converse(said, TALK_LINE_MAX, 100, &h);
	ZT_CASE("the longest line is heard",
	    hears(&h, HELLO "250 " NAME "\r\n"));
	memset(said + TALK_LINE_MAX - 2, 'x', 10);
	memcpy(said + TALK_LINE_MAX, "\r\nQUIT\r\n", 8);
	for (size_t piece = 1; piece < 3000; piece = piece * 3 + 1) {
		converse(said, TALK_LINE_MAX + 8, piece, &h);
		ZT_CASE("a longer one is passed over to its end",
		    hears(&h, HELLO "500 5.5.2 Line too long\r\n" BYE));
	}
}

static void
test_megabytes(void)
{
	static struct heard h;
	char *said = malloc(1 << 20);

	if (said == NULL)
		abort();
	client = blocked(FRONT_KIND_TALK, "");
	memset(said, 'x', 1 << 20);
	converse(said, 1 << 20, 1000, &h);
	ZT_CASE("a line of a megabyte has an end",
	    hears(&h, HELLO "421 4.7.0 " NAME " Too much input, closing\r\n"));
	for (size_t i = 0; i + 6 <= 1 << 20; i += 6)
		memcpy(said + i, "NOOP\r\n", 6);
	converse(said, 1 << 20, 1000, &h);
	ZT_CASE("so have thousands of commands",
	    talk.over && talk.commands == TALK_COMMANDS + 1 &&
		h.n < TALK_COMMANDS * 20);
	free(said);
}

static void
test_needs_client(void)
{
	static const struct {
		const char *name, *before, *in;
		bool want;
	} lines[] = {
		{ "RCPT waits", "", "RCPT TO:<b>\r\n", true },
		{ "of any case", "", "rcpt to:<b>\r\n", true },
		{ "in pieces, too", "RC", "PT TO:<b>\r\n", true },
		{ "whose first piece is long", "RCPT TO", ":<b>\r\nQUIT\r\n",
		    true },
		{ "but only when it is whole", "", "RCPT TO:<b>", false },
		{ "another does not", "", "QUIT\r\n", false },
		{ "nor a short one", "", "\n", false },
		{ "nor what follows one", "", "NOOP\r\nRCPT TO:<b>\r\n",
		    false },
		{ "nor nothing", "", "", false },
	};
	char out[TALK_OUT_MAX];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t used;

		client = (struct talk_client){ .told = false };
		talk_begin(&talk, &conf, &client, out);
		talk_take(&talk, lines[i].before, strlen(lines[i].before),
		    &used, out);
		ZT_CASE(lines[i].name,
		    talk_needs_client(&talk, lines[i].in,
			strlen(lines[i].in)) == lines[i].want);
		client.told = true;
		ZT_CASE("nothing waits when it is told",
		    !talk_needs_client(&talk, lines[i].in,
			strlen(lines[i].in)));
	}
}

static void
test_notes(void)
{
	static const char said[] =
	    "EHLO one\r\nEHLO two words\r\nMAIL FROM:<a@example.org> SIZE=3\r\n"
	    "RCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\n";
	static struct heard h;
	char big[300];

	client = blocked(FRONT_KIND_TALK, "");
	converse(said, sizeof(said) - 1, 4096, &h);
	ZT_CASE("the log knows HELO, sender and first recipient",
	    talk.helo.n == 9 && memcmp(talk.helo.b, "two words", 9) == 0 &&
		talk.sender.n == 13 &&
		memcmp(talk.sender.b, "a@example.org", 13) == 0 &&
		talk.rcpt.n == 13 &&
		memcmp(talk.rcpt.b, "b@example.com", 13) == 0);
	memset(big, 'x', sizeof(big));
	memcpy(big, "HELO ", 5);
	big[sizeof(big) - 1] = '\n';
	converse(big, sizeof(big), 4096, &h);
	ZT_CASE("and not more of them than there is room",
	    talk.helo.n == TALK_NOTE_MAX);
}

static void
test_ends(void)
{
	static struct heard h;

	client = blocked(FRONT_KIND_TALK, "");
	converse("", 0, 1, &h);
	h.n = talk_end(&talk, "Timeout, closing", h.b);
	ZT_CASE("a deadline is said",
	    hears(&h, "421 4.4.2 " NAME " Timeout, closing\r\n") && talk.over);
	h.n = talk_busy(&conf, h.b);
	ZT_CASE("so is that there is no place",
	    hears(&h,
		"421 4.3.2 " NAME
		" Too many connections, try again later\r\n"));
}

static const struct zt_test tests[] = {
	{ "dialogues", test_dialogues },
	{ "binary", test_binary },
	{ "kinds", test_kinds },
	{ "not blocked", test_not_blocked },
	{ "long names", test_long_names },
	{ "long lines", test_long_lines },
	{ "megabytes", test_megabytes },
	{ "needs client", test_needs_client },
	{ "notes", test_notes },
	{ "ends", test_ends },
};

ZT_MAIN("talk", tests)
