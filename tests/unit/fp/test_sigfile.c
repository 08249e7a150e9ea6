/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread
 */
#include "tests/zt.h"

#include "tests/unit/fp/sigfake.h"

#define SIG   "sig = *:64:0:*:mss*4,0:mss:df:0\n"
#define LINUX "label = s:unix:Linux:2.6\n"
#define SYN   "[tcp:request]\n"
#define LONG  4999 /* bytes of a line */

/* One fault each: what is told, and how much of the rest is read. */
static const struct {
	const char *name;
	const char *text, *warning;
	size_t signatures, skipped;
} faults[] = {
	{ "a signature before any section", SIG SYN LINUX SIG,
	    "f:1: a signature before any label\n", 1, 1 },
	{ "a signature before any label", SYN SIG LINUX SIG,
	    "f:2: a signature before any label\n", 1, 1 },
	{ "a section starts without a label",
	    SYN LINUX SIG "[tcp:response]\n" SIG,
	    "f:5: a signature before any label\n", 1, 1 },
	{ "a label before any section", LINUX SYN LINUX SIG,
	    "f:1: a label before the first section\n", 1, 0 },
	{ "an unknown section, told once",
	    "[udp]\nlabel = x\nsig = y\nfoo\n[mtu\n" SIG SYN LINUX SIG,
	    "f:1: no such section, passed over: \"[udp]\"\n"
	    "f:5: no such section, passed over: \"[mtu\"\n",
	    1, 2 },
	{ "an unknown directive", SYN LINUX "sgi = 1\n" SIG,
	    "f:3: no section, directive or comment: \"sgi = 1\"\n", 1, 0 },
	{ "a line that is nothing", SYN LINUX "hello\n" SIG,
	    "f:3: no section, directive or comment: \"hello\"\n", 1, 0 },
	{ "a comment of another form", SYN LINUX "# hello\n" SIG,
	    "f:3: a comment starts with ;: \"# hello\"\n", 1, 0 },
	{ "a bad field, by name",
	    SYN LINUX "sig = *:64:0:*:mss4,0:mss:df:0\n" SIG,
	    "f:3: window \"mss4\": want 0 to 65535, mss*N, mtu*N, %N, full or "
	    "*\n",
	    1, 1 },
	{ "bytes that are not printable",
	    SYN LINUX "sig = \x01\xc3\xa4\x1b[m:64:0:*:*,0:mss:df:0\n" SIG,
	    "f:3: version \"????[m\": want 4, 6 or *\n", 1, 1 },
	{ "a long word is cut",
	    SYN LINUX
	    "sig = aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeee:64:0:*:*,0:"
	    "mss:df:0\n" SIG,
	    "f:3: version \"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddee...\": "
	    "want 4, 6 or *\n",
	    1, 1 },
	{ "a label of three parts", SYN "label = s:unix:Linux\n" SIG LINUX SIG,
	    "f:2: a label is TYPE:CLASS:NAME:FLAVOR\n", 1, 1 },
	{ "a label of no type", SYN "label = x:unix:Linux:\n" SIG LINUX SIG,
	    "f:2: a label's type is s (specific) or g (generic)\n", 1, 1 },
	{ "a label of no class that we know",
	    SYN "label = s:mac:Mac:\n" SIG LINUX SIG,
	    "f:2: a label's class is one of `classes`, or ! for a tool\n", 1,
	    1 },
	{ "a label of an empty class", SYN "label = s::Mac:\n" SIG LINUX SIG,
	    "f:2: a label's class is one of `classes`, or ! for a tool\n", 1,
	    1 },
	{ "a label without a name", SYN "label = s:unix: :\n" SIG LINUX SIG,
	    "f:2: a label needs a name\n", 1, 1 },
	{ "a name that logs cannot take",
	    SYN "label = s:unix:a|b:\n" SIG LINUX SIG,
	    "f:2: a name is of printable ASCII, without \" | \\\n", 1, 1 },
	{ "a flavor that is not ASCII",
	    SYN "label = s:unix:a:\xc3\xa4\n" SIG LINUX SIG,
	    "f:2: a name is of printable ASCII, without \" | \\\n", 1, 1 },
	{ "a name that is too long",
	    SYN "label = s:unix:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:"
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n" SIG LINUX SIG,
	    "f:2: name and flavor are too long (78 bytes)\n", 1, 1 },
	{ "a class that is gone", "classes = win\n" SYN LINUX SIG,
	    "f:3: a label's class is one of `classes`, or ! for a tool\n", 0,
	    1 },
	{ "an MTU that is none", "[mtu]\nlabel = x\nsig = 65536\n",
	    "f:3: an MTU is a number from 1 to 65535\n", 0, 1 },
	{ "an MTU without a label", "[mtu]\nsig = 1500\n",
	    "f:2: a signature before any label\n", 0, 1 },
	{ "a way to compare TTLs that is none", "ttl = no\n" SYN LINUX SIG,
	    "f:1: ttl is strict or p0f\n", 1, 0 },
	{ "ignoring what is no quirk", "ignore = df,x\n" SYN LINUX SIG,
	    "f:1: quirks \"x\": want names of quirks\n", 1, 0 },
	{ "a source before any label", SYN "from = me\n" LINUX SIG,
	    "f:2: a source before any label\n", 1, 0 },
	{ "a source that says nothing", SYN LINUX "from =\n" SIG,
	    "f:3: a source without text\n", 1, 0 },
	{ "a signature twice", SYN LINUX SIG SIG,
	    "f:4: left out: an earlier signature of the same name covers it\n",
	    1, 0 },
	{ "an MTU twice", "[mtu]\nlabel = a\nsig = 9\nlabel = b\nsig = 9\n",
	    "f:5: left out: that MTU has a name already\n", 0, 0 },
};

