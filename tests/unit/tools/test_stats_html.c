/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of statistics: a whole document of ours, in which nothing from
 * outside is markup, that takes nothing from elsewhere, says "would have" in
 * shadow mode, has the mistakes first and stays small.
 *
 * zt-link: tests/tools/lib/statsfake daemon/tally fp/addr @STATS_HTML
 * zt-libs: libsodium libm
 */
#include <errno.h>
#include <sodium.h>

#include "tests/tools/lib/statsfake.h"
#include "tests/zt.h"
#include "tools/stats_html_impl.h"

#define UNTIL_MS  INT64_C(1795305600000) /* 22 November 2026 */
#define PAGE_MOST (2u * 1000 * 1000)

static char *text;
static size_t text_n;

static void
print(const struct stats *s)
{
	FILE *f;

	free(text);
	text = NULL;
	f = open_memstream(&text, &text_n);
	if (f == NULL || stats_html(s, f) != 0 || fclose(f) != 0)
		abort();
}

static struct statsfake
usual(void)
{
	return (struct statsfake){ .seed = 7,
		.until_ms = UNTIL_MS,
		.days = 30,
		.modes = TALLY_ENFORCE,
		.groups = 20,
		.machines = 20,
		.mistakes = 5 };
}

static void
print_fake(const struct statsfake *how)
{
	struct stats s;

	statsfake_make(how, &s);
	print(&s);
	statsfake_free(&s);
}

static bool
has(const char *what)
{
	return strstr(text, what) != NULL;
}

