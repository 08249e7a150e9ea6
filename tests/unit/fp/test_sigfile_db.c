/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readers and the real database together: p0f's own file and nftables'
 * pf.os, as Debian ships them, and what they say of packets.
 *
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-link: fp/sig fp/hash
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include <unistd.h>

#include "fp/sigfile.h"

#define P0F  "/etc/p0f/p0f.fp"
#define PFOS "/usr/share/doc/nftables/examples/pf.os"

struct told {
	size_t n;
	char text[8192];
};

static void
tell(void *arg, const char *text)
{
	struct told *t = arg;
	size_t n = strlen(t->text);

	t->n++;
	snprintf(&t->text[n], sizeof(t->text) - n, "%s\n", text);
}

static struct sigdb *
load(const char *path, struct told *t, struct sigfile_report *rep)
{
	char err[SIGFILE_ERRLEN];
	struct sigdb *db;

	memset(t, 0, sizeof(*t));
	db = sigfile_load(&path, 1, tell, t, rep, err);
	if (db == NULL)
		printf("%s\n", err);
	return db;
}

/* What each file says of a SYN. */
static const struct {
	const char *name;
	struct traits t;
	const char *p0f, *pfos; /* NULL: nothing matches */
} syns[] = {
	{ "Windows 7",
	    { .ver = 4,
		.ttl = 120,
		.mss = 1400,
		.window = 8192,
		.wscale = 8,
		.has_mss = true,
		.has_ws = true,
		.has_sok = true,
		.opts_n = 6,
		.opts = { 2, 1, 3, 1, 1, 4 },
		.quirks = Q_DF | Q_ID_NZ },
	    "Windows 7 or 8", "Windows XP RFC1323 or 2000 RFC1323" },
	{ "Linux 4",
	    { .ver = 4,
		.ttl = 51,
		.mss = 1460,
		.window = 29200,
		.wscale = 7,
		.has_mss = true,
		.has_ws = true,
		.has_sok = true,
		.has_ts = true,
		.ts_val = 9,
		.opts_n = 5,
		.opts = { 2, 4, 8, 1, 3 },
		.quirks = Q_DF | Q_ID_NZ },
	    "Linux 3.11 and newer", "Linux 3.11-4.19" },
	{ "an AIX, whose scale is even",
	    { .ver = 4,
		.ttl = 60,
		.mss = 512,
		.window = 32768,
		.wscale = 4,
		.has_mss = true,
		.has_ws = true,
		.has_ts = true,
		.ts_val = 9,
		.opts_n = 6,
		.opts = { 2, 1, 3, 1, 1, 8 } },
	    NULL, "AIX 4.3-5.2 3" },
	{ "nothing that anybody knows",
	    { .ver = 4,
		.ttl = 60,
		.mss = 77,
		.window = 3,
		.has_mss = true,
		.opts_n = 2,
		.opts = { 2, 99 } },
	    NULL, NULL },
};

static void
check_syns(const struct sigdb *db, bool pfos)
{
	for (size_t i = 0; i < sizeof(syns) / sizeof(syns[0]); i++) {
		const char *want = pfos ? syns[i].pfos : syns[i].p0f;
		char text[SIGDB_NAMELEN];
		struct sigdb_match m;
		bool ok;

		sigdb_match(db, &syns[i].t, false, 0, &m);
		sigdb_text(m.best, text);
		ok = want == NULL ? m.best == NULL :
				    m.best != NULL && strcmp(text, want) == 0;
		if (!ok)
			printf("got %s\n", text);
		ZT_CASE(syns[i].name, ok);
	}
}

/*
 * Lines of a file that start so, of those sections alone; without any, those
 * that are neither blank nor a comment.
 */
static size_t
lines_of(const char *path, const char *sections, const char *start)
{
	FILE *f = fopen(path, "r");
	char line[8192];
	bool in = sections[0] == '\0';
	size_t n = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '[' && sections[0] != '\0')
			in = strstr(sections, line) != NULL;
		n += in && line[0] != '#' && line[0] != '\n' &&
		    strncmp(line, start, strlen(start)) == 0;
	}
	if (f != NULL)
		fclose(f);
	return n;
}

