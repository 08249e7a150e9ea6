/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/resolver.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/dnscache.h"
#include "daemon/dnschan.h"
#include "daemon/log.h"

#define PUMP_SLICE   256 /* addresses of the queue a turn */
#define TTL_FAILED_S RESOLVER_TTL_MIN_S
#define HOUR_MS      3600000

struct job;

struct list_question {
	struct job *job;
	size_t list; /* of a list's: which */
};

/* One address that is being asked about. */
struct job {
	struct resolver *r;
	struct dnscache_entry *e; /* NULL: the job is free */
	unsigned pending;         /* questions without reply */
	bool failed;              /* one of the names could not be looked up */
	uint32_t ttl_s;
	size_t name_at;
	struct dnsmsg ptr; /* the names */
	struct list_question q[RESOLVER_LISTS_MAX];
};

struct list {
	struct resolver *r;
	size_t i;
	int64_t check_ms, say_ms; /* next time */
	bool all; /* it has 127.0.0.1, so it lists the whole world */
};

struct resolver {
	struct resolver_conf conf;
	struct resolver_user user;
	struct dnschan *chan;
	bool closing;
	struct event *ev_pump;
	struct dnscache *cache;
	struct job *jobs;
	struct addr *queue; /* a ring */
	size_t queue_at, queue_n, flying;
	struct list lists[RESOLVER_LISTS_MAX];
	struct resolver_counts n;
};

/* ---- answers ---- */

static void
tell(struct resolver *r, const struct dnscache_entry *e)
{
	struct resolver_answer a = { .addr = e->addr,
		.what = e->what,
		.name = { e->name, strlen(e->name) },
		.listed = e->listed };

	if (a.what != RESOLVER_FAILED || a.listed != 0)
		r->user.answer(r->user.arg, &a);
}

static void
count(struct resolver *r, const struct dnscache_entry *e)
{
	r->n.named += e->what == RESOLVER_NAMED;
	r->n.unnamed += e->what == RESOLVER_NONE;
	r->n.failed += e->what == RESOLVER_FAILED;
	r->n.listed += e->listed != 0;
}

/* Somebody may get a name, or onto a list, any time: look again soon. */
static uint32_t
ttl_of(const struct job *j)
{
	const struct dnscache_entry *e = j->e;
	bool none = e->what == RESOLVER_NONE ||
	    (j->r->conf.zones_n > 0 && e->listed == 0);
	uint32_t ttl_s = j->ttl_s, max = RESOLVER_TTL_MAX_S;

	if (e->what == RESOLVER_FAILED)
		return TTL_FAILED_S;
	if (none)
		max = RESOLVER_TTL_NONE_S;
	if (ttl_s < RESOLVER_TTL_MIN_S)
		return RESOLVER_TTL_MIN_S;
	return ttl_s < max ? ttl_s : max;
}

static void
finish(struct job *j)
{
	struct resolver *r = j->r;
	struct dnscache_entry *e = j->e;

	for (size_t i = 0; i < r->conf.zones_n; i++)
		if (r->lists[i].all)
			e->listed &= ~(1U << i);
	e->state = DNSCACHE_KNOWN;
	e->until_ms = r->user.mono_ms() + (int64_t)ttl_of(j) * 1000;
	j->e = NULL;
	r->flying--;
	count(r, e);
	tell(r, e);
	if (r->queue_n > 0)
		event_active(r->ev_pump, EV_TIMEOUT, 0);
}

/* One of its questions has been dealt with. */
static void
release(struct job *j)
{
	if (--j->pending == 0 && !j->r->closing)
		finish(j);
}

/* The reply's records; false: there are none. */
static bool
read_reply(struct resolver *r, enum dnschan_status status,
    const struct rd *reply, enum dnsmsg_type type, struct dnsmsg *m)
{
	r->n.replies += status != DNSCHAN_FAILED;
	*m = (struct dnsmsg){ .ttl_s = UINT32_MAX };
	if (status != DNSCHAN_REPLY)
		return false;
	if (!dnsmsg_parse(reply->p, reply->n, type, m))
		m->truncated = true; /* what was whole has been taken */
	return true;
}

static void
min_ttl(struct job *j, const struct dnsmsg *m)
{
	if (m->ttl_s < j->ttl_s)
		j->ttl_s = m->ttl_s;
}

/* ---- names ---- */

static void
ask_dns(struct resolver *r, const char *name, enum dnsmsg_type type,
    dnschan_cb *then, void *arg)
{
	r->n.questions++;
	dnschan_ask(r->chan, name, type, then, arg);
}

static enum dnsmsg_type
back_type(const struct job *j)
{
	return j->e->addr.family == 4 ? DNSMSG_A : DNSMSG_AAAA;
}

static dnschan_cb on_address;

/* Does the next of its names point back?  No more: it has none. */
static void
next_name(struct job *j)
{
	if (j->name_at < j->ptr.names_n) {
		ask_dns(j->r, j->ptr.names[j->name_at], back_type(j),
		    on_address, j);
		return;
	}
	j->e->what = j->failed ? RESOLVER_FAILED : RESOLVER_NONE;
	release(j);
}

