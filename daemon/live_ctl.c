/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_ctl - requests of the tools, answered when the kernel has it */
#include <errno.h>
#include <stdlib.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"
#include "daemon/why.h"

#define BLOCKS_SLICE 256
/* the bits of a ctl_stream() cursor below the engine's own */
#define STARTED    1U
#define HAS_SOME   2U
#define CURSOR_BIT 2

/* ---- waiting for the guard ---- */

/*
 * Before an order: the guard's answer to the one after it is then about
 * nothing else.
 */
static void
begin_order(struct live *l)
{
	live_guard_send(l, &(struct msg){ .op = MSG_SYNC, .seq = ++l->seq });
}

/* Takes `answer`; it is sent once all that was sent before is applied. */
static void
answer_later(struct live *l, struct ctl_conn *c, json_t *answer,
    enum wait_state after)
{
	for (size_t i = 0; i < CTL_CONNS_MAX; i++) {
		struct live_wait *w = &l->waits[i];

		if (w->state != WAIT_FREE)
			continue;
		*w = (struct live_wait){ after, c, answer, 0 };
		live_guard_pump(l);
		return;
	}
	json_decref(answer); /* as many places as connections: never */
	ctl_error(c, "too many requests");
}

void
live_ctl_gone(void *arg, struct ctl_conn *c)
{
	struct live *l = arg;

	live_reload_gone(l, c);
	for (size_t i = 0; i < CTL_CONNS_MAX; i++)
		if (l->waits[i].state != WAIT_FREE && l->waits[i].conn == c) {
			json_decref(l->waits[i].answer);
			l->waits[i] = (struct live_wait){ 0 };
		}
}

void
live_ctl_synced(struct live *l, uint32_t seq, int result)
{
	for (size_t i = 0; i < CTL_CONNS_MAX; i++) {
		struct live_wait w = l->waits[i];

		if (w.state != WAIT_SENT || w.seq != seq)
			continue;
		l->waits[i] = (struct live_wait){ 0 };
		/* Off by the admin's own will: MSG_RESYNC will bring it. */
		if (result == -ESHUTDOWN)
			json_object_set_new(w.answer, "table",
			    json_string("off"));
		if (result == 0 || result == -ESHUTDOWN) {
			ctl_reply(w.conn, w.answer);
			return;
		}
		json_decref(w.answer);
		ctl_error(w.conn, "stored, but not in the kernel: %s",
		    strerror(-result));
		return;
	}
}

/* ---- questions ---- */

static void
do_status(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	(void)r;
	ctl_reply(c, live_status(l));
}

static void
do_top(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	(void)r;
	ctl_reply(c, live_top(l));
}

static void
do_botnets(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	(void)r;
	ctl_reply(c, live_botnets(l));
}

static void
do_reload(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	(void)r;
	live_reload_begin(l, c);
}

static const struct net *
never_of(const struct live *l, const struct addr *a)
{
	const struct net_list *lists[] = { &l->policy->never,
		&l->policy->ours };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (net_has(&lists[k]->v[i], a))
				return &lists[k]->v[i];
	return NULL;
}

static void
do_why(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	struct score score = { 0 };
	struct net by, over, list;
	struct addr key = addr_key(&r->addr);
	struct why_ask ask = { .policy = l->policy,
		.addr = r->addr,
		.score = &score,
		.now_ms = live_wall_ms() };

	if (engine_allowed(l->engine, &r->addr, &by))
		ask.allowed = &by;
	ask.never = never_of(l, &r->addr);
	if (engine_listed(l->engine, &r->addr, &list))
		ask.listed = &list;
	ask.client = engine_client(l->engine, &key, ask.now_ms, &score);
	ask.over = engine_climbed(l->engine, &r->addr, &over);
	ask.over_net = &over;
	ctl_reply(c, why_json(&ask));
}

struct block_list {
	const struct live *l;
	struct ctl_conn *c;
	int64_t now_ms;
	bool has_some;
};

/* Real or not as the mode is now, whatever it was then. */
static json_t *
block_json(const struct live *l, const struct client *c, const struct net *net,
    int64_t now_ms)
{
	json_t *o = why_block_json(c, net, now_ms);

	json_object_set_new(o, "shadow", json_boolean(!l->policy->enforce));
	return o;
}

static void
append_net(void *arg, const struct client *cl, const struct net *net)
{
	struct block_list *bl = arg;
	json_t *o = block_json(bl->l, cl, net, bl->now_ms);
	char *text = o == NULL ?
	    NULL :
	    json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (text != NULL) {
		ctl_append(bl->c, ",\n", bl->has_some ? 2 : 0);
		ctl_append(bl->c, text, strlen(text));
		bl->has_some = true;
	}
	free(text);
	json_decref(o);
}

