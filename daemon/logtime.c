/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logtime.h"

#include <endian.h>

#define DAY_MS     ((int64_t)86400 * 1000)
#define YEAR_MAX   9999
#define NOW_MAX_MS (8000 * 365 * DAY_MS) /* keeps sums on the scale */
#define NO_NUMBER  1000                  /* more than any field of two digits */
#define TAI64_1970 ((UINT64_C(1) << 62) + 10) /* the label of 1970 in UTC */
#define END_S      INT64_C(253402300800)      /* the year after YEAR_MAX */

struct civil {
	int year;
	unsigned month, day; /* from 1 */
	unsigned hour, min, s;
};

/* Two digits at p, which has them; a big number when it has not. */
static unsigned
two_digits(const char *p)
{
	unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');

	return tens > 9 || ones > 9 ? NO_NUMBER : tens * 10 + ones;
}

static bool
is_leap(unsigned y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static unsigned
days_of_month(unsigned year, unsigned month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	if (month == 2 && is_leap(year))
		return 29;
	return days[month - 1];
}

static inline int64_t
civil_ms(const struct civil *c)
{
	static const uint16_t before[12] = { 0, 31, 59, 90, 120, 151, 181, 212,
		243, 273, 304, 334 };
	unsigned past = (unsigned)c->year - 1, century = past / 100;
	/* 719162 days lie before 1970. */
	unsigned days = past * 365 + past / 4 - century + century / 4 - 719162 +
	    before[c->month - 1] + c->day - 1 +
	    (c->month > 2 && is_leap((unsigned)c->year));

	return days * DAY_MS +
	    (int64_t)((c->hour * 60 + c->min) * 60 + c->s) * 1000;
}

/* HH:MM:SS; a leap second is allowed. */
static inline bool
parse_clock(const char *p, struct civil *c)
{
	c->hour = two_digits(p);
	c->min = two_digits(p + 3);
	c->s = two_digits(p + 6);
	return p[2] == ':' && p[5] == ':' && c->hour < 24 && c->min < 60 &&
	    c->s <= 60;
}

/* `.123456` at `at`: milliseconds; returns where it ends. */
static inline size_t
parse_fraction(struct str line, size_t at, int64_t *ms, bool *whole_second)
{
	static const uint8_t unit[4] = { 100, 10, 1, 0 };
	size_t k = 0;

	*ms = 0;
	*whole_second = true;
	if (at + 1 >= line.n || line.p[at] != '.' ||
	    !char_is_digit(line.p[at + 1]))
		return at;
	*whole_second = false;
	for (at++; at < line.n && char_is_digit(line.p[at]); at++) {
		*ms += unit[k] * (line.p[at] - '0');
		k += k < 3;
	}
	return at;
}

#define MONTH(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (c))

/* Month 1..12 of an English name of three letters, 0 = none. */
static unsigned
parse_month(const char *p)
{
	switch (MONTH((uint8_t)p[0], (uint8_t)p[1], (uint8_t)p[2])) {
	case MONTH('J', 'a', 'n'):
		return 1;
	case MONTH('F', 'e', 'b'):
		return 2;
	case MONTH('M', 'a', 'r'):
		return 3;
	case MONTH('A', 'p', 'r'):
		return 4;
	case MONTH('M', 'a', 'y'):
		return 5;
	case MONTH('J', 'u', 'n'):
		return 6;
	case MONTH('J', 'u', 'l'):
		return 7;
	case MONTH('A', 'u', 'g'):
		return 8;
	case MONTH('S', 'e', 'p'):
		return 9;
	case MONTH('O', 'c', 't'):
		return 10;
	case MONTH('N', 'o', 'v'):
		return 11;
	case MONTH('D', 'e', 'c'):
		return 12;
	default:
		return 0;
	}
}

/* The date's moment, negative when its year has no such day. */
static inline int64_t
moment(const struct civil *c)
{
	if (c->year < 1970 || c->year > YEAR_MAX ||
	    c->day > days_of_month((unsigned)c->year, c->month))
		return -1;
	return civil_ms(c);
}

/*
 * The moment in the latest year in which the date exists and is not after
 * `limit_ms`; negative when there is none.
 */
static int64_t
guess_year(struct civil *c, int64_t limit_ms)
{
	/* The mean year is 365.2425 days: at most one off. */
	int near = 1970 + (int)(limit_ms / DAY_MS * 10000 / 3652425);
	int64_t ms;

	c->year = near;
	ms = moment(c);
	if (ms > limit_ms - 364 * DAY_MS && ms <= limit_ms)
		return ms; /* as nearly always: no later one can fit */
	/* Eight steps find a 29 February even around 2100. */
	for (c->year = near + 1; c->year >= near - 8; c->year--) {
		ms = moment(c);
		if (ms >= 0 && ms <= limit_ms)
			return ms;
	}
	return -1;
}

/* No stamp is later than a day after now; kept on the scale of years. */
static int64_t
latest(int64_t now_ms, int64_t zone_ms)
{
	if (now_ms < 0)
		now_ms = 0;
	if (now_ms > NOW_MAX_MS)
		now_ms = NOW_MAX_MS;
	return now_ms + DAY_MS + zone_ms;
}

/* `Nov 22 03:48:24` or `Nov  2 03:48:24`: 15 bytes, local time. */
static size_t
parse_classic(const struct logtime_conf *conf, struct str line, int64_t now_ms,
    int64_t *t_ms, bool *whole_second)
{
	int64_t zone_ms = (int64_t)conf->zone_s * 1000;
	struct civil c = { .year = conf->year };
	const char *p = line.p;
	int64_t t, ms;
	size_t n;

	if (line.n < 15 || p[3] != ' ' || p[6] != ' ')
		return 0;
	c.month = parse_month(p);
	c.day = p[4] == ' ' && char_is_digit(p[5]) ? (unsigned)(p[5] - '0') :
						     two_digits(p + 4);
	if (c.month == 0 || c.day == 0 || c.day > 31 || !parse_clock(p + 7, &c))
		return 0;
	t = conf->year != 0 ? moment(&c) :
			      guess_year(&c, latest(now_ms, zone_ms));
	if (t < 0)
		return 0;
	n = parse_fraction(line, 15, &ms, whole_second);
	*t_ms = t + ms - zone_ms;
	return n;
}

/* `Z`, `+hh:mm`, `+hhmm` or nothing (then the zone is conf's). */
static bool
parse_zone(struct str line, size_t *at, int64_t *zone_s)
{
	const char *p = line.p + *at;
	size_t n = line.n - *at;
	unsigned h, m, colon;

	if (n > 0 && (p[0] == 'Z' || p[0] == 'z')) {
		*zone_s = 0;
		*at += 1;
		return true;
	}
	if (n == 0 || (p[0] != '+' && p[0] != '-'))
		return true;
	colon = n > 3 && p[3] == ':';
	if (n < 5 + colon)
		return false;
	h = two_digits(p + 1);
	m = two_digits(p + 3 + colon);
	if (h > 23 || m > 59)
		return false;
	*zone_s = (int64_t)(h * 3600 + m * 60) * (p[0] == '-' ? -1 : 1);
	*at += 5 + colon;
	return true;
}

/* `2026-11-22T03:48:24`: 19 bytes, as if they were UTC. */
static bool
parse_date(struct str line, int64_t *ms)
{
	struct civil c = { 0 };
	const char *p = line.p;

	if (line.n < 19 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != 'T' && p[10] != 't' && p[10] != ' '))
		return false;
	c.year = (int)(two_digits(p) * 100 + two_digits(p + 2));
	c.month = two_digits(p + 5);
	c.day = two_digits(p + 8);
	if (c.year < 1970 || c.year > YEAR_MAX || c.month == 0 ||
	    c.month > 12 || c.day == 0 ||
	    c.day > days_of_month((unsigned)c.year, c.month) ||
	    !parse_clock(p + 11, &c))
		return false;
	*ms = civil_ms(&c);
	return true;
}