static void
on_address(void *arg, enum dnschan_status status, const struct rd *reply)
{
	struct job *j = arg;
	struct dnsmsg m;
	bool ok;

	if (j->r->closing)
		return;
	ok = read_reply(j->r, status, reply, back_type(j), &m);
	if (ok && dnsmsg_has(&m, &j->e->addr)) {
		j->e->what = RESOLVER_NAMED;
		memcpy(j->e->name, j->ptr.names[j->name_at],
		    sizeof(j->e->name));
		min_ttl(j, &m);
		release(j);
		return;
	}
	/* The one that points back may be in what was cut off. */
	if (ok ? m.truncated : status == DNSCHAN_FAILED)
		j->failed = true;
	j->name_at++;
	next_name(j);
}

static void
on_names(void *arg, enum dnschan_status status, const struct rd *reply)
{
	struct job *j = arg;
	bool ok;

	if (j->r->closing)
		return;
	ok = read_reply(j->r, status, reply, DNSMSG_PTR, &j->ptr);
	if (ok ? j->ptr.truncated && j->ptr.names_n == 0 :
		 status == DNSCHAN_FAILED)
		j->failed = true;
	min_ttl(j, &j->ptr);
	next_name(j);
}

/* ---- lists ---- */

/* Says once an hour why a list is of no use. */
static void
say_list_error(struct list *l, const struct addr *a, const char *why)
{
	int64_t now_ms = l->r->user.mono_ms();
	struct str zone = l->r->conf.zones[l->i];
	char who[ADDR_STRLEN];

	l->r->n.list_errors++;
	if (now_ms < l->say_ms)
		return;
	l->say_ms = now_ms + HOUR_MS;
	log_msg(LOG_WARNING, "dns-list: %.*s answers %s: %s", (int)zone.n,
	    zone.p, addr_print(a, who), why);
}

/* Is one of the answers a listing?  A list answers 127/8, nothing else. */
static bool
is_listing(struct list *l, const struct dnsmsg *m)
{
	bool listed = false;

	for (size_t i = 0; i < m->addrs_n; i++) {
		const uint8_t *b = m->addrs[i].b;

		if (b[0] == 127 && b[1] == 255 && b[2] == 255)
			say_list_error(l, &m->addrs[i],
			    "it refuses questions from this resolver");
		else
			listed |= b[0] == 127;
	}
	return listed;
}

static void
on_list(void *arg, enum dnschan_status status, const struct rd *reply)
{
	struct list_question *q = arg;
	struct job *j = q->job;
	struct dnsmsg m;

	if (j->r->closing)
		return;
	if (read_reply(j->r, status, reply, DNSMSG_A, &m) &&
	    is_listing(&j->r->lists[q->list], &m)) {
		j->e->listed |= 1U << q->list;
		min_ttl(j, &m);
	}
	release(j);
}

static void
on_check(void *arg, enum dnschan_status status, const struct rd *reply)
{
	struct list *l = arg;
	struct dnsmsg m;

	if (l->r->closing || status == DNSCHAN_FAILED)
		return;
	l->all = read_reply(l->r, status, reply, DNSMSG_A, &m) &&
	    is_listing(l, &m);
	if (l->all)
		say_list_error(l, &m.addrs[0],
		    "it lists 127.0.0.1, so it lists everybody; not used");
}

/* A list that has died may list the whole world: once an hour it is asked. */
static void
check_list(struct list *l, int64_t now_ms)
{
	struct addr nobody = addr_v4(0x7f000001U);
	char name[DNSMSG_NAME_LEN];

	if (now_ms < l->check_ms)
		return;
	l->check_ms = now_ms + HOUR_MS;
	if (dnsmsg_reverse(&nobody, l->r->conf.zones[l->i], name))
		ask_dns(l->r, name, DNSMSG_A, on_check, l);
}

/* ---- from the queue to the servers ---- */

static struct job *
free_job(struct resolver *r)
{
	for (size_t i = 0; i < r->conf.flight_max; i++)
		if (r->jobs[i].e == NULL)
			return &r->jobs[i];
	return NULL;
}

static void
start_job(struct resolver *r, struct dnscache_entry *e)
{
	struct job *j = free_job(r);
	char name[DNSMSG_NAME_LEN];

	j->r = r;
	j->e = e;
	j->failed = false;
	j->ttl_s = UINT32_MAX;
	j->name_at = 0;
	j->ptr.names_n = 0;
	/* Some may fail at once: the job must outlive this function. */
	j->pending = 2 + (unsigned)r->conf.zones_n;
	r->flying++;
	(void)dnsmsg_reverse(&e->addr, STR(""), name);
	ask_dns(j->r, name, DNSMSG_PTR, on_names, j);
	for (size_t i = 0; i < r->conf.zones_n; i++) {
		check_list(&r->lists[i], r->user.mono_ms());
		j->q[i] = (struct list_question){ j, i };
		if (dnsmsg_reverse(&e->addr, r->conf.zones[i], name))
			ask_dns(j->r, name, DNSMSG_A, on_list, &j->q[i]);
		else
			release(j);
	}
	release(j);
}

