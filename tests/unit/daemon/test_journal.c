/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal: whose an entry is, and that it is one line, whatever is in it.
 *
 * zt-link: daemon/journal daemon/logtime
 */
#include "daemon/journal.h"
#include "tests/zt.h"

#define T_US 1767323045123456

static struct str
str(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static struct journal_conf
conf(const char *units)
{
	struct journal_conf c = { .uids = { 105, 106 }, .uids_n = 2 };

	if (!journal_units(&c.units, str(units)))
		abort();
	return c;
}

static void
test_units(void)
{
	struct journal_units u;
	char many[4096] = "";

	ZT_CASE("one unit",
	    journal_units(&u, STR("a.service")) && u.n == 1 && u.named &&
		strcmp(u.v[0], "a.service") == 0);
	ZT_CASE("several, with what names may have",
	    journal_units(&u, STR("postfix@-.service,a\\x2db.service")) &&
		u.n == 2 && strcmp(u.v[1], "a\\x2db.service") == 0);
	ZT_CASE("none: those that are known",
	    journal_units(&u, STR("")) && u.n > 10 && !u.named);
	ZT_CASE("nothing between two commas",
	    !journal_units(&u, STR("a.service,,b.service")));
	ZT_CASE("nothing before one", !journal_units(&u, STR(",a.service")));
	ZT_CASE("nothing after one", !journal_units(&u, STR("a.service,")));
	ZT_CASE("no blanks", !journal_units(&u, STR("a.service, b.service")));
	ZT_CASE("no match of another field",
	    !journal_units(&u, STR("a.service\n_UID=1000")));
	ZT_CASE("no NUL", !journal_units(&u, STR("a\0b")));
	for (int i = 0; i < JOURNAL_UNITS_MAX; i++)
		strcat(many, "u.service,");
	many[strlen(many) - 1] = '\0';
	ZT_CASE("as many as may be",
	    journal_units(&u, str(many)) && u.n == JOURNAL_UNITS_MAX);
	strcat(many, ",u.service");
	ZT_CASE("not one more", !journal_units(&u, str(many)));
	memset(many, 'a', JOURNAL_UNIT_LEN);
	many[JOURNAL_UNIT_LEN] = '\0';
	ZT_CASE("not too long a name", !journal_units(&u, str(many)));
}

static const struct {
	const char *name;
	const char *units; /* of the admin; "" = none */
	const char *unit, *transport, *uid, *comm;
	enum journal_verdict want;
} whose[] = {
	{ "the unit, and an account of a mail server", "", "postfix@-.service",
	    "syslog", "105", "smtpd", JOURNAL_OURS },
	{ "the unit, and root", "", "postfix@-.service", "syslog", "0",
	    "master", JOURNAL_OURS },
	{ "what the unit writes to its standard output", "", "haraka.service",
	    "stdout", "106", "node", JOURNAL_OURS },
	{ "logger of a person, with a mail server's tag", "", "session-3.scope",
	    "syslog", "1000", "logger", JOURNAL_OTHER },
	{ "his program with a mail server's name", "", "user@1000.service",
	    "syslog", "1000", "smtpd", JOURNAL_OTHER },
	{ "his .forward, which runs within the unit", "", "postfix@-.service",
	    "syslog", "1000", "logger", JOURNAL_PERSON },
	{ "even with a mail server's name", "", "postfix@-.service", "syslog",
	    "1000", "smtpd", JOURNAL_PERSON },
	{ "an alias's command runs as nobody", "", "postfix@-.service",
	    "syslog", "65534", "smtpd", JOURNAL_PERSON },
	{ "the .forward of a web server's account", "", "postfix@-.service",
	    "syslog", "33", "smtpd", JOURNAL_PERSON },
	{ "a unit without an account", "", "postfix@-.service", "syslog", "",
	    "smtpd", JOURNAL_PERSON },
	{ "an account that is no number", "", "postfix@-.service", "syslog",
	    "105x", "smtpd", JOURNAL_PERSON },
	{ "one that is too big a number", "", "postfix@-.service", "syslog",
	    "4294967296", "smtpd", JOURNAL_PERSON },
	{ "a number with a zero too much is that number", "",
	    "postfix@-.service", "syslog", "00", "smtpd", JOURNAL_OURS },
	{ "no unit, but a mail server's program and account", "", "", "syslog",
	    "105", "smtpd", JOURNAL_OURS },
	{ "a delivery without a unit", "", "", "syslog", "105", "lmtp",
	    JOURNAL_OURS },
	{ "in another unit", "", "my-mail.service", "syslog", "0", "exim4",
	    JOURNAL_OURS },
	{ "root's logger in another unit", "", "cron.service", "syslog", "0",
	    "logger", JOURNAL_OTHER },
	{ "that program by another way than syslog", "", "my.service",
	    "journal", "0", "exim4", JOURNAL_OTHER },
	{ "a name that only begins like a program", "", "my.service", "syslog",
	    "0", "exim44", JOURNAL_OTHER },
	{ "a unit that only begins like one", "",
	    "postfix@-.service.evil.service", "syslog", "0", "x",
	    JOURNAL_OTHER },
	{ "named units: no others", "mta.service", "postfix@-.service",
	    "syslog", "105", "smtpd", JOURNAL_OTHER },
	{ "named units: any account of the system's own", "mta.service",
	    "mta.service", "stdout", "990", "node", JOURNAL_OURS },
	{ "also one that systemd made up", "mta.service", "mta.service",
	    "stdout", "61184", "node", JOURNAL_OURS },
	{ "not a person's", "mta.service", "mta.service", "stdout", "1000",
	    "node", JOURNAL_PERSON },
	{ "nor nobody's", "mta.service", "mta.service", "stdout", "65534",
	    "node", JOURNAL_PERSON },
	{ "an entry without any trusted field", "", "", "", "", "",
	    JOURNAL_OTHER },
};

static void
test_whose(void)
{
	for (size_t i = 0; i < sizeof(whose) / sizeof(whose[0]); i++) {
		const struct journal_conf c = conf(whose[i].units);
		const struct journal_entry e = { .unit = str(whose[i].unit),
			.transport = str(whose[i].transport),
			.uid = str(whose[i].uid),
			.comm = str(whose[i].comm),
			.tag = STR("postfix/smtpd"),
			.message = STR("connect from x[192.0.2.66]") };

		ZT_CASE(whose[i].name, journal_judge(&c, &e) == whose[i].want);
	}
}

#define HEAD "2026-01-02T03:04:05.123456+00:00 "

static const struct {
	const char *name;
	int64_t t_us;
	struct str host, tag, tag_pid, pid, comm, message;
	const char *want;
} lines[] = {
	{ "a line", T_US, STR("mx"), STR("postfix/smtpd"), STR("7"), STR("8"),
	    STR("smtpd"), STR("connect from x[192.0.2.1]"),
	    HEAD "mx postfix/smtpd[7]: connect from x[192.0.2.1]\n" },
	{ "without a tag's pid the process's", T_US, STR("mx"), STR("exim"),
	    STR(""), STR("8"), STR("exim4"), STR("x"), HEAD "mx exim[8]: x\n" },
	{ "a pid that is no number", T_US, STR("mx"), STR("exim"), STR("7]: x"),
	    STR("8"), STR("exim4"), STR("x"), HEAD "mx exim[8]: x\n" },
	{ "nothing but a text", T_US, STR(""), STR(""), STR(""), STR(""),
	    STR(""), STR("x"), HEAD "localhost unknown: x\n" },
	{ "the program for a tag", T_US, STR("mx"), STR(""), STR(""), STR(""),
	    STR("node"), STR("x"), HEAD "mx node: x\n" },
	{ "a tag cannot end the head", T_US, STR("mx"), STR("a b[1]: c\nd\x7f"),
	    STR(""), STR(""), STR(""), STR("x"), HEAD "mx a_b_1___c_d_: x\n" },
	{ "nor a host's name", T_US, STR("m x\n"), STR("a"), STR(""), STR(""),
	    STR(""), STR("x"), HEAD "m_x_ a: x\n" },
	{ "a newline cannot make a second line", T_US, STR("mx"), STR("a"),
	    STR(""), STR(""), STR(""),
	    STR("one\n2026-01-02T03:04:05 mx postfix/smtpd[1]: two"),
	    HEAD "mx a: one#0122026-01-02T03:04:05 mx postfix/smtpd[1]: "
		 "two\n" },
	{ "those at its end are none of it", T_US, STR("mx"), STR("a"), STR(""),
	    STR(""), STR(""), STR("one\n\n"), HEAD "mx a: one\n" },
	{ "other controls", T_US, STR("mx"), STR("a"), STR(""), STR(""),
	    STR(""), STR("\t\r\x1b[2J\x7f\0x"),
	    HEAD "mx a: #011#015#033[2J#177#000x\n" },
	{ "other bytes stay", T_US, STR("mx"), STR("a"), STR(""), STR(""),
	    STR(""), STR("\xff\x80 \xc3\xa9"),
	    HEAD "mx a: \xff\x80 \xc3\xa9\n" },
	{ "no message", T_US, STR("mx"), STR("a"), STR(""), STR(""), STR(""),
	    STR(""), HEAD "mx a: \n" },
	{ "a time before 1970", -1, STR("mx"), STR("a"), STR(""), STR(""),
	    STR(""), STR("x"), "1970-01-01T00:00:00.000000+00:00 mx a: x\n" },
	{ "a time beyond all years", INT64_MAX, STR("mx"), STR("a"), STR(""),
	    STR(""), STR(""), STR("x"),
	    "1970-01-01T00:00:00.000000+00:00 mx a: x\n" },
};

static void
test_line(void)
{
	char out[JOURNAL_LINE_MAX];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct journal_entry e = { .t_us = lines[i].t_us,
			.host = lines[i].host,
			.tag = lines[i].tag,
			.tag_pid = lines[i].tag_pid,
			.pid = lines[i].pid,
			.comm = lines[i].comm,
			.message = lines[i].message };
		size_t n = journal_line(&e, out);
		bool ok = n == strlen(lines[i].want) &&
		    memcmp(out, lines[i].want, n) == 0;

		if (!ok)
			printf("  got %.*s", (int)n, out);
		ZT_CASE(lines[i].name, ok);
	}
}

