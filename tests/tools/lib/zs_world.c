/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_world - the engine of a scenario, its time, its store, its log */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "tests/tools/lib/zs.h"

#define SECOND_US ((int64_t)1000000)
#define FINE_S    900 /* so long every second gets its tick ... */
#define COARSE_S  60  /* ... and of a long silence only every minute */
#define HOST      "mx1"

void
zs_conf(struct zs *z, const char *name, const char *value)
{
	size_t i = 0;

	while (i < z->conf_n && strcmp(z->conf[i].name, name) != 0)
		i++;
	if (i == ZS_CONF_MAX)
		zs_die(z, "too many settings");
	if (i == z->conf_n)
		z->conf_n++;
	snprintf(z->conf[i].name, sizeof(z->conf[i].name), "%s", name);
	snprintf(z->conf[i].value, sizeof(z->conf[i].value), "%s", value);
}

static void
read_conf(struct zs *z)
{
	char err[CONFIG_ERRLEN];
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		zs_die(z, "out of memory");
	for (size_t i = 0; i < z->conf_n; i++)
		fprintf(f, "%s = %s\n", z->conf[i].name, z->conf[i].value);
	fclose(f);
	config_free(z->config);
	z->config = config_parse("conf", text, err);
	free(text);
	if (z->config == NULL)
		zs_die(z, "%s", err);
}

/* ---- what the engine calls ---- */

static const char *
kind_name(enum engine_out_kind k)
{
	static const char *const names[] = { "block", "unblock", "expire",
		"renew", "syn_drop", "orphan", "cut", "move" };

	return k < sizeof(names) / sizeof(names[0]) ? names[k] : "?";
}

static void
print_event(const struct zs *z, const struct zs_event *e)
{
	char buf[ADDR_STRLEN];

	printf("%10.3f %s %s %s%s",
	    (double)(e->t_ms - z->start_us / 1000) / 1000, kind_name(e->kind),
	    net_print(&e->net, buf), e->why, e->shadow ? " (shadow)" : "");
	if (e->action == CLIENT_REJECT)
		printf(" reject");
	if (!stack_none(&e->stack))
		printf(" stack %u/%u/%d", e->stack.len, e->stack.window,
		    e->stack.has_mss ? e->stack.mss : -1);
	for (size_t i = 0; i < e->score.n; i++)
		printf(" %s%+.2f", evidence_name(e->score.terms[i].kind),
		    e->score.terms[i].llr);
	putchar('\n');
}

static void
on_out(void *arg, const struct engine_out *o)
{
	struct zs *z = arg;
	struct zs_event *e;

	z->events = zs_grow(z, z->events, z->events_n, &z->events_max,
	    sizeof(*z->events));
	e = &z->events[z->events_n++];
	*e = (struct zs_event){ .kind = o->kind,
		.t_ms = o->t_ms,
		.net = o->net,
		.stack = o->stack,
		.action = o->action,
		.port = o->port,
		.timeout_s = o->timeout_s,
		.shadow = o->shadow };
	if (o->score != NULL)
		e->score = *o->score;
	if (o->why != NULL)
		snprintf(e->why, sizeof(e->why), "%s", o->why);
	if (z->events_n > 1 && e->t_ms < e[-1].t_ms)
		zs_die(z, "the engine told of times that go back");
	if (z->verbose)
		print_event(z, e);
}

static struct client *
stored(struct zs *z, const struct addr *key)
{
	for (size_t i = 0; i < z->store_n; i++)
		if (addr_eq(&z->store[i].key, key))
			return &z->store[i];
	return NULL;
}

static bool
on_load(void *arg, const struct addr *key, struct client *c)
{
	const struct client *s = stored(arg, key);

	if (s != NULL)
		*c = *s;
	return s != NULL;
}

/* What is forgotten once a session is over. */
static void
on_session(void *arg, enum session_event ev, const struct session *s)
{
	struct zs_flow *f = zs_flow(arg, &s->client, s->cport);

	if (ev == SESSION_EV_CLOSE && f != NULL)
		f->stat = *s->flow;
}

static bool
on_save(void *arg, const struct client *c)
{
	struct zs *z = arg;
	struct client *s = stored(z, &c->key);

	if (s == NULL) {
		z->store = zs_grow(z, z->store, z->store_n, &z->store_max,
		    sizeof(*z->store));
		s = &z->store[z->store_n++];
	}
	*s = *c;
	/* What db/record.c does not store. */
	s->dirty = false;
	s->wire_us = 0;
	s->wire_done = 0;
	s->cross_us = 0;
	s->cross_n = 0;
	s->flood_ms = 0;
	s->flood_n = 0;
	s->cut_ms = s->late_until_ms = 0;
	faces_leave(&s->faces);
	if (s->faces.n == 1)
		s->faces.n = 0;
	s->taught_day = s->label_day = s->rcpt_day = 0;
	s->name_ms = 0;
	s->rcpt_seen = 0;
	return true;
}

static void
on_ask(void *arg, const struct addr *a)
{
	struct zs *z = arg;

	z->asked = zs_grow(z, z->asked, z->asked_n, &z->asked_max,
	    sizeof(*z->asked));
	z->asked[z->asked_n++] = *a;
}

/* ---- life ---- */

