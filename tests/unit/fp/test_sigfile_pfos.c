/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread
 */
#include "tests/zt.h"

#include "tests/unit/fp/sigfake.h"

#define REQ SIGDEF_REQUEST, 4, SIGDEF_TTL_STRICT
#define TS  (Q_DF | Q_TS_ZERO)
#define ANY SIGDEF_ANY

/* An entry and what becomes of it: label and signature. */
static const struct {
	const char *name;
	const char *text, *os, *flavor;
	struct sigdef want;
} good[] = {
	{ "the catch-all for Windows",
	    "*:128:1:52:M*,N,W*,N,N,S:\t@Windows:XP:RFC1323:Windows XP (x)",
	    "Windows", "XP RFC1323",
	    { REQ, 128, 0, ANY, SIGDEF_WIN_ANY, 0, ANY, 6, { 2, 1, 3, 1, 1, 4 },
		0, Q_DF, Q_DF, 0 } },
	{ "segments, a timestamp that is not zero",
	    "S20:64:1:60:M*,S,T,N,W7:\tLinux:3.11-4.19::Linux 3.11 - 4.19",
	    "Linux", "3.11-4.19",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_MSS, 20, 7, 5, { 2, 4, 8, 1, 3 }, 0,
		Q_DF, TS, 0 } },
	{ "packets, a timestamp of zero, details with a colon",
	    "T30:64:0:64:M1460,N,W0,N,N,T0,N,N,S:Windows:98::a:b:c", "Windows",
	    "98",
	    { REQ, 64, 0, 1460, SIGDEF_WIN_MTU, 30, 0, 9,
		{ 2, 1, 3, 1, 1, 8, 1, 1, 4 }, 0, Q_TS_ZERO, TS, 0 } },
	{ "no options", "2048:255:0:40:.:Windows:.NET::x", "Windows", ".NET",
	    { REQ, 255, 0, 0, SIGDEF_WIN_EXACT, 2048, 0, 0, { 0 }, 0, 0, Q_DF,
		0 } },
	{ "multiples, a subtype without a version",
	    "%8192:1:1:44:M536:X Y::sub:x", "X Y", "sub",
	    { REQ, 1, 0, 536, SIGDEF_WIN_MOD, 8192, 0, 1, { 2 }, 0, Q_DF, Q_DF,
		0 } },
	{ "neither version nor subtype", "0:60:0:44:M*:@X:::", "X", "",
	    { REQ, 60, 0, ANY, SIGDEF_WIN_EXACT, 0, 0, 1, { 2 }, 0, 0, Q_DF,
		0 } },
	{ "any length means IP options and data, too", "1:64:0:*:M*:X:1::", "X",
	    "1",
	    { REQ, 64, ANY, ANY, SIGDEF_WIN_EXACT, 1, 0, 1, { 2 }, 0, 0, Q_DF,
		ANY } },
	{ "a multiple that the length is", "1:64:0:%11:M*:X:1::", "X", "1",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 0, 1, { 2 }, 0, 0, Q_DF,
		0 } },
	{ "an end of options, and padding",
	    "1:64:0:64:M*,N,W6,N,N,T,S,E,E:X:1::", "X", "1",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 6, 8,
		{ 2, 1, 3, 1, 1, 8, 4, 0 }, 1, 0, TS, 0 } },
	{ "padding that is not listed", "1:64:0:48:M*,W0:X:1::", "X", "1",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 0, 3, { 2, 3, 0 }, 0, 0,
		Q_DF, 0 } },
	{ "padding of which one is listed", "1:64:0:48:M*,S,E:X:1::", "X", "1",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 0, 3, { 2, 4, 0 }, 1, 0,
		Q_DF, 0 } },
	{ "options with blanks between them",
	    " 1 : 64 : 0 : 48 : M* N N S : *X : 1 : 2 : x ", "X", "1 2",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 0, 4, { 2, 1, 1, 4 }, 0, 0,
		Q_DF, 0 } },
	{ "options with commas and blanks", "1:64:0:48:M* , N,N  S:X:1:2:x",
	    "X", "1 2",
	    { REQ, 64, 0, ANY, SIGDEF_WIN_EXACT, 1, 0, 4, { 2, 1, 1, 4 }, 0, 0,
		Q_DF, 0 } },
};