static void
append_block(void *arg, const struct client *cl)
{
	append_net(arg, cl, NULL);
}

static bool
more_blocks(void *arg, struct ctl_conn *c, size_t *cursor)
{
	static const char head[] = "{\"ok\":true,\"blocks\":[\n",
			  tail[] = "\n]}\n";
	struct live *l = arg;
	struct block_list bl = { l, c, live_wall_ms(),
		(*cursor & HAS_SOME) != 0 };
	size_t at = *cursor >> CURSOR_BIT;

	if (*cursor == 0) { /* whole networks first: there are never many */
		size_t net = 0;

		ctl_append(c, head, sizeof(head) - 1);
		do
			net = engine_climbs(l->engine, net, BLOCKS_SLICE,
			    append_net, &bl);
		while (net != 0);
	}
	at = engine_blocks(l->engine, at, BLOCKS_SLICE, append_block, &bl);
	*cursor = at << CURSOR_BIT | STARTED | (bl.has_some ? HAS_SOME : 0);
	if (at == 0)
		ctl_append(c, tail, sizeof(tail) - 1);
	return at == 0;
}

static void
do_blocks(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	(void)r;
	ctl_stream(c, more_blocks, l);
}

static json_t *
allow_json(const struct store_allow *a)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:s}", "net", jtext_net(&a->net),
	    "since", jtext_time(a->since_ms), "until", jtext_time(a->until_ms),
	    "comment", jtext(a->comment), "from", "zfw-whitelist");
}

static json_t *
config_json(const struct net *n)
{
	return json_pack("{s:o,s:n,s:n,s:s,s:s}", "net", jtext_net(n), "since",
	    "until", "comment", "", "from", "configuration");
}

static void
do_allow_list(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	json_t *list = json_array();

	(void)r;
	for (size_t i = 0; i < l->policy->allow.n; i++)
		json_array_append_new(list,
		    config_json(&l->policy->allow.v[i]));
	for (size_t i = 0; i < l->allow_n; i++)
		json_array_append_new(list, allow_json(&l->allow[i]));
	ctl_reply(c, json_pack("{s:b,s:o}", "ok", 1, "allow", list));
}

static void
do_allow_check(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	json_t *by = json_null();
	struct net n;

	for (size_t i = 0; i < l->allow_n; i++)
		if (net_has(&l->allow[i].net, &r->addr)) {
			by = allow_json(&l->allow[i]);
			break;
		}
	if (json_is_null(by) && engine_allowed(l->engine, &r->addr, &n))
		by = config_json(&n);
	ctl_reply(c,
	    json_pack("{s:b,s:o,s:b,s:o}", "ok", 1, "address",
		jtext_addr(&r->addr), "allowed", !json_is_null(by), "by", by));
}

/* ---- orders ---- */

static const char *
refusal(int rc)
{
	switch (rc) {
	case -EINVAL:
		return "only single addresses can be blocked (IPv6: a /64)";
	case -EPERM:
		return "it is on the allow list or never blocked";
	case -ENFILE:
		return "the set is full";
	case -E2BIG:
		return "the list is full";
	case -ENOENT:
		return "it is not there";
	default:
		return strerror(-rc);
	}
}

static void
do_block(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	int64_t now_ms = live_wall_ms();
	int rc;

	begin_order(l);
	rc = engine_admin_block(l->engine, &r->net, r->for_s, now_ms);
	if (rc != 0) {
		ctl_error(c, "%s", refusal(rc));
		return;
	}
	answer_later(l, c,
	    json_pack("{s:b,s:o,s:o,s:b}", "ok", 1, "client",
		jtext_net(&r->net), "until",
		jtext_time(now_ms + (int64_t)r->for_s * 1000), "shadow",
		!l->policy->enforce),
	    WAIT_SYNC);
}

static void
do_report(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	char who[ADDR_STRLEN];
	int rc;

	begin_order(l);
	rc = engine_report(l->engine, &r->addr, r->spam, live_wall_ms());
	if (rc != 0) {
		ctl_error(c, "%s", refusal(rc));
		return;
	}
	log_msg(LOG_NOTICE, "report client=%s as=%s", net_print(&r->net, who),
	    r->spam ? "spam" : "ham");
	/* It may have made a block, or lifted one. */
	answer_later(l, c,
	    json_pack("{s:b,s:o,s:s}", "ok", 1, "client", jtext_net(&r->net),
		"reported", r->spam ? "spam" : "ham"),
	    WAIT_SYNC);
}

