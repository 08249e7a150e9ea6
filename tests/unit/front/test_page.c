/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one-click page: whole and well-formed HTML of our own words, the right
 * ones for each case, and nothing from elsewhere that acts as markup.
 *
 * zt-link: front/page front/page_text fp/addr
 */
#include "front/page.h"
#include "tests/zt.h"

static char text[PAGE_MAX + 1];

static const char *
print(const struct page *p)
{
	size_t n = page_print(p, text);

	text[n <= PAGE_MAX ? n : 0] = '\0';
	return text;
}

static struct page
make(enum page_what what, const char *who)
{
	struct page p = { .what = what,
		.kind = FRONT_KIND_TALK,
		.until_s = 1790000000,
		.host = "mx.example.com" };

	(void)addr_parse((struct str){ who, strlen(who) }, &p.who);
	return p;
}

static unsigned
count(const char *s, const char *what)
{
	unsigned n = 0;

	for (s = strstr(s, what); s != NULL; s = strstr(s + 1, what))
		n++;
	return n;
}

static bool
has(const char *what)
{
	return strstr(text, what) != NULL;
}

/* Elements that have no end. */
static bool
is_void(const char *name)
{
	return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0;
}

/* Every element is ended, in the right order.  */
static bool
is_nested(const char *s)
{
	char open[32][16];
	size_t depth = 0;

	for (s = strchr(s, '<'); s != NULL; s = strchr(s + 1, '<')) {
		bool end = s[1] == '/';
		char name[16];

		if (s[1] == '!')
			continue;
		if (sscanf(s + 1 + end, "%15[a-z0-9]", name) != 1 ||
		    strchr(s, '>') == NULL)
			return false;
		if (is_void(name))
			continue;
		if (end && (depth == 0 || strcmp(open[--depth], name) != 0))
			return false;
		if (!end && depth == 32)
			return false;
		if (!end)
			memcpy(open[depth++], name, sizeof(name));
	}
	return depth == 0;
}

static void
test_every_page(void)
{
	static const char *const whos[] = { "192.0.2.7", "2001:db8:1:2::9" };

	for (int w = 0; w < 2; w++)
		for (int what = 0; what < PAGES; what++)
			for (int kind = 0; kind < FRONT_KINDS; kind++) {
				struct page p = make((enum page_what)what,
				    whos[w]);

				p.kind = (enum front_kind)kind;
				(void)print(&p);
				ZT_CASE("a page is a whole document",
				    strncmp(text, "<!DOCTYPE html>", 15) == 0 &&
					has("</html>\n"));
				ZT_CASE("all its elements are ended",
				    is_nested(text));
				ZT_CASE("it says its language",
				    has("<html lang=\"en\">"));
				ZT_CASE("it says its bytes' meaning",
				    has("<meta charset=\"utf-8\">"));
				ZT_CASE("it fits a phone",
				    has("name=\"viewport\""));
				ZT_CASE("it has a dark side",
				    has("prefers-color-scheme:dark"));
				ZT_CASE("it has one title, one heading",
				    count(text, "<title>") == 1 &&
					count(text, "<h1") == 1);
				ZT_CASE("it has no script",
				    !has("<script") && !has("javascript"));
				ZT_CASE("it takes nothing from elsewhere",
				    !has("://") && !has("src=") &&
					!has("@import") && !has("url("));
				ZT_CASE("no mark of ours is left in it",
				    strpbrk(strstr(text, "<body>"), "@#") ==
					NULL);
				ZT_CASE("there is a button where it may act",
				    (count(text, "<button") == 1) ==
					(what == PAGE_ASK));
			}
}