/* Eight bytes, the first one lowest. */
static inline uint64_t
load_8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* memcmp() of 8 to 16 bytes, or of 9 to 24, without a call. */
static inline bool
same_16(const char *a, const char *b, size_t n)
{
	return load_8(a) == load_8(b) && load_8(a + n - 8) == load_8(b + n - 8);
}

static inline bool
same_24(const char *a, const char *b, size_t n)
{
	return load_8(a) == load_8(b) && same_16(a + n - 16, b + n - 16, 16);
}

/*
 * The most frequent form of it: `.123456+01:00`, in the zone of the minute
 * before.
 */
#define SIX_BYTES UINT64_C(0x010101010101)

/* Its figures as numbers, the first one lowest. */
static inline uint64_t
usual_figures(const char *p)
{
	return (load_8(p) >> 8 ^ SIX_BYTES * '0') & SIX_BYTES * 0xff;
}

static inline bool
is_usual(struct str line, const struct logtime_minute *m)
{
	const char *p = line.p + 19;
	uint64_t d;

	if (line.n < 32 || p[0] != '.' || !m->zoned)
		return false;
	d = usual_figures(p);
	return (((d + SIX_BYTES * 0x76) | d) & SIX_BYTES << 7) == 0 &&
	    memcmp(p + 7, m->zone, sizeof(m->zone)) == 0;
}

