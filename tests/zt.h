/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt - the thin layer over CUnit that all unit tests use
 *
 * A test program is a list of test functions, ended by ZT_MAIN.  In each,
 * ZT_CASE(name, ok) is one counted case whose name is the failure message.
 * ZT_SKIP(name, why) is said aloud and counted.  The last line printed,
 * `zt PASSED FAILED SKIPPED`, is what tests/run.sh adds up.
 */
#ifndef ZFW_TESTS_ZT_H
#define ZFW_TESTS_ZT_H

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned zt_passed, zt_failed, zt_skipped;
static uint64_t zt_seed = 1;

static inline void
zt_case(const char *file, int line, const char *name, bool ok)
{
	CU_assertImplementation(ok, (unsigned)line, name, file, "", CU_FALSE);
	if (ok) {
		zt_passed++;
		return;
	}
	zt_failed++;
	printf("FAIL %s:%d: %s\n", file, line, name);
}

#define ZT_CASE(name, ok) zt_case(__FILE__, __LINE__, (name), (ok))
#define ZT_SKIP(name, why) \
	do { \
		zt_skipped++; \
		printf("skip %s: %s\n", (name), (why)); \
	} while (0)

struct zt_test {
	const char *name;
	void (*fn)(void);
};

/* xorshift: random tests print their seed and take `-s SEED` */
static inline uint64_t
zt_random(void)
{
	zt_seed ^= zt_seed << 13;
	zt_seed ^= zt_seed >> 7;
	zt_seed ^= zt_seed << 17;
	return zt_seed;
}

static inline int
zt_main(int argc, char **argv, const char *suite, const struct zt_test *tests,
    size_t n)
{
	CU_pSuite s;

	if (argc == 3 && strcmp(argv[1], "-s") == 0)
		zt_seed = strtoull(argv[2], NULL, 0) | 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() != CUE_SUCCESS ||
	    (s = CU_add_suite(suite, NULL, NULL)) == NULL)
		return 2;
	for (size_t i = 0; i < n; i++)
		if (CU_add_test(s, tests[i].name, tests[i].fn) == NULL)
			return 2;
	CU_run_all_tests();
	CU_cleanup_registry();
	printf("zt %u %u %u\n", zt_passed, zt_failed, zt_skipped);
	return zt_failed != 0;
}

#define ZT_MAIN(suite, tests) \
	int main(int argc, char **argv) \
	{ \
		return zt_main(argc, argv, suite, tests, \
		    sizeof(tests) / sizeof((tests)[0])); \
	}

#endif
