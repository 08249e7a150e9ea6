/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/logtime.h"

#define TAG_MAX  64
#define HOST_MAX 255
#define PID_MAX  10 /* digits */

#define SYSTEM_UID_END 1000  /* people's accounts begin here */
#define DYNAMIC_FIRST  61184 /* systemd's DynamicUser= */
#define DYNAMIC_LAST   65519

/* As Debian, Fedora and the programs' own packages call them. */
static const char *const known_units[] = {
	"postfix.service",
	"postfix@-.service",
	"exim4.service",
	"exim.service",
	"sendmail.service",
	"opensmtpd.service",
	"smtpd.service",
	"qmail.service",
	"qmail-smtpd.service",
	"qmail-send.service",
	"haraka.service",
	"courier.service",
	"courier-mta.service",
	"courier-mta-ssl.service",
	"courier-msa.service",
	"amavis.service",
	"amavisd.service",
	"amavisd-new.service",
	"rspamd.service",
	"spamd.service",
	"spamassassin.service",
};

const char *const journal_accounts[] = { "postfix", "Debian-exim", "exim",
	"smmta", "smmsp", "opensmtpd", "opensmtpq", "smtpd", "smtpq", "_smtpd",
	"qmaill", "qmaild", "qmails", "qmailq", "qmailr", "vpopmail", "haraka",
	"courier", "amavis", "_rspamd", "rspamd", "debian-spamd", "spamd",
	NULL };

/* comm is cut at 15 bytes by the kernel. */
const char *const journal_programs[] = { "smtpd", "postscreen", "qmgr",
	"cleanup", "smtp", "lmtp", "local", "virtual", "pipe", "discard",
	"error", "bounce", "dnsblog", "tlsproxy", "exim", "exim4", "sendmail",
	"sendmail-mta", "sm-mta", "tcpserver", "rblsmtpd", "qmail-smtpd",
	"qmail-send", "spamdyke", "splogger", "haraka", "courieresmtpd",
	"courieresmtp", "courierd", "courierlogger", "amavisd", "amavisd-new",
	"/usr/sbin/amavi", "rspamd", "spamd", NULL };

static bool
add_unit(struct journal_units *u, struct str name)
{
	if (name.n == 0 || name.n >= JOURNAL_UNIT_LEN ||
	    u->n == JOURNAL_UNITS_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_letter(name.p[i]) && !char_is_digit(name.p[i]) &&
		    (name.p[i] == '\0' || strchr("-_.:@\\", name.p[i]) == NULL))
			return false;
	memcpy(u->v[u->n], name.p, name.n);
	u->v[u->n++][name.n] = '\0';
	return true;
}

bool
journal_units(struct journal_units *u, struct str list)
{
	memset(u, 0, sizeof(*u));
	u->named = list.n > 0;
	if (!u->named)
		for (size_t i = 0;
		     i < sizeof(known_units) / sizeof(known_units[0]); i++)
			(void)add_unit(u,
			    (struct str){ known_units[i],
				strlen(known_units[i]) });
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma == NULL ? list.n : (size_t)(comma - list.p);

		if (!add_unit(u, (struct str){ list.p, n }) ||
		    (comma != NULL && n + 1 == list.n))
			return false;
		list = str_from(list, comma == NULL ? n : n + 1);
	}
	return true;
}

/* ---- whose is it? ---- */

static bool
uid_of(struct str s, uint32_t *uid)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_is_digit(s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*uid = (uint32_t)v;
	return v < UINT32_MAX;
}

/* Root, or an account of a mail server. */
static bool
is_account(const struct journal_conf *c, uint32_t uid)
{
	for (size_t i = 0; i < c->uids_n; i++)
		if (c->uids[i] == uid)
			return true;
	return uid == 0;
}

static bool
is_system(uint32_t uid)
{
	return uid < SYSTEM_UID_END ||
	    (uid >= DYNAMIC_FIRST && uid <= DYNAMIC_LAST);
}

static bool
is_unit(const struct journal_units *u, struct str name)
{
	for (size_t i = 0; i < u->n; i++)
		if (str_eq(name, (struct str){ u->v[i], strlen(u->v[i]) }))
			return true;
	return false;
}