static void
test_faults(void)
{
	static struct fake f;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		size_t told = 0;
		bool ok;

		fake_read(&f, faults[i].text);
		for (const char *c = f.warnings; *c != '\0'; c++)
			told += *c == '\n';
		ok = f.e == 0 && strcmp(f.warnings, faults[i].warning) == 0 &&
		    f.rep.warnings == told &&
		    f.rep.signatures == faults[i].signatures &&
		    f.rep.skipped == faults[i].skipped &&
		    f.db->sigs_n == f.rep.signatures;
		if (!ok)
			printf("%zu signatures, %zu skipped; %s",
			    f.rep.signatures, f.rep.skipped, f.warnings);
		ZT_CASE(faults[i].name, ok);
		fake_done(&f);
	}
}

static const char whole[] =
    "; a comment with [mtu] in it\n"
    "classes = win, unix ,other\n"
    "\n"
    "[mtu]\n"
    "label = Ethernet or modem\n"
    "from  = somewhere\n"
    "sig   = 576\n"
    "sig=1500\n"
    "[tcp:request]\n"
    "  label = s:unix:Linux:3.11 and newer\n"
    "from = the source: with = and : in it\n"
    "\tsig   = *:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0\n"
    "from = \xc3\xa4 is fine here\n"
    "label = g:win:Windows:\n"
    "ttl = strict\n"
    "ignore = id+,ecn\n"
    "sig = *:128:0:*:*,*:mss,nop,nop,sok:df:0\n"
    "ttl = p0f\n"
    "ignore =\n"
    "sig = *:128:0:*:*,*:mss,nop,ws:df:0\n"
    "[http:request]\n"
    "ua_os = Linux,Windows\n"
    "label = s:!:curl:\n"
    "sys = @unix\n"
    "sig = 1:Host,Accept=[*; q=.2]::x\n"
    "what=ever\n"
    "[tcp:response]\n"
    "label = s:!:NMap:a:b\n"
    "sys = @unix,@win\n"
    "sig = *:64-:0:1460:1024,0:mss::0\n"
    "[tcp:shape]\n"
    "label = s:other:X:y\n"
    "sig = *:64:*:*:full,*:mss,ts:*:*";

