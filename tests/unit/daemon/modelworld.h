/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * modelworld - networks that teach a model, for its tests
 */
#ifndef ZFW_TESTS_MODELWORLD_H
#define ZFW_TESTS_MODELWORLD_H

#include <math.h>

#include "daemon/model.h"
#include "fp/dialogue.h"
#include "fp/sigclass.h"
#include "tests/zt.h"

#define DAY ((int64_t)86400 * 1000)
#define T0  (20150 * DAY) /* midnight */

static const struct hash_key key;

/* An address in the i-th /24. */
static inline struct addr
site4(uint32_t i)
{
	return addr_v4(0x2c000001U + (i << 8));
}

static inline struct model_lesson
lesson(enum model_feature f, unsigned v)
{
	struct model_lesson l = { 0 };

	l.value[f] = (uint8_t)(v + 1);
	return l;
}

/* `n` networks from the first on teach it that day; how many were heard. */
static inline unsigned
teach_v(struct model *m, enum model_feature f, unsigned v, bool bad,
    uint32_t first, uint32_t n, int64_t t)
{
	struct model_lesson l = lesson(f, v);
	unsigned heard = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct addr a = site4(first + i);

		heard += model_teach(m, &l, bad, &a, t);
	}
	return heard;
}

static inline unsigned
teach_token(struct model *m, enum model_token k, uint64_t token, bool bad,
    uint32_t first, uint32_t n, int64_t t)
{
	struct model_lesson l = { 0 };
	unsigned heard = 0;

	l.token[k] = token;
	for (uint32_t i = 0; i < n; i++) {
		struct addr a = site4(first + i);

		heard += model_teach(m, &l, bad, &a, t);
	}
	return heard;
}

static inline bool
near(double a, double b, double by)
{
	return fabs(a - b) <= by;
}

#endif