static struct addr
queue_take(struct resolver *r)
{
	struct addr a = r->queue[r->queue_at];

	r->queue_at = (r->queue_at + 1) % r->conf.queue_max;
	r->queue_n--;
	return a;
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;

	(void)fd;
	(void)what;
	for (int i = 0;
	     i < PUMP_SLICE && r->queue_n > 0 && r->flying < r->conf.flight_max;
	     i++) {
		struct addr a = queue_take(r);
		struct dnscache_entry *e = dnscache_get(r->cache, &a,
		    r->user.mono_ms());

		if (e == NULL || !e->queued)
			continue; /* it was known, and that is over */
		e->queued = false;
		if (e->state == DNSCACHE_WAITING)
			start_job(r, e);
		else
			tell(r, e);
	}
	if (r->queue_n > 0 && r->flying < r->conf.flight_max)
		event_active(r->ev_pump, EV_TIMEOUT, 0);
}

/* Puts it behind the others; when there is no room the first one is lost. */
static void
queue_put(struct resolver *r, const struct addr *a, int64_t now_ms)
{
	if (r->queue_n == r->conf.queue_max) {
		struct addr old = queue_take(r);
		struct dnscache_entry *e = dnscache_get(r->cache, &old, now_ms);

		r->n.dropped++;
		if (e != NULL) {
			e->queued = false;
			if (e->state == DNSCACHE_WAITING)
				e->state = DNSCACHE_FREE;
		}
	}
	r->queue[(r->queue_at + r->queue_n) % r->conf.queue_max] = *a;
	r->queue_n++;
	event_active(r->ev_pump, EV_TIMEOUT, 0);
}

void
resolver_ask(struct resolver *r, const struct addr *a)
{
	int64_t now_ms;
	struct dnscache_entry *e;

	if (r->ev_pump == NULL || (a->family != 4 && a->family != 6))
		return;
	now_ms = r->user.mono_ms();
	r->n.asked++;
	e = dnscache_get(r->cache, a, now_ms);
	if (e == NULL)
		e = dnscache_take(r->cache, a, now_ms);
	else if (e->state == DNSCACHE_WAITING || e->queued)
		return; /* the answer is on its way */
	else
		r->n.cached++;
	if (e == NULL) {
		r->n.dropped++;
		return;
	}
	e->queued = true;
	queue_put(r, a, now_ms);
}

void
resolver_counts(const struct resolver *r, struct resolver_counts *out)
{
	*out = r->n;
	out->queued_now = r->queue_n;
	out->in_flight_now = r->flying;
}

/* ---- start and end ---- */

static bool
open_chan(struct resolver *r, char err[RESOLVER_ERRLEN])
{
	struct dnschan_conf c = { r->conf.servers, r->conf.servers_n,
		r->conf.port, r->conf.timeout_ms };
	char why[DNSCHAN_ERRLEN];

	r->chan = dnschan_new(&c, why);
	if (r->chan == NULL)
		(void)snprintf(err, RESOLVER_ERRLEN, "%.200s", why);
	return r->chan != NULL;
}

static void
fill_in(struct resolver_conf *c)
{
	if (c->timeout_ms == 0)
		c->timeout_ms = RESOLVER_TIMEOUT_MS;
	if (c->flight_max == 0)
		c->flight_max = RESOLVER_FLIGHT_MAX;
	if (c->queue_max == 0)
		c->queue_max = RESOLVER_QUEUE_MAX;
	if (c->cache_slots == 0)
		c->cache_slots = RESOLVER_CACHE_SLOTS;
}

struct resolver *
resolver_new(const struct resolver_conf *conf, char err[RESOLVER_ERRLEN])
{
	struct resolver *r = calloc(1, sizeof(*r));

	(void)snprintf(err, RESOLVER_ERRLEN, "not enough memory");
	if (r == NULL)
		return NULL;
	r->conf = *conf;
	fill_in(&r->conf);
	for (size_t i = 0; i < conf->zones_n; i++)
		r->lists[i] = (struct list){ .r = r, .i = i };
	r->cache = dnscache_new(r->conf.cache_slots, &conf->key);
	r->jobs = calloc(r->conf.flight_max, sizeof(*r->jobs));
	r->queue = calloc(r->conf.queue_max, sizeof(*r->queue));
	if (r->cache != NULL && r->jobs != NULL && r->queue != NULL &&
	    open_chan(r, err))
		return r;
	resolver_free(r);
	return NULL;
}

bool
resolver_start(struct resolver *r, const struct resolver_user *user)
{
	r->user = *user;
	r->ev_pump = event_new(user->base, -1, 0, on_pump, r);
	return r->ev_pump != NULL && dnschan_start(r->chan, user->base);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	r->closing = true;
	dnschan_free(r->chan);
	if (r->ev_pump != NULL)
		event_free(r->ev_pump);
	dnscache_free(r->cache);
	free(r->jobs);
	free(r->queue);
	free(r);
}
