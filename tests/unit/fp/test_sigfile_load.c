/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on disk, and the one that is part of the program.
 *
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread
 */
#include "tests/zt.h"

#include <sys/stat.h>
#include <unistd.h>

#include "fp/sigword.h"
#include "tests/unit/fp/sigfake.h"

#define NOBODY 65534
#define SYN    "[tcp:request]\nlabel = s:unix:Linux:2.6\n"
#define SIG    "sig = *:64:0:*:mss*4,0:mss:df:0\n"

static char dir[] = "/tmp/zfw-sigfile-XXXXXX";

/* A file of that name below the test's own directory. */
static const char *
file(const char *name, const char *text)
{
	static char paths[64][64];
	static size_t next;
	char *path = paths[next++ % 64];
	FILE *f;

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	if (text == NULL)
		return path;
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	return path;
}

static void
test_good(void)
{
	const char *paths[2] = { file("a", "x\n" SYN SIG),
		file("b", SYN SIG "sig = *:64:0:*:mss*5,0:mss:df:0") };
	static struct fake f;
	char err[SIGFILE_ERRLEN], want[256];

	f.db = sigfile_load(paths, 2, fake_warn, &f, &f.rep, err);
	ZT_CASE("two files make one database", f.db != NULL);
	if (f.db == NULL)
		return;
	ZT_CASE("which is compiled", f.db->compiled);
	ZT_CASE("and has the signatures of both, the first's first",
	    f.rep.signatures == 2 && f.rep.covered == 1 && f.rep.labels == 2 &&
		f.db->sigs[0].def.window == 4 &&
		f.db->sigs[1].def.window == 5 &&
		strcmp(f.db->labels[0].file, paths[0]) == 0 &&
		strcmp(f.db->labels[1].file, paths[1]) == 0);
	snprintf(want, sizeof(want),
	    "%s:1: no section, directive or comment: \"x\"\n", paths[0]);
	ZT_CASE("warnings name the file", strcmp(f.warnings, want) == 0);
	sigdb_free(f.db);
	f.db = sigfile_load(paths, 1, NULL, NULL, NULL, err);
	ZT_CASE("nobody needs to listen, nor to count", f.db != NULL);
	fake_done(&f);
}

/* `why` follows the path. */
static void
fails(const char *name, const char *path, const char *why)
{
	const char *paths[2] = { file("good", SYN SIG), path };
	struct sigfile_report rep;
	char err[SIGFILE_ERRLEN] = "", want[SIGFILE_ERRLEN];
	const size_t before = fake_alive;
	struct sigdb *db = sigfile_load(paths, 2, NULL, NULL, &rep, err);

	snprintf(want, sizeof(want), "%.100s: %s", path, why);
	if (strcmp(err, want) != 0)
		printf("got %s\n", err);
	ZT_CASE(name,
	    db == NULL && strcmp(err, want) == 0 && fake_alive == before);
	sigdb_free(db);
}

static void
test_bad(void)
{
	const char *big = file("big", SYN SIG);
	const bool root = geteuid() == 0;
	char err[SIGFILE_ERRLEN];

	if (truncate(big, SIGFILE_MAX + 1) != 0)
		abort();
	fails("a file that is not there", file("none", NULL),
	    "No such file or directory");
	fails("a directory", dir, "Is a directory");
	fails("a file that is too large", big, "larger than 16 MB");
	fails("an endless one", "/dev/zero", "larger than 16 MB");
	fails("an empty file", file("empty", ""),
	    "no signature in it (0 warnings)");
	fails("a file of something else", file("text", "a\nb\nc\n"),
	    "no signature in it (3 warnings)");
	fails("a file of http signatures",
	    file("http", "[http:request]\nlabel = s:!:x:\nsig = 1:a::b\n"),
	    "no signature in it (0 warnings)");
	ZT_CASE("no file at all",
	    sigfile_load(NULL, 0, NULL, NULL, NULL, err) == NULL &&
		strcmp(err, "no signature file is named") == 0);
	fake_no_memory = true;
	ZT_CASE("no memory",
	    sigfile_load((const char *[]){ NULL }, 1, NULL, NULL, NULL, err) ==
		    NULL &&
		strcmp(err, "out of memory") == 0);
	fake_no_memory = false;
	if (chmod(big, 0) != 0)
		abort();
	/* Root may read all. */
	if (root && seteuid(NOBODY) != 0)
		abort();
	ZT_CASE("a file that we may not read",
	    sigfile_load(&big, 1, NULL, NULL, NULL, err) == NULL &&
		strstr(err, "Permission denied") != NULL);
	if (root && seteuid(0) != 0)
		abort();
}