static unsigned
count(const char *what)
{
	unsigned n = 0;

	for (const char *s = text; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

static size_t
where(const char *what)
{
	const char *at = strstr(text, what);

	return at == NULL ? SIZE_MAX : (size_t)(at - text);
}

/* ---- the document ---- */

static bool
is_void(const char *name)
{
	return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0;
}

/* In these `<` is no markup. */
static const char *
skip_raw(const char *s, const char *name)
{
	char end[24];

	if (strcmp(name, "style") != 0 && strcmp(name, "script") != 0)
		return s;
	(void)snprintf(end, sizeof(end), "</%s", name);
	s = strstr(s, end);
	return s == NULL ? NULL : s - 1;
}

/* Every element is ended, in the right order; quotes are closed. */
static bool
is_nested(void)
{
	char open[64][16];
	size_t depth = 0;

	for (const char *s = strchr(text, '<'), *end; s != NULL;
	     s = strchr(s + 1, '<')) {
		bool ends = s[1] == '/';
		char name[16];

		if (s[1] == '!')
			continue;
		end = strchr(s, '>');
		if (end == NULL ||
		    sscanf(s + 1 + ends, "%15[a-z0-9]", name) != 1)
			return false;
		if (is_void(name) || end[-1] == '/')
			continue;
		if (ends && (depth == 0 || strcmp(open[--depth], name) != 0))
			return false;
		if (!ends && depth == 64)
			return false;
		if (!ends)
			memcpy(open[depth++], name, sizeof(name));
		if (!ends && (s = skip_raw(s, name)) == NULL)
			return false;
	}
	return depth == 0;
}

/* The policy names what stands between two tags by its hash. */
static bool
is_hashed(const char *kind, const char *open, const char *close)
{
	const char *from = strstr(text, open), *to = strstr(text, close);
	uint8_t hash[crypto_hash_sha256_BYTES];
	char base64[64], want[96];

	if (from == NULL || to == NULL)
		return false;
	from += strlen(open);
	crypto_hash_sha256(hash, (const uint8_t *)from, (size_t)(to - from));
	(void)snprintf(want, sizeof(want), "%s 'sha256-%s'", kind,
	    sodium_bin2base64(base64, sizeof(base64), hash, sizeof(hash),
		sodium_base64_VARIANT_ORIGINAL));
	return has(want);
}

static void
check_document(void)
{
	ZT_CASE("it is a whole document",
	    strncmp(text, "<!DOCTYPE html>", 15) == 0 && has("</html>\n"));
	ZT_CASE("all its elements are ended", is_nested());
	ZT_CASE("it says its language and its bytes' meaning",
	    has("<html lang=\"en\">") && has("<meta charset=\"utf-8\">"));
	ZT_CASE("the policy comes before all that it is for",
	    where("default-src 'none'") < where("<title>"));
	ZT_CASE("its style is told by its hash",
	    is_hashed("style-src", "<style>", "</style>"));
	ZT_CASE("so is its script",
	    is_hashed("script-src", "<script>", "</script>"));
	ZT_CASE("there is one of each",
	    count("<script") == 1 && count("<style") == 1);
	ZT_CASE("nothing else may be there",
	    !has("unsafe-") && has("base-uri 'none'") &&
		has("form-action 'none'"));
	ZT_CASE("it takes nothing from elsewhere",
	    !has("://") && !has("<link") && !has("<img") && !has("@import") &&
		!has("url("));
	ZT_CASE("no attribute is style or script",
	    !has(" style=") && !has(" onclick=") && !has(" onload="));
	ZT_CASE("it has one title and one heading of the first rank",
	    count("<h1") == 1 && has("<title>zfw, "));
	ZT_CASE("every plot has a title and words",
	    count("role=\"img\"") == count("<desc ") &&
		count("role=\"img\"") == count("-t\">"));
	ZT_CASE("heads of columns and rows say so",
	    !has("<th>") && count("scope=\"col\"") > 0);
}

static void
test_document(void)
{
	struct statsfake how = usual();

	print_fake(&how);
	check_document();
	ZT_CASE("it is as small as promised", text_n < PAGE_MOST);
	for (int k = 0; k < STATS_KINDS; k++) {
		char id[64];

		(void)snprintf(id, sizeof(id),
		    "id=\"%s\" open><summary><h3>%s ", stats_kind_name[k],
		    stats_kind_title[k]);
		ZT_CASE("every kind of group has its part", has(id));
	}
	ZT_CASE("its version is there", has("zfw " ZFW_VERSION));
	how.days = 0;
	print_fake(&how);
	check_document();
	ZT_CASE("of nothing there is no plot", !has("role=\"img\""));
	ZT_CASE("of nothing it says so", has("There is no history"));
}

/* ---- what it says ---- */

static void
test_words(void)
{
	struct statsfake how = usual();
	struct stats s;

	print_fake(&how);
	ZT_CASE("enforcing, nothing would have been",
	    !has("ould have been") && !has("hadow mode") &&
		has("<dt>Prevented</dt>"));
	ZT_CASE("the mistakes stand before plots and lists",
	    where("id=\"mistakes\"") < where("id=\"time\"") &&
		where("id=\"time\"") < where("id=\"botnet\""));
	ZT_CASE("each mistake says why", count("was let out by a click") == 1);
	how.modes = TALLY_SHADOW;
	print_fake(&how);
	ZT_CASE("in shadow mode it says so at once",
	    where("Shadow mode: nobody was blocked") < where("id=\"sums\""));
	ZT_CASE("in shadow mode things would have been",
	    has("<dt>Would have been prevented</dt>") &&
		has("<dt>Would have been rejected</dt>") &&
		has("<dt>Would have been cut</dt>") &&
		!has("<dt>Prevented</dt>") && !has("blocked, tier"));
	how.modes |= TALLY_ENFORCE;
	print_fake(&how);
	ZT_CASE("of both it says so, with a strip below the plot",
	    has("Partly in shadow mode") && has("class=\"m-shadow\"") &&
		has("class=\"m-on\""));
	how.modes = TALLY_SHADOW;
	statsfake_make(&how, &s);
	s.total.n[TALLY_PREVENTED] = 300;
	s.total.n[TALLY_CONNECTS] = 1000;
	print(&s);
	ZT_CASE("who would be prevented is a share of all attempts",
	    has("23 % of all attempts to connect"));
	s.mistake_all = 1234;
	print(&s);
	ZT_CASE("there are as many mistakes as there are, shown or not",
	    has("<b>1,234</b> <span><a href=\"#mistakes\">who") &&
		has("Possible mistakes <span class=\"count\">1,234</span>"));
	statsfake_free(&s);
	how.mistakes = 0;
	statsfake_make(&how, &s);
	s.bad_records = 4;
	s.daemon_runs = false;
	print(&s);
	statsfake_free(&s);
	ZT_CASE("no mistakes is said, too", has("None: no client"));
	ZT_CASE("what could not be read is not kept quiet",
	    has("4 records could not be read"));
	ZT_CASE("nor is a daemon that does not run",
	    has("<strong>zfwd does not run now."));
}

/* Of days that have just begun. */
static void
test_young(void)
{
	struct statsfake how = usual();

	how.days = 7;
	how.hours = 40;
	print_fake(&how);
	ZT_CASE("a day or two are shown by hours",
	    has("Connections an hour") && has("The same in figures, by hour"));
	ZT_CASE("there is no week of them yet", !has("Hours of the week"));
	how.hours = 1;
	how.modes = TALLY_SHADOW;
	print_fake(&how);
	ZT_CASE("an hour is shown by minutes",
	    has("Connections a minute") && has("by five minutes") &&
		is_nested());
	how.hours = 0;
	how.days = 0;
	print_fake(&how);
	ZT_CASE("before the first minute it says so", has("No history yet."));
}

static void
test_figures(void)
{
	struct statsfake how = usual();
	struct stats s;
	char want[96], num[HTML_NUM_LEN], date[HTML_DATE_LEN];
	const struct stats_machine *m;

	statsfake_make(&how, &s);
	s.total.n[TALLY_PREVENTED] = 7654321;
	s.total.n[TALLY_CONNECTS] = 345679;
	s.total.n[TALLY_ENDED] = 1000;
	s.total.n[TALLY_BACK] = 42;
	s.tier_n[7] = 77777;
	print(&s);
	ZT_CASE("a sum is written with its thousands", has("<b>7,654,321</b>"));
	ZT_CASE("prevented is a share of all attempts", has("96 % of all att"));
	ZT_CASE("who comes back is a share of the blocks",
	    has("<p class=\"big\">4.2 %</p>"));
	ZT_CASE("the highest tier is there",
	    has("<th scope=\"row\">Tier 7 and up</th>") && has(">77,777<"));
	ZT_CASE("tiers are called by their numbers",
	    has("<th scope=\"row\">Tier 1</th>") && !has("No tier"));
	m = &s.list[STATS_HELO].group[19].machine[3];
	(void)snprintf(want, sizeof(want), "<td class=\"n\">%s</td>",
	    html_num(m->knocks, num));
	ZT_CASE("a machine of the last group has its figures", has(want));
	(void)snprintf(want, sizeof(want), "</td><td>%s</td></tr>",
	    html_date(m->last_ms, "%Y-%m-%d %H:%M", date));
	ZT_CASE("and its time", has(want));
	s.list[STATS_AS].group[0].machine[0].first_ms = 0;
	s.list[STATS_AS].group[0].machine[0].last_ms = INT64_MAX;
	print(&s);
	ZT_CASE("no time is a dash", has("<td>–</td><td>–</td></tr>"));
	statsfake_free(&s);
}

/* `--by KIND [NAME]` */
static void
test_asked(void)
{
	struct statsfake how = usual();
	struct stats s;

	statsfake_make(&how, &s);
	s.opts.only_kind = "helo";
	print(&s);
	ZT_CASE("of one kind only its groups are shown",
	    has("id=\"helo\"") && count("class=\"kind card\"") == 1 &&
		count("href=\"#helo\"") == 1 && !has("href=\"#as\""));
	ZT_CASE("the rest of the page is there",
	    has("id=\"mistakes\"") && has("id=\"time\""));
	s.opts.only_name = "<ylmf>";
	s.list[STATS_HELO].n = 1;
	print(&s);
	ZT_CASE("of one group it says which",
	    has("Only clients of the group <bdi>&lt;ylmf&gt;</bdi>") &&
		is_nested());
	ZT_CASE("what was asked for comes first",
	    where("id=\"helo\"") < where("id=\"botnet\""));
	ZT_CASE("it is open, and no other",
	    count("<details open><summary>") == 1);
	ZT_CASE("the others are not left out",
	    count("class=\"kind card\"") == STATS_KINDS);
	statsfake_free(&s);
}

/* ---- text from outside ---- */

static const struct {
	const char *name; /* a sentence: it is the failure message */
	const char *theirs;
	size_t max;
	const char *want;
} names[] = {
	{ "a name stands alone", "mx.example.com", 48,
	    "<bdi>mx.example.com</bdi>" },
	{ "no name is a dash", "", 48, "<i>–</i>" },
	{ "markup is text", "<b a='1' c=\"2\">&", 48,
	    "<bdi>&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;</bdi>" },
	{ "a backslash is two", "C:\\x41", 48, "<bdi>C:\\\\x41</bdi>" },
	{ "controls are seen", "a\n\x7f\t", 48,
	    "<bdi>a<bdi dir=\"ltr\">\\u{a}</bdi><bdi dir=\"ltr\">\\u{7f}</bdi>"
	    "<bdi dir=\"ltr\">\\u{9}</bdi></bdi>" },
	{ "C1 controls are seen", "\xc2\x9b", 48,
	    "<bdi><bdi dir=\"ltr\">\\u{9b}</bdi></bdi>" },
	{ "direction is seen", "a\xe2\x80\xae", 48,
	    "<bdi>a<bdi dir=\"ltr\">\\u{202e}</bdi></bdi>" },
	{ "isolates are seen", "\xe2\x81\xa6", 48,
	    "<bdi><bdi dir=\"ltr\">\\u{2066}</bdi></bdi>" },
	{ "tags are seen", "\xf3\xa0\x81\x81", 48,
	    "<bdi><bdi dir=\"ltr\">\\u{e0041}</bdi></bdi>" },
	{ "letters of all kinds stay", "\xc3\xbc\xd7\xa9\xf0\x9f\x98\x80", 48,
	    "<bdi>\xc3\xbc\xd7\xa9\xf0\x9f\x98\x80</bdi>" },
	{ "a byte that is no UTF-8 is seen", "\xff", 48,
	    "<bdi><bdi dir=\"ltr\">\\xff</bdi></bdi>" },
	{ "an overlong form is bytes", "\xc0\xaf", 48,
	    "<bdi><bdi dir=\"ltr\">\\xc0</bdi><bdi dir=\"ltr\">\\xaf</bdi>"
	    "</bdi>" },
	{ "an overlong form of three is bytes", "\xe0\x80\xbc", 48,
	    "<bdi><bdi dir=\"ltr\">\\xe0</bdi><bdi dir=\"ltr\">\\x80</bdi>"
	    "<bdi dir=\"ltr\">\\xbc</bdi></bdi>" },
	{ "a surrogate is bytes", "\xed\xa0\x80", 48,
	    "<bdi><bdi dir=\"ltr\">\\xed</bdi><bdi dir=\"ltr\">\\xa0</bdi>"
	    "<bdi dir=\"ltr\">\\x80</bdi></bdi>" },
	{ "a character that is cut off is bytes", "a\xe2\x82", 48,
	    "<bdi>a<bdi dir=\"ltr\">\\xe2</bdi><bdi dir=\"ltr\">\\x82</bdi>"
	    "</bdi>" },
	{ "two marks on a letter stay, a third is seen",
	    "e\xcc\x81\xcc\x82\xcc\x83", 48,
	    "<bdi>e\xcc\x81\xcc\x82<bdi dir=\"ltr\">\\u{303}</bdi></bdi>" },
	{ "as long as there is room", "0123456789", 10,
	    "<bdi>0123456789</bdi>" },
	{ "cut in the middle, whole in the title", "0123456789a", 10,
	    "<bdi title=\"0123456789a\">01234…789a</bdi>" },
	{ "the title is escaped, too", "\"><0123456789", 10,
	    "<bdi title=\"&quot;&gt;&lt;0123456789\">&quot;&gt;&lt;01…6789"
	    "</bdi>" },
};

static void
test_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *out = NULL;
		size_t n = 0;
		struct html h = { .f = open_memstream(&out, &n) };

		html_name(&h, names[i].theirs, names[i].max);
		(void)fclose(h.f);
		ZT_CASE(names[i].name, strcmp(out, names[i].want) == 0);
		if (strcmp(out, names[i].want) != 0)
			printf("    want %s\n    got  %s\n", names[i].want,
			    out);
		ZT_CASE("what is written is counted", h.bytes == n);
		free(out);
	}
}

