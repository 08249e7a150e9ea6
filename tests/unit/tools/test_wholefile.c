/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file is there as a whole, or as it was before.
 *
 * zt-link: tools/wholefile
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/zt.h"
#include "tools/wholefile.h"

static char dir[] = "/tmp/zt-whole.XXXXXX";
static char path[64];

static bool
has(const char *want)
{
	char buf[64] = "";
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return false;
	if (fread(buf, 1, sizeof(buf) - 1, f) == 0)
		buf[0] = '\0';
	fclose(f);
	return strcmp(buf, want) == 0;
}

static bool
alone(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "test \"$(ls %s | wc -l)\" -le 1", dir);
	return system(cmd) == 0;
}

static void
test_whole(void)
{
	struct wholefile w;
	struct stat st;
	bool not_yet;

	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/out.prom", dir);
	(void)umask(022);
	ZT_CASE("a new file is begun", wholefile_begin(&w, path) == 0);
	fputs("first", w.f);
	not_yet = access(path, F_OK) == -1;
	ZT_CASE("it is not there before the end", not_yet);
	ZT_CASE("no half name ends as the file does",
	    strcmp(w.tmp + strlen(w.tmp) - 5, ".prom") != 0);
	ZT_CASE("it ends", wholefile_end(&w, true) == 0 && has("first"));
	ZT_CASE("the umask says who may read it",
	    stat(path, &st) == 0 && (st.st_mode & 0777) == 0644);
	(void)chmod(path, 0640);
	ZT_CASE("another is begun", wholefile_begin(&w, path) == 0);
	fputs("second", w.f);
	ZT_CASE("the old one stays as long", fflush(w.f) == 0 && has("first"));
	ZT_CASE("one that is no good changes nothing",
	    wholefile_end(&w, false) == 0 && has("first") && alone());
	if (wholefile_begin(&w, path) != 0)
		abort();
	fputs("third", w.f);
	ZT_CASE("a good one takes its place",
	    wholefile_end(&w, true) == 0 && has("third") && alone());
	ZT_CASE("who may read it stays as it was",
	    stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
}

static void
test_wrong(void)
{
	struct wholefile w;
	int rc;

	ZT_CASE("a directory that is not there is told",
	    wholefile_begin(&w, "/nowhere/out") == -ENOENT);
	rc = wholefile_begin(&w, "/dev/full");
	ZT_CASE("a device is written in place", rc == 0 && w.tmp[0] == '\0');
	fputs("text", w.f);
	ZT_CASE("a full disk is told", wholefile_end(&w, true) == -ENOSPC);
	(void)unlink(path);
	(void)rmdir(dir);
}

static const struct zt_test tests[] = {
	{ "whole", test_whole },
	{ "wrong", test_wrong },
};
ZT_MAIN("wholefile", tests)