static void
check_whole(const struct fake *f)
{
	const struct sigdb *db = f->db;
	const struct sigdef *d = &db->sigs[0].def;

	ZT_CASE("a file without a fault has no warning",
	    f->e == 0 && f->warnings[0] == '\0' && f->rep.warnings == 0);
	ZT_CASE("what is counted",
	    f->rep.signatures == 5 && f->rep.labels == 4 && f->rep.mtus == 2 &&
		f->rep.skipped == 1 && f->rep.sources == 3 &&
		f->rep.covered == 0 && f->rep.merged == 0);
	ZT_CASE("MTUs and their names",
	    db->mtus_n == 2 && db->mtus[0].mtu == 576 &&
		db->mtus[1].mtu == 1500 &&
		strcmp(db->mtus[1].link, "Ethernet or modem") == 0);
	ZT_CASE("a label, with file and line",
	    db->labels_n == 4 && strcmp(db->labels[0].name, "Linux") == 0 &&
		strcmp(db->labels[0].flavor, "3.11 and newer") == 0 &&
		strcmp(db->labels[0].file, "f") == 0 &&
		db->labels[0].line == 10 && !db->labels[0].generic &&
		!db->labels[0].userland);
	ZT_CASE("a generic one without a flavor",
	    db->labels[1].generic && !db->labels[1].userland &&
		strcmp(db->labels[1].flavor, "") == 0);
	ZT_CASE("a tool, whose flavor has a colon",
	    db->labels[2].userland && !db->labels[2].generic &&
		strcmp(db->labels[2].flavor, "a:b") == 0);
	ZT_CASE("the signature below it",
	    db->sigs[0].label == 0 && d->kind == SIGDEF_REQUEST &&
		d->ittl == 64 && d->win == SIGDEF_WIN_MSS && d->window == 20 &&
		d->scale == 10 && d->opts_n == 5);
	ZT_CASE("a strict TTL and ignored quirks hold from there on ...",
	    db->sigs[1].label == 1 &&
		db->sigs[1].def.ttl == SIGDEF_TTL_STRICT &&
		(db->sigs[1].def.quirks_mask & (Q_ID_NZ | Q_ECN)) == 0);
	ZT_CASE("... until the file says otherwise",
	    db->sigs[0].def.ttl == SIGDEF_TTL_P0F &&
		db->sigs[2].def.ttl == SIGDEF_TTL_P0F &&
		(db->sigs[2].def.quirks_mask & (Q_ID_NZ | Q_ECN)) != 0);
	ZT_CASE("each section has signatures of its kind",
	    db->sigs[3].def.kind == SIGDEF_REPLY && db->sigs[3].label == 2 &&
		db->sigs[4].def.kind == SIGDEF_SHAPE && db->sigs[4].label == 3);
}

static void
test_whole(void)
{
	static struct fake f;
	static char crlf[2 * sizeof(whole)] = "\xef\xbb\xbf";
	size_t n = 3;

	fake_read(&f, whole);
	check_whole(&f);
	fake_done(&f);
	for (const char *c = whole; *c != '\0'; c++) {
		if (*c == '\n')
			crlf[n++] = '\r';
		crlf[n++] = *c;
	}
	crlf[n] = '\0';
	fake_read(&f, crlf);
	printf("with CRLF, and a mark before UTF-8:\n");
	check_whole(&f);
	fake_done(&f);
}

static void
test_bytes(void)
{
	static const char nul[] = SYN LINUX
	    "sig = 4\0:64:0:*:*,0:mss:df:0\n" SIG;
	static struct fake f;
	static char big[3 * LONG];
	size_t n;

	fake_read_n(&f, nul, sizeof(nul) - 1);
	ZT_CASE("a NUL hides nothing",
	    f.rep.signatures == 1 &&
		strcmp(f.warnings, "f:3: version \"4?\": want 4, 6 or *\n") ==
		    0);
	fake_done(&f);
	fake_read_n(&f, "", 0);
	ZT_CASE("an empty file is read", f.e == 0 && f.rep.warnings == 0);
	fake_done(&f);
	fake_read_n(&f, NULL, 0);
	ZT_CASE("even where there is no text", f.e == 0 && f.rep.warnings == 0);
	fake_done(&f);
	n = (size_t)snprintf(big, sizeof(big), SYN LINUX "sig = ");
	memset(&big[n], ':', LONG);
	snprintf(&big[n + LONG], sizeof(big) - n - LONG, "\n" SIG);
	fake_read(&f, big);
	ZT_CASE("a line that is far too long is passed over",
	    f.rep.signatures == 1 &&
		strcmp(f.warnings,
		    "f:3: a line of 5005 bytes (at most 4096)\n") == 0);
	fake_done(&f);
	big[n - 6] = ';';
	fake_read(&f, big);
	ZT_CASE("unless it is a comment",
	    f.rep.signatures == 1 && f.warnings[0] == '\0');
	fake_done(&f);
	n = (size_t)snprintf(big, sizeof(big), "classes = ");
	memset(&big[n], ',', 513);
	snprintf(&big[n + 513], sizeof(big) - n - 513, "\n" SYN LINUX SIG);
	big[n] = big[n + 512] = 'a';
	fake_read(&f, big);
	ZT_CASE("too long a list of classes leaves the earlier one",
	    f.rep.signatures == 1 &&
		strcmp(f.warnings, "f:1: more classes than anybody needs\n") ==
		    0);
	fake_done(&f);
}