static void
keep_learned(struct zs *z)
{
	for (unsigned k = 0; k < ENGINE_LEARNED; k++) {
		if (z->learned[k] == NULL)
			z->learned[k] = malloc(ENGINE_LEARNED_MAX);
		if (z->learned[k] == NULL)
			zs_die(z, "out of memory");
		z->learned_n[k] = engine_learned_encode(z->engine,
		    (enum engine_learned)k, z->learned[k], ENGINE_LEARNED_MAX);
	}
}

static void
take_learned(struct zs *z)
{
	for (unsigned k = 0; k < ENGINE_LEARNED; k++)
		if (z->learned[k] != NULL &&
		    !engine_learned_decode(z->engine, (enum engine_learned)k,
			z->learned[k], z->learned_n[k]))
			zs_die(z, "what was learned of %s cannot be read",
			    engine_learned_name[k]);
}

void
zs_start(struct zs *z)
{
	struct engine_conf ec = { .witness = z->witness,
		.witness_from_ms = z->now_us / 1000,
		.arg = z,
		.out = on_out,
		.load = on_load,
		.save = on_save,
		.session = on_session,
		.ask = on_ask,
		.cut = z->cut };
	char err[SIGFILE_ERRLEN];

	if (z->engine != NULL)
		return;
	read_conf(z);
	z->config->policy.listed = z->listed;
	ec.policy = &z->config->policy;
	if (z->sigs == NULL)
		z->sigs = signatures_new(NULL, &ec.key, err);
	if (z->sigs == NULL)
		zs_die(z, "%s", err);
	ec.sigs = signatures_cache(z->sigs);
	z->engine = engine_new(&ec);
	if (z->engine == NULL)
		zs_die(z, "engine_new: out of memory");
	z->restored = 0;
	take_learned(z);
	for (size_t i = 0; i < z->store_n; i++)
		z->restored += engine_restore(z->engine, &z->store[i],
		    z->now_us / 1000);
	z->tick_ms = z->now_us / 1000;
}

void
zs_restart(struct zs *z)
{
	if (z->engine != NULL) {
		engine_flush(z->engine);
		keep_learned(z);
	}
	engine_free(z->engine);
	z->engine = NULL;
	zs_start(z);
}

void
zs_free(struct zs *z)
{
	engine_free(z->engine);
	signatures_free(z->sigs);
	netlist_free(z->listed);
	config_free(z->config);
	free(z->store);
	free(z->events);
	free(z->flows);
	free(z->asked);
	for (unsigned k = 0; k < ENGINE_LEARNED; k++)
		free(z->learned[k]);
}

/* ---- time ---- */

void
zs_time(struct zs *z, int64_t to_us)
{
	int64_t to_ms = to_us / 1000;

	if (to_us < z->now_us)
		zs_die(z,
		    "that time is over; see `clock` for a clock that "
		    "is set back");
	zs_start(z);
	while (z->tick_ms + 1000 <= to_ms) {
		int64_t left_ms = to_ms - z->tick_ms;

		z->tick_ms += left_ms > FINE_S * 1000 ? COARSE_S * 1000 : 1000;
		engine_tick(z->engine, z->tick_ms);
	}
	z->now_us = to_us;
}

void
zs_pass(struct zs *z, int64_t us)
{
	zs_time(z, z->now_us + us);
}

void
zs_clock(struct zs *z, int64_t us)
{
	zs_start(z);
	z->now_us += us;
	z->tick_ms = z->now_us / 1000;
}

void
zs_feed(struct zs *z, const uint8_t *ip, size_t n)
{
	struct packet p = { .t_us = z->now_us,
		.data = ip,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = PACKET_RAW };
	uint32_t head[4] = { (uint32_t)(z->now_us / SECOND_US),
		(uint32_t)(z->now_us % SECOND_US), p.caplen, p.wirelen };

	zs_start(z);
	for (int i = z->twice ? 2 : 1; i > 0; i--) {
		engine_packet(z->engine, &p);
		if (z->pcap != NULL) {
			fwrite(head, sizeof(head), 1, z->pcap);
			fwrite(ip, n, 1, z->pcap);
		}
	}
}

/* ---- the log ---- */

static void
feed_line(struct zs *z, const char *stamp, const char *text)
{
	char line[LOG_LINE_MAX];
	int n = snprintf(line, sizeof(line), "%s " HOST " %s", stamp, text);
	size_t len = (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;

	zs_start(z);
	if (z->log != NULL)
		fprintf(z->log, "%s\n", line);
	(void)engine_line(z->engine, (struct str){ line, len },
	    z->now_us / 1000);
}

void
zs_log(struct zs *z, int64_t age_us, const char *text)
{
	int64_t us = z->now_us - age_us;
	time_t s = (time_t)(us / SECOND_US);
	char date[32], stamp[64];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%06d+00:00", date,
	    (int)(us % SECOND_US));
	feed_line(z, stamp, text);
}

void
zs_log_classic(struct zs *z, const char *text)
{
	time_t s = (time_t)(z->now_us / SECOND_US);
	char stamp[32];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	zs_time(z, ((int64_t)s + 1) * SECOND_US);
	feed_line(z, stamp, text);
}

struct find {
	struct addr key;
	const struct client *c;
};

static void
find_block(void *arg, const struct client *c)
{
	struct find *f = arg;

	if (addr_eq(&c->key, &f->key))
		f->c = c;
}

const struct client *
zs_blocked(struct zs *z, const struct addr *a)
{
	struct find f = { addr_key(a), NULL };
	size_t at = 0;

	zs_start(z);
	do
		at = engine_blocks(z->engine, at, 64, find_block, &f);
	while (at != 0 && f.c == NULL);
	return f.c;
}
