/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logtime - stage 5 of 8: the time stamp at the head of a log line
 *
 * Reads `Mon dd HH:MM:SS` (no year, no zone: the year comes from `now`, so
 * that the result is the latest such date not more than a day after it),
 * RFC 3339 with or without a fraction, and the labels of multilog: `@` and
 * 16 hexadecimal digits (TAI64, seconds) or 24 (TAI64N, and nanoseconds).  A
 * label is 2^62 + 10 more than the seconds since 1970, as it is for the
 * programs that write and show them: they know no leap seconds after 1972.
 * Pure: the zone of classic stamps is given, never asked of the system.
 */
#ifndef ZFW_DAEMON_LOGTIME_H
#define ZFW_DAEMON_LOGTIME_H

#include "fp/bytes.h"

struct logtime_conf {
	int32_t zone_s; /* seconds east of UTC of stamps without a zone */
	int16_t year;   /* of stamps without one; 0 = guess from now_ms */
};

/*
 * Returns how many bytes of `line` the stamp takes (0: no stamp that we
 * know), sets *t_ms to wall clock milliseconds since 1970 and *whole_second
 * when the stamp has no fraction.
 */
size_t logtime_parse(const struct logtime_conf *c, struct str line,
    int64_t now_ms, int64_t *t_ms, bool *whole_second);

/*
 * The same for who reads line after line: most have the minute of the line
 * before.  The owner sets `conf` and clears the rest, and does so again when
 * conf changes.
 */
struct logtime_minute {
	char text[17];   /* all up to the second */
	bool zoned;      /* behind a fraction of six digits it had: */
	char zone[6];    /* `+01:00` */
	int64_t east_ms; /* which is that */
	int64_t ms;      /* the moment that is; without the zone, if UTC */
	int64_t from_ms, to_ms; /* of `now_ms`: when its year is that one */
};

struct logtime_memo {
	struct logtime_conf conf;
	struct logtime_minute classic, iso[2];
};

size_t logtime_next(struct logtime_memo *m, struct str line, int64_t now_ms,
    int64_t *t_ms, bool *whole_second);

#endif
