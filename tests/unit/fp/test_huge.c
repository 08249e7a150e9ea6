/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/huge: memory of every size, zero and to be written.
 */
#include "tests/zt.h"

#include "fp/huge.h"

static const struct {
	const char *name;
	size_t n;
} sizes[] = {
	{ "nothing is a line", 0 },
	{ "a byte", 1 },
	{ "just below a large page's worth", HUGE_FROM - 1 },
	{ "just a large page's worth", HUGE_FROM },
	{ "a large page", HUGE_PAGE },
	{ "a large page and a byte", HUGE_PAGE + 1 },
	{ "many", 5 * HUGE_PAGE + 12345 },
};

static bool
is_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
test_sizes(void)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i].n;
		bool fine = true;

		/* Again and again: what was given back comes back dirty. */
		for (int k = 0; k < 4 && fine; k++) {
			unsigned char *p = huge_new(n);

			fine = p != NULL && (uintptr_t)p % 64 == 0 &&
			    is_zero(p, n);
			if (p != NULL)
				memset(p, 0xff, n);
			huge_free(p, n);
		}
		ZT_CASE(sizes[i].name, fine);
	}
	ZT_CASE("more than there is",
	    huge_new(SIZE_MAX) == NULL && huge_new(SIZE_MAX / 2) == NULL);
	huge_free(NULL, 1);
}

static const struct zt_test tests[] = {
	{ "sizes", test_sizes },
};

ZT_MAIN("huge", tests)