static bool
same(const struct sigdef *a, const struct sigdef *b)
{
	return a->kind == b->kind && a->ver == b->ver && a->ttl == b->ttl &&
	    a->ittl == b->ittl && a->olen == b->olen && a->mss == b->mss &&
	    a->win == b->win && a->window == b->window &&
	    a->scale == b->scale && a->opts_n == b->opts_n &&
	    memcmp(a->opts, b->opts, sizeof(a->opts)) == 0 &&
	    a->eol_pad == b->eol_pad && a->quirks == b->quirks &&
	    a->quirks_mask == b->quirks_mask && a->payload == b->payload;
}

static void
test_good(void)
{
	static struct fake f;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bool ok;

		fake_read(&f, good[i].text);
		ok = f.db->labels_n == 1 && f.db->sigs_n == 1 &&
		    f.rep.warnings == 0 &&
		    strcmp(f.db->labels[0].name, good[i].os) == 0 &&
		    strcmp(f.db->labels[0].flavor, good[i].flavor) == 0 &&
		    f.db->labels[0].generic ==
			(strchr(good[i].text, '@') != NULL) &&
		    f.db->labels[0].userland ==
			(strchr(good[i].text, 'X') != NULL &&
			    strstr(good[i].text, "*X") != NULL) &&
		    same(&f.db->sigs[0].def, &good[i].want);
		if (!ok)
			printf("%s", f.warnings);
		ZT_CASE(good[i].name, ok);
		fake_done(&f);
	}
}

static const struct {
	const char *name;
	const char *text, *fault;
} bad[] = {
	{ "eight fields", "1:64:0:44:M*:X:1:2", "an entry has nine fields" },
	{ "a window that is none", "S:64:0:44:M*:X:1::", "a window is" },
	{ "no segments", "S0:64:0:44:M*:X:1::", "a window is" },
	{ "multiples of one", "%1:64:0:44:M*:X:1::", "a window is" },
	{ "a window of 65536", "65536:64:0:44:M*:X:1::", "a window is" },
	{ "a TTL of zero", "1:0:0:44:M*:X:1::", "a TTL is" },
	{ "any TTL", "1:*:0:44:M*:X:1::", "a TTL is" },
	{ "a DF of 2", "1:64:2:44:M*:X:1::", "\"do not fragment\"" },
	{ "a length below the headers'", "1:64:0:39:.:X:1::", "a length is" },
	{ "a length that its options do not make", "1:64:0:40:M1460:X:1::",
	    "a packet with these options has another length" },
	{ "a length with four bytes too many", "1:64:0:48:M1460:X:1::",
	    "a packet with these options has another length" },
	{ "a multiple that the length is not", "1:64:0:%5:M*:X:1::",
	    "a packet with these options has another length" },
	{ "multiples of nothing", "1:64:0:%0:M*:X:1::", "a length is" },
	{ "an option that is none", "1:64:0:44:M*,Q:X:1::", "options are" },
	{ "an option by its number", "1:64:0:44:?12:X:1::", "options are" },
	{ "an option in small letters", "1:64:0:44:m*:X:1::", "options are" },
	{ "no options, not even a dot",
	    "1:64:0:40::X:1::", "options end with a comma" },
	{ "a comma at the end",
	    "1:64:0:44:M*,:X:1::", "options end with a comma" },
	{ "two commas", "1:64:0:48:M*,,N:X:1::", "options are" },
	{ "an MSS without a number", "1:64:0:44:M:X:1::", "M is followed" },
	{ "multiples of an MSS",
	    "1:64:0:44:M%4:X:1::", "multiples of an MSS are not supported" },
	{ "a scale of 256", "1:64:0:44:W256:X:1::", "W is followed" },
	{ "multiples of a scale of 15",
	    "1:64:0:44:W%15:X:1::", "W is followed" },
	{ "multiples of a scale of one",
	    "1:64:0:44:W%1:X:1::", "W is followed" },
	{ "something behind the end",
	    "1:64:0:48:M*,E,S:X:1::", "only further E" },
	{ "41 bytes of options",
	    "1:64:0:*:T,T,T,T,N:X:1::", "more options than" },
	{ "25 options",
	    "1:64:0:*:N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N:X:1::",
	    "more options than" },
	{ "23 options and an end that is not listed are enough, 24 too many",
	    "1:64:0:*:N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,S:X:1::",
	    "more options than" },
	{ "no system", "1:64:0:44:M*:@:1::", "a label needs a name" },
	{ "a name that logs cannot take",
	    "1:64:0:44:M*:a|b:1::", "a name is of printable ASCII" },
	{ "a subtype that they cannot",
	    "1:64:0:44:M*:a:1:\x01:", "a name is of printable ASCII" },
	{ "a name that is too long in all",
	    "1:64:0:44:M*:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:"
	    "bbbbbbbbbbbbbbbbbbbbbbbbbbbb:ccccccccc:",
	    "OS, version and subtype are too long" },
};