static const struct {
	const char *name;
	enum page_what what;
	unsigned status;
	const char *words; /* that must be in it */
	const char *other;
} pages[] = {
	{ "asking names the address", PAGE_ASK, 200,
	    "Mail from 192.0.2.7 is being refused", "<code>192.0.2.7</code>" },
	{ "asking tells the reason in words", PAGE_ASK, 200,
	    "it spoke before its turn", "close port 25" },
	{ "asking tells until when, in UTC", PAGE_ASK, 200,
	    "21 September 2026, 14:13 UTC", "datetime=\"2026-09-21T14:13Z\"" },
	{ "its button acts by POST on the same address", PAGE_ASK, 200,
	    "<form method=\"post\">", "Unblock 192.0.2.7</button>" },
	{ "asking tells what comes after", PAGE_ASK, 200, "7 days", "90 days" },
	{ "done says so", PAGE_LIFTED, 200, "192.0.2.7 is unblocked",
	    "Send the refused message again" },
	{ "not blocked says so", PAGE_NOT_BLOCKED, 200,
	    "192.0.2.7 is not blocked", "nothing to do" },
	{ "a used link says so", PAGE_USED, 410, "This link has been used",
	    "192.0.2.7" },
	{ "no more links says how to go on", PAGE_NO_MORE, 403,
	    "cannot be ended with a link", "another mail provider" },
	{ "too many says when to try again", PAGE_LIMIT, 429,
	    "Too many requests", "tomorrow" },
	{ "a failure can be tried again", PAGE_FAILED, 503, "That did not work",
	    "<a href=\"\">" },
	{ "an old link says so", PAGE_EXPIRED, 410, "This link is too old",
	    "30 days" },
	{ "no such link says what may be wrong", PAGE_BAD, 404,
	    "There is no such page", "copy the whole link" },
	{ "every page names the mail server", PAGE_BAD, 404, "mx.example.com",
	    "<header>mx.example.com</header>" },
};

static void
test_words(void)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct page p = make(pages[i].what, "192.0.2.7");

		(void)print(&p);
		ZT_CASE(pages[i].name,
		    has(pages[i].words) && has(pages[i].other));
		ZT_CASE("the status says the same as the page",
		    page_status(pages[i].what) == pages[i].status);
	}
}

static void
test_kinds_differ(void)
{
	static char seen[FRONT_KINDS][256];

	for (int k = 0; k < FRONT_KINDS; k++) {
		struct page p = make(PAGE_ASK, "192.0.2.7");
		bool twice = false;
		const char *at;

		p.kind = (enum front_kind)k;
		at = strstr(print(&p), "<dt>Reason</dt>\n<dd>");
		ZT_CASE("there is a reason", at != NULL);
		(void)snprintf(seen[k], sizeof(seen[k]), "%.*s",
		    (int)strcspn(at + 20, "<"), at + 20);
		for (int j = 0; j < k; j++)
			twice |= strcmp(seen[j], seen[k]) == 0;
		ZT_CASE("each kind has a reason of its own",
		    seen[k][0] != '\0' && !twice);
	}
}

static void
test_network(void)
{
	struct page p = make(PAGE_ASK, "2001:db8:1:2:3:4:5:6");

	(void)print(&p);
	ZT_CASE("of IPv6 the whole network is named",
	    has("<dt>Network</dt>") && has("<code>2001:db8:1:2::/64</code>"));
	ZT_CASE("and nothing of a single address", !has("3:4:5:6"));
}

static const struct {
	const char *name;
	int64_t until_s;
	const char *want;
} times[] = {
	{ "the first day", 1, "1 January 1970, 00:00 UTC" },
	{ "a leap day", 1709164799 + 1, "29 February 2024, 00:00 UTC" },
	{ "the day after it", 1709251200, "1 March 2024, 00:00 UTC" },
	{ "the last minute of a year", 1798761599, "31 December 2026, 23:59" },
	{ "no leap day in 2100", 4107542400, "1 March 2100, 00:00 UTC" },
	{ "times beyond all are cut", INT64_MAX, "31 December 9999, 23:59" },
};

static void
test_until(void)
{
	struct page p = make(PAGE_ASK, "192.0.2.7");

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		p.until_s = times[i].until_s;
		(void)print(&p);
		ZT_CASE(times[i].name, has(times[i].want));
	}
	p.until_s = 0;
	(void)print(&p);
	ZT_CASE("an end that is not known is not told",
	    !has("Blocked until") && !has("<time"));
	p.until_s = -5;
	(void)print(&p);
	ZT_CASE("nor one before 1970", !has("Blocked until"));
}

