/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daily letter on the days that come: the first of shadow mode, a week
 * later, the day of the switch, a quiet one, one with an attack, one with
 * possible mistakes and clicks, and those on which zfwd did not run.
 *
 * zt-link: daemon/tally fp/addr @STATSWRITE
 * zt-libs: libjansson libsodium libm
 */
#include <stdlib.h>
#include <time.h>

#include "tests/zt.h"
#include "tools/stats.h"

#define MIN_MS  INT64_C(60000)
#define HOUR_MS (60 * MIN_MS)
#define DAY_MS  (24 * HOUR_MS)
#define NOW     INT64_C(1772431200000) /* 2 March 2026, 06:00 UTC */
#define MINUTES 1440
#define HOURS   (14 * 24)

/* ---- a gateway's history, as stats_read() would have it ---- */

struct day {
	struct stats s;
	struct tally_slot minute[MINUTES], hour[HOURS];
	struct stats_mistake mistake[2];
};

static struct day day;
static char *text;

/* From then on to another time it ran in that mode; 0: it did not. */
static void
ran(int64_t from_ms, int64_t to_ms, uint8_t modes)
{
	for (size_t i = 0; i < MINUTES; i++) {
		int64_t at = NOW - DAY_MS + (int64_t)i * MIN_MS;

		if (at >= from_ms && at < to_ms)
			day.minute[i].modes = modes;
	}
	for (size_t i = 0; i < HOURS; i++) {
		int64_t at = NOW - HOURS * HOUR_MS + (int64_t)i * HOUR_MS;

		if (at >= from_ms && at + HOUR_MS <= to_ms)
			day.hour[i].modes = modes;
		else if (at + HOUR_MS > from_ms && at < to_ms)
			day.hour[i].modes |= modes;
	}
}

/* What the last day had; `modes` are those of all of it. */
static void
begin(int64_t first_ms, uint8_t modes)
{
	memset(&day, 0, sizeof(day));
	day.s = (struct stats){ .daemon_runs = true,
		.modes = modes,
		.first_ms = first_ms,
		.opts = { .now_ms = NOW,
		    .since_ms = NOW - DAY_MS,
		    .until_ms = NOW,
		    .host = "mx",
		    .to = "post@example.org" } };
	day.s.series[TALLY_MINUTE] = (struct stats_series){ TALLY_MINUTE,
		(uint32_t)((NOW - DAY_MS) / MIN_MS), day.minute, MINUTES };
	day.s.series[TALLY_HOUR] = (struct stats_series){ TALLY_HOUR,
		(uint32_t)(NOW / HOUR_MS - HOURS), day.hour, HOURS };
	day.s.series[TALLY_DAY].step = TALLY_DAY;
	ran(first_ms, NOW, modes == 3 ? (uint8_t)TALLY_ENFORCE : modes);
	day.s.total.n[TALLY_CONNECTS] = day.s.ever.n[TALLY_CONNECTS] = 1000;
	day.s.total.n[TALLY_PREVENTED] = 2800;
	day.s.total.n[TALLY_REJECTED] = 200;
	day.s.total.n[TALLY_GOOD] = 600;
	day.s.blocked_now = 40;
}

static void
write_it(void)
{
	size_t n = 0;
	FILE *f;

	free(text);
	text = NULL;
	f = open_memstream(&text, &n);
	if (f == NULL || stats_letter(&day.s, f) != 0 || fclose(f) != 0)
		abort();
}

/* With the line breaks of paragraphs as blanks. */
static bool
has(const char *words)
{
	char *flat = strdup(text);
	bool found;

	for (char *p = flat; *p != '\0'; p++)
		if (*p == '\n' && p[1] != '\n')
			*p = ' ';
	found = strstr(flat, words) != NULL;
	free(flat);
	return found;
}

static bool
subject(const char *want)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "\nSubject: %s\n", want);
	return strstr(text, line) != NULL;
}

