/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/score.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_S     86400.0
#define SLACK_S   1.0 /* lines and packets of one connection */
#define LINE_MAX_ 65536

/* ---- sessions.tsv ---- */

static struct score_session *
new_session(struct score_tally *t)
{
	if (t->n == t->max) {
		t->max = t->max * 2 + 4096;
		t->s = reallocarray(t->s, t->max, sizeof(*t->s));
		if (t->s == NULL)
			err(1, "memory");
	}
	t->s[t->n] = (struct score_session){ .run = t->runs };
	return &t->s[t->n++];
}

static uint8_t
kind_of(struct score_tally *t, const char *name)
{
	unsigned i = 0;

	while (i < t->kinds_n && strcmp(t->kinds[i].name, name) != 0)
		i++;
	if (i == SCORE_KINDS)
		errx(1, "too many kinds");
	if (i == t->kinds_n) {
		t->kinds_n++;
		snprintf(t->kinds[i].name, sizeof(t->kinds[i].name), "%s",
		    name);
	}
	return (uint8_t)i;
}

static struct addr
key_of(const char *text)
{
	struct str s = { text, strlen(text) };
	struct net n;

	if (!net_parse(s, &n))
		errx(1, "%s: not an address", text);
	return addr_key(&n.a);
}

static void
read_row(struct score_tally *t, char *line, double start)
{
	char client[64], label[48];
	unsigned port, nth, rcpts, unknown;
	int mixed, named, early, tls, null, traps, messages, passed;
	float o[SCORE_ODDS];
	struct score_session *s = new_session(t);

	if (sscanf(line,
		"%lf %lf %63s %u %47s %u %d %d %d %d %d %u %u %d %lf %lf %d %d "
		"%f %f %f %f %f %f",
		&s->t, &s->end, client, &port, label, &nth, &mixed, &named,
		&early, &tls, &null, &rcpts, &unknown, &traps, &s->data,
		&s->sent, &messages, &passed, &o[0], &o[1], &o[2], &o[3], &o[4],
		&o[5]) != 24)
		errx(1, "sessions.tsv: %s", line);
	s->key = key_of(client);
	s->port = (uint16_t)port;
	s->kind = kind_of(t, label);
	s->class = label[0] == 'g' ? SCORE_GOOD :
	    label[0] == 'z'        ? SCORE_ZOMBIE :
				     SCORE_OTHER;
	s->mixed = mixed != 0;
	s->named = named != 0;
	s->message = messages > 0;
	s->passed = passed > 0;
	s->nth = nth;
	s->rcpts_ok = passed > 0 && null == 0 ? rcpts - unknown : 0;
	s->day = (unsigned)((s->t - start) / DAY_S);
	memcpy(s->odds, o, sizeof(o));
}

static FILE *
open_in(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f == NULL)
		err(1, "%s", path);
	return f;
}

static void
read_sessions(struct score_tally *t, const char *dir)
{
	FILE *f = open_in(dir, "sessions.tsv");
	static char line[LINE_MAX_];
	double start = 0;

	if (fgets(line, sizeof(line), f) == NULL)
		errx(1, "%s/sessions.tsv is empty", dir);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (start <= 0)
			start = floor(strtod(line, NULL) / DAY_S) * DAY_S;
		read_row(t, line, start);
	}
	fclose(f);
	if (t->n > 0 && t->s[t->n - 1].day + 1 > t->days)
		t->days = t->s[t->n - 1].day + 1;
}

static int
by_key(const void *va, const void *vb)
{
	const struct score_session *a = va, *b = vb;
	int c = addr_cmp(&a->key, &b->key);

	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	if (c != 0)
		return c;
	return a->t < b->t ? -1 : a->t > b->t;
}