static inline int64_t
usual_ms(struct str line, const struct logtime_minute *m)
{
	uint64_t d = usual_figures(line.p + 19);

	return (int64_t)((d & 15) * 100 + (d >> 8 & 15) * 10 + (d >> 16 & 15)) -
	    m->east_ms;
}

/*
 * What follows the date: `.123456+01:00`.  Apart, as is what else is seldom:
 * the hot way needs no frame then.
 */
static size_t __attribute__((noinline))
parse_rest(const struct logtime_conf *conf, struct str line, int64_t date_ms,
    int64_t *t_ms, bool *whole_second)
{
	int64_t ms, zone_s = conf->zone_s;
	size_t n = parse_fraction(line, 19, &ms, whole_second);

	if (!parse_zone(line, &n, &zone_s))
		return 0;
	*t_ms = date_ms + ms - zone_s * 1000;
	return n;
}

/* `2026-11-22T03:48:24.123456+01:00` */
static size_t
parse_rfc3339(const struct logtime_conf *conf, struct str line, int64_t *t_ms,
    bool *whole_second)
{
	int64_t ms;

	return parse_date(line, &ms) ?
	    parse_rest(conf, line, ms, t_ms, whole_second) :
	    0;
}

/* `n` hexadecimal digits, 16 at most. */
static bool
parse_hex(struct str s, size_t n, uint64_t *v)
{
	uint64_t sum = 0;

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned c = (uint8_t)s.p[i];

		if (!char_is_hex(s.p[i]))
			return false;
		sum = sum << 4 | (c > '9' ? (c & 15) + 9 : c & 15);
	}
	*v = sum;
	return true;
}

/* `@400000005f5e100a1dcd6500` */
static size_t
parse_tai64(struct str line, int64_t *t_ms, bool *whole_second)
{
	uint64_t label, ns = 0;
	size_t n = 17;

	if (!parse_hex(str_from(line, 1), 16, &label) || label < TAI64_1970 ||
	    label - TAI64_1970 >= (uint64_t)END_S)
		return 0;
	*whole_second = line.n == n || !char_is_hex(line.p[n]);
	if (!*whole_second) {
		if (!parse_hex(str_from(line, n), 8, &ns) || ns > 999999999)
			return 0;
		n += 8;
	}
	if (line.n > n && char_is_hex(line.p[n]))
		return 0;
	*t_ms = (int64_t)((label - TAI64_1970) * 1000 + ns / 1000000);
	return n;
}

size_t
logtime_parse(const struct logtime_conf *c, struct str line, int64_t now_ms,
    int64_t *t_ms, bool *whole_second)
{
	if (line.n > 0 && char_is_digit(line.p[0]))
		return parse_rfc3339(c, line, t_ms, whole_second);
	if (line.n > 0 && line.p[0] == '@')
		return parse_tai64(line, t_ms, whole_second);
	return parse_classic(c, line, now_ms, t_ms, whole_second);
}

/* ---- with what is known from the line before ---- */