static void
mistake(size_t i, const char *addr, bool blocked, int64_t click_ms)
{
	struct stats_mistake *m = &day.mistake[i];

	if (!addr_parse((struct str){ addr, strlen(addr) }, &m->who.key))
		abort();
	m->who.rdns = "mail.example.edu";
	m->who.helo = m->who.sig = m->who.os = "";
	m->who.blocked = blocked;
	m->who.shadow = day.s.modes == TALLY_SHADOW;
	m->who.block_until_ms = NOW + HOUR_MS;
	m->why = "had accepted mail on 2 days";
	m->click_ms = click_ms;
	day.s.mistake = day.mistake;
	day.s.mistake_n = day.s.mistake_all = i + 1;
}

/* ---- shadow mode ---- */

static void
test_first_day(void)
{
	begin(NOW - 5 * HOUR_MS, TALLY_SHADOW);
	write_it();
	ZT_CASE("in shadow mode the subject says so",
	    subject("zfw on mx (shadow mode): 3,000 attempts would have been "
		    "stopped"));
	ZT_CASE("it says since when there is anything",
	    has("from 2026-03-02 01:00, when it began, to 2026-03-02 06:00."));
	ZT_CASE("nothing is missing before it began",
	    !has("Something is wrong"));
	ZT_CASE("it asks for patience on the first day",
	    has("It has watched for 5 hours. Give it a week"));
	ZT_CASE("and not to switch on", !has("mode = \"enforce\""));
	ZT_CASE("what is not known has no column",
	    strstr(text, "last day\n") != NULL && !has("day before") &&
		!has("week before"));
	ZT_CASE("what did not happen has no line", !has("sessions cut"));
	begin(NOW - 5 * HOUR_MS, TALLY_SHADOW);
	day.s.total.n[TALLY_PREVENTED] = day.s.total.n[TALLY_REJECTED] = 0;
	day.s.blocked_now = 0;
	write_it();
	ZT_CASE("no attempts to stop are words",
	    subject("zfw on mx (shadow mode): nothing to stop") &&
		has("Nobody would be blocked now."));
}

static void
test_week(void)
{
	begin(NOW - 8 * DAY_MS, TALLY_SHADOW);
	day.s.before_known = true;
	write_it();
	ZT_CASE("after a week it says how to switch on",
	    has("When you agree with it, set mode = \"enforce\" in zfwd.conf "
		"and `zfwctl reload`.") &&
		!has("Give it a week"));
	ZT_CASE("nobody is blocked in shadow mode",
	    has("40 clients would be blocked now.") &&
		has("75 % of all attempts to connect would have been kept "
		    "away."));
	mistake(0, "203.0.113.77", true, 0);
	write_it();
	ZT_CASE("with possible mistakes it asks to look at them first",
	    has("Look at the possible mistakes below.") &&
		subject("zfw on mx (shadow mode): 1 possible mistake, 3,000 "
			"attempts would have been stopped"));
	ZT_CASE("and says who would be blocked still",
	    has("would be blocked until 2026-03-02 07:00") &&
		has("though something speaks for it:"));
	day.s.opts.enforce = true;
	write_it();
	ZT_CASE("what zfwd.conf says already is not asked for",
	    has("says mode = \"enforce\" by now") && !has("When you agree"));
}

/* ---- the switch ---- */