static void
test_p0f(void)
{
	static struct told told;
	struct sigfile_report rep;
	struct sigdb *db;

	if (access(P0F, R_OK) != 0) {
		ZT_SKIP("p0f's database", "no " P0F " here");
		return;
	}
	db = load(P0F, &told, &rep);
	printf("%zu signatures, %zu labels, %zu MTUs, %zu skipped\n%s",
	    rep.signatures, rep.labels, rep.mtus, rep.skipped, told.text);
	ZT_CASE("p0f's own database is read without a warning",
	    db != NULL && told.n == 0 && rep.warnings == 0);
	ZT_CASE("every signature of its TCP sections is there",
	    rep.signatures == sigdb_signatures(db) &&
		rep.signatures ==
		    lines_of(P0F, "[tcp:request]\n[tcp:response]\n", "sig "));
	ZT_CASE("and every label, every MTU, no http",
	    rep.labels ==
		    lines_of(P0F, "[tcp:request]\n[tcp:response]\n",
			"label ") &&
		rep.mtus == lines_of(P0F, "[mtu]\n", "sig ") &&
		rep.skipped ==
		    lines_of(P0F, "[http:request]\n[http:response]\n", "sig "));
	if (db != NULL)
		check_syns(db, false);
	sigdb_free(db);
}

static void
test_pfos(void)
{
	static struct told told;
	struct sigfile_report rep;
	struct sigdb *db;

	if (access(PFOS, R_OK) != 0) {
		ZT_SKIP("nftables' pf.os", "no " PFOS " here");
		return;
	}
	db = load(PFOS, &told, &rep);
	printf("%zu signatures, %zu labels, %zu merged, %zu covered, %zu "
	       "skipped\n%s",
	    rep.signatures, rep.labels, rep.merged, rep.covered, rep.skipped,
	    told.text);
	ZT_CASE("nftables' pf.os is read", db != NULL);
	/* W%2 stands for eight scales. */
	ZT_CASE("each of its entries is there, or a name of another, or told",
	    rep.signatures + rep.merged + rep.warnings ==
		lines_of(PFOS, "", "") + 7 * 3);
	ZT_CASE("told are three: two of lengths that cannot be, one needless",
	    told.n == 3 && rep.skipped == 2 && rep.covered == 1);
	if (db != NULL)
		check_syns(db, true);
	sigdb_free(db);
}

static void
test_ours(void)
{
	static struct told told;
	struct sigfile_report rep;
	struct sigdb *db = load(NULL, &told, &rep);

	printf("%s", told.text);
	ZT_CASE("the shipped file is read without a warning",
	    db != NULL && rep.warnings == 0 && rep.covered == 0 &&
		rep.skipped == 0 && rep.signatures > 100);
	sigdb_free(db);
}

/* One signature under two names, in one file or in two. */
static uint8_t
grade_of(const char *second_file)
{
	static const char sig[] =
	    "\nsig = *:64:0:*:mss*20,7:mss,sok,ts,nop,ws:df,id+:0\n";
	struct sigdb *db = sigdb_new();
	struct sigfile_report rep = { 0 };
	struct sigdb_match m;
	struct told t = { 0 };
	char text[256];

	for (int i = 0; i < 2; i++) {
		int n = snprintf(text, sizeof(text),
		    "[tcp:request]\nlabel = s:unix:%s:%s",
		    i == 0 ? "Here" : "There", sig);

		if (sigfile_read(db, (struct str){ text, (size_t)n },
			i == 0 ? "first" : second_file, tell, &t, &rep) != 0)
			abort();
	}
	if (sigdb_compile(db) != 0)
		abort();
	sigdb_match(db,
	    &(struct traits){ .ver = 4,
		.ttl = 51,
		.mss = 1460,
		.window = 29200,
		.wscale = 7,
		.has_mss = true,
		.has_ws = true,
		.has_sok = true,
		.has_ts = true,
		.ts_val = 1,
		.opts_n = 5,
		.opts = { 2, 4, 8, 1, 3 },
		.quirks = Q_DF | Q_ID_NZ },
	    false, 0, &m);
	if (m.best == NULL || strcmp(m.best->name, "Here") != 0)
		m.grade = SIGDB_GRADES;
	sigdb_free(db);
	return m.grade;
}

static void
test_files(void)
{
	ZT_CASE("two names in one file are ambiguous",
	    grade_of("first") == SIGDB_AMBIGUOUS);
	ZT_CASE("a file behind does not contest the one before",
	    grade_of("second") == SIGDB_EXACT);
}

static const struct zt_test tests[] = {
	{ "p0f", test_p0f },
	{ "pf.os", test_pfos },
	{ "ours", test_ours },
	{ "files", test_files },
};

ZT_MAIN("sigfile_db", tests)