/* No byte of the page can do what a stranger's may. */
static bool
is_plain(void)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0';
	     p++) {
		if (*p < 0x20 && *p != '\n' && *p != '\t')
			return false;
		if (*p == 0x7f || *p == 0xff || *p == 0xfe || *p == 0xc0)
			return false;
		/* U+202A..E and U+2066..9, U+200B */
		if (*p == 0xe2 &&
		    ((p[1] == 0x80 &&
			 (p[2] == 0x8b || (p[2] >= 0xaa && p[2] <= 0xae))) ||
			(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
			return false;
	}
	return true;
}

static void
test_hostile(void)
{
	struct statsfake how = usual();

	how.hostile = true;
	how.mistakes = 60;
	print_fake(&how);
	ZT_CASE("hostile names end no element", is_nested());
	ZT_CASE("no script comes in by a name",
	    count("<script") == 1 && count("<style") == 1 && !has("<img"));
	ZT_CASE("nor an attribute",
	    !has("<svg onload") && !has("' onerror") && !has("\"><img"));
	ZT_CASE("hostile names are seen",
	    has("&lt;script&gt;window.hacked=1") && has("&lt;!--") &&
		has("\\u{202e}</bdi>moc.elpmaxe") &&
		has("<bdi dir=\"ltr\">\\xff</bdi>"));
	ZT_CASE("no byte of them is more than a letter", is_plain());
	ZT_CASE("a long name is cut, and whole in its title",
	    has("<bdi title=\"averyverylong") && has(".end.example\">avery") &&
		!has(">averyverylongnameaveryverylongnameaveryverylongname"));
	ZT_CASE("with all that it is as small as promised", text_n < PAGE_MOST);
}

/* ---- bounds ---- */

static void
test_bounds(void)
{
	struct statsfake how = usual();
	struct stats s;
	unsigned rows;

	how.machines = 400;
	print_fake(&how);
	ZT_CASE("a page with too many machines stays small",
	    text_n < PAGE_MOST && text_n > PAGE_MOST / 2);
	ZT_CASE("every group has its share of them",
	    count("class=\"more\"") == 172);
	ZT_CASE("it says how many there are", has("The busiest "));
	how.groups = how.machines = 1;
	how.mistakes = 1000;
	statsfake_make(&how, &s);
	s.mistake_all = 1200;
	print(&s);
	statsfake_free(&s);
	rows = count("<tr><th scope=\"row\"><code>");
	ZT_CASE("of very many mistakes the likeliest are shown", rows == 200);
	ZT_CASE("and the rest is counted", has("1,000 more are not shown."));
}

static void
test_full_disk(void)
{
	struct statsfake how = usual();
	struct stats s;
	FILE *f = fopen("/dev/full", "w");

	statsfake_make(&how, &s);
	ZT_CASE("a full disk is an error",
	    f != NULL && stats_html(&s, f) == -ENOSPC);
	if (f != NULL)
		(void)fclose(f);
	statsfake_free(&s);
}

static const struct zt_test tests[] = {
	{ "the document", test_document },
	{ "what it says", test_words },
	{ "a young history", test_young },
	{ "its figures", test_figures },
	{ "what was asked for", test_asked },
	{ "names from outside", test_names },
	{ "hostile names", test_hostile },
	{ "bounds", test_bounds },
	{ "a full disk", test_full_disk },
};

ZT_MAIN("stats_html", tests)