static void
test_bad(void)
{
	static struct fake f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[1024], want[256];
		bool ok;

		snprintf(text, sizeof(text),
		    "# comment\n9:9:0:44:M*:Y:1::\n%s\n8:9:0:44:M*:Y:1::",
		    bad[i].text);
		snprintf(want, sizeof(want), "f:3: %s", bad[i].fault);
		fake_read(&f, text);
		ok = f.e == 0 && f.rep.warnings == 1 && f.rep.skipped == 1 &&
		    f.db->sigs_n == 2 && f.db->labels_n == 1 &&
		    strncmp(f.warnings, want, strlen(want)) == 0;
		if (!ok)
			printf("%s", f.warnings);
		ZT_CASE(bad[i].name, ok);
		fake_done(&f);
	}
}

static void
test_steps(void)
{
	static struct fake f;
	bool ok;

	fake_read(&f,
	    "1:64:0:60:M512,N,W%5,N,N,T:X:1::\n"
	    "1:64:0:60:M512,N,W10,N,N,T:X:1::\n");
	ok = f.db->sigs_n == 3;
	for (size_t i = 0; ok && i < 3; i++)
		ok = f.db->sigs[i].def.scale == (int)(5 * i);
	ZT_CASE("multiples of a scale are a signature for each", ok);
	ZT_CASE("of which a later line may be one",
	    f.rep.covered == 1 &&
		strcmp(f.warnings,
		    "f:2: left out: an earlier signature of the same name "
		    "covers it\n") == 0);
	fake_done(&f);
}

static void
test_merge(void)
{
	static const char text[] = "1:64:0:44:M*:W:2000:SP4:a\n"
				   "1:64:0:44:M*:W:XP::b\n"
				   "1:64:0:44:M*:W:XP::c\n"
				   "1:64:0:44:M*:L:XP::c\n"
				   "2:64:0:44:M*:L:XP::c\n"
				   "# comment\n"
				   "2:64:0:44:M*:@L:Y::c\n"
				   "3:64:0:44:M*:@L:Y::c\n"
				   "3:64:0:44:M*:@L:Z::c";
	static struct fake f;

	fake_read(&f, text);
	ZT_CASE("lines of one signature and system are one, of all names",
	    f.db->labels_n >= 1 && f.db->sigs_n >= 2 &&
		strcmp(f.db->labels[0].flavor, "2000 SP4 or XP") == 0 &&
		f.db->labels[0].line == 1 && f.rep.merged == 3);
	ZT_CASE("of another system it is another",
	    f.db->labels_n >= 2 && f.db->sigs[1].label == 1 &&
		strcmp(f.db->labels[1].name, "L") == 0 &&
		f.db->labels[1].line == 4);
	ZT_CASE("the same system's next signature has the same label",
	    f.db->sigs_n >= 3 && f.db->sigs[2].label == 1);
	ZT_CASE("a generic one is not merged with others",
	    f.rep.covered == 1 && f.db->labels_n == 4 &&
		f.db->labels[2].generic && !f.db->labels[1].generic);
	ZT_CASE("the last line counts too",
	    f.db->sigs_n == 4 && f.db->sigs[3].label == 3 &&
		strcmp(f.db->labels[3].flavor, "Y or Z") == 0);
	fake_done(&f);
}

static void
test_errors(void)
{
	static struct fake f;

	f.db = sigdb_new();
	f.db->add_error = -ENOMEM;
	fake_read(&f, "1:64:0:44:M*:X:1::");
	ZT_CASE("a lack of memory ends the reading", f.e == -ENOMEM);
	fake_done(&f);
	f.db = sigdb_new();
	f.db->label_error = -ENOSPC;
	fake_read(&f, "1:64:0:44:M*:X:1::\n2:64:0:44:M*:X:1::\n");
	ZT_CASE("a label that the database refuses is a warning",
	    f.e == 0 && f.rep.skipped == 2 && f.rep.warnings > 0 &&
		f.db->sigs_n == 0);
	fake_done(&f);
}

static const struct zt_test tests[] = {
	{ "good", test_good },
	{ "bad", test_bad },
	{ "steps", test_steps },
	{ "merge", test_merge },
	{ "errors", test_errors },
};

ZT_MAIN("sigfile_pfos", tests)