static void
test_switch(void)
{
	begin(NOW - 8 * DAY_MS, TALLY_SHADOW | TALLY_ENFORCE);
	ran(NOW - 8 * DAY_MS, NOW - 90 * MIN_MS, TALLY_SHADOW);
	write_it();
	ZT_CASE("the day of the switch is told as that",
	    subject("zfw on mx: enforcing since 04:30") &&
		has("zfw enforces since 2026-03-02 04:30. Before, it was in "
		    "shadow mode"));
	ZT_CASE("it does not ask for what was done",
	    !has("When you agree") && !has("Give it a week"));
	ZT_CASE("figures of both are called so",
	    has("What was prevented, or would have been") &&
		has("75 % of all attempts to connect were kept away, or would "
		    "have been. 40 clients are blocked now."));
	ran(NOW - 90 * MIN_MS, NOW - 89 * MIN_MS, 3);
	write_it();
	ZT_CASE("the minute of the switch is of both, and told",
	    has("zfw enforces since 2026-03-02 04:30"));
	begin(NOW - 8 * DAY_MS, TALLY_SHADOW | TALLY_ENFORCE);
	ran(NOW - 2 * HOUR_MS, NOW, TALLY_SHADOW);
	write_it();
	ZT_CASE("back in shadow mode is told, too",
	    subject("zfw on mx: in shadow mode since 04:00") &&
		has("40 clients would be blocked now."));
	begin(NOW - 8 * DAY_MS, TALLY_ENFORCE);
	write_it();
	ZT_CASE("a day later there is nothing of shadow mode",
	    !has("hadow mode") && !has("would") &&
		subject("zfw on mx: 3,000 attempts stopped"));
	begin(NOW - 8 * DAY_MS, TALLY_SHADOW | TALLY_ENFORCE);
	ran(NOW - MIN_MS, NOW, 3);
	ran(NOW - 8 * DAY_MS, NOW - MIN_MS, TALLY_SHADOW);
	write_it();
	ZT_CASE("a switch in the last minute is one to the other mode",
	    subject("zfw on mx: enforcing since 05:59"));
}

/* ---- enforcing ---- */

static void
test_quiet(void)
{
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	memset(&day.s.total, 0, sizeof(day.s.total));
	day.s.total.n[TALLY_CONNECTS] = 12;
	day.s.blocked_now = 0;
	write_it();
	ZT_CASE("a quiet day is a short letter",
	    subject("zfw on mx: nothing to stop") &&
		has("\n Possible mistakes: none. Nothing speaks for anybody "
		    "that was blocked.") &&
		has("\n Nobody is blocked now.") && !has("kept away"));
	day.s.blocked_now = 1;
	write_it();
	ZT_CASE("one client is one", has("1 client is blocked now."));
}

static void
test_attack(void)
{
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	day.s.before_known = day.s.week_known = true;
	day.s.before.n[TALLY_PREVENTED] = 700;
	day.s.week.n[TALLY_PREVENTED] = 5000;
	day.hour[HOURS - 4].n[TALLY_REJECTED] = 1500;
	write_it();
	ZT_CASE("an attack is told, with its hour",
	    has("4 times as many attempts as the day before; the most came in "
		"the hour from 2026-03-02 02:00."));
	ZT_CASE("what is known has its column",
	    has("      last day    day before   week before"));
	day.s.before.n[TALLY_PREVENTED] = 2000;
	write_it();
	ZT_CASE("a usual day is none", !has("times as many"));
	day.s.before.n[TALLY_PREVENTED] = 1;
	day.s.total.n[TALLY_PREVENTED] = day.s.total.n[TALLY_REJECTED] = 20;
	write_it();
	ZT_CASE("a few attempts more are none", !has("times as many"));
}

static void
test_mistakes(void)
{
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	mistake(0, "203.0.113.77", false, NOW - HOUR_MS);
	mistake(1, "203.0.113.78", true, 0);
	day.s.total.n[TALLY_CLICKS] = 2;
	day.s.total.n[TALLY_ENDED] = 1;
	write_it();
	ZT_CASE("possible mistakes are in the subject",
	    subject("zfw on mx: 2 possible mistakes, 3,000 attempts stopped"));
	ZT_CASE("it says who is blocked still, and who is not",
	    has("203.0.113.77  mail.example.edu       had accepted mail on 2 "
		"days       not blocked any more") &&
		has("still blocked, until 2026-03-02 07:00"));
	ZT_CASE("who clicked is told, with the time",
	    has("Let out by a click: 2") && has("at 2026-03-02 05:00") &&
		has("and 1 more click, of these or of others"));
	ZT_CASE("they come before all figures",
	    strstr(text, "Possible mistakes: 2\n---") <
		strstr(text, "What was prevented"));
	ZT_CASE("one block is one",
	    has("1 block ran out; no such client tried again"));
}