static size_t
lift(struct live *l, const struct net *net)
{
	struct engine_counts before, after;

	begin_order(l);
	engine_counts(l->engine, &before);
	(void)engine_admin_unblock(l->engine, net, live_wall_ms());
	engine_counts(l->engine, &after);
	return (size_t)(after.unblocks - before.unblocks);
}

static void
do_unblock(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	struct net key = addr_key_net(&r->net.a);
	size_t n = lift(l, &r->net);

	if (n == 0 && r->net.bits == key.bits)
		/* Should the kernel know of one that we do not. */
		live_guard_send(l,
		    &(struct msg){ .op = MSG_UNBLOCK, .net = key });
	if (n == 0) {
		ctl_error(c, "nothing is blocked there");
		return;
	}
	answer_later(l, c,
	    json_pack("{s:b,s:o,s:I}", "ok", 1, "client", jtext_net(&r->net),
		"lifted", (json_int_t)n),
	    WAIT_SYNC);
}

static void
log_allow(const char *verb, const struct store_allow *a)
{
	char who[ADDR_STRLEN], text[4 * sizeof(a->comment)];

	log_msg(LOG_NOTICE, "%s net=%s until=%lld comment=\"%s\"", verb,
	    net_print(&a->net, who), (long long)(a->until_ms / 1000),
	    log_escape((struct str){ a->comment, strlen(a->comment) }, text,
		sizeof(text)));
}

static int
allow_add(struct live *l, const struct store_allow *a)
{
	int rc = store_allow_put(l->conf.store, a);

	if (rc != 0)
		return rc;
	rc = live_allow_load(l, a->since_ms);
	if (rc == 0)
		return 0;
	(void)store_allow_del(l->conf.store, &a->net);
	(void)live_allow_load(l, a->since_ms);
	return rc;
}

static void
do_allow_add(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	struct store_allow a = { .net = r->net,
		.since_ms = live_wall_ms(),
		.until_ms = r->until_s * 1000 };
	int rc;
	size_t n;

	memcpy(a.comment, r->comment, sizeof(a.comment));
	if (a.until_ms != 0 && a.until_ms <= a.since_ms) {
		ctl_error(c, "that time is over already");
		return;
	}
	rc = allow_add(l, &a);
	if (rc != 0) {
		ctl_error(c, "%s", refusal(rc));
		return;
	}
	log_allow("allow-add", &a);
	n = lift(l, &r->net);
	answer_later(l, c,
	    json_pack("{s:b,s:o,s:o,s:I}", "ok", 1, "net", jtext_net(&a.net),
		"until", jtext_time(a.until_ms), "lifted", (json_int_t)n),
	    WAIT_ALLOW);
}

static void
do_allow_del(struct live *l, struct ctl_conn *c, const struct ctl_req *r)
{
	struct store_allow a = { .net = r->net };
	int rc = store_allow_del(l->conf.store, &r->net);

	begin_order(l);
	if (rc == 0)
		rc = live_allow_load(l, live_wall_ms());
	if (rc != 0) {
		ctl_error(c, "%s", refusal(rc));
		return;
	}
	log_allow("allow-del", &a);
	answer_later(l, c,
	    json_pack("{s:b,s:o}", "ok", 1, "net", jtext_net(&a.net)),
	    WAIT_ALLOW);
}

void
live_ctl_request(void *arg, struct ctl_conn *c, const struct ctl_req *r)
{
	static void (*const verbs[CTL_VERBS])(struct live * l,
	    struct ctl_conn * c, const struct ctl_req *r) = {
		[CTL_STATUS] = do_status,
		[CTL_RELOAD] = do_reload,
		[CTL_REPORT] = do_report,
		[CTL_BOTNETS] = do_botnets,
		[CTL_TOP] = do_top,
		[CTL_WHY] = do_why,
		[CTL_BLOCKS] = do_blocks,
		[CTL_BLOCK] = do_block,
		[CTL_UNBLOCK] = do_unblock,
		[CTL_ALLOW_ADD] = do_allow_add,
		[CTL_ALLOW_DEL] = do_allow_del,
		[CTL_ALLOW_LIST] = do_allow_list,
		[CTL_ALLOW_CHECK] = do_allow_check,
	};

	verbs[r->verb](arg, c, r);
	live_guard_pump(arg);
}