static void
test_many(void)
{
	static struct fake f;
	static char text[3000];
	size_t told = 0, len = strlen(SYN);

	strcpy(text, SYN);
	for (int i = 0; i < 250; i++, len += 2)
		memcpy(&text[len], "x\n", 3);
	fake_read(&f, text);
	for (const char *c = f.warnings; *c != '\0'; c++)
		told += *c == '\n';
	ZT_CASE("of very many faults the first hundred are told",
	    f.rep.warnings == 250 && told == SIGFILE_WARN_MAX + 1);
	ZT_CASE("and how many more there are",
	    strstr(f.warnings, "\nf: 150 more warnings\n") != NULL);
	fake_done(&f);
	f.db = sigdb_new();
	f.e = sigfile_read(f.db, STR("x\ny\n"), "f", NULL, NULL, &f.rep);
	ZT_CASE("nobody needs to listen", f.e == 0 && f.rep.warnings == 2);
	fake_done(&f);
}

static void
test_errors(void)
{
	static struct fake f;

	f.db = sigdb_new();
	f.db->add_error = -ENOMEM;
	fake_read(&f, SYN LINUX SIG "x\n");
	ZT_CASE("a lack of memory ends the reading",
	    f.e == -ENOMEM && f.rep.warnings == 0 && f.rep.signatures == 0);
	fake_done(&f);
	f.db = sigdb_new();
	f.db->label_error = -ENOMEM;
	fake_read(&f, SYN LINUX "x\n");
	ZT_CASE("for a label too", f.e == -ENOMEM && f.rep.labels == 0);
	fake_done(&f);
	f.db = sigdb_new();
	f.db->add_error = -EINVAL;
	fake_read(&f, SYN LINUX SIG "x = 1\n");
	ZT_CASE("what the database refuses is a warning",
	    f.e == 0 && f.rep.skipped == 1 && f.rep.warnings == 2 &&
		strstr(f.warnings, "f:3: left out: Invalid argument\n") ==
		    f.warnings);
	fake_done(&f);
	f.db = sigdb_new();
	f.db->label_error = -ENOSPC;
	fake_read(&f, SYN LINUX SIG SIG);
	ZT_CASE("a label that it refuses leaves its signatures out",
	    f.e == 0 && f.rep.skipped == 2 && f.rep.labels == 0 &&
		f.rep.warnings == 1);
	fake_done(&f);
	f.db = sigdb_new();
	f.db->reported = SIGFILE_SIGS_MAX - 1;
	fake_read(&f, SYN LINUX SIG "sig = *:64:0:*:mss*5,0:mss:df:0\n");
	ZT_CASE("a database has room for so many signatures and no more",
	    f.e == 0 && f.rep.signatures == 1 && f.rep.skipped == 1 &&
		strcmp(f.warnings, "f:4: left out: too many signatures\n") ==
		    0);
	fake_done(&f);
	fake_read(&f, SYN LINUX SIG);
	fake_read(&f, SYN LINUX SIG);
	ZT_CASE("a second file may say what the first has said",
	    f.e == 0 && f.rep.covered == 1 && f.rep.warnings == 0);
	fake_done(&f);
}

/* Each file is of the form that its first telling line has. */
static void
test_form(void)
{
	static const struct {
		const char *name, *text;
		bool pfos;
	} forms[] = {
		{ "a window first is pf.os", "S4:64:1:44:M*: a:b:c:d\n", true },
		{ "behind comments of both forms",
		    "; x\n# y\n\n*:64:1:44:M*: a:b:c:d\n", true },
		{ "and behind a line that tells nothing",
		    "hello\n%8:64:1:44:M*: a:b:c:d\n", true },
		{ "a section first is p0f's",
		    SYN "S4:64:1:44:M*: a:b:c:d\n" LINUX SIG, false },
		{ "a directive first too",
		    "classes = unix\nS4:64:1:44:M*: a:b:c:d\n" SYN LINUX SIG,
		    false },
		{ "what tells nothing is p0f's", "hello\n", false },
	};
	static struct fake f;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		fake_read(&f, forms[i].text);
		ZT_CASE(forms[i].name,
		    f.db->labels_n <= 1 &&
			(f.db->labels_n == 1 &&
			    strcmp(f.db->labels[0].name, "a") == 0) ==
			    forms[i].pfos);
		fake_done(&f);
	}
}

static const struct zt_test tests[] = {
	{ "whole", test_whole },
	{ "faults", test_faults },
	{ "bytes", test_bytes },
	{ "many", test_many },
	{ "errors", test_errors },
	{ "form", test_form },
};

ZT_MAIN("sigfile", tests)