/*
 * The year is the same for all seconds of that minute, whenever it is asked
 * for in from_ms..to_ms: guess_year() looks for the latest one that is not
 * after a day from now.
 */
static void
keep_classic(struct logtime_memo *m, struct str line, int64_t t_ms)
{
	struct logtime_minute *min = &m->classic;

	memcpy(min->text, line.p, 13);
	min->ms = t_ms - two_digits(line.p + 13) * (int64_t)1000;
	min->from_ms = m->conf.year != 0 ? INT64_MIN :
	    min->ms < DAY_MS             ? 0 :
					   min->ms + 61000 - DAY_MS;
	min->to_ms = m->conf.year != 0 ? INT64_MAX : min->ms + 362 * DAY_MS;
	if (m->conf.year == 0 && min->to_ms > NOW_MAX_MS)
		min->to_ms = NOW_MAX_MS;
}

static size_t __attribute__((noinline)) new_classic(struct logtime_memo *m,
    struct str line, int64_t now_ms, int64_t *t_ms, bool *whole_second)
{
	size_t n = parse_classic(&m->conf, line, now_ms, t_ms, whole_second);

	if (n == 15)
		keep_classic(m, line, *t_ms);
	return n;
}

static inline size_t
next_classic(struct logtime_memo *m, struct str line, int64_t now_ms,
    int64_t *t_ms, bool *whole_second)
{
	const struct logtime_minute *min = &m->classic;
	unsigned s;

	if (line.n > 15 && line.p[15] != '.' && now_ms >= min->from_ms &&
	    now_ms < min->to_ms && same_16(line.p, min->text, 13) &&
	    (s = two_digits(line.p + 13)) <= 60) {
		*t_ms = min->ms + (int64_t)s * 1000;
		*whole_second = true;
		return 15;
	}
	return new_classic(m, line, now_ms, t_ms, whole_second);
}

static void
keep_iso(struct logtime_minute *min, struct str line, int64_t ms)
{
	size_t at = 26;
	int64_t east_s;

	memcpy(min->text, line.p, 17);
	min->ms = ms;
	min->zoned = line.n >= 32 && (line.p[at] == '+' || line.p[at] == '-') &&
	    parse_zone(line, &at, &east_s) && at == 32;
	if (!min->zoned)
		return;
	memcpy(min->zone, line.p + 26, sizeof(min->zone));
	min->east_ms = east_s * 1000;
}

static size_t __attribute__((noinline))
new_rfc3339(struct logtime_memo *m, struct logtime_minute *min, struct str line,
    int64_t *t_ms, bool *whole_second)
{
	int64_t ms;

	if (!parse_date(line, &ms))
		return 0;
	keep_iso(min, line, ms - two_digits(line.p + 17) * (int64_t)1000);
	return parse_rest(&m->conf, line, ms, t_ms, whole_second);
}

static inline size_t
next_rfc3339(struct logtime_memo *m, struct str line, int64_t *t_ms,
    bool *whole_second)
{
	struct logtime_minute *min;
	int64_t ms;
	unsigned s;

	if (line.n < 19)
		return 0;
	/* Files of Exim's own have a blank there; two kinds in one file. */
	min = &m->iso[line.p[10] == ' '];
	if (!same_24(line.p, min->text, 17) ||
	    (s = two_digits(line.p + 17)) > 60)
		return new_rfc3339(m, min, line, t_ms, whole_second);
	ms = min->ms + (int64_t)s * 1000;
	if (!is_usual(line, min))
		return parse_rest(&m->conf, line, ms, t_ms, whole_second);
	*t_ms = ms + usual_ms(line, min);
	*whole_second = false;
	return 32;
}

size_t
logtime_next(struct logtime_memo *m, struct str line, int64_t now_ms,
    int64_t *t_ms, bool *whole_second)
{
	if (line.n > 0 && char_is_digit(line.p[0]))
		return next_rfc3339(m, line, t_ms, whole_second);
	if (line.n > 0 && line.p[0] == '@')
		return parse_tai64(line, t_ms, whole_second);
	return next_classic(m, line, now_ms, t_ms, whole_second);
}
