/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of tools/fpout: every byte is written once and in order.
 *
 * zt-link: tools/fpout tools/fptext fp/addr
 */
#include "tests/zt.h"

#include "tools/fpout.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 20000
#define PAGE  4096

/* Line `i`, of a length that changes, as it is told and as it should be. */
static char *
put_line(char *p, unsigned i)
{
	p = fptext_num(p, i);
	for (unsigned k = 0; k < i * 7 % 301; k++)
		*p++ = (char)('a' + k % 26);
	*p++ = '\n';
	return p;
}

static void
tell(struct fpout *o, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		fpout_end(o, put_line(fpout_begin(o), i));
}

/* Are those the lines of the file, and nothing else? */
static bool
holds(FILE *f, unsigned from, unsigned to)
{
	char want[512], got[512];

	rewind(f);
	for (unsigned i = from; i < to; i++) {
		size_t n = (size_t)(put_line(want, i) - want);

		if (fread(got, 1, n, f) != n || memcmp(got, want, n) != 0)
			return false;
	}
	return getc(f) == EOF;
}

static off_t
size_of(FILE *f)
{
	struct stat st;

	return fstat(fileno(f), &st) == 0 ? st.st_size : -1;
}

static void
test_lines(void)
{
	FILE *f = tmpfile(), *other = tmpfile();
	struct fpout o;

	if (f == NULL || other == NULL || !fpout_init(&o, fileno(f), false)) {
		ZT_CASE("there are files and memory", false);
		return;
	}
	tell(&o, 0, LINES);
	ZT_CASE("a full buffer is written by itself, in whole pages",
	    size_of(f) > 0 && size_of(f) % PAGE == 0);
	ZT_CASE("another file gets what comes from then on",
	    fpout_turn(&o, fileno(other)) == fileno(f) && holds(f, 0, LINES));
	tell(&o, LINES, 2 * LINES);
	fpout_flush(&o);
	ZT_CASE("every line is written once and in order",
	    holds(other, LINES, 2 * LINES));
	ZT_CASE("lines and bytes are counted",
	    o.lines == 2 * LINES &&
		o.bytes == (uint64_t)size_of(f) + (uint64_t)size_of(other));
	ZT_CASE("nothing went wrong", fpout_error(&o) == NULL);
	fpout_fini(&o);
	fclose(f);
	fclose(other);
}

static void
test_prompt(void)
{
	FILE *f = tmpfile();
	struct fpout o;

	if (f == NULL || !fpout_init(&o, fileno(f), true)) {
		ZT_CASE("there is a file and memory", false);
		return;
	}
	tell(&o, 0, 1);
	ZT_CASE("who is prompt writes each line at once", holds(f, 0, 1));
	fpout_fini(&o);
	fclose(f);
}

static void
test_error(void)
{
	struct fpout o;

	if (!fpout_init(&o, -1, false)) {
		ZT_CASE("there is memory", false);
		return;
	}
	tell(&o, 0, LINES);
	ZT_CASE("a write that fails is told, and the rest is dropped",
	    fpout_error(&o) != NULL && o.lines == LINES);
	fpout_fini(&o);
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "prompt", test_prompt },
	{ "error", test_error },
};

ZT_MAIN("fpout", tests)