/* All bytes in all fields: always one line, of bounded length. */
static void
test_random(void)
{
	static char junk[9000];
	char out[JOURNAL_LINE_MAX];
	bool one = true, stamp = true;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 2000; i++) {
		struct journal_entry e = { .t_us = T_US + i };
		struct str *f[] = { &e.host, &e.tag, &e.tag_pid, &e.pid,
			&e.comm, &e.message };
		size_t n;

		for (size_t k = 0; k < sizeof(junk); k++)
			junk[k] = (char)(zt_random() % (i % 2 ? 40 : 256));
		for (size_t k = 0; k < sizeof(f) / sizeof(f[0]); k++)
			*f[k] = (struct str){ junk + k, zt_random() % 8000 };
		n = journal_line(&e, out);
		one = one && n <= JOURNAL_LINE_MAX &&
		    memchr(out, '\n', n) == out + n - 1;
		stamp = stamp &&
		    journal_stamp_us((struct str){ out, n }) == T_US + i;
	}
	ZT_CASE("whatever is in an entry, it is one line", one);
	ZT_CASE("and its stamp is read back to the microsecond", stamp);
}

static void
test_stamp(void)
{
	ZT_CASE("a stamp", journal_stamp_us(STR(HEAD "mx a: x")) == T_US);
	ZT_CASE("in seconds only: none",
	    journal_stamp_us(STR("2026-01-02T03:04:05+00:00 mx a: "
				 "xxxxxxxxxxxx")) == 0);
	ZT_CASE("a classic one: none",
	    journal_stamp_us(STR("Jan  2 03:04:05 mx a: xxxxxxxxxxxxxxxxx")) ==
		0);
	ZT_CASE("no line", journal_stamp_us(STR("")) == 0);
}

static const struct zt_test tests[] = {
	{ "units", test_units },
	{ "whose", test_whose },
	{ "line", test_line },
	{ "random", test_random },
	{ "stamp", test_stamp },
};

ZT_MAIN("journal", tests)