static void
test_edges(void)
{
	const char *max = file("max", SYN SIG);
	static struct fake f;
	char err[SIGFILE_ERRLEN];

	if (truncate(max, SIGFILE_MAX) != 0)
		abort();
	f.db = sigfile_load(&max, 1, fake_warn, &f, &f.rep, err);
	ZT_CASE("a file may be as large as is said, whatever is in it",
	    f.db != NULL && f.rep.signatures == 1 && f.rep.warnings == 1);
	fake_done(&f);
	f.db = sigfile_load((const char *[]){ file("mtu",
				"[mtu]\nlabel = x\nsig = 9\n") },
	    1, NULL, NULL, NULL, err);
	ZT_CASE("a file of MTUs alone is one", f.db != NULL);
	fake_done(&f);
	f.db = sigfile_load((const char *[]){ file("same", SYN SIG),
				file("same", NULL) },
	    2, fake_warn, &f, &f.rep, err);
	ZT_CASE("so is one that says what others have said",
	    f.db != NULL && f.rep.warnings == 0 && f.rep.covered == 1);
	fake_done(&f);
}

/* Labels of `text` that no `from` follows; prints them. */
static size_t
sourceless(struct str text, size_t *labels)
{
	struct str line, label = { NULL, 0 }, key;
	size_t without = 0;
	bool more = true;

	*labels = 0;
	while (more) {
		more = sigword_cut(&text, '\n', &line);
		if (!sigword_cut(&line, '=', &key) || str_starts(key, STR(";")))
			continue;
		key = sigword_trim(key);
		if (str_eq(key, STR("from")))
			label.n = 0;
		if (!str_eq(key, STR("label")))
			continue;
		if (label.n > 0)
			printf("no source: %.*s\n", (int)label.n, label.p);
		without += label.n > 0;
		label = line;
		++*labels;
	}
	return without + (label.n > 0);
}

static void
test_ours(void)
{
	static struct fake f;
	char err[SIGFILE_ERRLEN];
	size_t labels;

	f.db = sigfile_load((const char *[]){ NULL }, 1, fake_warn, &f, &f.rep,
	    err);
	if (f.db == NULL || f.warnings[0] != '\0')
		printf("%s", f.db == NULL ? err : f.warnings);
	ZT_CASE("the shipped file is read without a warning",
	    f.db != NULL && f.rep.warnings == 0 && f.rep.covered == 0);
	ZT_CASE("its name is not that of a file",
	    f.db != NULL && f.db->labels_n > 0 &&
		strcmp(f.db->labels[0].file, SIGFILE_OURS) == 0);
	ZT_CASE("each of its labels says where it is from",
	    sourceless(sigfile_ours(), &labels) == 0);
	ZT_CASE("and there are many", labels > 50 && f.rep.signatures > 100);
	ZT_CASE("a label without a source is found",
	    sourceless(STR("label = a\nfrom = x\nlabel = b\nsig = 1\n; from = "
			   "y\nlabel = c\nfrom = z\nlabel = d"),
		&labels) == 2 &&
		labels == 4);
	fake_done(&f);
}

static void
test_end(void)
{
	static const char *const names[] = { "a", "b", "good", "big", "empty",
		"text", "http", "max", "mtu", "same" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(file(names[i], NULL));
	ZT_CASE("nothing is left behind", rmdir(dir) == 0 && fake_alive == 0);
}

static void
test_begin(void)
{
	ZT_CASE("a directory for the files", mkdtemp(dir) != NULL);
}

static const struct zt_test tests[] = {
	{ "begin", test_begin },
	{ "good", test_good },
	{ "bad", test_bad },
	{ "edges", test_edges },
	{ "ours", test_ours },
	{ "end", test_end },
};

ZT_MAIN("sigfile_load", tests)