/* ---- what is wrong ---- */

static void
test_away(void)
{
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	ran(NOW - 5 * HOUR_MS, NOW - 5 * HOUR_MS + 25 * MIN_MS, 0);
	ran(NOW - 3 * HOUR_MS, NOW - 3 * HOUR_MS + 5 * MIN_MS, 0);
	write_it();
	ZT_CASE("times without zfwd are told, and when",
	    has("zfwd did not run, or wrote nothing, for 30 minutes in all; "
		"the longest time was from 2026-03-02 01:00 to 2026-03-02 "
		"01:25.") &&
		subject("zfw on mx: zfwd was away for 30 minutes, 3,000 "
			"attempts stopped"));
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	ran(NOW - DAY_MS, NOW - 14 * HOUR_MS, 0);
	day.s.series[TALLY_MINUTE].first += 600;
	day.s.series[TALLY_MINUTE].slot += 600;
	day.s.series[TALLY_MINUTE].n -= 600;
	write_it();
	ZT_CASE("so are those at the begin of the day",
	    has("for 10 hours, from 2026-03-01 06:00 to 2026-03-01 16:00."));
	ran(NOW - DAY_MS, NOW - 14 * HOUR_MS, TALLY_ENFORCE);
	write_it();
	ZT_CASE("where hours say that it ran, nothing is missing",
	    !has("Something is wrong"));
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	ran(NOW - 2 * MIN_MS, NOW, 0);
	write_it();
	ZT_CASE("a minute that is not written yet is none",
	    !has("Something is wrong"));
	ran(NOW - HOUR_MS, NOW, 0);
	day.s.daemon_runs = false;
	write_it();
	ZT_CASE("a daemon that ended is told first",
	    subject("zfw on mx: zfwd is not running, 3,000 attempts stopped") &&
		has("zfwd is not running, and wrote last at 2026-03-02 "
		    "05:00."));
	ZT_CASE("and not a second time", !has("or wrote nothing"));
	begin(NOW - 30 * DAY_MS, 0);
	memset(&day.s.total, 0, sizeof(day.s.total));
	write_it();
	ZT_CASE("a day without it has no figures",
	    subject("zfw on mx: zfwd did not run") &&
		has("zfwd runs now, but did not in all that time.") &&
		!has("What was prevented") && !has("Nothing speaks"));
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	memset(&day.s.total, 0, sizeof(day.s.total));
	day.s.bad_records = 1;
	write_it();
	ZT_CASE("a day without any connection is asked about",
	    subject("zfw on mx: no connection seen") &&
		has("Not a single connection was seen."));
	ZT_CASE("one damaged record is one",
	    has("1 record of the store is damaged"));
}

/* ---- the head ---- */

static void
test_head(void)
{
	begin(NOW - 30 * DAY_MS, TALLY_ENFORCE);
	write_it();
	ZT_CASE("the sender's domain is left to sendmail",
	    strncmp(text, "From: zfw <root>\nTo: post@example.org\n", 38) == 0);
	ZT_CASE("it says how to end it", has("letter_to in zfwd.conf"));
}

static const struct zt_test tests[] = {
	{ "the first day in shadow mode", test_first_day },
	{ "after a week of it", test_week },
	{ "the day of the switch", test_switch },
	{ "a quiet day", test_quiet },
	{ "an attack", test_attack },
	{ "mistakes and clicks", test_mistakes },
	{ "when zfwd did not run", test_away },
	{ "the head", test_head },
};

int
main(int argc, char **argv)
{
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	return zt_main(argc, argv, "stats_letter", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