static void
test_hostile(void)
{
	static char name[100000];
	struct page p = make(PAGE_ASK, "192.0.2.7");

	p.host = "<b onclick='x'>&\"\x80\x1f</b>";
	(void)print(&p);
	ZT_CASE("a host's name is no markup", !has("<b ") && !has("</b>"));
	ZT_CASE("its bytes are shown as text",
	    has("&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;??&lt;/b&gt;"));
	memset(name, '<', sizeof(name) - 1);
	p.host = name;
	for (int what = 0; what < PAGES; what++) {
		p.what = (enum page_what)what;
		(void)print(&p);
		ZT_CASE("the longest name leaves the page whole",
		    strlen(text) < PAGE_MAX && has("</html>\n"));
	}
	p = make(PAGE_ASK, "192.0.2.7");
	p.host = NULL;
	(void)print(&p);
	ZT_CASE("without a name it is \"this mail server\"",
	    has("this mail server takes no mail") && !has("(null)"));
}

static void
test_nonsense(void)
{
	struct page p = make((enum page_what)77, "192.0.2.7");

	ZT_CASE("an unknown page is a failure",
	    strstr(print(&p), "That did not work") != NULL);
	ZT_CASE("and so is its status", page_status((enum page_what)77) == 503);
	p = make(PAGE_ASK, "192.0.2.7");
	p.kind = (enum front_kind)200;
	ZT_CASE("an unknown kind is no kind",
	    strstr(print(&p), "infected computer") != NULL);
	p = make(PAGE_LIFTED, "");
	p.who.family = 0;
	ZT_CASE("nobody was unblocked: a failure",
	    strstr(print(&p), "That did not work") != NULL);
	p.what = PAGE_BAD;
	ZT_CASE("a link that is none needs nobody",
	    strstr(print(&p), "There is no such page") != NULL);
}

static const struct {
	const char *name;
	enum front_result result;
	bool link, click;
	enum page_what want;
} answers[] = {
	{ "blocked shows the button", FRONT_BLOCKED, true, false, PAGE_ASK },
	{ "blocked without a link shows none", FRONT_BLOCKED, false, false,
	    PAGE_NO_MORE },
	{ "blocked after a click is a failure", FRONT_BLOCKED, true, true,
	    PAGE_FAILED },
	{ "lifted by a click", FRONT_LIFTED, false, true, PAGE_LIFTED },
	{ "nothing is lifted by looking", FRONT_LIFTED, true, false,
	    PAGE_FAILED },
	{ "not blocked", FRONT_NOT_BLOCKED, false, false, PAGE_NOT_BLOCKED },
	{ "not blocked, clicked", FRONT_NOT_BLOCKED, false, true,
	    PAGE_NOT_BLOCKED },
	{ "used", FRONT_USED, false, false, PAGE_USED },
	{ "used, clicked", FRONT_USED, false, true, PAGE_USED },
	{ "no more", FRONT_NO_MORE, false, true, PAGE_NO_MORE },
	{ "limit", FRONT_LIMIT, false, true, PAGE_LIMIT },
	{ "failed", FRONT_FAILED, false, true, PAGE_FAILED },
	{ "nonsense", (enum front_result)99, true, false, PAGE_FAILED },
};

static void
test_answers(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct frontmsg m = { .op = FRONT_TELL,
			.result = (uint8_t)answers[i].result,
			.link = answers[i].link };

		ZT_CASE(answers[i].name,
		    page_of(&m, answers[i].click) == answers[i].want);
	}
	ZT_CASE("no answer is a failure",
	    page_of(NULL, true) == PAGE_FAILED &&
		page_of(NULL, false) == PAGE_FAILED);
}

static const struct zt_test tests[] = {
	{ "every page", test_every_page },
	{ "words", test_words },
	{ "kinds", test_kinds_differ },
	{ "network", test_network },
	{ "until", test_until },
	{ "hostile", test_hostile },
	{ "nonsense", test_nonsense },
	{ "answers", test_answers },
};

ZT_MAIN("page", tests)