/* The first session of that run and client, NULL if there is none. */
static struct score_session *
client_sessions(struct score_tally *t, unsigned run, const struct addr *key)
{
	struct score_session want = { .run = run, .key = *key, .t = -1 };
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (by_key(&t->s[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == t->n || t->s[lo].run != run || !addr_eq(&t->s[lo].key, key))
		return NULL;
	return &t->s[lo];
}

bool
score_same(const struct score_tally *t, const struct score_session *a,
    const struct score_session *b)
{
	return b < t->s + t->n && a->run == b->run && addr_eq(&a->key, &b->key);
}

/* ---- out.jsonl ---- */

/* The text or number behind "KEY": in a line, cut at its end; "" if none. */
static const char *
field(const char *line, const char *key, char out[64])
{
	char want[32];
	const char *p;
	size_t n;

	snprintf(want, sizeof(want), "\"%s\":", key);
	p = strstr(line, want);
	out[0] = '\0';
	if (p == NULL)
		return out;
	p += strlen(want);
	if (*p == '"')
		p++;
	n = strcspn(p, "\",}");
	if (n < 64) {
		memcpy(out, p, n);
		out[n] = '\0';
	}
	return out;
}

static void
mark(struct score_tally *t, struct score_session *s, const char *event,
    const char *line)
{
	struct score_session *at = s;
	char b[64];
	double when = strtod(field(line, "t", b), NULL);
	unsigned port = (unsigned)atoi(field(line, "port", b));

	for (; score_same(t, s, at); at++)
		if (at->port == port && when > at->t - 0.01 &&
		    when < at->end + SLACK_S)
			break;
	if (!score_same(t, s, at))
		return; /* a forged SYN, or after the end */
	if (event[0] == 's') {
		at->dropped = true;
	} else if (!at->cut) {
		at->cut = true;
		at->cut_t = when;
	}
}

/* Wanted mail on three days, to two recipients, under a name of its own. */
static bool
is_learned(const struct score_tally *t, const struct score_session *s,
    double when)
{
	unsigned days = 0, rcpts = 0, last = SCORE_DAYS;

	for (const struct score_session *at = s;
	     score_same(t, s, at) && at->sent + 3600 < when; at++) {
		if (at->class != SCORE_GOOD || !at->named || !at->passed)
			continue;
		rcpts += at->rcpts_ok;
		days += at->day != last;
		last = at->day;
	}
	return days >= 3 && rcpts >= 2;
}

struct blocked {
	struct addr key;
	bool learned;
};

static void
note_block(struct score_tally *t, struct score_session *s, const char *line,
    struct blocked *b)
{
	char buf[64];

	b->learned |= is_learned(t, s, strtod(field(line, "t", buf), NULL));
	b->key = s->key;
}

/* Blocks of good clients, once a client: sorted by the file's order. */
struct block_list {
	struct blocked *v;
	size_t n, max;
};

static struct blocked *
block_of(struct block_list *l, const struct addr *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (addr_eq(&l->v[i].key, key))
			return &l->v[i];
	if (l->n == l->max) {
		l->max = l->max * 2 + 64;
		l->v = reallocarray(l->v, l->max, sizeof(*l->v));
		if (l->v == NULL)
			err(1, "memory");
	}
	l->v[l->n] = (struct blocked){ .key = *key };
	return &l->v[l->n++];
}

static void
take_event(struct score_tally *t, const char *line, struct block_list *good,
    struct block_list *strangers)
{
	char event[64], client[64];
	struct score_session *s;
	struct addr key;

	field(line, "event", event);
	field(line, "client", client);
	if (event[0] == '\0' || client[0] == '\0')
		return;
	key = key_of(client);
	s = client_sessions(t, t->runs, &key);
	if (strcmp(event, "syn_drop") == 0 || strcmp(event, "cut") == 0) {
		if (s != NULL)
			mark(t, s, event, line);
	} else if (strcmp(event, "block") == 0) {
		if (s == NULL)
			block_of(strangers, &key);
		else if (s->mixed)
			t->mixed_blocked++;
		else if (s->class == SCORE_GOOD)
			note_block(t, s, line, block_of(good, &key));
	}
}

static void
count_victims(struct score_tally *t, const char *dir,
    const struct block_list *strangers)
{
	FILE *f = open_in(dir, "truth");
	char line[256], client[64], label[64];

	while (fgets(line, sizeof(line), f) != NULL) {
		struct addr key;

		if (sscanf(line, "%63s %63s", client, label) != 2 ||
		    strcmp(label, "victim") != 0)
			continue;
		key = key_of(client);
		t->victims++;
		for (size_t i = 0; i < strangers->n; i++)
			t->victims_blocked += addr_eq(&strangers->v[i].key,
			    &key);
	}
	fclose(f);
}

static void
read_events(struct score_tally *t, const char *dir)
{
	FILE *f = open_in(dir, "out.jsonl");
	static char line[LINE_MAX_];
	struct block_list good = { .n = 0 }, strangers = { .n = 0 };

	while (fgets(line, sizeof(line), f) != NULL)
		take_event(t, line, &good, &strangers);
	fclose(f);
	t->good_blocked += (unsigned)good.n;
	for (size_t i = 0; i < good.n; i++)
		t->learned_blocked += good.v[i].learned;
	count_victims(t, dir, &strangers);
	free(good.v);
	free(strangers.v);
}

/* zfw's own probabilities are in its report only. */
static void
read_report(struct score_tally *t, const char *dir)
{
	char path[4096], line[512];
	double n = 0, brier = 0;
	bool at = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/report.json", dir);
	f = fopen(path, "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		at = at || strstr(line, "\"all_sessions\"") != NULL;
		if (at && n <= 0)
			(void)sscanf(line, " \"n\": %lf", &n);
		if (at && sscanf(line, " \"brier\": %lf", &brier) == 1)
			break;
	}
	fclose(f);
	t->brier_n += n;
	t->brier_sum += n * brier;
}

void
score_run(struct score_tally *t, const char *dir)
{
	read_sessions(t, dir);
	if (t->n > 0)
		qsort(t->s, t->n, sizeof(*t->s), by_key);
	read_events(t, dir);
	read_report(t, dir);
	t->runs++;
}
