/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journalread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <time.h>

/* Longer values are of no use: a line is cut at JOURNAL_LINE_MAX. */
#define FIELD_MAX  ((size_t)8192)
#define WAIT_MAX_S 60

struct journalread {
	struct journalread_conf conf;
	sd_journal *j;
	int64_t last_us;
	char text[9][FIELD_MAX]; /* of one entry; libsystemd reuses its own */
};

/* What the index of the journal can select; the verdict comes after. */
static int
add_matches(sd_journal *j, const struct journal_conf *who)
{
	char text[JOURNAL_UNIT_LEN + 32];
	int rc = 0;

	for (size_t i = 0; i < who->units.n && rc >= 0; i++) {
		(void)snprintf(text, sizeof(text), "_SYSTEMD_UNIT=%s",
		    who->units.v[i]);
		rc = sd_journal_add_match(j, text, 0);
	}
	if (rc < 0 || who->units.named)
		return rc;
	rc = sd_journal_add_disjunction(j);
	for (size_t i = 0; journal_programs[i] != NULL && rc >= 0; i++) {
		(void)snprintf(text, sizeof(text), "_COMM=%s",
		    journal_programs[i]);
		rc = sd_journal_add_match(j, text, 0);
	}
	return rc < 0 ? rc : sd_journal_add_match(j, "_TRANSPORT=syslog", 0);
}

static int
open_journal(struct journalread *r)
{
	const struct journalread_conf *c = &r->conf;
	int rc;

	if (c->files != NULL) /* libsystemd's type is older than const */
		return sd_journal_open_files(&r->j,
		    (const char **)(uintptr_t)c->files, 0);
	rc = sd_journal_open(&r->j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (rc < 0)
		return rc;
	if (sd_journal_has_runtime_files(r->j) > 0 ||
	    sd_journal_has_persistent_files(r->j) > 0)
		return 0;
	return -ENOENT;
}

static int
prepare(struct journalread *r)
{
	int rc = open_journal(r);

	if (rc >= 0)
		rc = sd_journal_set_data_threshold(r->j, FIELD_MAX);
	if (rc >= 0)
		rc = add_matches(r->j, r->conf.who);
	if (rc >= 0 && r->conf.follow)
		rc = sd_journal_get_fd(r->j);
	if (rc < 0)
		return rc;
	if (r->conf.since_us == 0)
		return sd_journal_seek_head(r->j);
	return sd_journal_seek_realtime_usec(r->j,
	    (uint64_t)r->conf.since_us + 1);
}

int
journalread_open(const struct journalread_conf *conf, struct journalread **out)
{
	struct journalread *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return -ENOMEM;
	r->conf = *conf;
	rc = prepare(r);
	if (rc < 0) {
		journalread_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

/* A copy of the value of `field`; empty when the entry has none. */
static struct str
take(struct journalread *r, size_t slot, const char *field)
{
	size_t name_n = strlen(field), n;
	const void *data;
	struct str s;

	if (sd_journal_get_data(r->j, field, &data, &n) < 0 || n <= name_n)
		return (struct str){ r->text[slot], 0 };
	s = str_from((struct str){ data, n }, name_n + 1);
	s.n = s.n < FIELD_MAX ? s.n : FIELD_MAX;
	memcpy(r->text[slot], s.p, s.n);
	return (struct str){ r->text[slot], s.n };
}

static bool
one_entry(struct journalread *r)
{
	const struct journalread_conf *c = &r->conf;
	struct journal_entry e = { .unit = take(r, 0, "_SYSTEMD_UNIT"),
		.transport = take(r, 1, "_TRANSPORT"),
		.uid = take(r, 2, "_UID"),
		.comm = take(r, 3, "_COMM") };
	enum journal_verdict v = journal_judge(c->who, &e);
	char line[JOURNAL_LINE_MAX];
	uint64_t t_us;

	if (v == JOURNAL_PERSON)
		c->person(c->arg, e.unit, e.uid);
	if (v != JOURNAL_OURS || sd_journal_get_realtime_usec(r->j, &t_us) < 0)
		return true;
	e.t_us = r->last_us = (int64_t)t_us;
	e.host = take(r, 4, "_HOSTNAME");
	e.pid = take(r, 5, "_PID");
	e.tag = take(r, 6, "SYSLOG_IDENTIFIER");
	e.tag_pid = take(r, 7, "SYSLOG_PID");
	e.message = take(r, 8, "MESSAGE");
	return c->line(c->arg, line, journal_line(&e, line));
}

static int
timeout_ms(sd_journal *j)
{
	struct timespec now;
	uint64_t until_us;
	int64_t ms;

	if (sd_journal_get_timeout(j, &until_us) < 0 ||
	    until_us == UINT64_MAX || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return WAIT_MAX_S * 1000;
	ms = (int64_t)(until_us / 1000) - now.tv_sec * 1000 -
	    now.tv_nsec / 1000000;
	return ms < 0              ? 0 :
	    ms > WAIT_MAX_S * 1000 ? WAIT_MAX_S * 1000 :
				     (int)ms;
}

int
journalread_run(struct journalread *r)
{
	const struct journalread_conf *c = &r->conf;
	int rc;

	for (;;) {
		rc = sd_journal_next(r->j);
		if (rc < 0)
			return rc;
		if (rc > 0) {
			if (!one_entry(r))
				return 0;
			continue;
		}
		if (!c->follow)
			return 0;
		if (!c->idle(c->arg, sd_journal_get_fd(r->j),
			(short)sd_journal_get_events(r->j), timeout_ms(r->j)))
			return 0;
		rc = sd_journal_process(r->j);
		if (rc < 0)
			return rc;
	}
}

int64_t
journalread_last_us(const struct journalread *r)
{
	return r->last_us;
}

void
journalread_close(struct journalread *r)
{
	if (r == NULL)
		return;
	sd_journal_close(r->j);
	free(r);
}