static bool
is_program(struct str comm)
{
	for (const char *const *p = journal_programs; *p != NULL; p++)
		if (str_eq(comm, (struct str){ *p, strlen(*p) }))
			return true;
	return false;
}

enum journal_verdict
journal_judge(const struct journal_conf *c, const struct journal_entry *e)
{
	uint32_t uid;
	bool has = uid_of(e->uid, &uid);
	bool account = has && is_account(c, uid);

	if (is_unit(&c->units, e->unit))
		return account || (has && c->units.named && is_system(uid)) ?
		    JOURNAL_OURS :
		    JOURNAL_PERSON;
	return !c->units.named && account &&
		str_eq(e->transport, STR("syslog")) && is_program(e->comm) ?
	    JOURNAL_OURS :
	    JOURNAL_OTHER;
}

/* ---- the line ---- */

/* What a word of the head may hold; the rest becomes '_'. */
static size_t
put_word(char *out, size_t max, struct str s, const char *none)
{
	size_t n = s.n < max ? s.n : max;

	if (n == 0) {
		n = strlen(none);
		memcpy(out, none, n);
		return n;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = s.p[i] > ' ' && s.p[i] < 0x7f &&
			strchr("[]:", s.p[i]) == NULL ?
		    s.p[i] :
		    '_';
	return n;
}

static bool
is_pid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_digit(s.p[i]))
			return false;
	return s.n > 0 && s.n <= PID_MAX;
}

/* Text, controls as #ooo; a newline at its end is not a part of it. */
static size_t
put_text(char *out, size_t max, struct str s)
{
	size_t n = 0;

	while (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		unsigned c = (uint8_t)s.p[i];

		if (c >= ' ' && c != 0x7f) {
			if (n + 1 > max)
				break;
			out[n++] = (char)c;
			continue;
		}
		if (n + 4 > max)
			break;
		out[n++] = '#';
		out[n++] = (char)('0' + (c >> 6));
		out[n++] = (char)('0' + (c >> 3 & 7));
		out[n++] = (char)('0' + (c & 7));
	}
	return n;
}

/* 32 bytes; a time out of all bounds is shown as that of 1970. */
static size_t
put_stamp(char *out, size_t max, int64_t t_us)
{
	time_t s = (time_t)(t_us / 1000000);
	struct tm tm;
	size_t n;

	if (t_us < 0 || gmtime_r(&s, &tm) == NULL || tm.tm_year > 8099)
		return put_stamp(out, max, 0);
	n = strftime(out, max, "%Y-%m-%dT%H:%M:%S", &tm);
	return n +
	    (size_t)snprintf(out + n, max - n, ".%06u+00:00",
		(unsigned)(t_us % 1000000));
}

size_t
journal_line(const struct journal_entry *e, char out[JOURNAL_LINE_MAX])
{
	struct str tag = e->tag.n > 0 ? e->tag : e->comm;
	struct str pid = is_pid(e->tag_pid) ? e->tag_pid : e->pid;
	size_t n = put_stamp(out, JOURNAL_LINE_MAX, e->t_us);

	out[n++] = ' ';
	n += put_word(out + n, HOST_MAX, e->host, "localhost");
	out[n++] = ' ';
	n += put_word(out + n, TAG_MAX, tag, "unknown");
	if (is_pid(pid)) {
		out[n++] = '[';
		memcpy(out + n, pid.p, pid.n);
		n += pid.n;
		out[n++] = ']';
	}
	out[n++] = ':';
	out[n++] = ' ';
	n += put_text(out + n, JOURNAL_LINE_MAX - 1 - n, e->message);
	out[n++] = '\n';
	return n;
}

int64_t
journal_stamp_us(struct str line)
{
	const struct logtime_conf utc = { 0 };
	int64_t t_ms;
	bool whole;

	if (line.n < 32 || line.p[19] != '.' || line.p[26] != '+' ||
	    logtime_parse(&utc, line, 0, &t_ms, &whole) != 32)
		return 0;
	for (size_t i = 20; i < 26; i++)
		if (!char_is_digit(line.p[i]))
			return 0;
	return t_ms * 1000 + (line.p[23] - '0') * 100 +
	    (line.p[24] - '0') * 10 + (line.p[25] - '0');
}
